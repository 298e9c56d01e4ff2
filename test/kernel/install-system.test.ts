// npm run install:system: beside Debian's lxc and instead of it, upgraded and taken out again; nothing of anybody else's is lost.
import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./place.ts";

const PATIENCE_MS = 120_000;
const room = mkdtempSync("/var/tmp/berth-install-");
afterAll(() => rmSync(room, { recursive: true, force: true }));
const SCRIPT = [process.execPath, join(ROOT, "scripts/install-system.ts")];
interface Ran { readonly status: number | null; readonly out: string; readonly err: string }
function run(argv: readonly string[]): Ran {
  const [program = "", ...rest] = argv;
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", env: { PATH: process.env["PATH"], HOME: "/root" } });
  return { status, out: stdout, err: stderr };
}
const install = (destdir: string, ...words: readonly string[]): Ran => run([...SCRIPT, "--destdir", destdir, ...words]);

function everything(top: string): readonly string[] {
  if (!existsSync(top)) return [];
  return readdirSync(top, { withFileTypes: true }).flatMap((entry): readonly string[] => {
    const path = join(top, entry.name);
    if (entry.isDirectory()) return [path, ...everything(path)];
    return [`${path} ${entry.isSymbolicLink() ? readlinkSync(path) : `${lstatSync(path).mode.toString(8)} ${Bun.hash(readFileSync(path))}`}`];
  }).toSorted();
}

test("into an empty tree: it works there, is known to the init, and goes without a trace", () => {
  const destdir = join(room, "one");
  expect(install(destdir, "--init", "systemd")).toMatchObject({ status: 0, err: "" });
  const bin = join(destdir, "usr/local/bin");
  expect(run([join(bin, "lxc-ls"), "-P", room]).status).toBe(0);
  expect(run([join(bin, "berth"), "version"]).out).toContain("berth");
  expect(existsSync(join(destdir, "usr/local/lib/index.js"))).toBe(false);
  for (const [page, says] of [["lxc-start.1", "lxc-start - "], ["berth-run.1", "berth-run - "], ["lxc.container.conf.5", "lxc.container.conf - "]] as const) {
    const { status, out } = run(["man", "-l", join(destdir, `usr/local/share/man/man${page.slice(-1)}/${page}.gz`)]);
    expect([page, status, out.replaceAll(/.\x08/g, "").replaceAll(/ +/g, " ").includes(says)]).toEqual([page, 0, true]);
  }
  const setUserId = everything(destdir).filter((line) => / 104[0-7]{3} /.test(line)).map((line) => line.slice(destdir.length).split(" ")[0]);
  expect(setUserId).toEqual(["/usr/local/libexec/berth/lxc-user-nic"]);
  expect(readlinkSync(join(destdir, "etc/systemd/user/default.target.wants/berth.service"))).toBe("/usr/local/lib/systemd/user/berth.service");
  expect(readFileSync(join(destdir, "usr/local/lib/systemd/system/berth@.service"), "utf8")).toContain("ExecStart=/usr/local/bin/lxc-start -F -n %i\n");
  expect(install(destdir, "--uninstall")).toMatchObject({ status: 0, err: "" });
  expect(everything(destdir)).toEqual([]);
}, PATIENCE_MS);

test("again with another init: what belonged to the first is gone; scripts for sysvinit and OpenRC are such", () => {
  const destdir = join(room, "two");
  install(destdir, "--init", "sysvinit");
  const script = readFileSync(join(destdir, "etc/init.d/berth"), "utf8");
  expect([script.startsWith("#!/bin/sh\n### BEGIN INIT INFO\n"), run(["sh", "-n", join(destdir, "etc/init.d/berth")]).status, readlinkSync(join(destdir, "etc/rc2.d/S20berth"))]).toEqual([true, 0, "../init.d/berth"]);
  expect(install(destdir, "--init", "openrc").status).toBe(0);
  expect([readFileSync(join(destdir, "etc/init.d/berth"), "utf8").startsWith("#!/sbin/openrc-run\n"), existsSync(join(destdir, "etc/rc2.d/S20berth"))]).toEqual([true, false]);
  expect(install(destdir, "--init", "none").status).toBe(0);
  expect(existsSync(join(destdir, "etc/init.d/berth"))).toBe(false);
  install(destdir, "--uninstall");
  expect(everything(destdir)).toEqual([]);
}, PATIENCE_MS);

test("what others have there is neither overwritten nor removed", () => {
  const destdir = join(room, "three");
  mkdirSync(join(destdir, "usr/local/bin"), { recursive: true });
  writeFileSync(join(destdir, "usr/local/bin/lxc-ls"), "mine\n");
  const refused = install(destdir, "--init", "none");
  expect([refused.status, refused.err]).toEqual([1, expect.stringContaining("1 files of others are in the way, such as /usr/local/bin/lxc-ls")]);
  expect(everything(destdir).length).toBe(4);
  rmSync(join(destdir, "usr/local/bin/lxc-ls"));
  install(destdir, "--init", "none");
  const changed = join(destdir, "usr/local/share/lxc/config/common.conf");
  appendFileSync(changed, "# mine\n");
  const removed = install(destdir, "--uninstall");
  expect([removed.status, removed.out]).toEqual([0, expect.stringContaining(`kept ${changed}: it has been changed since`)]);
  expect(everything(destdir).filter((line) => line.includes(" "))).toEqual([expect.stringContaining("share/lxc/config/common.conf ")]);
}, PATIENCE_MS);

test("instead of Debian's: its files are kept by dpkg-divert, and are back afterwards", () => {
  const upper = join(room, "upper");
  for (const name of ["usr", "etc", "dpkg"]) for (const part of ["up", "work"]) mkdirSync(join(upper, name, part), { recursive: true });
  const over = (path: string, name: string): string => `mount -t overlay overlay -o lowerdir=${path},upperdir=${upper}/${name}/up,workdir=${upper}/${name}/work ${path}`;
  const look = "md5sum /usr/bin/lxc-start /usr/share/lxc/config/common.conf | cut -c1-32; dpkg-divert --list '*lxc*' | wc -l";
  const script = `set -e; mount -t tmpfs tmpfs ${upper}; mkdir -p ${["usr", "etc", "dpkg"].flatMap((name) => [`${upper}/${name}/up`, `${upper}/${name}/work`]).join(" ")}
    ${over("/usr", "usr")}; ${over("/etc", "etc")}; ${over("/var/lib/dpkg", "dpkg")}
    ${look}; "$@" --prefix /usr --init none --replace > /dev/null; echo installed; readlink /usr/bin/lxc-start; dpkg-divert --truename /usr/share/man/man1/lxc-start.1.gz; /usr/bin/lxc-start.distrib --version > /dev/null; /usr/bin/lxc-ls --version > /dev/null
    "$@" --prefix /usr --uninstall > /dev/null; ${look}`;
  const ran = run(["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", ...SCRIPT]);
  expect([ran.status, ran.err]).toEqual([0, ""]);
  const [before = "", after = ""] = ran.out.split("installed\n../libexec/berth/berth-engine\n/usr/share/man/man1/lxc-start.1.gz.distrib\n");
  expect(before).toMatch(/^[0-9a-f]{32}\n[0-9a-f]{32}\n0\n$/);
  expect(after).toBe(before);
}, PATIENCE_MS);

test("wrong words", () => {
  expect(run([...SCRIPT, "--prefix", "usr"])).toMatchObject({ status: 1, err: expect.stringContaining("'usr' is not an absolute path") });
  expect(run([...SCRIPT, "--init", "upstart"])).toMatchObject({ status: 1, err: expect.stringContaining("'upstart' is not one of systemd, openrc") });
  expect(run([...SCRIPT, "--frobnicate"])).toMatchObject({ status: 1, err: expect.stringContaining("usage: npm run install:system") });
  expect(install(join(room, "none"), "--uninstall")).toMatchObject({ status: 1, err: expect.stringContaining("there is no installation below") });
}, PATIENCE_MS);

test("--help teaches and installs nothing", () => {
  const { status, out, err } = run([...SCRIPT, "--help"]);
  expect([status, err]).toEqual([0, ""]);
  expect(out).toStartWith("usage: npm run install:system");
  for (const option of ["--prefix DIR", "--replace", "--destdir DIR", "--init KIND", "--dry-run", "--uninstall"]) expect(out).toContain(`\n  ${option}`);
}, PATIENCE_MS);
