import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { decode } from "../../src/isa/decode.ts";
import type { Op } from "../../src/isa/op.ts";
import { op, shell } from "./engine-run.ts";
import { Installed } from "./fake-planner.ts";

const NEWPID = 0x20000000;
const REBOOT = "0x1234567";
const CREATE = 0o1101;
const bye = (how: string): string => `exec perl -e 'syscall(169, 0xfee1dead, 672274793, ${how}); sleep 5'`;

/** One life of a container: init, the monitor, what is due at a reboot. */
const life = (tree: Installed, script: string): readonly Op[] => [
  op("lock", { path: tree.path("lock"), into: 9, nowait: 1 }),
  op("listen", { address: `${tree.dir}/command`, into: 5 }),
  op("openPty", { path: "/dev/ptmx", master: 3, peer: 4 }),
  op("mkdir", { path: tree.path("alive"), mode: 0o700 }, { undo: [op("unlink", { path: tree.path("alive"), flags: 0x200 })] }),
  op("clone", { flags: NEWPID, name: "init", pid: 0, pidfd: 1, body: [op("dup", { slot: 4, fd: 1 }), shell(script)] }, { undo: [op("kill", { pidfd: 1, signal: 9 }, { onError: ["ESRCH"] })] }),
  op("waitExec", { child: 0 }),
  op("supervise", { pid: 0, pidfd: 1, listen: 5, console: 3, record: tree.path("exit"), options: ["foreground", "propagate=1", "ring=16384"] }),
  op("replan", { request: ["name", "lxcpath"] }, { when: "reboot" }),
];

test("a reboot asks the planner, undoes the old plan, runs the new one in the same process", async () => {
  using tree = new Installed();
  const first = life(tree, bye(REBOOT));
  tree.answers(tree.frames("a").plan(first).end(), tree.frames("b").plan(life(tree, "echo $PPID; exit 5")).end());
  const { status, err } = await tree.launch({ args: ["-n", "x"], env: { HOME: "/h", K: "v" }, cwd: "/usr" });
  expect([status, err]).toEqual([5, ""]);
  const request = tree.request(2);
  expect([request.kind, request.argv, request.cwd, request.env]).toEqual(["reboot", ["name", "lxcpath"], "/usr", { HOME: "/h", K: "v" }]);
  expect(request.pid).toBe(tree.request(1).pid);
  expect(existsSync(tree.path("alive"))).toBe(false);
});

test("a planner that has no new plan for a reboot: the container is stopped, its undo done", async () => {
  using tree = new Installed();
  tree.answers(tree.frames("a").plan(life(tree, bye(REBOOT))).end(), tree.frames("b").out(2, "no more\n").exit(3).end(), tree.frames("c").exit(4).end());
  const { status, err } = await tree.launch();
  expect(err).toBe("no more\n");
  expect([status, tree.request(3).kind]).toEqual([4, "report"]);
  expect(existsSync(tree.path("alive"))).toBe(false);
});

test("a new plan that fails is reported as itself", async () => {
  using tree = new Installed();
  tree.answers(tree.frames("a").plan(life(tree, bye(REBOOT)), "old").end(), tree.frames("b").plan([op("chdir", { path: "/nowhere" })], "new").end(), tree.frames("c").out(2, "said\n").exit(1).end());
  const { status, err } = await tree.launch();
  expect([status, err, decode(tree.request(3).plan ?? new Uint8Array()).notes]).toEqual([1, "said\n", "new"]);
});

test("a hundred reboots leave no descriptor, no memory and no zombie behind", async () => {
  using tree = new Installed();
  tree.frames("again").plan(life(tree, bye(REBOOT)), "n".repeat(50_000)).end();
  tree.frames("last").plan([op("writeFile", { path: tree.path("done"), data: "x", flags: CREATE, mode: 0o600 })]).end();
  tree.script(`
head -c 8 <&3 > ${tree.path("head")}
head -c $(od -An -tu4 -j4 -N4 ${tree.path("head")}) <&3 > /dev/null
echo "$(ls /proc/$PPID/fd | wc -l) $(sed -n 's/VmSize:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$PPID/status) $(cat /proc/$PPID/task/$PPID/children | wc -w)" >> ${tree.path("trace")}
[ $(wc -l < ${tree.path("trace")}) -le 100 ] && cat ${tree.path("again")} >&3 || cat ${tree.path("last")} >&3`);
  const { status, err } = await tree.launch();
  expect([status, err]).toEqual([0, ""]);
  const trace = tree.read("trace").trim().split("\n");
  expect(trace.length).toBe(101);
  const held = trace.map((line) => line.split(" ").map(Number));
  expect(held.at(-1)?.slice(0, 2)).toEqual(held[3]?.slice(0, 2) ?? []);
  expect(held.at(-1)?.[2]).toBeLessThanOrEqual(6); // this planner, and the last few that may still be ending
  expect(tree.read("done")).toBe("x");
}, 30_000);
