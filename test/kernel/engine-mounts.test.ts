// Proves the mount ops in a mount namespace of their own, and that no path leaves its root.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "bun:test";
import type { Op } from "../../src/isa/op.ts";
import { CLONE_NEWNS, CLONE_NEWUSER } from "../../src/linux/clone.ts";
import { AT_RECURSIVE, AT_REMOVEDIR, MNT_DETACH, O_CREAT, O_DIRECTORY, O_PATH, O_TRUNC, OPEN_TREE_CLONE, S_IFREG } from "../../src/linux/fs.ts";
import { MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY, MS_PRIVATE } from "../../src/linux/mount-flags.ts";
import { child, errno, op, runPlan, Scratch, shell } from "./engine-run.ts";

const own: Op = op("mountSetattr", { path: "/", flags: AT_RECURSIVE, propagation: MS_PRIVATE });
const inside = (body: readonly Op[]): readonly Op[] => child([own, ...body], CLONE_NEWNS);
const root = (path: string): Op => op("open", { path, flags: O_PATH | O_DIRECTORY, into: 0 });
const mountpoint = (path: string): string => `findmnt -rno FSTYPE,OPTIONS ${path}`;

test("fsMount, moveMount beneath a root, mountSetattr, umount", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("mnt"));
  const ran = await runPlan(inside([
    root(scratch.dir),
    op("fsMount", { type: "tmpfs", options: ["size=1048576", "mode=0711", "source=mine"], attributes: MOUNT_ATTR_NOSUID, into: 1 }),
    op("moveMount", { tree: 1, at: 0, path: "mnt" }),
    op("mountSetattr", { at: 0, path: "mnt", flags: 0, set: MOUNT_ATTR_RDONLY }),
    op("spawn", { argv: ["sh", "-c", `${mountpoint(scratch.path("mnt"))}; stat -c %a ${scratch.path("mnt")}`] }),
    op("close", { slot: 1 }),
    op("umount", { at: 0, path: "mnt", flags: 0 }),
    op("umount", { path: scratch.path("mnt") }, { onError: ["EINVAL"] }),
  ]));
  expect(ran).toMatchObject({ status: 0, failed: undefined });
  expect(ran.events.find(({ kind }) => kind === "output")?.text).toMatch(/^tmpfs ro,nosuid,.*size=1024k,mode=711.*\n711\n$/);
  expect(ran.ignored.map(({ error }) => error)).toEqual([errno("EINVAL")]);
  expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(scratch.dir);
});

test("fsMount that fails says in the kernel's words which option it was", async () => {
  const option = await runPlan([op("fsMount", { type: "tmpfs", options: ["size=1048576", "mode=rubbish"], into: 0 })]);
  expect(option.failed).toMatchObject({ error: errno("EINVAL"), text: "tmpfs option mode=rubbish: tmpfs: Bad value for 'mode'" });
  expect((await runPlan([op("fsMount", { type: "nofs", into: 0 })])).failed).toMatchObject({ error: errno("ENODEV"), text: "nofs" });
});

test("an op that is passed over leaves its slot empty, whatever was in it before", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("target"));
  const ran = await runPlan(inside([
    op("fsMount", { type: "tmpfs", options: ["source=first"], into: 1 }),
    op("openTree", { path: scratch.path("none"), flags: OPEN_TREE_CLONE, into: 1 }, { onError: "ignore" }),
    op("moveMount", { tree: 1, path: scratch.path("target") }, { onError: ["EBADF"] }),
    shell(`grep -c ${scratch.dir} /proc/self/mountinfo`),
  ]));
  expect([ran.ignored.map(({ error }) => error), ran.out]).toEqual([[errno("ENOENT"), errno("EBADF")], "0\n"]);
});

test("openTree copies a tree, of a directory or one file, attached at an empty path", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("source/below"), { recursive: true });
  mkdirSync(scratch.path("target"));
  writeFileSync(scratch.path("source/below/file"), "seen");
  writeFileSync(scratch.path("file"), "over");
  writeFileSync(scratch.path("under"), "under");
  const ran = await runPlan(inside([
    root(scratch.dir),
    op("openTree", { at: 0, path: "source", flags: OPEN_TREE_CLONE | AT_RECURSIVE, into: 1 }),
    op("open", { at: 0, path: "target", flags: O_PATH, into: 2 }),
    op("moveMount", { tree: 1, at: 2, path: "" }),
    op("openTree", { path: scratch.path("file"), flags: OPEN_TREE_CLONE, into: 3 }),
    op("moveMount", { tree: 3, path: scratch.path("under") }),
    op("open", { path: scratch.path("file"), flags: 0, into: 4 }),
    op("openTree", { at: 4, path: "", flags: OPEN_TREE_CLONE, into: 5 }),
    shell(`cat ${scratch.path("target/below/file")} ${scratch.path("under")}`),
  ]));
  expect(ran.out).toBe("seenover");
  expect((await runPlan([op("openTree", { path: scratch.path("none"), flags: 0, into: 0 })])).failed?.error).toBe(errno("ENOENT"));
  expect((await runPlan([op("open", { path: "/", flags: O_PATH, into: 0 }), op("moveMount", { tree: 0, path: "/nowhere" })])).failed).toMatchObject({ error: errno("ENOENT"), text: "/nowhere" });
  expect((await runPlan([op("mountSetattr", { path: "/nowhere", flags: 0, set: MOUNT_ATTR_RDONLY })])).failed?.error).toBe(errno("ENOENT"));
});

test("a pty's peer can be bound over a file by its descriptor", async () => {
  using scratch = new Scratch();
  writeFileSync(scratch.path("console"), "");
  const ran = await runPlan(inside([
    op("openPty", { path: "/dev/ptmx", master: 0, peer: 1 }),
    op("dup", { slot: 0, fd: 5 }), // a pty without a master is dead
    op("openTree", { at: 1, path: "", flags: OPEN_TREE_CLONE, into: 2 }),
    op("moveMount", { tree: 2, path: scratch.path("console") }),
    shell(`test -c ${scratch.path("console")} && echo terminal > ${scratch.path("console")} && echo yes`),
  ]));
  expect(ran).toMatchObject({ status: 0, out: "yes\n" });
});

test("pivotRoot and chroot", async () => {
  using scratch = new Scratch();
  const prepared = [
    root(scratch.dir),
    op("fsMount", { type: "tmpfs", into: 1 }),
    op("moveMount", { tree: 1, at: 0, path: "/" }),
    op("open", { path: scratch.dir, flags: O_PATH | O_DIRECTORY, into: 2 }),
    op("mknod", { at: 2, path: "busybox", mode: S_IFREG | 0o755 }),
    op("openTree", { path: "/bin/busybox", flags: OPEN_TREE_CLONE, into: 3 }),
    op("moveMount", { tree: 3, at: 2, path: "busybox" }),
  ];
  const show = op("exec", { path: "/busybox", argv: ["busybox", "sh", "-c", "pwd; /busybox ls -a / | /busybox grep -v '^\\.'"], env: [] });
  expect((await runPlan(inside([...prepared, op("pivotRoot", { root: 2 }), show]))).out).toBe("/\nbusybox\n");
  expect((await runPlan(inside([...prepared, op("chroot", { root: 2 }), show]))).out).toBe("/\nbusybox\n");
  expect((await runPlan(inside([root(scratch.dir), op("pivotRoot", { root: 0 })]))).failed?.error).toBe(errno("EBUSY"));
  writeFileSync(scratch.path("file"), "");
  expect((await runPlan([op("open", { path: scratch.path("file"), flags: O_PATH, into: 0 }), op("chroot", { root: 0 })])).failed?.error).toBe(errno("ENOTDIR"));
});

test("an idmapped tree shows its files as owned by the namespace's ids", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("source"));
  mkdirSync(scratch.path("target"));
  writeFileSync(scratch.path("source/file"), "");
  const ran = await runPlan(inside([
    op("clone", { flags: CLONE_NEWUSER, name: "holder", pid: 1, pidfd: 2, body: [op("await", { number: 1 }, { onError: "ignore" })] }),
    op("writeFile", { path: ["/proc/", { slot: 1 }, "/uid_map"], data: "0 5000 10\n" }),
    op("writeFile", { path: ["/proc/", { slot: 1 }, "/gid_map"], data: "0 5000 10\n" }),
    op("open", { path: ["/proc/", { slot: 1 }, "/ns/user"], flags: 0, into: 3 }),
    op("openTree", { path: scratch.path("source"), flags: OPEN_TREE_CLONE, into: 4 }),
    op("mountSetattr", { at: 4, path: "", flags: 0, userns: 3 }),
    op("moveMount", { tree: 4, path: scratch.path("target") }),
    shell(`stat -c %u:%g ${scratch.path("target/file")}`),
  ]));
  expect(ran).toMatchObject({ out: "5000:5000\n" });
});

/** A root file system whose own links point outside. */
function hostileRoot(scratch: Scratch): void {
  mkdirSync(scratch.path("root/real"), { recursive: true });
  mkdirSync(scratch.path("outside/victim"), { recursive: true });
  writeFileSync(scratch.path("outside/file"), "untouched");
  symlinkSync(scratch.path("outside"), scratch.path("root/absolute"));
  symlinkSync("../outside", scratch.path("root/relative"));
  symlinkSync("../../../../../../../../../..", scratch.path("root/up"));
  symlinkSync("/proc/self/root", scratch.path("root/magic"));
  symlinkSync(scratch.path("outside/file"), scratch.path("root/link"));
}

test("a symlink inside a root leads nowhere outside it, for no op that takes a path", async () => {
  using scratch = new Scratch();
  hostileRoot(scratch);
  for (const through of ["absolute", "relative", `up${scratch.path("outside")}`, `magic${scratch.path("outside")}`, "../outside", `real/../../outside`]) {
    const path = (leaf: string): string => `${through}/${leaf}`;
    const ops: readonly Op[] = [
      op("writeFile", { at: 0, path: path("file"), data: "escaped", flags: O_TRUNC }),
      op("writeFile", { at: 0, path: path("new"), data: "escaped", flags: O_CREAT }),
      op("open", { at: 0, path: path("file"), flags: 0, into: 1 }),
      op("mkdir", { at: 0, path: path("made"), mode: 0o755 }),
      op("mknod", { at: 0, path: path("node"), mode: S_IFREG | 0o644 }),
      op("symlink", { at: 0, path: path("sym"), target: "x" }),
      op("unlink", { at: 0, path: path("file") }),
      op("unlink", { at: 0, path: path("victim"), flags: AT_REMOVEDIR }),
      op("chown", { at: 0, path: path("file"), uid: 1, gid: 1 }),
      op("chmod", { at: 0, path: path("file"), mode: 0 }),
      op("removeTree", { at: 0, path: path("victim") }),
      op("chdir", { at: 0, path: path("victim") }),
      op("openTree", { at: 0, path: path("victim"), flags: 0, into: 2 }),
      op("umount", { at: 0, path: path("victim"), flags: MNT_DETACH }),
      op("mountSetattr", { at: 0, path: path("victim"), flags: 0 }),
    ];
    const ran = await runPlan([root(scratch.path("root")), ...ops.map((one) => ({ ...one, onError: "ignore" as const }))]);
    expect([through, ran.status, ran.ignored.map(({ op: id }) => id)]).toEqual([through, 0, ops.map((_, i) => i + 1).filter((id) => ops[id - 1]?.op !== "removeTree")]);
  }
  expect(readdirSync(scratch.path("outside")).sort()).toEqual(["file", "victim"]);
  expect(scratch.read("outside/file")).toBe("untouched");
});

test("beneath a root an absolute link starts at the root, and a link as the last part stays inside", async () => {
  using scratch = new Scratch();
  hostileRoot(scratch);
  mkdirSync(scratch.path("root/etc"));
  symlinkSync("/etc", scratch.path("root/alias"));
  symlinkSync("/etc/new", scratch.path("root/dangling"));
  const ran = await runPlan([
    root(scratch.path("root")),
    op("writeFile", { at: 0, path: "/alias/hostname", data: "in", flags: O_CREAT }),
    op("writeFile", { at: 0, path: "dangling", data: "in", flags: O_CREAT }),
    op("chown", { at: 0, path: "link", uid: 4, gid: 4 }),
    op("removeTree", { at: 0, path: "absolute" }, { onError: ["ENOTDIR", "ELOOP"] }),
    op("mkdir", { at: 0, path: "..", mode: 0o755 }, { onError: ["EINVAL"] }),
    op("unlink", { at: 0, path: "real/.." , flags: AT_REMOVEDIR }, { onError: ["EINVAL"] }),
  ]);
  expect([ran.status, ran.ignored.length]).toEqual([0, 3]);
  expect([scratch.read("root/etc/hostname"), scratch.read("root/etc/new")]).toEqual(["in", "in"]);
  expect(readdirSync(scratch.path("outside")).sort()).toEqual(["file", "victim"]);
});

test("a mount over a link inside a root lands inside", async () => {
  using scratch = new Scratch();
  hostileRoot(scratch);
  mkdirSync(scratch.path("root", scratch.path("outside/victim")), { recursive: true });
  const ran = await runPlan(inside([
    root(scratch.path("root")),
    op("fsMount", { type: "tmpfs", into: 1 }),
    op("moveMount", { tree: 1, at: 0, path: "absolute/victim" }),
    shell(`cut -d' ' -f5 /proc/self/mountinfo | grep ${scratch.dir}`),
  ]));
  expect(ran.out).toBe(`${scratch.path("root", scratch.path("outside/victim"))}\n`);
});
