import { expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import type { Op } from "../../src/isa/op.ts";
import { errno, op, runPlan, Scratch } from "./engine-run.ts";
import type { Ran } from "./engine-run.ts";

const [NEWPID, NEWNS, TERM, USR1, PWR] = [0x20000000, 0x00020000, 15, 10, 30];
const ENV = ["PATH=/usr/bin:/bin", "GIVEN=yes"];
const PROC: readonly Op[] = [
  op("mountSetattr", { path: "/", flags: 0x8000, propagation: 1 << 18 }), // AT_RECURSIVE, MS_PRIVATE
  op("fsMount", { type: "proc", into: 20 }), op("moveMount", { tree: 20, path: "/proc" }), op("close", { slot: 20 }),
];

const application = (argv: readonly string[], more: readonly Op[] = [], before: readonly Op[] = []): readonly Op[] => [
  op("clone", { flags: NEWPID | NEWNS, name: "init", pid: 0, pidfd: 1, body: [...PROC, ...before, op("initLoop", { argv, env: ENV })] }, { undo: [op("kill", { pidfd: 1, signal: 9 }, { onError: ["ESRCH"] })] }),
  op("waitExec", { child: 0 }),
  ...more,
  op("exitWith", { child: 0 }),
];
const run = (script: string, more: readonly Op[] = [], before: readonly Op[] = []): Promise<Ran> => runPlan(application(["sh", "-c", script], more, before));

test("the program is pid 2 of a session of its own, found on PATH, with the environment given", async () => {
  const { status, out } = await run("echo $$ $GIVEN $(ps -o sid= -p $$) $(tr '\\0' , < /proc/1/cmdline); exit 7");
  expect([status, out]).toEqual([7, "2 yes 2 init,\n"]);
});

test("a program killed by a signal: 128 and its number", async () => {
  expect((await run("kill -9 $$")).status).toBe(137);
});

test("orphans are reaped, and the last one is waited for", async () => {
  const { status, out } = await run("(sleep 0.1; ps -A -o stat= | grep -c Z; echo last) & sh -c 'sleep 0.02 &' ; exit 4");
  expect([status, out]).toEqual([4, "0\nlast\n"]);
});

/** Waits for a file that the program makes. */
const until = (path: string): Op => op("spawn", { argv: ["sh", "-c", `while [ ! -e ${path} ]; do sleep 0.01; done`], env: ["PATH=/usr/bin:/bin"], timeout: 5000 });

test("a signal from outside reaches the program", async () => {
  using scratch = new Scratch();
  const script = `trap 'echo got; exit 6' USR1; touch ${scratch.path("ready")}; while :; do sleep 0.02; done`;
  const { status, out } = await run(script, [until(scratch.path("ready")), op("kill", { pidfd: 1, signal: USR1 })]);
  expect([status, out]).toEqual([6, "got\n"]);
});

for (const [name, signal] of [["SIGTERM", TERM], ["SIGPWR", PWR]] as const) {
  test(`${name} ends all, those that will not after a second`, async () => {
    using scratch = new Scratch();
    const stubborn = `trap '' TERM; echo stubborn; touch ${scratch.path("ready")}; sleep 100`;
    const script = `trap 'echo told; exit 3' TERM; (${stubborn}) & while :; do sleep 0.02; done`;
    const { status, out } = await run(script, [until(scratch.path("ready")), op("kill", { pidfd: 1, signal })]);
    expect([status, out]).toEqual([3, "stubborn\ntold\n"]);
  });
}

test("a signal from inside is none of pid 1's business", async () => {
  const { status, out } = await run("kill -TERM 1; sleep 0.05; echo alive");
  expect([status, out]).toEqual([0, "alive\n"]);
});

test("pid 1 has nothing of the host open but its standard descriptors", async () => {
  const { out } = await run("ls /proc/$$/fd | tr '\\n' ' '; sleep 0.1; ls /proc/1/fd | tr '\\n' ' '", [], [op("open", { path: "/", flags: 0, into: 30 }), op("open", { path: "/etc", flags: 0, into: 31 })]);
  expect(out).toBe("0 1 2 0 1 2 ");
});

test("a program that looks at once finds no directory of the host in pid 1", async () => {
  const host = [op("open", { path: "/", flags: 0, into: 30 }), op("open", { path: "/etc", flags: 0, into: 31 })];
  const { out } = await run("ls -l /proc/1/fd | grep -c -E ' -> /(etc)?$'", [], host);
  expect(out).toBe("0\n");
});

test("a program that is missing or no program fails the start with its errno and name", async () => {
  const { failed, status } = await runPlan(application(["no-such-program"]));
  expect([status, failed?.error, failed?.text, failed?.process]).toEqual([125, errno("ENOENT"), "no-such-program", "init"]);
  const denied = await runPlan(application(["/etc/passwd"]));
  expect([denied.failed?.error, denied.failed?.text]).toEqual([errno("EACCES"), "/etc/passwd"]);
});

test("in the host's pid namespace SIGTERM ends the program and nothing else", async () => {
  using scratch = new Scratch();
  const others = Bun.spawn(["sleep", "60"]);
  const ops = [
    op("clone", { flags: 0, name: "init", pid: 0, pidfd: 1, body: [op("initLoop", { argv: ["sleep", "100"], env: ENV })] }),
    op("waitExec", { child: 0 }), op("kill", { pidfd: 1, signal: TERM }), op("exitWith", { child: 0 }),
  ];
  expect((await runPlan(ops, { cwd: scratch.dir })).status).toBe(143);
  expect(readdirSync(`/proc/${others.pid}`).length).toBeGreaterThan(0);
  expect(readFileSync(`/proc/${others.pid}/stat`, "utf8").split(" ")[2]).toBe("S");
  others.kill();
  await others.exited;
});
