import { expect, test } from "bun:test";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { decode } from "../../src/isa/decode.ts";
import { parseEvents } from "../../src/isa/events.ts";
import { op, shell } from "./engine-run.ts";
import { Installed } from "./fake-planner.ts";

const escaped = (bytes: readonly number[]): string => bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
const says = (...bytes: readonly number[]): string => `printf '${escaped(bytes)}' >&3`;

test("what the planner says is written, and its status is the launcher's", async () => {
  using tree = new Installed();
  tree.answers(tree.frames("a").out(1, "one\n").out(2, "two\n").out(1, "three\n").exit(7).end());
  expect(await tree.launch()).toEqual({ status: 7, signal: null, out: "one\nthree\n", err: "two\n" });
});

test("a megabyte of output arrives whole", async () => {
  using tree = new Installed();
  const text = "0123456789abcde\n".repeat(80_000);
  tree.answers(tree.frames("a").out(1, text).exit(0).end());
  const { out } = await tree.launch();
  expect(out.length).toBe(text.length);
  expect(out === text).toBe(true);
});

test("the request says where and as whom the command was typed", async () => {
  using tree = new Installed();
  tree.answers(tree.frames("a").exit(0).end());
  const env = { PATH: "/bin", BUN_OPTIONS: "--preload ./x.js", EMPTY: "", LONG: "x".repeat(100_000) };
  const fd = openSync("/dev/null", "r");
  await tree.launch({ args: ["-n", "a b", "", "--", "é"], env, cwd: "/usr/share", inherited: [fd] });
  closeSync(fd);
  const request = tree.request(1);
  expect(request.kind).toBe("command");
  expect(request.argv).toEqual(["lxc-test", "-n", "a b", "", "--", "é"]);
  expect(request.cwd).toBe("/usr/share");
  expect(request.env).toEqual(env);
  expect([request.uid, request.euid, request.gid, request.egid]).toEqual([0, 0, 0, 0]);
  expect(request.isTty).toEqual([false, false, false]);
  expect(request.inheritedFds).toEqual([3]);
  expect(request.cgroup).toMatch(/^\d+:.*:\//m);
  expect(request.prefix).toBe(tree.dir);
});

test("the planner gets a clean context: environment, directory, descriptors", async () => {
  using tree = new Installed();
  tree.script(`tr '\\0' '\\n' < /proc/$$/environ > ${tree.path("environ")}; readlink /proc/$$/cwd > ${tree.path("cwd")}
ls /proc/$$/fd > ${tree.path("fds")}; ${says(3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0)}`);
  const hostile = { BUN_OPTIONS: "x", BUN_BE_BUN: "1", NODE_OPTIONS: "y", BASH_ENV: "/etc/passwd", BERTH_X: "1", PATH: "/evil" };
  const fd = openSync("/dev/null", "r");
  const ended = await tree.launch({
    cwd: "/tmp", inherited: [fd, fd, fd], under: ["/usr/bin/env", "--ignore-signal=PIPE,HUP,USR1", "--block-signal=TERM", "LD_LIBRARY_PATH=/evil"],
    env: { ...hostile, HOME: "/h", LANG: "C", LC_ALL: "C.UTF-8", TERM: "dumb" },
  });
  closeSync(fd);
  expect(ended).toEqual({ status: 0, signal: null, out: "", err: "" });
  expect(tree.read("environ").trim().split("\n").sort()).toEqual([
    "BUN_JSC_useJIT=0", "HOME=/h", "LANG=C", "LC_ALL=C.UTF-8", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=dumb",
  ]);
  expect(tree.read("cwd")).toBe("/\n");
  expect(tree.read("fds").trim().split("\n")).toEqual(["0", "1", "2", "255", "3"]); // 255 is bash's own; a pipe would be one more for a moment
});

test("the planner's signals are the usual ones", async () => {
  using tree = new Installed();
  writeFileSync(tree.planner, "#!/bin/cp /proc/self/status\n", { mode: 0o755 }); // the kernel adds the script's own path
  await tree.launch({ under: ["/usr/bin/env", "--ignore-signal=PIPE,HUP,USR1", "--block-signal=TERM"] });
  expect(tree.read("libexec/berth/berth-planner")).toMatch(/SigBlk:\s0{16}\nSigIgn:\s0{16}\n/);
});

const FAULTS: readonly (readonly [string, string, string])[] = [
  ["ends with a status", "exit 3", "ended early with status 3"],
  ["is killed", "kill -SEGV $$", "crashed: signal 11"],
  ["hangs up and stays", "exec 3>&-; exec sleep 60", // killed after a second
    "answered rubbish: it hung up without a last frame"],
  ["ends inside a frame", says(3, 0, 0), "ended early with status 0"],
  ["ends inside a payload", says(3, 0, 0, 0, 4, 0, 0, 0, 1), "ended early with status 0"],
  ["sends an unknown kind", says(9, 0, 0, 0, 0, 0, 0, 0), "answered rubbish: a frame of an unknown kind"],
  ["sends a huge frame", says(2, 0, 0, 0, 255, 255, 255, 255), "answered rubbish: a frame of more than 8 MiB"],
  ["writes to another descriptor", says(2, 0, 0, 0, 5, 0, 0, 0, 7, 0, 0, 0, 65), "answered rubbish: an OUT frame for another descriptor than 1 or 2"],
  ["sends an OUT without descriptor", says(2, 0, 0, 0, 1, 0, 0, 0, 65), "answered rubbish: an OUT frame without a descriptor"],
  ["sends an odd EXIT", says(3, 0, 0, 0, 0, 0, 0, 0), "answered rubbish: an EXIT frame of the wrong size"],
  ["sends a tiny plan", says(4, 0, 0, 0, 1, 0, 0, 0, 0), "answered rubbish: a plan of an impossible size"],
];
for (const [what, body, why] of FAULTS) {
  test(`a planner that ${what} is named, status 125`, async () => {
    using tree = new Installed();
    tree.script(body);
    expect(await tree.launch()).toEqual({ status: 125, signal: null, out: "", err: `lxc-test: the planner (${tree.planner}) ${why}\n` });
  });
}

test("a plan that is none is refused, status 125", async () => {
  using tree = new Installed();
  tree.script(`${says(4, 0, 0, 0, 64, 0, 0, 0)}; head -c 64 /dev/zero >&3`);
  const { status, err } = await tree.launch();
  expect(status).toBe(125);
  expect(err).toStartWith(`lxc-test: the planner (${tree.planner}) answered rubbish: `);
});

test("no planner at all", async () => {
  using tree = new Installed();
  expect(await tree.launch()).toEqual({ status: 125, signal: null, out: "", err: `lxc-test: the planner (${tree.planner}) cannot be run: No such file or directory\n` });
});

test("a hung planner is given up when the caller says after how long", async () => {
  using tree = new Installed();
  tree.script("exec sleep 60");
  const { status, err } = await tree.launch({ env: { BERTH_PLANNER_TIMEOUT: "1" } });
  expect([status, err]).toEqual([125, `lxc-test: the planner (${tree.planner}) did not answer within 1 s\n`]);
});

test("a planner that never reads a large request does not hang the launcher for ever", async () => {
  using tree = new Installed();
  tree.script("exec sleep 60");
  const { status, err } = await tree.launch({ env: { BERTH_PLANNER_TIMEOUT: "1", LONG: "x".repeat(120_000), LONGER: "y".repeat(120_000), MORE: "z".repeat(120_000) } });
  expect([status, err]).toEqual([125, `lxc-test: the planner (${tree.planner}) did not answer within 1 s\n`]);
});

test("a plan runs in the launcher's own process, with the caller's context", async () => {
  using tree = new Installed();
  tree.answers(tree.frames("a").plan([shell("echo $PPID $$; ulimit -n; pwd; ls /proc/$$/fd")]).end());
  const fd = openSync("/dev/null", "r");
  const child = tree.spawn({ cwd: "/usr", inherited: [fd], under: ["prlimit", "--nofile=77:99"] });
  const [out] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  closeSync(fd);
  // without a pipe: the shell would have its ends of it for a moment
  expect(out.trim().split("\n")).toEqual([`${process.pid} ${child.pid}`, "77", "/usr", "0", "1", "2", "3"]);
});

test("what a plan executes has the caller's signal mask and dispositions", async () => {
  using tree = new Installed();
  tree.answers(tree.frames("a").plan([op("exec", { path: "/bin/grep", argv: ["grep", "-E", "SigBlk|SigIgn", "/proc/self/status"], env: [] })]).end());
  const { out } = await tree.launch({ under: ["/usr/bin/env", "--ignore-signal=USR1", "--block-signal=USR2"] });
  expect(out).toBe("SigBlk:\t0000000000000800\nSigIgn:\t0000000000000200\n");
});

test("a status that the plan asks for is the launcher's, also when it is 125", async () => {
  using tree = new Installed();
  tree.answers(tree.frames("a").plan([op("exitWith", { status: 125 })]).end());
  expect(await tree.launch()).toEqual({ status: 125, signal: null, out: "", err: "" });
  expect(tree.hasRequest(2)).toBe(false);
});

test("a plan that fails is reported by a second planner, which has the plan and events", async () => {
  using tree = new Installed();
  const ops = [op("mkdir", { path: tree.path("made"), mode: 0o700 }), op("chdir", { path: "/nowhere" })];
  tree.answers(tree.frames("a").plan(ops, "the notes").end(), tree.frames("b").out(2, "explained\n").exit(1).end());
  expect(await tree.launch({ args: ["-x"] })).toEqual({ status: 1, signal: null, out: "", err: "explained\n" });
  const request = tree.request(2);
  expect([request.kind, decode(request.plan ?? new Uint8Array()).notes, request.argv]).toEqual(["report", "the notes", ["lxc-test", "-x"]]);
  const failed = parseEvents(request.events ?? new Uint8Array()).find(({ kind }) => kind === "failed");
  expect([failed?.op, failed?.error, failed?.process]).toEqual([1, 2, "launcher"]);
});

test("a report that is a plan is not run", async () => {
  using tree = new Installed();
  const bad = [op("chdir", { path: "/nowhere" })];
  tree.answers(tree.frames("a").plan(bad).end(), tree.frames("b").plan([shell("echo run")]).end());
  const { status, out, err } = await tree.launch();
  expect([status, out]).toEqual([125, ""]);
  expect(err).toContain("a plan where a report was asked for");
  expect(tree.hasRequest(3)).toBe(false);
});

test("a reporting planner that crashes is itself reported", async () => {
  using tree = new Installed();
  tree.answers(tree.frames("a").plan([op("chdir", { path: "/nowhere" })]).end());
  expect(await tree.launch()).toEqual({ status: 125, signal: null, out: "", err: `lxc-test: the planner (${tree.planner}) ended early with status 0\n` });
});

test("a reader that goes away ends the command quietly", async () => {
  using tree = new Installed();
  tree.answers(tree.frames("a").out(1, "x".repeat(3_000_000)).exit(0).end());
  const shellLine = `env --ignore-signal=PIPE ${tree.path("bin/lxc-test")} | head -c 1; echo " \${PIPESTATUS[0]}"`;
  const child = Bun.spawn(["bash", "-c", shellLine], { stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  expect([out, err]).toEqual(["x 1\n", ""]);
});

test("a full disk is said", async () => {
  using tree = new Installed();
  tree.answers(tree.frames("a").out(1, "x").exit(0).end());
  const child = Bun.spawn(["sh", "-c", `${tree.path("bin/lxc-test")} > /dev/full`], { stdout: "pipe", stderr: "pipe" });
  expect(await new Response(child.stderr).text()).toBe("lxc-test: write error: No space left on device\n");
  expect(await child.exited).toBe(1);
});
