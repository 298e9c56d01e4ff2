// Proves exec and spawn: what a program is given, what a helper's end says, what is kept of its words.
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "bun:test";
import { E_STATUS, FLAGS } from "../../src/isa/schema.ts";
import { O_CREAT, O_RDONLY, O_WRONLY } from "../../src/linux/fs.ts";
import { child, errno, op, runPlan, Scratch, shell } from "./engine-run.ts";

const script = (path: string, text: string): void => writeFileSync(path, text, { mode: 0o755 });

test("exec: the environment is the plan's, or the caller's below it", async () => {
  const caller = { PATH: "/usr/bin:/bin", KEPT: "caller", OVER: "caller" };
  const exec = (flags?: number) => runPlan([op("exec", { path: "/usr/bin/env", argv: ["env"], env: ["OVER=plan", "NEW=1", "NEW=2"], flags })], { env: caller });
  expect((await exec()).out.trim().split("\n").sort()).toEqual(["NEW=2", "OVER=plan"]);
  expect((await exec(FLAGS.EXEC_INHERIT_ENV)).out.trim().split("\n").sort()).toEqual(["KEPT=caller", "NEW=2", "OVER=plan", "PATH=/usr/bin:/bin"]);
});

test("exec looks along the new PATH, tries the fallbacks, runs a script without #!", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("one"));
  mkdirSync(scratch.path("two"));
  script(scratch.path("two/program"), "echo found $0 $1\n");
  writeFileSync(scratch.path("one/program"), "", { mode: 0o644 });
  const env = [`PATH=${scratch.path("one")}:${scratch.path("two")}:/usr/bin:/bin`];
  const flags = FLAGS.EXEC_SEARCH_PATH;
  expect((await runPlan([op("exec", { path: "program", argv: ["program", "arg"], env, flags })])).out).toBe(`found ${scratch.path("two/program")} arg\n`);
  expect((await runPlan([op("exec", { path: "none", argv: ["none"], env, flags })])).failed).toMatchObject({ error: errno("ENOENT"), text: "none" });
  expect((await runPlan([op("exec", { path: "program", argv: ["program"], env: [`PATH=${scratch.path("one")}`], flags })])).failed?.error).toBe(errno("EACCES"));
  expect((await runPlan([op("exec", { path: "program", argv: ["program"], env })])).failed?.error).toBe(errno("ENOENT"));
  const fallback = await runPlan([op("exec", { path: "/no/shell", argv: ["-sh", "-c", "echo $0"], env, fallback: ["/no/other", "/bin/sh"] })]);
  expect(fallback.out).toBe("/bin/sh\n");
});

test("what is executed has the caller's umask, limits, signals and no descriptor of ours", async () => {
  const caller = 'trap "" USR1; umask 031; ulimit -n 333; exec "$@"';
  const seen = "umask; ulimit -n; for n in 0 1 2 3 4 5 6 7 8 9; do test -e /proc/$$/fd/$n && echo $n; done; exec grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status";
  const direct = Bun.spawnSync(["sh", "-c", caller, "sh", "bash", "-c", seen], { stdin: "ignore" }).stdout.toString();
  const bash = op("exec", { path: "/bin/bash", argv: ["bash", "-c", seen], env: ["PATH=/usr/bin:/bin"] });
  const made = [op("open", { path: "/", flags: O_RDONLY, into: 1 }), op("listen", { address: "berth-test-exec", into: 2 }), op("openPty", { path: "/dev/ptmx", master: 3, peer: 4 }), op("lock", { path: "/tmp/berth-test-exec.lock", into: 5 }), op("spawn", { argv: ["true"] })];
  const ran = await runPlan([...made, ...child([bash])], { under: ["sh", "-c", caller, "sh"] });
  expect([ran.status, ran.out]).toEqual([0, direct]);
  await runPlan([op("unlink", { path: "/tmp/berth-test-exec.lock" })]);
});

test("a stdio descriptor that the caller closed is closed for the program, and never becomes one of ours", async () => {
  using scratch = new Scratch();
  const ran = await runPlan([
    op("open", { path: scratch.path("file"), flags: O_WRONLY | O_CREAT, into: 0 }),
    op("spawn", { argv: ["echo", "captured"] }),
    shell("for n in 0 1 2; do test -e /proc/$$/fd/$n && echo $n; done; true"), // nothing that opens a descriptor
  ], { under: ["sh", "-c", 'exec "$@" 0<&- 2>&-', "sh"] });
  expect([ran.out, ran.events.map(({ text }) => text)]).toEqual(["1\n", ["captured\n"]]);
});

test("spawn: status and signal become E_STATUS + n; the end of what it said is kept", async () => {
  const failing = await runPlan([op("spawn", { argv: ["sh", "-c", "echo out; echo err >&2; exit 9"] })]);
  expect(failing.failed).toMatchObject({ error: E_STATUS + 9, text: "sh: out\nerr\n" });
  const killed = await runPlan([op("spawn", { argv: ["sh", "-c", "kill -TERM $$"] })]);
  expect(killed.failed).toMatchObject({ error: E_STATUS + 128 + 15, text: "sh" });
  const wordy = await runPlan([op("spawn", { argv: ["sh", "-c", "seq 1 20000; echo last; false"] })]);
  const text = wordy.failed?.text ?? "";
  expect([text.length, text.startsWith("sh: "), text.endsWith("19999\n20000\nlast\n")]).toEqual([904, true, true]);
});

test("spawn: a program that is not there is ENOENT, one without a slash is looked up in a fixed PATH", async () => {
  using scratch = new Scratch();
  script(scratch.path("id"), "#!/bin/sh\necho hijacked\n");
  const ran = await runPlan([op("spawn", { argv: ["id", "-u"] })], { env: { PATH: scratch.dir }, cwd: scratch.dir });
  expect(ran.events.map(({ text }) => text)).toEqual(["0\n", ""]);
  expect((await runPlan([op("spawn", { argv: ["/no/helper", "x"] })])).failed).toMatchObject({ error: errno("ENOENT"), text: "/no/helper" });
  expect((await runPlan([op("spawn", { argv: ["no-such-helper"] })])).failed?.error).toBe(errno("ENOENT"));
  expect((await runPlan([op("spawn", { argv: [] })])).failed?.error).toBe(errno("EINVAL"));
});

test("spawn: stdin is nothing, given bytes or a slot; stdout may be a slot; the environment is the plan's", async () => {
  using scratch = new Scratch();
  writeFileSync(scratch.path("in"), "from slot");
  const big = "y".repeat(200_000);
  const ran = await runPlan([
    op("spawn", { argv: ["cat"] }),
    op("spawn", { argv: ["cat"], input: ["given ", { hex: "6279746573" }] }),
    op("open", { path: scratch.path("in"), flags: O_RDONLY, into: 0 }),
    op("open", { path: scratch.path("out"), flags: O_WRONLY | O_CREAT, into: 1 }),
    op("spawn", { argv: ["sh", "-c", "cat; echo warned >&2; echo $OWN $THEIRS"], env: ["OWN=1"], stdin: 0, stdout: 1 }),
    op("spawn", { argv: ["sh", "-c", "echo $OWN $THEIRS"], env: ["OWN=1"], flags: FLAGS.SPAWN_INHERIT_ENV }),
    op("spawn", { argv: ["wc", "-c"], input: big, flags: FLAGS.SPAWN_INHERIT_STDIO }),
  ], { env: { THEIRS: "2" } });
  expect(ran.status).toBe(0);
  expect(ran.events.filter(({ kind }) => kind === "output").map(({ text }) => text)).toEqual(["given bytes", "warned\n", "1 2\n"]);
  expect([scratch.read("out"), ran.out]).toEqual(["from slot1\n", "200000\n"]);
});

test("spawn: in time or ETIMEDOUT; what a helper leaves running does not hold us up", async () => {
  using scratch = new Scratch();
  const late = await runPlan([op("spawn", { argv: ["sleep", "60"], timeout: 30 })]);
  expect(late.failed).toMatchObject({ error: errno("ETIMEDOUT"), text: "sleep" });
  const daemon = await runPlan([op("spawn", { argv: ["sh", "-c", `sleep 60 & echo $! > ${scratch.path("pid")}; echo said`], timeout: 20_000 })]);
  process.kill(Number(scratch.read("pid")), "SIGKILL");
  expect([daemon.status, daemon.events[0]?.text]).toEqual([0, "said\n"]);
});

test("spawn: with a helper that is late goes what it has started", async () => {
  using scratch = new Scratch();
  const late = await runPlan([op("spawn", { argv: ["sh", "-c", `sleep 60 & echo $! > ${scratch.path("pid")}; sleep 60`], timeout: 1000 })]);
  expect(late.failed?.error).toBe(errno("ETIMEDOUT"));
  const pid = scratch.read("pid").trim();
  expect(pid).toMatch(/^\d+$/);
  // a zombie until somebody has waited for it
  const isGone = (): boolean => { try { return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8")); } catch { return true; } };
  while (!isGone()) await new Promise((resolve) => setTimeout(resolve, 5));
});

test("a helper has default signals, no blocked ones, no descriptor but stdio", async () => {
  const fd = openSync("/dev/null", "r");
  const caller = 'trap "" USR1 PIPE; exec "$@"';
  const helpers = [["grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"], ["ls", "/proc/self/fd"]].map((argv) => op("spawn", { argv }));
  const ran = await runPlan([op("closeInherited", {}), op("open", { path: "/", flags: O_RDONLY, into: 1 }), ...helpers], { inherited: [fd], under: ["sh", "-c", caller, "sh"] });
  closeSync(fd);
  expect(ran.events[0]?.text).toBe("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  expect(ran.events[1]?.text).toBe("0\n1\n2\n3\n"); // 3 is the directory that ls reads
});

test("an op made to fail by --fail-op fails with that error and undoes what was", async () => {
  using scratch = new Scratch();
  const plan = [op("mkdir", { path: scratch.path("dir"), mode: 0o755 }, { undo: [op("unlink", { path: scratch.path("dir"), flags: 0x200 })] }), shell("echo never")];
  const ran = await runPlan(plan, { args: ["--fail-op", "1:28"] });
  expect([ran.status, ran.out, scratch.has("dir")]).toEqual([125, "", false]);
  expect(ran.failed).toMatchObject({ op: 1, error: errno("ENOSPC"), text: "made to fail" });
  expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(scratch.dir);
});

test("as many arguments and variables as the kernel takes", async () => {
  const many = Array.from({ length: 60_000 }, (_, i) => String(i));
  const env = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`V${i}`, "x"]));
  const ran = await runPlan([op("exec", { path: "/bin/sh", argv: ["sh", "-c", "echo $#; env | grep -c ^V", "sh", ...many], env: ["PATH=/usr/bin:/bin"], flags: FLAGS.EXEC_INHERIT_ENV })], { env });
  expect([ran.status, ran.out]).toEqual([0, "60000\n20000\n"]);
});
