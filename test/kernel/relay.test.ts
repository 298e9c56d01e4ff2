import { expect, test } from "bun:test";
import type { Op } from "../../src/isa/op.ts";
import { op, runPlan, Scratch, shell } from "./engine-run.ts";
import { onPty, Session, withoutTerminal } from "./terminal.ts";

const END: readonly Op[] = [op("relay", { master: 3, pidfd: 1 }), op("exitWith", { child: 0 })];
const session = (scratch: Scratch, script: string, end = END, redirect = ""): Session => new Session(scratch, onPty(shell(script), end), redirect);
const MEGABYTE = 1 << 20;

test("keys go in, the screen comes out, the status is the program's, the terminal is as it was", async () => {
  using scratch = new Scratch();
  const s = session(scratch, "echo ready; read line; echo \"<$line>\"; exit 5");
  await s.shows("ready");
  s.type("typed\r");
  const seen = await s.end();
  expect(seen.screen).toContain("typed\r\n<typed>\r\n");
  expect([seen.status, seen.isRestored]).toEqual([5, true]);
});

test("the size is the terminal's, from the start and when it changes", async () => {
  using scratch = new Scratch();
  const s = session(scratch, "trap 'stty size; exit' WINCH; stty size; while :; do sleep 0.02; done");
  await s.shows("37 91");
  s.resize(50, 20);
  await s.shows("20 50");
  expect((await s.end()).isRestored).toBe(true);
});

test("Ctrl-C is a key for the program inside", async () => {
  using scratch = new Scratch();
  const s = session(scratch, "trap 'echo interrupted; exit 9' INT; echo ready; while :; do sleep 0.02; done");
  await s.shows("ready");
  s.type("\x03");
  const seen = await s.end();
  expect(seen.screen).toContain("interrupted");
  expect([seen.status, seen.isRestored]).toEqual([9, true]);
});

test("a megabyte comes out whole, the last byte too", async () => {
  using scratch = new Scratch();
  const seen = await session(scratch, `stty -opost; head -c ${MEGABYTE} /dev/zero | tr '\\0' x; printf END`).end();
  expect(seen.screen.length).toBe(MEGABYTE + 3);
  expect(seen.screen.endsWith("xEND")).toBe(true);
});

test("a megabyte goes in whole while as much comes out", async () => {
  using scratch = new Scratch();
  const s = session(scratch, `stty raw -echo; echo ready; head -c ${MEGABYTE} | tee sum.in | tail -c 10; md5sum < sum.in > sum; printf END`);
  await s.shows("ready");
  const keys = Buffer.alloc(MEGABYTE, "0123456789abcdefghijklmnopqrstuvwxyz!");
  s.type(keys);
  const seen = await s.end();
  expect(scratch.read("sum").slice(0, 32)).toBe(new Bun.CryptoHasher("md5").update(keys).digest("hex"));
  expect(seen.screen.endsWith(`${keys.subarray(-10).toString()}END`)).toBe(true);
});

test("a signal from outside ends the relay as it would have, with the terminal as it was", async () => {
  using scratch = new Scratch();
  const s = session(scratch, "echo ready; sleep 100");
  await s.shows("ready");
  process.kill(s.pid, "SIGTERM");
  const seen = await s.end();
  expect([seen.status, seen.isRestored]).toEqual([143, true]);
});

test("the log has what the screen had", async () => {
  using scratch = new Scratch();
  const end = [op("open", { path: scratch.path("log"), flags: 0o2101, mode: 0o600, into: 5 }), op("relay", { master: 3, pidfd: 1, log: 5 }), op("exitWith", { child: 0 })];
  const seen = await session(scratch, "echo one; echo two", end).end();
  expect(scratch.read("log")).toBe("one\r\ntwo\r\n");
  expect(seen.screen).toContain("one\r\ntwo\r\n");
});

test("a program that stays behind and talks does not keep the relay", async () => {
  using scratch = new Scratch();
  const s = session(scratch, "trap '' HUP; (trap '' HUP; while echo still here; do :; done) & echo $! > talker; sleep 0.05; exit 4");
  const seen = await s.end();
  process.kill(Number(scratch.read("talker")), "SIGKILL");
  expect([seen.status, seen.isRestored]).toEqual([4, true]);
});

test("a program that closes its terminal is still waited for, and may open it again", async () => {
  using scratch = new Scratch();
  const seen = await session(scratch, "exec < /dev/null > /dev/null 2>&1; sleep 0.1; echo back > /dev/tty; exit 6").end();
  expect(seen.status).toBe(6);
  expect(seen.screen).toContain("back");
});

test("with stdin from elsewhere the keys come from the controlling terminal", async () => {
  using scratch = new Scratch();
  const s = session(scratch, "echo ready; read line; echo \"<$line>\"", END, "< /dev/null");
  await s.shows("ready");
  s.type("typed\r");
  expect((await s.end()).screen).toContain("<typed>");
});

test("with stdout from elsewhere the screen is stderr's terminal", async () => {
  using scratch = new Scratch();
  const seen = await session(scratch, "echo shown", END, "> out").end();
  expect(seen.screen).toContain("shown");
  expect(scratch.read("out")).toBe("");
});

test("without any terminal the output goes to stdout and nothing is taken from stdin", async () => {
  using scratch = new Scratch();
  const ops = onPty(shell("stty -echo; echo out; read -t 1 line || true; echo \"<$line>\"; exit 3".replace("read -t 1 line || true", "line=")), END);
  expect(await withoutTerminal(scratch, ops, "not for you\n")).toEqual({ status: 3, out: "out\r\n<>\r\n" });
});

test.each([["a file", "/etc/passwd", 0], ["another device", "/dev/null", 2], ["a terminal's user side", "PEER", 2]])("what is said to be a pty master, but is %s, is refused", async (_name, path, flags) => {
  const open: readonly Op[] = path === "PEER" ? [op("openPty", { path: "/dev/ptmx", master: 5, peer: 3 })] : [op("open", { path, flags, into: 3 })];
  const ran = await runPlan([...open, op("clone", { flags: 0, name: "child", pid: 0, pidfd: 1, body: [shell("exit 0")] }), op("relay", { master: 3, pidfd: 1 })]);
  expect([ran.status, ran.failed?.error, ran.failed?.text]).toEqual([125, 25, "what should be a pty of the container is none"]);
});
