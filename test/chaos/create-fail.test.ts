// Every op of every plan that create and destroy drive is made to fail in turn: create leaves nothing, destroy can be said again.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Request } from "../../src/model/request.ts";
import type { Result } from "../../src/model/problem.ts";
import { create } from "../../src/runtime/create.ts";
import { destroy } from "../../src/runtime/destroy.ts";
import { ENGINE } from "../kernel/engine-run.ts";

const top = mkdtempSync(join(tmpdir(), "berth-create-fail-"));
const lxcpath = join(top, "lxc");
const at = (name: string): string => join(top, name);
const target = { name: "web", lxcpath };
const request: Request = {
  kind: "command", argv: ["lxc-create"], cwd: "/", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" }, pid: process.pid, uid: 0, euid: 0, gid: 0, egid: 0,
  isTty: [false, false, false], inheritedFds: [], cgroup: readFileSync("/proc/self/cgroup", "utf8"), prefix: top,
};

beforeAll(() => {
  mkdirSync(at("libexec/berth"), { recursive: true });
  // Counts its calls; the one that is asked for gets an op that fails.
  writeFileSync(at("libexec/berth/berth-engine"), `#!/bin/sh\nread n < ${at("calls")}\necho $((n + 1)) > ${at("calls")}\nread call op < ${at("fail")}\n[ "$n" = "$call" ] && exec ${ENGINE} "$@" --fail-op "$op"\nexec ${ENGINE} "$@"\n`);
  chmodSync(at("libexec/berth/berth-engine"), 0o755);
  symlinkSync(new URL("../../share", import.meta.url).pathname, at("share"));
  writeFileSync(at("config"), "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.net.0.type = empty\n");
  expect(spawnSync("tar", ["-cf", at("rootfs.tar"), "-C", "/etc", "passwd"]).status).toBe(0);
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

function failing(call: number, op: number | string): void {
  writeFileSync(at("calls"), "0\n");
  writeFileSync(at("fail"), `${call} ${op}\n`);
}
const calls = (): number => Number(readFileSync(at("calls"), "utf8"));
const make = (): Promise<Result<void>> => create(request, target, { template: at("rootfs.tar"), templateArgs: [], configFile: at("config"), isQuiet: true });
const remove = (): Promise<Result<void>> => destroy(request, target, { isForced: false, withSnapshots: false });
const CALLS_OF_CREATE = 3;
const MOST_OPS = 18;

test("without a failure both work", async () => {
  failing(-1, 0);
  expect([await make(), calls(), readdirSync(lxcpath)]).toEqual([{ ok: true, value: undefined }, CALLS_OF_CREATE, ["web"]]);
  expect([(await remove()).ok, readdirSync(lxcpath)]).toEqual([true, []]);
  rmSync(lxcpath, { recursive: true });
});

test.each([0, 1, 2])("create, call %d", async (call) => {
  let refused = 0;
  for (let op = 0; op < MOST_OPS; op++) {
    failing(call, op);
    const made = await make();
    const found = spawnSync("find", [top, "-path", `${lxcpath}*`], { encoding: "utf8" }).stdout;
    if (made.ok) {
      failing(-1, 0);
      expect((await remove()).ok).toBe(true);
      rmSync(lxcpath, { recursive: true });
    } else {
      refused++;
      expect({ call, op, found, code: made.problems[0]?.code }).toEqual({ call, op, found: "", code: "engine.op" });
    }
  }
  expect(refused).toBeGreaterThanOrEqual([5, 2, 10][call] ?? 0);
}, 120_000);

test("a file system that cannot refuse an existing name", async () => {
  failing(0, "2:22");
  expect([await make(), calls()]).toEqual([{ ok: true, value: undefined }, CALLS_OF_CREATE + 1]);
  failing(0, "2:22");
  expect(await make()).toMatchObject({ ok: false, problems: [{ code: "container.exists" }] });
  failing(-1, 0);
  expect((await remove()).ok).toBe(true);
});

test.each([0, 1])("destroy, call %d: it says so, and can be said again", async (call) => {
  let refused = 0;
  for (let op = 0; op < MOST_OPS; op++) {
    failing(-1, 0);
    expect((await make()).ok).toBe(true);
    failing(call, op);
    const removed = await remove();
    if (!removed.ok) {
      refused++;
      expect(readdirSync(lxcpath)).toEqual(["web"]);
      failing(-1, 0);
      expect({ call, op, again: await remove() }).toMatchObject({ call, op, again: { ok: true } });
    }
    expect(readdirSync(lxcpath)).toEqual([]);
  }
  expect(refused).toBeGreaterThanOrEqual(4);
  rmSync(lxcpath, { recursive: true });
}, 120_000);
