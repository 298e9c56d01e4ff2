import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { marshal } from "../../linux/dbus/marshal.ts";
import type { Value } from "../../linux/dbus/marshal.ts";
import { decodeMessage } from "../../linux/dbus/message.ts";
import { openConnection } from "./connection.ts";
import { hear, makeScope, userBuses } from "./systemd.ts";

const room = mkdtempSync(join(tmpdir(), "berth-bus-"));
const servers: Server[] = [];
afterAll(() => { for (const server of servers) server.close(); rmSync(room, { recursive: true }); });

/** A bus that lets everybody in, and answers a call by what `answer` says; undefined: with silence. */
type Answer = (member: string, body: readonly Value[]) => readonly (readonly [kind: number, member: string, signature: string, body: readonly Value[]])[] | undefined;
function frame([kind, member, signature, body]: readonly [number, string, string, readonly Value[]], replyTo: number): Uint8Array {
  const content = marshal(signature, body);
  const fields: readonly Value[] = [
    ...(kind === 4 ? [[3, { signature: "s", value: member }], [1, { signature: "o", value: "/org/freedesktop/systemd1" }]] : [[5, { signature: "u", value: replyTo }]]),
    ...(kind === 3 ? [[4, { signature: "s", value: member }]] : []), [8, { signature: "g", value: signature }],
  ];
  const head = marshal("yyyyuua(yv)", [0x6c, kind, 0, 1, content.length, 9, fields]);
  const whole = new Uint8Array(Math.ceil(head.length / 8) * 8 + content.length);
  whole.set(head);
  whole.set(content, whole.length - content.length);
  return whole;
}
function serve(socket: Socket, answer: Answer): void {
  let isIn = false;
  let rest: Uint8Array = new Uint8Array(0);
  socket.on("data", (bytes: Buffer) => {
    let more: Uint8Array = bytes;
    if (!isIn) {
      if (bytes.includes("AUTH")) socket.write("OK 0123456789abcdef\r\n");
      const begin = bytes.indexOf("BEGIN\r\n");
      if (begin < 0) return;
      isIn = true;
      more = bytes.subarray(begin + 7);
    }
    rest = Uint8Array.from([...rest, ...more]);
    for (let found = decodeMessage(rest); found !== undefined; found = decodeMessage(rest)) {
      rest = rest.subarray(found.size);
      for (const one of answer(found.message.member ?? "", found.message.body) ?? []) socket.write(frame(one, found.message.serial));
    }
  });
  socket.on("error", () => undefined);
}
function listen(name: string, onSocket: (socket: Socket) => void): Promise<string> {
  const path = join(room, name);
  const server = createServer(onSocket);
  servers.push(server);
  return new Promise((resolve) => { server.listen(path, () => resolve(path)); });
}
const JOB = "/org/freedesktop/systemd1/job/7";
const systemd = (result: string, heard: string[] = []): Answer => (member, body) => {
  heard.push(member);
  if (member === "Hello") return [[2, "", "s", [":1.1"]]];
  if (member !== "StartTransientUnit") return [[2, "", "", []]];
  heard.push(String(body[0]), JSON.stringify(body[2], (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)));
  // the end may be told before the answer is
  return [[4, "JobRemoved", "uoss", [7, JOB, "web.scope", result]], [2, "", "o", [JOB]]];
};
const ask = { uid: 1000, deadline: performance.now() + 20_000 };
const scope = { unit: "web.scope", pid: 42, description: "web" };
const messageOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => "it worked", (error: unknown) => (error instanceof Error ? error.message : String(error)));

test("a scope is asked for over a bus, with the process that goes into it, and its job is waited for", async () => {
  const heard: string[] = [];
  const path = await listen("good", (socket) => { serve(socket, systemd("done", heard)); });
  await makeScope({ path, isDirect: false }, ask, scope);
  expect(heard.slice(0, 5)).toEqual(["Hello", "AddMatch", "Subscribe", "StartTransientUnit", "web.scope"]);
  expect(heard[5]).toContain('["Delegate",{"signature":"b","value":true}]');
  expect(heard[5]).toContain('["PIDs",{"signature":"au","value":[42]}]');
});

test("whether systemd is there is asked of itself, not of the daemon between", async () => {
  const heard: string[] = [];
  const path = await listen("heard", (socket) => { serve(socket, systemd("done", heard)); });
  await hear({ path, isDirect: false }, ask);
  expect(heard).toEqual(["Hello", "GetDefaultTarget"]);
});

test("systemd's own socket needs no daemon's hello", async () => {
  const heard: string[] = [];
  const path = await listen("direct", (socket) => { serve(socket, systemd("done", heard)); });
  await makeScope({ path, isDirect: true }, ask, scope);
  expect(heard[0]).toBe("StartTransientUnit");
});

test("a job that fails, an error, a refusal and a closed door are told", async () => {
  const failing = await listen("failing", (socket) => { serve(socket, systemd("failed")); });
  expect(await messageOf(makeScope({ path: failing, isDirect: true }, ask, scope))).toBe("systemd says of it: failed");
  const denying = await listen("denying", (socket) => { serve(socket, () => [[3, "org.freedesktop.DBus.Error.AccessDenied", "s", ["Access denied"]]]); });
  expect(await messageOf(makeScope({ path: denying, isDirect: true }, ask, scope))).toBe("Access denied");
  const rejecting = await listen("rejecting", (socket) => { socket.on("data", () => { socket.write("REJECTED EXTERNAL\r\n"); }); });
  expect(await messageOf(openConnection(rejecting, ask))).toContain("does not let us in: REJECTED");
  const closing = await listen("closing", (socket) => { socket.destroy(); });
  expect(await messageOf(openConnection(closing, ask))).toMatch(/has hung up|ECONNRESET|EPIPE/);
  expect(await messageOf(openConnection(join(room, "nobody"), ask))).toContain("ENOENT");
});

test("a bus that never answers is left when the time is over; one that talks rubbish at once", async () => {
  const silent = await listen("silent", () => undefined);
  expect(await messageOf(openConnection(silent, { uid: 1000, deadline: performance.now() + 50 }))).toContain("does not answer");
  const later = await listen("later", (socket) => { serve(socket, () => undefined); });
  expect(await messageOf(makeScope({ path: later, isDirect: true }, { uid: 1000, deadline: performance.now() + 50 }, scope))).toContain("does not answer (StartTransientUnit)");
  const patient = { uid: 1000, deadline: performance.now() + 60_000, end: performance.now() + 50 };
  expect(await messageOf(makeScope({ path: later, isDirect: true }, patient, scope))).toContain("does not answer (StartTransientUnit)");
  expect(await messageOf(hear({ path: later, isDirect: true }, { uid: 1000, deadline: performance.now() + 50 }))).toContain("does not answer (GetDefaultTarget)");
  const babbling = await listen("babbling", (socket) => { socket.write("OK 1\r\nthis is no message of D-Bus"); });
  const connection = await openConnection(babbling, ask);
  expect(await messageOf(connection.call({ path: "/", interface: "a.b", member: "C" }))).toMatch(/no D-Bus|hung up/);
  connection.close();
});

test("buses are looked for by uid, then where the environment says; what is not there is none", async () => {
  const path = await listen("bus", () => undefined);
  expect(userBuses(4_000_000, { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path},guid=1`, XDG_RUNTIME_DIR: room })).toEqual([{ path, isDirect: false }]);
  expect(userBuses(4_000_000, { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent/bus" })).toEqual([]);
});
