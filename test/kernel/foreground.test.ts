import { expect, test } from "bun:test";
import type { Op } from "../../src/isa/op.ts";
import { op, Scratch, shell } from "./engine-run.ts";
import { onPty, Session, withoutTerminal } from "./terminal.ts";

const NEWPID = 0x20000000;
const supervised = (scratch: Scratch, init: string): readonly Op[] => onPty(shell(init), [
  op("waitExec", { child: 0 }),
  op("supervise", { pid: 0, pidfd: 1, console: 3, record: scratch.path("exit"), options: ["foreground", "propagate=1"] }),
], NEWPID);

test("the terminal is the container's console, keys and screen", async () => {
  using scratch = new Scratch();
  const s = new Session(scratch, supervised(scratch, "stty size; echo ready; read line; echo \"<$line>\"; exit 5"));
  await s.shows("ready");
  s.type("typed\r");
  const seen = await s.end();
  expect(seen.screen).toContain("37 91\r\nready\r\ntyped\r\n<typed>\r\n");
  expect([seen.status, seen.isRestored]).toEqual([5, true]);
  expect(JSON.parse(scratch.read("exit"))).toMatchObject({ code: 5, target: "stop" });
});

test("Ctrl-C goes to the container, not to the monitor", async () => {
  using scratch = new Scratch();
  const s = new Session(scratch, supervised(scratch, "trap 'echo interrupted; exit 9' INT; echo ready; while :; do sleep 0.02; done"));
  await s.shows("ready");
  s.type("\x03");
  const seen = await s.end();
  expect(seen.screen).toContain("interrupted");
  expect(seen.status).toBe(9);
});

test("signals to the monitor are init's, a hang-up as SIGTERM", async () => {
  using scratch = new Scratch();
  const init = "trap 'echo one' USR1; trap 'echo term; exit 7' TERM; echo ready; while :; do sleep 0.02; done";
  const s = new Session(scratch, supervised(scratch, init));
  await s.shows("ready");
  process.kill(s.pid, "SIGUSR1");
  await s.shows("one");
  process.kill(s.pid, "SIGHUP");
  const seen = await s.end();
  expect(seen.screen).toContain("term");
  expect([seen.status, seen.isRestored]).toEqual([7, true]);
});

test("the window's size follows", async () => {
  using scratch = new Scratch();
  const s = new Session(scratch, supervised(scratch, "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.02; done"));
  await s.shows("ready");
  s.resize(44, 11);
  await s.shows("11 44");
  expect((await s.end()).isRestored).toBe(true);
});

test("without a terminal the console goes to stdout", async () => {
  using scratch = new Scratch();
  expect(await withoutTerminal(scratch, supervised(scratch, "echo out; exit 3"), "")).toEqual({ status: 3, out: "out\r\n" });
});

test("a reader of stdout that goes away does not take the container with it", async () => {
  using scratch = new Scratch();
  const s = new Session(scratch, supervised(scratch, `for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.02; done; echo done > ${scratch.path("done")}; exit 2`), "2> /dev/null | head -c 1 > /dev/null");
  await s.end();
  expect(scratch.read("done")).toBe("done\n");
});
