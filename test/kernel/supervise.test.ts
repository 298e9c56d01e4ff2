import { afterAll, expect, test } from "bun:test";
import { readFileSync, readlinkSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { Op } from "../../src/isa/op.ts";
import { E_STATUS } from "../../src/isa/schema.ts";
import { ENGINE, op, runPlan, Scratch, shell } from "./engine-run.ts";
import type { Ran } from "./engine-run.ts";

const NEWPID = 0x20000000;
const CREATE = 0o1101; // O_WRONLY | O_CREAT | O_TRUNC
const scratch = new Scratch();
afterAll(() => scratch[Symbol.dispose]());

interface Case {
  readonly name: string;
  readonly init: string;
  readonly options?: readonly string[];
  readonly tail?: readonly Op[];
  readonly flags?: number;
  readonly log?: string;
}

const address = (name: string): string => `${scratch.dir}/${name}/command`;
const record = (name: string): unknown => JSON.parse(scratch.read(`${name}.exit`));

/** A monitor with a console, a command socket and a shell as init. */
function plan({ name, init, options = ["notify=1"], tail = [], flags = NEWPID, log }: Case): readonly Op[] {
  const body = [0, 1, 2].map((fd) => op("dup", { slot: 4, fd }));
  return [
    op("openPty", { path: "/dev/ptmx", master: 3, peer: 4 }),
    op("openPty", { path: "/dev/ptmx", master: 6, peer: 7 }),
    op("listen", { address: address(name), into: 5 }),
    op("clone", { flags, name: "init", pid: 0, pidfd: 1, body: [...body, shell(init)] }, { undo: [op("kill", { pidfd: 1, signal: 9 }, { onError: ["ESRCH"] }), op("writeFile", { path: scratch.path(`${name}.undo`), data: "undone", flags: CREATE, mode: 0o600 })] }),
    op("waitExec", { child: 0 }),
    op("supervise", {
      pid: 0, pidfd: 1, listen: 5, console: 3, ttys: [6], record: scratch.path(`${name}.exit`), ...(log === undefined ? {} : { log: scratch.path(log) }),
      options: ["propagate=1", `title=[lxc monitor] ${scratch.dir} ${name}`, `name=${name}`, `lxcpath=${scratch.dir}`, ...options],
    }),
    ...tail,
  ];
}
const run = (c: Case): Promise<Ran> => runPlan(plan(c));

test("init's status becomes the monitor's, the record tells it with the console's last words", async () => {
  const { status, failed } = await run({ name: "plain", init: "echo 'last \"words\"'; printf '\\377\\303\\251'; sleep 0.05; exit 3" });
  expect([status, failed]).toEqual([3, undefined]);
  expect(record("plain")).toEqual({ code: 3, wasOom: false, oomKills: 0, at: expect.any(Number), target: "stop", console: "last \"words\"\r\n\ufffdé" });
  expect(scratch.read("plain.undo")).toBe("undone");
  expect(scratch.has("plain.exit.new")).toBe(false);
});

test("an init that is killed", async () => {
  const { status } = await run({ name: "killed", flags: 0, init: "sleep 0.05; kill -9 $$" });
  expect(status).toBe(137);
  expect(record("killed")).toMatchObject({ signal: 9, wasOom: false });
});

test("an init that ends at once is a failure with its status and its words", async () => {
  const { status, failed } = await run({ name: "dies", init: "echo no such thing; exit 9" });
  expect(status).toBe(125);
  expect([failed?.error, failed?.text]).toEqual([E_STATUS + 9, "no such thing\r\n"]);
  expect(scratch.read("dies.undo")).toBe("undone");
  expect(record("dies")).toMatchObject({ code: 9 });
});

const tails = (name: string): readonly Op[] => [
  op("writeFile", { path: scratch.path(`${name}.stop`), data: "x", flags: CREATE, mode: 0o600 }, { when: "stop" }),
  op("writeFile", { path: scratch.path(`${name}.reboot`), data: "x", flags: CREATE, mode: 0o600 }, { when: "reboot" }),
  op("writeFile", { path: scratch.path(`${name}.always`), data: "x", flags: CREATE, mode: 0o600 }),
];
const REBOOT = "sleep 0.05; perl -e 'syscall(169, 0xfee1dead, 672274793, 0x1234567)'; sleep 5";
const HALT = "sleep 0.05; perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc)'; sleep 5";

test("reboot(2) inside is a reboot, power off a clean stop: each has its tail", async () => {
  expect((await run({ name: "again", init: REBOOT, tail: tails("again") })).status).toBe(0);
  expect(record("again")).toMatchObject({ code: 0, target: "reboot" });
  expect(["stop", "reboot", "always"].map((when) => scratch.has(`again.${when}`))).toEqual([false, true, true]);
  expect((await run({ name: "off", init: HALT, tail: tails("off") })).status).toBe(0);
  expect(record("off")).toMatchObject({ code: 0, target: "stop" });
  expect(["stop", "reboot", "always"].map((when) => scratch.has(`off.${when}`))).toEqual([true, false, true]);
});

test("without a pid namespace a hang-up is a death, not a reboot", async () => {
  expect((await run({ name: "hup", flags: 0, init: "sleep 0.05; kill -HUP $$; sleep 5", tail: tails("hup") })).status).toBe(129);
  expect(record("hup")).toMatchObject({ signal: 1, target: "stop" });
});

test("the console's log has all of it, and starts over at its limit", async () => {
  const init = "for i in 1 2 3 4 5 6 7 8 9; do printf '%01000d' $i; sleep 0.02; done; sleep 0.05";
  await run({ name: "log", init, log: "whole.log" });
  expect(scratch.read("whole.log")).toBe([1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `${i}`.padStart(1000, "0")).join(""));
  await run({ name: "limited", init, log: "limited.log", options: ["notify=1", "logsize=2500"] });
  expect(scratch.read("limited.log").length).toBeLessThanOrEqual(2500);
  await run({ name: "rotated", init, log: "rotated.log", options: ["notify=1", "logsize=2500", "logrotate=1"] });
  expect(scratch.read("rotated.log").endsWith("9")).toBe(true);
  expect(scratch.read("rotated.log.1").length).toBeLessThanOrEqual(2500);
});

test("the ring keeps the last bytes only", async () => {
  await run({ name: "ring", init: "seq 1 20000; sleep 0.05", options: ["notify=1", "ring=8192"] });
  const all = Array.from({ length: 20000 }, (_, i) => `${i + 1}\r\n`).join("");
  const kept: unknown = record("ring");
  expect(kept).toMatchObject({ console: all.slice(-2048) });
});

test("an option nobody knows is refused", async () => {
  const { failed } = await run({ name: "odd", init: "sleep 5", options: ["colour=blue"] });
  expect([failed?.error, failed?.text]).toEqual([22, "option colour=blue"]);
});

const request = (kind: number, data = "", value = 0): Buffer => {
  const head = Buffer.alloc(16);
  head.writeInt32LE(kind, 0);
  head.writeInt32LE(data.length, 4);
  head.writeInt32LE(value, 8);
  return Buffer.concat([head, Buffer.from(data)]);
};

/** What comes back until the other side hangs up or says enough. */
function ask(name: string, bytes: Buffer, enough = 16): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let got: Buffer = Buffer.alloc(0);
    const socket = connect({ path: `\0${address(name)}` }, () => socket.write(bytes));
    socket.on("data", (chunk: Buffer) => { got = Buffer.concat([got, chunk]); if (got.length >= enough) { socket.destroy(); resolve(got); } });
    socket.on("close", () => resolve(got));
    // Unread bytes make a hang-up a reset.
    socket.on("error", (error: NodeJS.ErrnoException) => (error.code === "ECONNRESET" ? resolve(got) : reject(error)));
  });
}

interface Monitor { readonly pid: number; readonly initPid: number; readonly stop: () => Promise<number> }
async function monitor(c: Case): Promise<Monitor> {
  const ended = run(c);
  const isOurs = (pid: string): boolean => {
    try { return readFileSync(`/proc/${pid}/cmdline`, "utf8") === `[lxc monitor] ${scratch.dir} ${c.name}\0`; } catch { return false; }
  };
  const find = async (): Promise<string> => {
    for (;;) {
      const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).find(isOurs);
      if (found !== undefined) return found;
      await Bun.sleep(5);
    }
  };
  const pid = await find();
  const state = (await ask(c.name, request(4))).readInt32LE(8);
  return { pid: Number(pid), initPid: state, stop: async () => { await ask(c.name, request(2)); return (await ended).status; } };
}

test("the command socket speaks LXC's protocol", async () => {
  const c = { name: "socket", init: "sleep 1000", options: ["notify=1", "answer=6:/lxc.payload.socket", "answer=7:lxc.net.0.type=empty", "answer=5:0x6c020000", "stopsignal=9"] };
  const { initPid, pid, stop } = await monitor(c);
  expect(readlinkSync(`/proc/${initPid}/exe`)).not.toBe(readlinkSync(`/proc/${pid}/exe`));
  expect((await ask("socket", request(3))).readInt32LE(8)).toBe(2);
  expect((await ask("socket", request(5))).readUInt32LE(8)).toBe(0x6c020000);
  expect((await ask("socket", request(6, "memory\0"), 36)).subarray(16).toString()).toBe("/lxc.payload.socket\0");
  expect((await ask("socket", request(7, "lxc.net.0.type\0"), 22)).subarray(16).toString()).toBe("empty\0");
  expect((await ask("socket", request(7, "lxc.net.0\0"))).readInt32LE(0)).toBe(-1);
  expect((await ask("socket", request(8), 23)).subarray(16).toString()).toBe("socket\0");
  expect((await ask("socket", request(9), 17 + scratch.dir.length)).subarray(16).toString()).toBe(`${scratch.dir}\0`);
  expect((await ask("socket", request(77))).readInt32LE(0)).toBe(-38);
  expect((await ask("socket", request(18))).readInt32LE(0)).toBe(0);
  expect((await ask("socket", Buffer.concat([request(3), request(4)]), 32)).readInt32LE(24)).toBe(initPid);
  expect(await stop()).toBe(137);
});

const states = (...wanted: readonly number[]): string => Buffer.from(Int32Array.from({ length: 8 }, (_, i) => (wanted.includes(i) ? 1 : 0)).buffer).toString("latin1");

test("who waits for a state hears of it, of STOPPED only when the clean-up is done", async () => {
  const slow = op("spawn", { argv: ["sh", "-c", `sleep 0.1; touch ${scratch.path("cleaned")}`], env: ["PATH=/usr/bin:/bin"] });
  const { stop } = await monitor({ name: "wait", init: "sleep 1000", tail: [slow] });
  expect((await ask("wait", request(10, states(0, 2)))).readInt32LE(0)).toBe(2);
  const waiting = ask("wait", request(10, states(0, 3)), 16 + 2 * 264).then((news) => ({ news, isCleaned: scratch.has("cleaned") }));
  await ask("wait", request(3));
  const status = stop();
  const { news, isCleaned } = await waiting;
  expect(isCleaned).toBe(true);
  expect([news.readInt32LE(0), news.readInt32LE(16 + 260), news.readInt32LE(16 + 264 + 260)]).toEqual([8, 3, 0]);
  expect(news.subarray(20, 25).toString()).toBe("wait\0");
  expect(await status).toBe(137);
});

test("malformed and foreign clients are hung up on, and the monitor goes on", async () => {
  const { pid, stop } = await monitor({ name: "rude", init: "sleep 1000" });
  expect((await ask("rude", request(3, "x".repeat(300)))).length).toBe(0);
  const negative = request(3);
  negative.writeInt32LE(-5, 4);
  expect((await ask("rude", negative)).length).toBe(0);
  const silent = Array.from({ length: 20 }, () => connect({ path: `\0${address("rude")}` }).on("error", () => undefined));
  await Promise.all(silent.map((socket) => new Promise((resolve) => { socket.once("connect", resolve); socket.once("close", resolve); })));
  expect((await ask("rude", request(3))).readInt32LE(8)).toBe(2);
  silent.forEach((socket) => socket.destroy());
  const foreign = Bun.spawn(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "perl", "-MSocket", "-e",
    `socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, pack("S a*", AF_UNIX, "\\0${address("rude")}")) or die; syswrite(S, pack("l4", 3)); print sysread(S, $b, 16)`], { stdout: "pipe" });
  expect(await new Response(foreign.stdout).text()).toMatch(/^0?$/);
  process.kill(pid, "SIGTERM"); // not what ends a container
  expect((await ask("rude", request(3))).readInt32LE(8)).toBe(2);
  expect(await stop()).toBe(137);
});

test("a crowd that waits, and requests in pieces, keep nobody from asking and stopping", async () => {
  const { stop } = await monitor({ name: "crowd", init: "sleep 1000" });
  const waiting = request(10, "\x01\0\0\0".padEnd(32, "\0"));
  const open = (bytes: Buffer): Promise<Socket> => new Promise((resolve) => { const socket = connect({ path: `\0${address("crowd")}` }, () => { socket.write(bytes, () => { resolve(socket); }); }).on("error", () => undefined); });
  const answered = (socket: Socket): Promise<number> => new Promise((resolve) => { socket.once("data", (bytes: Buffer) => { resolve(bytes.readInt32LE(0)); }); socket.once("close", () => { resolve(-1); }); });
  const results: number[] = [];
  const crowd: Socket[] = [];
  for (let i = 0; i < 15; i++) {
    const socket = await open(waiting);
    results.push(await answered(socket));
    crowd.push(socket);
  }
  expect(results).toEqual([...Array.from({ length: 10 }, () => 8), ...Array.from({ length: 5 }, () => -16)]); // the last are told EBUSY
  expect((await ask("crowd", request(3))).readInt32LE(8)).toBe(2);
  // one byte at a time, half of the other side closed: answered when it is whole
  const slow = await open(Buffer.alloc(0));
  const answer = answered(slow);
  for (const byte of request(4)) await new Promise((resolve) => { slow.write(Buffer.from([byte]), resolve); });
  expect(await answer).toBe(0);
  slow.destroy();
  expect(await stop()).toBe(137);
  crowd.forEach((socket) => { socket.destroy(); });
});

test("an idle monitor holds less than 80 kB of its own", async () => {
  const { pid, stop } = await monitor({ name: "idle", init: "seq 1 5000; sleep 1000" });
  await Bun.sleep(50);
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const kilobytes = ["Private_Clean", "Private_Dirty"].map((key) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(rollup)?.[1]));
  if (!ENGINE.includes("asan")) expect(kilobytes[0]! + kilobytes[1]!).toBeLessThan(80);
  await stop();
});

test("a long plan's tail and undo are whole after its memory was given back", async () => {
  const fill = (kind: string, i: number): string => `${kind} ${i} ${String(i).repeat(150)}`;
  const write = (kind: string, i: number): Op => op("writeFile", { path: scratch.path(`long.${kind}.${i}`), data: fill(kind, i), flags: CREATE, mode: 0o600 });
  const indexes = Array.from({ length: 60 }, (_, i) => i);
  const spent = indexes.map((i) => op("writeFile", { path: "/dev/null", data: fill("spent", i) }, { undo: [write("undo", i)] }));
  const inside = indexes.map((i) => op("writeFile", { path: "/dev/null", data: fill("inside", i) }));
  const base = plan({ name: "long", init: "sleep 0.05", options: ["notify=1", "name=long"] });
  const ops = [...spent, ...base.map((each) => (each.op === "clone" ? { ...each, body: [...inside, ...each.body] } : each)), ...indexes.map((i) => write("tail", i))];
  expect((await runPlan(ops)).failed).toBeUndefined();
  for (const kind of ["undo", "tail"]) for (const i of indexes) expect(scratch.read(`long.${kind}.${i}`)).toBe(fill(kind, i));
});

test("Debian's own tools talk to it", async () => {
  await Bun.write(scratch.path("debian/config"), "lxc.uts.name = debian\n");
  const { initPid } = await monitor({ name: "debian", init: "sleep 1000", options: ["notify=1", "answer=5:0x20000000"] });
  const info = Bun.spawnSync(["lxc-info", "-P", scratch.dir, "-n", "debian", "-s", "-p"]);
  expect(info.stdout.toString()).toBe(`State:          RUNNING\nPID:            ${initPid}\n`);
  expect(Bun.spawnSync(["lxc-attach", "-P", scratch.dir, "-n", "debian", "--", "echo", "attached"]).stdout.toString()).toBe("attached\n");
  expect(Bun.spawnSync(["lxc-wait", "-P", scratch.dir, "-n", "debian", "-s", "RUNNING", "-t", "1"]).exitCode).toBe(0);
  expect(Bun.spawnSync(["lxc-stop", "-k", "-P", scratch.dir, "-n", "debian"]).exitCode).toBe(0);
});
