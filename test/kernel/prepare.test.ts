// A machine on which packages are missing: an ordinary user is told which, why, and what the administrator types.
import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NEEDS, packagesFor } from "../../scripts/packages.mjs";
import { ROOT } from "./place.ts";

const room = mkdtempSync("/tmp/berth-prepare-");
afterAll(() => rmSync(room, { recursive: true }));
chmodSync(room, 0o755);
/** A dpkg-query that knows no package but gcc. */
writeFileSync(join(room, "dpkg-query"), "#!/bin/sh\necho 'gcc installed'\nexit 1\n", { mode: 0o755 });

const prepare = (task: string, argv: readonly string[] = []): { status: number; output: string } => {
  const command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "env", "-i", `PATH=${room}:${process.env["PATH"]}`, "HOME=/nonexistent", "node", join(ROOT, "scripts/prepare.mjs"), task, ...argv];
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd: "/", stdin: "ignore" });
  return { status: exitCode, output: stdout.toString() + stderr.toString() };
};

test("each missing package with its reason, the command for the administrator, exit 1, no sudo", () => {
  const { status, output } = prepare("demo", ["scripts/demo.ts"]);
  expect(status).toBe(1);
  for (const [name, why] of Object.entries(packagesFor("demo"))) if (name !== "gcc") expect(output).toMatch(new RegExp(`${name}\\s+${why.slice(0, 20)}`));
  expect(output).not.toMatch(/^\S*\s+gcc\s/m);
  expect(output).toMatch(/apt-get install -y --no-install-recommends .*mmdebstrap/);
  expect(output).not.toContain("sudo");
});

test("--quick needs no Debian mirror's tools", () => {
  expect(prepare("demo", ["scripts/demo.ts", "--quick"]).output).not.toContain("mmdebstrap");
});

test("every task's packages are known", () => {
  for (const task of Object.keys(NEEDS)) expect(Object.keys(packagesFor(task)).every((name) => /^[a-z0-9.+-]+$/.test(name))).toBe(true);
});
