// What another LXC's monitor says is asked again when it hangs up without a word, and not for ever.
import { afterEach, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import type { Server } from "node:net";
import { GET_INIT_PID, GET_STATE, REPLY_SIZE } from "../../linux/lxc-commands.ts";
import { foreignRun } from "./foreign-run.ts";
import { commandSocket } from "./layout.ts";

const RUNNING = 2;
const caller = process.geteuid?.() ?? 0;
const place = { lxcpath: `/nowhere/foreign-run-${process.pid}`, name: "c" };
let server: Server | undefined;
let init: ChildProcess | undefined;
afterEach(() => { server?.close(); init?.kill("SIGKILL"); });

function reply(value: number): Uint8Array {
  const bytes = new Uint8Array(REPLY_SIZE);
  new DataView(bytes.buffer).setBigUint64(8, BigInt(value), true);
  return bytes;
}

/** This process as a monitor whose init is a child of it; the first so many connections are closed without a word. */
async function monitor(silent: number): Promise<() => number> {
  let asked = 0;
  init = spawn("sleep", ["1000"], { stdio: "ignore" });
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (request: Buffer) => {
      asked++;
      const answers = new Map([[GET_INIT_PID, init?.pid ?? 0], [GET_STATE, RUNNING]]);
      const value = answers.get(request.readInt32LE(0));
      if (asked <= silent || value === undefined) socket.destroy();
      else socket.end(reply(value));
    });
  });
  const listening = server;
  await new Promise<void>((resolve) => { listening.listen(`\0${commandSocket(place)}`, resolve); });
  return () => asked;
}

test.each([0, 1, 2, 3, 4])("%p requests without an answer: it runs, with its init and monitor", async (silent) => {
  await monitor(silent);
  expect(await foreignRun(place, caller)).toMatchObject({ state: "RUNNING", record: { initPid: init?.pid, monitorPid: process.pid } });
});

test("one that never answers, and none at all, are given up", async () => {
  const asked = await monitor(Number.MAX_SAFE_INTEGER);
  expect([await foreignRun(place, caller), asked()]).toEqual([undefined, 15]);
  expect(await foreignRun({ ...place, name: "none" }, caller)).toBe(undefined);
});
