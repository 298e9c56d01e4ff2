// The same command lines on Debian's lxc and on Berth: equal output and status where containers are stopped or missing.
// What differs on purpose is in docs/differences.md and not here.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DIST } from "../kernel/place.ts";

const lxcpath = mkdtempSync(join(tmpdir(), "cli-twin-"));
const PATIENCE_MS = 20_000;

beforeAll(() => {
  const container = (name: string, ...lines: readonly string[]): void => {
    mkdirSync(join(lxcpath, name, "rootfs"), { recursive: true });
    writeFileSync(join(lxcpath, name, "config"), lines.map((line) => `${line}\n`).join(""));
  };
  container("c1", "lxc.uts.name = c1", `lxc.rootfs.path = dir:${lxcpath}/c1/rootfs`, "lxc.group = onboot", "lxc.group = web", "lxc.start.auto = 1", "lxc.net.0.type = empty");
  container("longer-name", "lxc.uts.name = other", "lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536", "lxc.arch = x86_64");
  container("web2", "lxc.uts.name = web2", "lxc.group = web");
  mkdirSync(join(lxcpath, "not-a-container"));
});
afterAll(() => rmSync(lxcpath, { recursive: true, force: true }));

interface Ran { readonly out: string; readonly err: string; readonly status: number | null }
function ran(folder: string, [command = "", ...words]: readonly string[]): Ran {
  // By its bare name: glibc's complaints begin with argv[0] as it was typed.
  const env = { ...process.env, PATH: `${folder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` };
  const { stdout, stderr, status } = spawnSync(command, words, { encoding: "utf8", input: "", timeout: PATIENCE_MS, env });
  return { out: stdout, err: stderr, status };
}
const both = (line: readonly string[]): { readonly theirs: Ran; readonly ours: Ran } => ({ theirs: ran("/usr/bin", line), ours: ran(join(DIST, "bin"), line) });

/** `lxc-x: NAME: ../src/lxc/tools/lxc_x.c: main: 168 TEXT` is `lxc-x: NAME: TEXT` here. */
const withoutPlace = (text: string): string => text.replace(/^(lxc-[a-z]+: (?:[^ ]+: )?)\S+\.c: \w+: \d+ /gm, "$1");
const firstLine = (text: string): string => text.split("\n")[0] ?? "";

const P = ["-P", lxcpath];
const SAME_OUTPUT: readonly (readonly string[])[] = [
  ["lxc-ls", ...P], ["lxc-ls", ...P, "-1"], ["lxc-ls", ...P, "-f"], ["lxc-ls", ...P, "--line", "web"], ["lxc-ls", ...P, "^w.*2$"], ["lxc-ls", ...P, "--filter", "c1"],
  ["lxc-ls", ...P, "-f", "-F", "name,groups,PID,interface,ram,swap,unprivileged"], ["lxc-ls", ...P, "-F", "name"], ["lxc-ls", ...P, "-f", "-F", "NAME,AUTOSTART"],
  ["lxc-ls", ...P, "-g", "onboot"], ["lxc-ls", ...P, "-g", "onboot,web"], ["lxc-ls", ...P, "-g", "web,foo"], ["lxc-ls", ...P, "-f", "-g", "web"],
  ["lxc-ls", ...P, "--running"], ["lxc-ls", ...P, "--frozen"], ["lxc-ls", ...P, "--stopped"], ["lxc-ls", ...P, "--active"], ["lxc-ls", ...P, "--defined"], ["lxc-ls", ...P, "--active", "--stopped"],
  ["lxc-ls", "-P", "/nonexistent"], ["lxc-ls", ...P, "x", "y"], ["lxc-ls", ...P, "-n", "c1"], ["lxc-ls", ...P, "-f", "--filter", "nothing"],
  ["lxc-info", ...P, "c1"], ["lxc-info", ...P, "-n", "c1"], ["lxc-info", ...P, "--name=c1", "--state"], ["lxc-info", ...P, "c1", "-s", "-H"], ["lxc-info", ...P, "c1", "-p"], ["lxc-info", ...P, "c1", "-pH"],
  ["lxc-info", ...P, "c1", "-S"], ["lxc-info", ...P, "c1", "-i"], ["lxc-info", ...P, "c1", "-iH"], ["lxc-info", ...P, "c1", "-spH"], ["lxc-info", ...P, "c1", "-H"],
  ["lxc-info", ...P, "c1", "-c", "lxc.group"], ["lxc-info", ...P, "c1", "-c", "lxc.group", "-H"], ["lxc-info", ...P, "c1", "-c", "lxc.uts.name", "-c", "lxc.arch", "-H"],
  ["lxc-info", ...P, "c1", "-sc", "lxc.uts.name", "-H"], ["lxc-info", ...P, "c1", "-c", "lxc.rootfs.path"], ["lxc-info", ...P, "c1", "-c", "lxc.net.0.type"], ["lxc-info", ...P, "longer-name", "-c", "lxc.idmap"],
  ["lxc-info", ...P, "longer-name", "-c", "lxc.arch"], ["lxc-info", ...P, "c1", "-c", "lxc.start.auto", "-c", "lxc.start.delay", "-c", "lxc.pty.max", "-c", "lxc.tty.max", "-c", "lxc.autodev"],
  ["lxc-wait", ...P, "c1", "-s", "STOPPED"], ["lxc-wait", ...P, "c1", "-s", "RUNNING|STOPPED"], ["lxc-wait", ...P, "c1", "-s", "RUNNING", "-t", "0"], ["lxc-wait", ...P, "c1", "-s", "RUNNING", "-t", "1"],
  ["lxc-wait", ...P, "nope", "-s", "STOPPED", "-t", "1"], ["lxc-wait", ...P, "nope", "-s", "RUNNING", "-t", "0"],
  ["lxc-config", "-l"], ["lxc-config"], ["lxc-config", "-h"], ["lxc-config", "--help"], ["lxc-config", "-"], ["lxc-config", "--"], ["lxc-config", ""], ["lxc-config", "lxc"], ["lxc-config", "lxc.lxcpath"], ["lxc-config", "lxc.lxcpath", "x"],
  ["lxc-config", "lxc.bdev.lvm"], ["lxc-config", "lxc.cgroup"], ["lxc-config", "lxc.cgroup.pattern"], ["lxc-config", "lxc.lxcpathx"], ["lxc-config", "foo"], ["lxc-config", "-lx"], ["lxc-config", "lxc.bdev.zfs.root"], ["lxc-config", "lxc.default_config"],
];

test.each(SAME_OUTPUT.map((line) => [line.join(" ").replace(lxcpath, "PATH"), line] as const))("%s: the same on stdout, the same status", (_, line) => {
  const { theirs, ours } = both(line);
  expect({ out: ours.out, status: ours.status }).toEqual({ out: theirs.out, status: theirs.status });
  if (theirs.err === "") expect(ours.err).toBe("");
});

/** LXC's first line on stderr is ours too; cause and remedy may follow it. */
const SAME_COMPLAINT: readonly (readonly string[])[] = [
  ["lxc-info", ...P, "nope"], ["lxc-info", ...P, "c1", "-c", "lxc.foo"], ["lxc-info", "-P", "/a", "-P", "/b", "c1"],
  ["lxc-start"], ["lxc-stop"], ["lxc-info"], ["lxc-wait", "-s", "STOPPED"], ["lxc-destroy"], ["lxc-create"], ["lxc-attach"], ["lxc-execute"], ["lxc-start", "-q"],
  ["lxc-start", ...P, "nope"], ["lxc-start", ...P, "nope", "-F"], ["lxc-start", "--foo"], ["lxc-start", "-Z"], ["lxc-start", "--log", "x"], ["lxc-start", "-n"], ["lxc-start", "--name"], ["lxc-start", "--daemon=x"],
  ["lxc-stop", "--no"], ["lxc-attach", "--keep"], ["lxc-ls", "--f"], ["lxc-create", "--fs"], ["lxc-info", "-sx"],
  ["lxc-stop", ...P, "c1"], ["lxc-stop", ...P, "nope"], ["lxc-stop", ...P, "c1", "-k", "-r"], ["lxc-stop", ...P, "c1", "-k", "--nokill"], ["lxc-stop", ...P, "c1", "-k", "-t", "5"], ["lxc-stop", ...P, "c1", "--nolock"], ["lxc-stop", ...P, "c1", "-kW"],
  ["lxc-wait", ...P, "c1", "-s", "FOO"], ["lxc-wait", ...P, "c1", "-s", "STOPPED|FOO", "-t", "0"],
  ["lxc-destroy", ...P, "nope"], ["lxc-create", ...P, "c1", "-t", "none"],
  ["lxc-create", ...P, "new", "-t", "none", "--dir", "rel"], ["lxc-create", ...P, "new", "-t", "none", "-B", "foo"], ["lxc-create", ...P, "new", "-t", "none", "--fssize", "1G"], ["lxc-create", ...P, "new", "-t", "none", "-B", "lvm", "--zfsroot", "x"],
  ["lxc-unshare"], ["lxc-unshare", "-s", "MOUNT"], ["lxc-unshare", "--", "true"], ["lxc-unshare", "-s", "MOUNT", "-i", "eth9", "--", "true"], ["lxc-unshare", "-s", "MOUNT", "-H", "x", "--", "true"],
  ["lxc-usernsexec", "-z"],
];

/** LXC 6 puts its library's log, `WORDS OF THE ERRNO - TEXT`, before the tool's own line; 5 keeps it to itself. */
const withoutLog = (text: string): string => text.split("\n").filter((row) => !/^lxc-[a-z]+: [^ ]+: [A-Z][a-z ]+ - /.test(row)).join("\n");

test.each(SAME_COMPLAINT.map((line) => [line.join(" ").replace(lxcpath, "PATH"), line] as const))("%s: the same complaint, the same status", (_, line) => {
  const { theirs, ours } = both(line);
  expect({ out: ours.out, status: ours.status, complaint: firstLine(ours.err) }).toEqual({ out: theirs.out, status: theirs.status, complaint: firstLine(withoutLog(withoutPlace(theirs.err))) });
});

/** The words are our own, the status is LXC's. */
const SAME_STATUS: readonly (readonly string[])[] = [
  ...["start", "stop", "attach", "execute", "info", "ls", "wait", "create", "destroy", "unshare"].flatMap((name) => [[`lxc-${name}`, "--help"], [`lxc-${name}`, "-h"], [`lxc-${name}`, "-?"], [`lxc-${name}`, "--usage"], [`lxc-${name}`, "--version"], [`lxc-${name}`, "x", "--help", "--foo"]]),
  ["lxc-usernsexec", "-h"], ["lxc-create", ...P, "new"], ["lxc-wait", ...P, "c1"], ["lxc-wait", ...P, "c1", "-s", "RUNNING", "-t", "x"], ["lxc-stop", ...P, "c1", "-t", "x"],
  ["lxc-start", ...P, "c1", "-s", "foo"], ["lxc-start", ...P, "c1", "-F"], ["lxc-start", ...P, "c1", "-f", "/nonexistent"], ["lxc-start", ...P, "c1", "-s", "lxc.foo=x", "-F"], ["lxc-start", ...P, "c1", "--share-net", "nope", "-F"],
  ["lxc-attach", ...P, "c1"], ["lxc-attach", ...P, "nope"], ["lxc-attach", ...P, "c1", "-eFOO"], ["lxc-attach", ...P, "c1", "-s", "FOO"], ["lxc-attach", ...P, "c1", "-u", "x"], ["lxc-attach", ...P, "c1", "-a", "foo"],
  ["lxc-execute", ...P, "c1", "-u", "x", "--", "true"], ["lxc-unshare", "-s", "FOO", "--", "true"], ["lxc-unshare", "-s", "MOUNT", "--", "true"], ["lxc-unshare", "-s", "MOUNT", "--", "false"],
  ["lxc-create", ...P, "new", "-t", "no-such-template"], ["lxc-info", ...P, "c1", "-o", "/proc/nowhere/log"],
];

test.each(SAME_STATUS.map((line) => [line.join(" ").replace(lxcpath, "PATH"), line] as const))("%s: the same status", (_, line) => {
  const { theirs, ours } = both(line);
  expect(ours.status).toBe(theirs.status);
  expect(ours.out === "").toBe(theirs.out === "");
});

test("the twin is really ours", () => {
  const { theirs, ours } = both(["lxc-start", "--version"]);
  expect(ours.out).toBe("6.0.0\n");
  expect(theirs.out).not.toBe(ours.out);
});
