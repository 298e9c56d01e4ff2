import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planBytes } from "../isa/plan-bytes.ts";
import { byDefault } from "../model/origin.ts";
import type { Request } from "../model/request.ts";
import { main } from "./report.ts";

const lxcpath = mkdtempSync(join(tmpdir(), "report-"));
mkdirSync(join(lxcpath, "web"));
afterAll(() => rmSync(lxcpath, { recursive: true, force: true }));

const request = (verb: string, ...argv: readonly string[]): Request => ({
  kind: "report", argv, cwd: "/", env: {}, pid: 1, uid: 0, euid: 0, gid: 0, egid: 0, isTty: [false, false, false], inheritedFds: [], cgroup: "", prefix: "/nonexistent",
  plan: planBytes({ verb, name: "web", lxcpath, ops: [{ op: "mkdir", path: "/x", mode: 0o755, from: byDefault("test") }] }), events: new Uint8Array(0),
});
async function linesOf(...given: Parameters<typeof request>): Promise<readonly string[]> {
  const answer = await main(request(...given));
  return (answer.err ?? "").split("\n");
}
const CLASSIC = "lxc-start: web: The container failed to start";

test("a failed start: prefix, cause below it, LXC's classic line last", async () => {
  const lines = await linesOf("start", "lxc-start", "web");
  expect(lines[0]).toStartWith("lxc-start: web: ");
  expect(lines.some((line) => line.startsWith("    cause: "))).toBe(true);
  expect(lines.at(-2)).toBe(CLASSIC);
});

test("another verb has no classic line; an alias speaks as it was typed", async () => {
  expect(await linesOf("attach", "lxc-attach", "web", "--", "-q")).not.toContain("lxc-attach: web: The container failed to start");
  const lines = await linesOf("start", "berth", "start", "web");
  expect([lines[0]?.startsWith("berth start: web: "), lines.at(-2)]).toEqual([true, "berth start: web: The container failed to start"]);
  expect((await linesOf("mount", "berth", "mount", "web", "/a", "/b"))[0]).toStartWith("berth mount: web: ");
});

test("quiet", async () => {
  expect(await linesOf("start", "lxc-start", "-q", "web")).toEqual([""]);
  expect(await linesOf("attach", "lxc-attach", "web", "--", "ls", "-q")).not.toEqual([""]);
});
