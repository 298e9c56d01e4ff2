// Berth does what its caller's plan says: made set-user-ID it does nothing.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ENGINE } from "./engine-run.ts";

let dir: string;
let engine: string;
beforeAll(() => {
  dir = mkdtempSync("/var/lib/berth-set-id-");
  chmodSync(dir, 0o755);
  engine = join(dir, "berth-engine");
});
afterAll(() => { rmSync(dir, { recursive: true }); });

function asNobody(prepare: () => void): { readonly status: number | null; readonly said: string } {
  rmSync(engine, { force: true });
  copyFileSync(ENGINE, engine);
  chmodSync(engine, 0o755);
  prepare();
  const { status, stderr } = spawnSync(engine, ["check"], { uid: 65534, gid: 65534, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
  return { status, said: stderr };
}

test("an ordinary file runs", () => {
  expect(asNobody(() => undefined).said).not.toContain("refuses");
});

test.each([
  ["set-user-ID", () => { chmodSync(engine, 0o4755); }],
  ["set-group-ID", () => { chmodSync(engine, 0o2755); }],
  ["set-user-ID of another user than root", () => { chownSync(engine, 12345, 12345); chmodSync(engine, 0o4755); }],
  ["file capabilities", () => { expect(spawnSync("setcap", ["cap_sys_admin+ep", engine]).status).toBe(0); }],
] as const)("%s is refused", (_name, prepare) => {
  const { status, said } = asNobody(prepare);
  expect([status, said]).toEqual([125, expect.stringContaining("refuses to run set-user-ID")]);
});
