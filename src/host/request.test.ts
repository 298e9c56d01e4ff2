import { expect, test } from "bun:test";
import { decodeRequest } from "./request.ts";

function encode(entries: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const parts = entries.map((entry) => (typeof entry === "string" ? new TextEncoder().encode(entry) : entry));
  const out = new Uint8Array(4 + parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(out.buffer);
  view.setUint32(0, parts.length, true);
  let at = 4;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    out.set(part, at + 4);
    at += 4 + part.length;
  }
  return out;
}

const BASE = ["kind=command", "arg=lxc-ls", "arg=-1", "cwd=/root", "pid=12", "uid=1000", "euid=0", "gid=1000", "egid=5", "tty=101", "fds=3,17", "prefix=/opt/berth", "cgroup=0::/a\n"];

test("every entry finds its field", () => {
  expect(decodeRequest(encode([...BASE, "env=HOME=/root"]))).toEqual({
    kind: "command", argv: ["lxc-ls", "-1"], cwd: "/root", env: { HOME: "/root" }, pid: 12, uid: 1000, euid: 0, gid: 1000, egid: 5,
    isTty: [true, false, true], inheritedFds: [3, 17], cgroup: "0::/a\n", prefix: "/opt/berth",
  });
});

test("the environment: first name counts, values keep '=', names without one are no variables", () => {
  const { env } = decodeRequest(encode([...BASE, "env=A=1", "env=A=2", "env=B=x=y", "env=C", "env==z", "env=__proto__=p"]));
  expect(Object.entries(env)).toEqual([["A", "1"], ["B", "x=y"], ["__proto__", "p"]]);
});

test("empty arguments and no inherited descriptors", () => {
  const request = decodeRequest(encode(["kind=command", "arg=lxc-attach", "arg=", "fds="]));
  expect(request.argv).toEqual(["lxc-attach", ""]);
  expect(request.inheritedFds).toEqual([]);
});

test("a report brings the plan and the events as they are", () => {
  const events = new Uint8Array([...new TextEncoder().encode("events="), 0xff, 0x00, 0x3d]);
  const request = decodeRequest(encode(["kind=report", new Uint8Array([...new TextEncoder().encode("plan="), 0x3d, 0xff]), events]));
  expect([...(request.plan ?? [])]).toEqual([0x3d, 0xff]);
  expect([...(request.events ?? [])]).toEqual([0xff, 0x00, 0x3d]);
});

test("rubbish is refused", () => {
  expect(() => decodeRequest(encode(["kind=dance"]))).toThrow("dance");
  expect(() => decodeRequest(encode(["kind"]))).toThrow("no '='");
  expect(() => decodeRequest(new Uint8Array([1, 0, 0, 0, 200, 0, 0, 0, 1]))).toThrow("longer");
});
