import { expect, test } from "bun:test";
import { EVENT_HEAD, parseEvents } from "./events.ts";

function record(kind: number, op: number, error: number, process: string, text: string): Uint8Array {
  const encoder = new TextEncoder();
  const name = encoder.encode(process);
  const said = encoder.encode(text);
  const bytes = new Uint8Array(EVENT_HEAD + name.length + said.length);
  const view = new DataView(bytes.buffer);
  [bytes.length, kind, op].forEach((value, i) => view.setUint32(4 * i, value, true));
  view.setInt32(12, error, true);
  view.setInt32(16, 4711, true);
  view.setUint32(20, name.length, true);
  view.setUint32(24, said.length, true);
  view.setBigUint64(32, 12n, true);
  bytes.set(name, EVENT_HEAD);
  bytes.set(said, EVENT_HEAD + name.length);
  return bytes;
}
const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(parts.flatMap((part) => [...part]));

test("records of several processes are read in order", () => {
  const events = parseEvents(join(record(1, 31, 2, "child", "/srv"), record(1, 12, 32, "monitor", "")));
  expect(events.map(({ kind, op, error, process, text, pid }) => ({ kind, op, error, process, text, pid }))).toEqual([
    { kind: "failed", op: 31, error: 2, process: "child", text: "/srv", pid: 4711 },
    { kind: "failed", op: 12, error: 32, process: "monitor", text: "", pid: 4711 },
  ]);
});

test("a view into a larger buffer is read at its own offset", () => {
  const all = join(new Uint8Array(7), record(2, 1, 13, "launcher", "é"));
  expect(parseEvents(all.subarray(7))).toHaveLength(1);
  expect(parseEvents(all.subarray(7))[0]?.text).toBe("é");
});

test("a torn record, an unknown kind and a lying length end the reading", () => {
  const good = record(3, 1, 0, "child", "");
  expect(parseEvents(join(good, good.subarray(0, 30)))).toHaveLength(1);
  expect(parseEvents(join(good, record(99, 1, 0, "child", ""), good))).toHaveLength(1);
  const lying = record(1, 1, 1, "x", "y");
  new DataView(lying.buffer).setUint32(24, 5000, true);
  expect(parseEvents(join(good, lying))).toHaveLength(1);
  const endless = record(1, 1, 1, "x", "y");
  new DataView(endless.buffer).setUint32(0, 0, true);
  expect(parseEvents(endless)).toHaveLength(0);
});
