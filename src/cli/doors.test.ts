// What every door does with any command line: no root, no container, no file but a temporary directory.
import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Request } from "../model/request.ts";
import type { Answer, Door } from "./answer.ts";
import { ALIASES } from "./berth/alias.ts";
import { doors } from "./doors.ts";
import { LXC_LEVEL } from "./version.ts";

const lxcpath = mkdtempSync(join(tmpdir(), "doors-"));
mkdirSync(join(lxcpath, "c1"));
writeFileSync(join(lxcpath, "c1/config"), "lxc.uts.name = c1\nlxc.group = onboot\nlxc.group = web\nlxc.start.auto = 1\n");
afterAll(() => rmSync(lxcpath, { recursive: true, force: true }));

const request = (...argv: readonly string[]): Request => ({
  kind: "command", argv, cwd: lxcpath, env: {}, pid: 1, uid: 0, euid: 0, gid: 0, egid: 0, isTty: [false, false, false], inheritedFds: [], cgroup: "0::/\n", prefix: "/nonexistent",
});
async function door(name: string): Promise<Door> {
  const load = doors[name];
  if (load === undefined) throw new Error(`no door ${name}`);
  return load();
}
const run = async (name: string, ...words: readonly string[]): Promise<Answer> => (await door(name)).main(request(name, ...words));
async function ended(name: string, ...words: readonly string[]): Promise<{ readonly out: string; readonly err: string; readonly status: number }> {
  const answer = await run(name, ...words);
  if (answer.kind !== "done") throw new Error("answered with a plan");
  return { out: answer.out ?? "", err: answer.err ?? "", status: answer.status };
}
const tools = Object.keys(doors).filter((name) => name.startsWith("lxc-") && name !== "lxc-config" && name !== "lxc-update-config");
/** Of LXC 2 and older: their options say in other ways what they are about. */
const OLD_NAMELESS = ["lxc-backup", "lxc-clone", "lxc-list", "lxc-ps", "lxc-restore", "lxc-setcap", "lxc-setuid", "lxc-start-ephemeral", "lxc-version"];
/** They do their work without a name. */
const NAMELESS = [...OLD_NAMELESS, "lxc-autostart", "lxc-checkconfig", "lxc-containers", "lxc-ls", "lxc-monitor", "lxc-net", "lxc-top", "lxc-unshare", "lxc-usernsexec"];
/** What they do not know is another program's. */
const PASSING_ON = ["lxc-netstat", "lxc-ps"];
const named = tools.filter((name) => !NAMELESS.includes(name));

test.each(tools)("%s: help, usage, version and a wrong option", async (name) => {
  const help = await ended(name, "--help");
  expect([help.status, help.out, help.err.split("\n")[0]?.startsWith(`Usage: ${name} `)]).toEqual([0, "", true]);
  expect(help.err).toContain("Examples:");
  expect((await ended(name, "-?")).status).toBe(1);
  expect(await ended(name, "--version")).toEqual({ out: `${LXC_LEVEL}\n`, err: "", status: 0 });
  const usage = await ended(name, "--usage");
  expect([usage.status, usage.err.split("\n").length]).toEqual([0, 2]);
  if (PASSING_ON.includes(name)) return;
  const wrong = await ended(name, "--no-such-option");
  expect([wrong.status, wrong.err.split("\n")[0]]).toEqual([1, `${name}: unrecognized option '--no-such-option'`]);
});

test.each(tools)("%s: help fits a terminal", async (name) => {
  const { err } = await ended(name, "--help");
  const examples = err.indexOf("Examples:");
  expect(err.slice(0, examples).split("\n").slice(1).filter((line) => line.length > 80)).toEqual([]);
});

test.each([...tools, "berth export"])("%s: no letter is two options in its help", async (name) => {
  const [first = "", ...words] = name.split(" ");
  const { err } = await ended(first, ...words, "--help");
  const letters = [...err.matchAll(/^ {2}(-\w), --/gm)].map(([, letter]) => letter);
  expect(letters.filter((letter, i) => letters.indexOf(letter) !== i)).toEqual([]);
});

test.each(named)("%s: needs a name", async (name) => {
  expect(await ended(name)).toEqual({ out: "", err: `${name}: No container name specified\n`, status: 1 });
  expect((await ended(name, "-q")).err).toBe("");
});

test("a name with a slash is refused", async () => {
  const { err, status } = await ended("lxc-info", "-n", "a/b");
  expect(status).toBe(1);
  expect(err).toStartWith("lxc-info: ");
  expect(err).toContain("a/b");
});

test("lxc-stop's conflicts, and its status for what does not run", async () => {
  const P = ["-P", lxcpath, "c1"];
  expect(await ended("lxc-stop", ...P)).toMatchObject({ status: 2, err: "lxc-stop: c1: c1 is not running\n" });
  expect(await ended("lxc-stop", ...P, "-k", "-r")).toMatchObject({ status: 1, err: "lxc-stop: c1: -k can't be used with -r\n" });
  expect(await ended("lxc-stop", ...P, "-k", "--nokill")).toMatchObject({ err: "lxc-stop: c1: -k can't be used with --nokill\n" });
  expect(await ended("lxc-stop", ...P, "-k", "-t", "5")).toMatchObject({ err: "lxc-stop: c1: -k doesn't allow timeouts\n" });
  expect(await ended("lxc-stop", ...P, "--nolock")).toMatchObject({ err: "lxc-stop: c1: --nolock may only be used with -k\n" });
});

test("lxc-start of what is not there keeps LXC's sentence and adds why", async () => {
  const { err, status } = await ended("lxc-start", "-P", lxcpath, "nope");
  expect(status).toBe(1);
  expect(err).toStartWith("lxc-start: nope: No container config specified\n    cause: ");
});

test("values that make no sense are quoted", async () => {
  for (const [name, ...words] of [["lxc-start", "c1", "-s", "foo"], ["lxc-attach", "c1", "-u", "me"], ["lxc-attach", "c1", "-eFOO"], ["lxc-attach", "c1", "-s", "FOO"], ["lxc-wait", "c1", "-s", "RUNNING", "-t", "x"], ["lxc-stop", "c1", "-t", "x"], ["lxc-start", "c1", "--explain=xml"]]) {
    const answer = await ended(name ?? "", "-P", lxcpath, ...words);
    expect(answer.status).toBe(1);
    expect(answer.err).toStartWith(`${name}: `);
  }
});

test("lxc-wait's words", async () => {
  expect((await ended("lxc-wait", "-P", lxcpath, "c1")).err).toStartWith("lxc-wait: Missing state option to wait for\n");
  expect((await ended("lxc-wait", "-P", lxcpath, "c1", "-s", "STOPPED|FOO")).err).toStartWith("lxc-wait: c1: invalid state 'FOO'\n");
  expect((await ended("lxc-wait", "-P", lxcpath, "c1", "-s", "RUNNING|STOPPED")).status).toBe(0);
});

test("lxc-create refuses before it makes anything", async () => {
  const P = ["-P", lxcpath, "-n", "new"];
  expect((await ended("lxc-create", ...P)).err).toBe('lxc-create: new: A template must be specified.\nlxc-create: new: Use "none" if you really want a container without a rootfs.\n');
  expect((await ended("lxc-create", ...P, "-t", "none", "-B", "foo")).err).toStartWith("lxc-create: new: foo is not a valid backing storage type\n");
  expect((await ended("lxc-create", ...P, "-t", "none", "--fssize", "1G")).err).toBe("lxc-create: new: Filesystem type and size are only valid with block devices\n");
  expect((await ended("lxc-create", ...P, "-t", "none", "-B", "lvm", "--zfsroot", "x")).err).toBe("lxc-create: new: zfsroot is only valid with -B zfs\n");
  expect((await ended("lxc-create", ...P, "-t", "none", "--dir", "rel")).err).toStartWith("lxc-create: new: --dir should use absolute path\n");
  expect(existsSync(join(lxcpath, "new"))).toBe(false);
});

test("-o keeps what is said, in LXC's format; -q silences stderr only", async () => {
  const file = join(lxcpath, "log");
  expect((await ended("lxc-stop", "-q", "-P", lxcpath, "c1", "-o", file)).err).toBe("");
  expect(readFileSync(file, "utf8")).toMatch(/^lxc-stop c1 \d{14}\.\d{3} ERROR    container - berth:container\.stopped:0 - c1 is not running\n$/);
});

test("a log file that cannot be opened is a failure, as in LXC", async () => {
  const { err, status } = await ended("lxc-info", "-P", lxcpath, "c1", "-o", "/proc/nowhere/log");
  expect([status, err.split("\n")[0]]).toEqual([1, "lxc-info: c1: cannot open the log file '/proc/nowhere/log'"]);
});

test("lxc.log.* is what counts where the options say nothing", async () => {
  const [own, other] = [join(lxcpath, "own.log"), join(lxcpath, "other.log")];
  mkdirSync(join(lxcpath, "logged"));
  const config = (...lines: readonly string[]): void => writeFileSync(join(lxcpath, "logged/config"), `${lines.join("\n")}\n`);
  config(`lxc.log.file = ${own}`);
  await ended("lxc-stop", "-P", lxcpath, "logged");
  expect(readFileSync(own, "utf8")).toMatch(/^lxc-stop logged \d{14}\.\d{3} ERROR    container - berth:container\.stopped:0 - logged is not running\n$/);
  await ended("lxc-stop", "-P", lxcpath, "logged", "-o", other);
  expect([readFileSync(own, "utf8").split("\n").length, readFileSync(other, "utf8").split("\n").length]).toEqual([2, 2]);
  config(`lxc.logfile = ${own}`, "lxc.loglevel = CRIT");
  await ended("lxc-stop", "-P", lxcpath, "logged");
  await ended("lxc-stop", "-P", lxcpath, "logged", "-l", "ERROR");
  expect(readFileSync(own, "utf8").split("\n").length).toBe(3);
  config("lxc.log.file = /proc/nowhere/log");
  expect(await ended("lxc-stop", "-P", lxcpath, "logged")).toMatchObject({ status: 1, err: expect.stringContaining("cannot open the log file '/proc/nowhere/log' of lxc.log.file") });
  expect((await ended("lxc-stop", "-P", lxcpath, "logged", "-o", "none")).status).toBe(2);
  rmSync(join(lxcpath, "logged"), { recursive: true });
});

test("--format json", async () => {
  expect(JSON.parse((await ended("lxc-ls", "-P", lxcpath, "--format", "json")).out)).toMatchObject([{ name: "c1", state: "STOPPED", isAutostart: true, groups: ["onboot", "web"] }]);
  expect(JSON.parse((await ended("lxc-info", "-P", lxcpath, "c1", "--format", "json")).out)).toMatchObject({ name: "c1", state: "STOPPED" });
});

test("berth stands for the lxc-* commands", async () => {
  expect((await ended("berth", "--version")).out).toContain(LXC_LEVEL);
  expect((await ended("berth", "ls", "-P", lxcpath)).out).toStartWith("NAME STATE ");
  expect((await ended("berth", "config", "get", "lxc.lxcpath")).out).toBe((await ended("lxc-config", "lxc.lxcpath")).out);
  expect(await ended("berth", "dance")).toMatchObject({ status: 1 });
  expect((await ended("berth", "why", "c1", "-P", lxcpath)).out).toBe("c1: no failed start, no ended run and no hook are recorded.\n");
});

test.each([...ALIASES])("berth $verb speaks as it was typed, and says what it stands for", async ({ verb, argv }) => {
  const { err, status } = await ended("berth", verb, "--no-such-option");
  expect([status, err.split("\n")[0], err.split("\n")[1]?.startsWith(`Usage: berth ${verb} `)]).toEqual([1, `berth ${verb}: unrecognized option '--no-such-option'`, true]);
  expect(err.replace(/\n/g, " ")).toContain(`The same as ${argv.join(" ")}: `);
  if (named.includes(argv[0] ?? "")) expect((await ended("berth", verb)).err).toStartWith(`berth ${verb}: `);
  expect((await ended("berth", verb, "--rcfile=/dev/null", "--version")).out).toBe(`${LXC_LEVEL}\n`);
});

test("verbs that pass their work on speak as they were typed", async () => {
  for (const words of [["exec", "c1", "true"], ["restart", "c1"]]) expect((await ended("berth", ...words, "-P", lxcpath)).err).toBe(`berth ${words[0] ?? ""}: c1: c1 is not running\n    remedy: start it: lxc-start -n c1\n`);
  for (const words of [["rename", "gone", "other"], ["copy", "gone", "other"], ["restore", "gone", "snap0"], ["rm", "gone"], ["freeze", "gone"], ["exec", "gone", "true"]]) {
    const { err, status } = await ended("berth", ...words, "-P", lxcpath);
    expect([status, err.split("\n").filter((line) => line !== "" && !line.startsWith("    ") && !line.startsWith(`berth ${words[0] ?? ""}: gone: `))]).toEqual([1, []]);
  }
});

test("berth run: a name without a container runs nothing, least of all on the host's files", async () => {
  const { err, status } = await ended("berth", "run", "-P", lxcpath, "gone", "--", "true");
  expect([status, err]).toEqual([1, `berth run: gone: container "gone" is not defined\n    cause: there is no ${lxcpath}/gone/config\n    remedy: give it an image (--image debian/bookworm) or a config (-f FILE)\n`]);
});

test("lxc COMMAND stands for lxc-COMMAND", async () => {
  expect(await ended("lxc", "info", "-P", lxcpath, "-sH", "c1")).toEqual(await ended("lxc-info", "-P", lxcpath, "-sH", "c1"));
  expect(await ended("lxc", "--version")).toMatchObject({ out: `${LXC_LEVEL}\n`, status: 0 });
  const unknown = await ended("lxc", "dance");
  expect([unknown.status, unknown.err.split("\n").slice(0, 3)]).toEqual([1, ["lxc: there is no command 'dance'", "Known commands:", "  attach"]]);
  expect((await ended("lxc")).status).toBe(1);
});

test("commands of LXC 2 and older", async () => {
  expect(await ended("lxc-version")).toMatchObject({ out: `lxc version: ${LXC_LEVEL}\n`, status: 0 });
  expect((await ended("lxc-list", "-P", lxcpath)).out).toBe("RUNNING\n\nFROZEN\n\nSTOPPED\n  c1 (auto)\n");
  for (const name of ["lxc-setcap", "lxc-setuid"]) expect([(await ended(name)).status, (await ended(name)).err.includes("remedy: give users containers of their own"), (await ended(name, "-d")).status]).toEqual([1, true, 0]);
  const P = ["-P", lxcpath];
  expect(await ended("lxc-kill", ...P, "-n", "c1", "SIGNOTHING")).toMatchObject({ status: 255, err: "lxc-kill: c1: 'SIGNOTHING' is not a signal\n    remedy: give its number or its name, for example 15 or SIGTERM\n" });
  expect(await ended("lxc-kill", ...P, "-n", "c1")).toMatchObject({ status: 1, err: "lxc-kill: c1: c1 is not running\n    remedy: start it: lxc-start -n c1\n" });
  expect(await ended("lxc-shutdown", ...P, "-n", "c1", "-w")).toMatchObject({ status: 1, err: "lxc-shutdown: c1: c1 is not running\n" });
  expect((await ended("lxc-netstat", ...P, "-n", "c1", "-tln")).err).toStartWith("lxc-netstat: c1: ");
  expect((await ended("lxc-ps", ...P, "-n", "c1", "-ef")).err).toStartWith("lxc-ps: c1 is not running");
  expect((await ended("lxc-clone", "-o", "c1")).err).toStartWith("lxc-clone: both a container and a name for its copy are needed");
  expect((await ended("lxc-clone", "-p", lxcpath, "c1", "c2", "-v", "vg")).err).toStartWith("lxc-clone: --vgname is not supported\n");
  expect((await ended("lxc-start-ephemeral", ...P, "-o", "c1", "-s", "disk")).err).toStartWith("lxc-start-ephemeral: --storage-type knows");
  expect((await ended("lxc-start-ephemeral", ...P, "-o", "c1", "-b", "nobody-of-that-name")).err).toContain("is neither an absolute path nor a user");
  expect((await ended("lxc-restart", ...P, "-n", "c1")).err).toContain("remedy: lxc-restart -n c1 -S DIRECTORY; to restart the container: lxc-stop -r -n c1");
});

test("--explain prints the plan and gives none to run", async () => {
  const text = await ended("lxc-unshare", "-s", "UTSNAME", "--explain", "--", "true");
  expect([text.status, text.out.split("\n")[0]]).toEqual([0, expect.stringMatching(/^0 +launcher /)]);
  const data: unknown = JSON.parse((await ended("lxc-unshare", "-s", "UTSNAME", "--explain=json", "--", "true")).out);
  expect(data).toMatchObject({ verb: "unshare", steps: expect.arrayContaining([expect.objectContaining({ process: "launcher" })]) });
});

test("--strict: every old name and foreign limit is refused at once, each at its line; without it they are warnings", async () => {
  const file = join(lxcpath, "old.conf");
  writeFileSync(file, "lxc.utsname = old\nlxc.tty = 4\nlxc.rootfs = /nonexistent/rootfs\nlxc.network.type = empty\n");
  const strict = await ended("lxc-start", "-n", "old", "-P", lxcpath, "-f", file, "--strict", "--explain", "--", "true");
  expect(strict.status).toBe(1);
  for (const line of ["1: lxc.utsname is", "2: lxc.tty is", "3: lxc.rootfs is", "4: lxc.network.type is"]) expect(strict.err).toContain(`lxc-start: old: ${file}:${line} the name of LXC 2 and older, it is lxc.`);
  expect(strict.err).toContain("    lxc.utsname = old\n    ^^^^^^^^^^^\n");
  const lenient = await ended("lxc-start", "-n", "old", "-P", lxcpath, "-f", file, "--explain", "--", "true");
  expect([lenient.err.includes("'/nonexistent/rootfs' does not exist"), lenient.err.includes("old: /")]).toEqual([true, true]);
  const create = await ended("lxc-create", "-n", "new", "-P", lxcpath, "-t", "none", "-f", file, "--strict");
  expect([create.status, create.err.split("older, it is").length, existsSync(join(lxcpath, "new"))]).toEqual([1, 5, false]);
  rmSync(file);
});
