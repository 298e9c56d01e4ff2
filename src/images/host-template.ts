// Owns the template `host`: a system of its own whose /usr is the host's, read-only. A few small files are all that is made. Other
// templates make theirs of it.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { PROGRAM_PATH } from "../host/probe/program.ts";
import { byOption, type Origin } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Customize } from "./customize.ts";
import { optionTemplate } from "./option-template.ts";
import { cacheBase } from "./remote/cache.ts";
import type { Made, TemplateWish } from "./templates.ts";

const MERGED = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];
const EMPTY = ["usr", "dev", "proc", "sys", "run", "mnt", "opt", "srv", "home", "var/cache", "var/lib", "var/log", "var/spool", "var/mail", "etc/systemd/system", "etc/default"];
/** What programs below /usr want to find in /etc, as far as nothing in it is secret or the host's alone. */
const COPIED = ["alternatives", "ld.so.conf", "ld.so.conf.d", "ld.so.cache", "nsswitch.conf", "login.defs", "profile", "profile.d", "bash.bashrc", "pam.d", "pam.conf", "security", "skel", "services", "protocols", "rpc", "shells", "debian_version", "ca-certificates.conf", "ssl/certs", "dbus-1", "locale.alias"];
const SYSTEM_MAX = 999;
const NOBODY = 65534;

/** Users and groups of the system; those of people stay on the host. */
function systemRows(file: string): string {
  const rows = readFileSync(file, "utf8").split("\n").map((line) => line.split(":"));
  return rows.filter(([name, , id = ""]) => name !== undefined && /^\d+$/.test(id) && (Number(id) <= SYSTEM_MAX || Number(id) === NOBODY)).map((row) => `${(file.endsWith("group") ? [...row.slice(0, 3), ""] : row).join(":")}\n`).join("");
}

function copyEtc(tree: string): void {
  for (const name of COPIED) {
    if (!existsSync(`/etc/${name}`)) continue;
    mkdirSync(`${tree}/etc/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    cpSync(`/etc/${name}`, `${tree}/etc/${name}`, { recursive: true, verbatimSymlinks: true, filter: (path) => { try { return lstatSync(path).isSymbolicLink() || (lstatSync(path).mode & 0o004) !== 0; } catch { return false; } } });
  }
  writeFileSync(`${tree}/etc/passwd`, systemRows("/etc/passwd"));
  writeFileSync(`${tree}/etc/group`, systemRows("/etc/group"));
  writeFileSync(`${tree}/etc/shadow`, systemRows("/etc/passwd").split("\n").filter((line) => line !== "").map((line) => `${line.split(":")[0] ?? ""}:*:19000:0:99999:7:::\n`).join(""), { mode: 0o640 });
  writeFileSync(`${tree}/etc/hostname`, "LXC_NAME\n");
  writeFileSync(`${tree}/etc/hosts`, "127.0.0.1 localhost\n127.0.1.1 LXC_NAME\n::1 localhost ip6-localhost ip6-loopback\n");
  writeFileSync(`${tree}/etc/machine-id`, "");
  writeFileSync(`${tree}/etc/inittab`, "::sysinit:/bin/true\nconsole::askfirst:/bin/sh\n::ctrlaltdel:/bin/true\n");
  if (existsSync("/usr/lib/os-release")) symlinkSync("../usr/lib/os-release", `${tree}/etc/os-release`);
  for (const unit of ["debug", "config"]) symlinkSync("/dev/null", `${tree}/etc/systemd/system/sys-kernel-${unit}.mount`);
}

function buildTree(tree: string): void {
  for (const folder of EMPTY) mkdirSync(`${tree}/${folder}`, { recursive: true });
  for (const folder of ["tmp", "var/tmp"]) {
    mkdirSync(`${tree}/${folder}`, { recursive: true });
    chmodSync(`${tree}/${folder}`, 0o1777);
  }
  mkdirSync(`${tree}/root`, { mode: 0o700 });
  symlinkSync("../run", `${tree}/var/run`);
  symlinkSync("../run/lock", `${tree}/var/lock`);
  for (const name of MERGED) if (existsSync(`/${name}`)) symlinkSync(readlinkSync(`/${name}`), `${tree}/${name}`);
  copyEtc(tree);
  if (existsSync("/etc/skel/.bashrc")) copyFileSync("/etc/skel/.bashrc", `${tree}/root/.bashrc`);
}

/** What a template makes of it. */
export interface OnHost {
  readonly template: string;
  /** Words of lxc.init.cmd. */
  readonly init: string;
  /** Further lines of its config. */
  readonly more?: readonly string[];
  /** Further files of its own; what it says is wrong ends it. */
  readonly fill?: (tree: string) => Problem | undefined;
  readonly own?: Customize;
}

const INITS = ["/usr/lib/systemd/systemd", "/usr/sbin/init", "/usr/bin/busybox"];
const configOf = ({ init, more = [] }: OnHost, isMapped: boolean): string => [
  "lxc.include = LXC_TEMPLATE_CONFIG/common.conf", ...(isMapped ? ["lxc.include = LXC_TEMPLATE_CONFIG/userns.conf"] : []),
  "lxc.mount.entry = /usr usr none ro,rbind 0 0", `lxc.init.cmd = ${init}`, ...more, "",
].join("\n");

/** An archive of the few files, and the config that puts the host's /usr below them. */
export function makeOnHost(wish: TemplateWish, what: OnHost): Result<Made> {
  const at = byOption(`-t ${what.template}`);
  const separate = MERGED.find((name) => existsSync(`/${name}`) && !(lstatSync(`/${name}`).isSymbolicLink() && readlinkSync(`/${name}`).replace(/^\//, "").startsWith("usr/")));
  if (separate !== undefined) return fail({ code: "host.feature", at, text: `'/${separate}' of this host is not in /usr`, cause: "only /usr is shared", remedy: "install usrmerge, or take another template" });
  const base = cacheBase(wish.env, wish.isRoot);
  mkdirSync(base, { recursive: true, mode: 0o755 });
  const work = mkdtempSync(`${base}/.host-`);
  let isKept = false;
  try {
    mkdirSync(`${work}/tree`);
    mkdirSync(`${work}/meta`);
    buildTree(`${work}/tree`);
    writeFileSync(`${work}/meta/config`, configOf(what, wish.isMapped));
    writeFileSync(`${work}/meta/templates`, "/etc/hostname\n/etc/hosts\n");
    const problem = what.fill?.(`${work}/tree`) ?? packed(work, at);
    if (problem !== undefined) return fail(problem);
    isKept = true;
    return ok({ kind: "archive", path: `${work}/rootfs.tar`, compression: "none", metadata: `${work}/meta`, template: what.template, scratch: work, ...(what.own === undefined ? {} : { own: what.own }) });
  } finally {
    if (!isKept) rmSync(work, { recursive: true, force: true });
  }
}

function packed(work: string, at: Origin): Problem | undefined {
  const tar = spawnSync("tar", ["--create", `--file=${work}/rootfs.tar`, "--numeric-owner", "--owner=0", "--group=0", "-C", `${work}/tree`, "."], { encoding: "utf8", env: { PATH: PROGRAM_PATH, LC_ALL: "C" } });
  return tar.status === 0 ? undefined : { code: "template.failed", at, text: "the few files of the container's own cannot be packed", cause: tar.stderr.trim() };
}

function make(wish: TemplateWish): Result<Made> {
  const init = INITS.find((path) => existsSync(path));
  if (init === undefined) return fail({ code: "init.missing", at: byOption("-t host"), text: "this host has no init that a container could run", remedy: "apt-get install systemd, or busybox-static" });
  return makeOnHost(wish, { template: "host", init: init.endsWith("busybox") ? `${init} init` : init });
}

export const host = optionTemplate({ name: "host", about: "/usr is the host's, read-only; /etc, /var, /home and /root are its own. Made in a moment, without any download.", options: [], make });
