// dist/ runs in place and where it was moved to, without Node, npm or bun anywhere.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DIST } from "./place.ts";

const room = mkdtempSync("/var/tmp/berth-moved-");
afterAll(() => rmSync(room, { recursive: true }));

test("every name in dist/bin is a relative link to the engine", () => {
  const names = readdirSync(join(DIST, "bin"));
  expect(names).toContain("berth");
  for (const name of ["attach", "config", "create", "destroy", "execute", "info", "ls", "start", "stop", "unshare", "update-config", "usernsexec", "wait"]) expect(names).toContain(`lxc-${name}`);
  for (const name of names) expect([name, readlinkSync(join(DIST, "bin", name))]).toEqual([name, "../libexec/berth/berth-engine"]);
});

test("the engine is one static binary", () => {
  const { stdout } = Bun.spawnSync(["ldd", join(DIST, "libexec/berth/berth-engine")]);
  expect(stdout.toString()).not.toContain("=>");
});

test("a moved tree works, with an empty environment and no Node in sight", () => {
  expect(Bun.spawnSync(["cp", "-a", DIST, join(room, "elsewhere")]).exitCode).toBe(0);
  const run = (command: string, ...args: string[]): { status: number; out: string } => {
    const { exitCode, stdout } = Bun.spawnSync([join(room, "elsewhere/bin", command), ...args], { env: {}, cwd: "/" });
    return { status: exitCode, out: stdout.toString() };
  };
  expect(run("lxc-ls", "-P", room)).toEqual({ status: 0, out: "" });
  expect(run("lxc-start", "--version").status).toBe(0);
  const name = `btmoved${process.pid}`;
  writeFileSync(join(room, "conf"), "lxc.net.0.type = empty\n"); // not what this machine's default.conf asks for
  expect(run("lxc-create", "-P", room, "-n", name, "-t", "busybox", "-f", join(room, "conf")).status).toBe(0);
  expect(run("lxc-execute", "-P", room, "-n", name, "--", "sh", "-c", "exit 4").status).toBe(4);
  expect(run("lxc-destroy", "-P", room, "-n", name).status).toBe(0);
});
