// Proves removeTree: all of a tree and nothing else; and what the engine answers to a plan that is none.
import { LIMITS } from "../../src/isa/schema.ts";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "bun:test";
import { encode } from "../../src/isa/encode.ts";
import type { Op } from "../../src/isa/op.ts";
import { CLONE_NEWNS } from "../../src/linux/clone.ts";
import { AT_RECURSIVE, O_DIRECTORY, O_PATH } from "../../src/linux/fs.ts";
import { MS_PRIVATE } from "../../src/linux/mount-flags.ts";
import { ENGINE, child, errno, op, runPlan, Scratch } from "./engine-run.ts";

test("a tree goes, symlinks in it are not followed; a missing one is no error and not undone", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("tree/a/b/c"), { recursive: true });
  mkdirSync(scratch.path("victim"));
  writeFileSync(scratch.path("victim/file"), "kept");
  for (let i = 0; i < 300; i++) writeFileSync(scratch.path(`tree/a/file-with-a-rather-long-name-${i}`), "");
  symlinkSync(scratch.path("victim"), scratch.path("tree/a/link"));
  symlinkSync(scratch.path("victim"), scratch.path("link"));
  const ran = await runPlan([
    op("removeTree", { path: scratch.path("tree/") }),
    op("removeTree", { path: scratch.path("none") }, { undo: [op("removeTree", { path: scratch.path("victim") })] }),
    op("removeTree", { path: scratch.path("link") }),
  ]);
  expect(ran.failed).toMatchObject({ op: 2, error: errno("ENOTDIR"), text: scratch.path("link") });
  expect(readdirSync(scratch.dir).sort()).toEqual(["link", "victim"]);
  expect(scratch.read("victim/file")).toBe("kept");
});

test("a tree far deeper than PATH_MAX and than descriptors are allowed", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("tree"));
  const level = [op("mkdir", { path: "level", mode: 0o755 }), op("chdir", { path: "level" })];
  const ran = await runPlan([
    op("chdir", { path: scratch.path("tree") }), ...Array.from({ length: 1000 }, () => level).flat(),
    op("rlimit", { resource: 7, soft: 100, hard: 100 }), op("removeTree", { path: scratch.path("tree") }),
  ]);
  expect(ran.failed).toBeUndefined();
  expect(readdirSync(scratch.dir)).toEqual([]);
});

test("never across a mount: EXDEV, of a directory, of a file, of the tree itself", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("tree/a dir\\/mnt"), { recursive: true });
  mkdirSync(scratch.path("tree-beside"));
  mkdirSync(scratch.path("victim"));
  writeFileSync(scratch.path("victim/file"), "kept");
  writeFileSync(scratch.path("tree/a dir\\/over"), "");
  const bind = (source: string, target: string): readonly Op[] => [op("openTree", { path: scratch.path(source), flags: 1, into: 5 }), op("moveMount", { tree: 5, path: scratch.path(target) })];
  const remove = (path: string, mounts: readonly Op[]) => runPlan(child([
    op("mountSetattr", { path: "/", flags: AT_RECURSIVE, propagation: MS_PRIVATE }), ...mounts,
    op("open", { path: scratch.dir, flags: O_PATH | O_DIRECTORY, into: 0 }),
    op("removeTree", { at: 0, path }),
  ], CLONE_NEWNS));
  const EXDEV = errno("EXDEV");
  expect((await remove("tree", bind("victim", "tree/a dir\\/mnt"))).failed).toMatchObject({ error: EXDEV, text: `something is mounted below ${scratch.path("tree")}` });
  expect((await remove("tree", bind("victim/file", "tree/a dir\\/over"))).failed).toMatchObject({ error: EXDEV });
  expect((await remove("tree", bind("victim", "tree"))).failed).toMatchObject({ error: EXDEV, text: "the tree itself is a mount point" });
  const blind = [op("fsMount", { type: "tmpfs", into: 6 }), op("moveMount", { tree: 6, path: "/proc" })];
  expect((await remove("tree", [...bind("victim", "tree/a dir\\/mnt"), ...blind])).failed).toMatchObject({ error: EXDEV, text: "mnt below the tree is a mount point" });
  expect(scratch.has("tree/a dir\\/mnt")).toBe(true);
  expect((await remove("tree", bind("victim", "tree-beside"))).failed).toBeUndefined();
  expect([scratch.has("tree"), scratch.read("victim/file")]).toEqual([false, "kept"]);
});

test("of a cgroup the directories go", async () => {
  const roots = readFileSync("/proc/self/mountinfo", "utf8").split("\n").filter((line) => / - cgroup2? /.test(line)).map((line) => line.split(" ")[4] ?? "");
  const mounts = roots.filter((_, i) => i === 0 || i === roots.length - 1);
  expect(mounts.length).toBeGreaterThan(0);
  for (const mount of mounts) {
    const dir = `${mount}/berth-tree-${process.pid}`;
    mkdirSync(`${dir}/a/b`, { recursive: true });
    mkdirSync(`${dir}/c`);
    const ran = await runPlan([op("removeTree", { path: dir })]);
    expect([mount, ran.failed]).toEqual([mount, undefined]);
    expect(readdirSync(mount).filter((name) => name.startsWith(`berth-tree-${process.pid}`))).toEqual([]);
    mkdirSync(dir);
    const busy = await runPlan([
      op("clone", { flags: 0, name: "member", pid: 0, pidfd: 1, body: [op("await", { number: 1 }, { onError: "ignore" })] }, { undo: [op("kill", { pidfd: 1, signal: 9 }), op("waitExit", { pidfd: 1 }), op("removeTree", { path: dir })] }),
      op("writeFile", { path: `${dir}/cgroup.procs`, data: [{ slot: 0 }] }),
      op("removeTree", { path: dir }),
    ]);
    expect(busy.failed).toMatchObject({ op: 2, error: errno("EBUSY") });
    expect([busy.ignored, readdirSync(mount).filter((name) => name.startsWith(`berth-tree-${process.pid}`))]).toEqual([[], []]);
  }
});

test("a plan that is none is refused before anything runs, and why is said", async () => {
  using scratch = new Scratch();
  const bytes = encode({ verb: "t", name: "t", lxcpath: "/", ops: [op("mkdir", { path: scratch.path("made"), mode: 0o755 })] });
  const refused = async (given: Uint8Array): Promise<readonly unknown[]> => {
    const { status, err, events } = await runPlan([], { bytes: given });
    return [status, err, events];
  };
  expect(await refused(new Uint8Array())).toEqual([125, "berth-engine: the plan is refused: the plan is too short\n", []]);
  expect(await refused(bytes.subarray(0, bytes.length - 1))).toEqual([125, "berth-engine: the plan is refused: the plan is cut short or too long\n", []]);
  expect(await refused(new Uint8Array(LIMITS.planBytes + 1))).toEqual([125, "berth-engine: the plan is refused: the plan is too large\n", []]);
  expect(await refused(bytes.with(0, 0))).toEqual([125, "berth-engine: the plan is refused: this is no plan\n", []]);
  expect(scratch.has("made")).toBe(false);
  expect((await runPlan([], { bytes })).status).toBe(0);
  expect(scratch.has("made")).toBe(true);
});

test("check verifies only; anything else is a usage error", () => {
  using scratch = new Scratch();
  writeFileSync(scratch.path("plan"), encode({ verb: "t", name: "t", lxcpath: "/", ops: [op("mkdir", { path: scratch.path("made"), mode: 0o755 })] }));
  const engine = (...args: readonly string[]) => Bun.spawnSync(["sh", "-c", `exec "$@" 3<${scratch.path("plan")}`, "sh", ENGINE, ...args]);
  expect([engine("check").exitCode, scratch.has("made")]).toEqual([0, false]);
  expect(engine("check", "--plan-fd", "77").stderr.toString()).toBe("berth-engine: the plan is refused: Bad file descriptor\n");
  for (const args of [[], ["dance"], ["run", "--plan-fd"], ["run", "--loud", "1"]]) {
    const { exitCode, stderr } = engine(...args);
    expect([exitCode, stderr.toString().startsWith("usage: berth-engine run")]).toEqual([2, true]);
  }
});
