// Proves that every op of the instruction set, made to fail, is told by its id and error, and what was done before is undone.
import { expect, test } from "bun:test";
import { SCHEMA } from "../../src/isa/schema.ts";
import type { Op, OpKind } from "../../src/isa/op.ts";
import type { Errno } from "../../src/linux/errno.ts";
import { AT_REMOVEDIR, O_CREAT, O_PATH } from "../../src/linux/fs.ts";
import { errno, op, runPlan, Scratch } from "./engine-run.ts";

interface Failure { readonly before?: readonly Op[]; readonly made: Op; readonly error: Errno }
const NOWHERE = "/nowhere/at/all";
const etc = op("open", { path: "/etc", flags: O_PATH, into: 0 });
const self = op("getpid", { into: 1 });
/** Ops that only a fault put into the engine can make fail, and those whose failures have tests of their own. */
const INJECTED: Readonly<Partial<Record<OpKind, Op>>> = {
  closeInherited: op("closeInherited", {}),
  getpid: op("getpid", { into: 1 }),
  personality: op("personality", { value: 0 }),
  netlinkSocket: op("netlinkSocket", { into: 1 }),
  joinKeyring: op("joinKeyring", {}),
  supervise: op("supervise", { pid: 1, pidfd: 2, record: NOWHERE }),
  relay: op("relay", { master: 1, pidfd: 2 }),
  initLoop: op("initLoop", { argv: ["true"], env: [] }),
  replan: op("replan", { request: [] }),
};

const FAILURES: Readonly<Partial<Record<OpKind, Failure>>> = {
  open: { made: op("open", { path: NOWHERE, flags: 0, into: 0 }), error: "ENOENT" },
  close: { made: op("close", { slot: 5 }), error: "EBADF" },
  dup: { made: op("dup", { slot: 5, fd: 1 }), error: "EBADF" },
  openTree: { made: op("openTree", { path: NOWHERE, flags: 0, into: 0 }), error: "ENOENT" },
  moveMount: { before: [etc], made: op("moveMount", { tree: 0, path: NOWHERE }), error: "ENOENT" },
  mountSetattr: { made: op("mountSetattr", { path: NOWHERE, flags: 0, set: 1 }), error: "ENOENT" },
  loopDevice: { made: op("loopDevice", { path: NOWHERE, into: 0, number: 1 }), error: "ENOENT" },
  fsMount: { made: op("fsMount", { type: "nofs", into: 0 }), error: "ENODEV" },
  umount: { made: op("umount", { path: "/etc/passwd" }), error: "EINVAL" },
  pivotRoot: { made: op("pivotRoot", { root: 5 }), error: "EBADF" },
  chroot: { made: op("chroot", { root: 5 }), error: "EBADF" },
  chdir: { made: op("chdir", { path: NOWHERE }), error: "ENOENT" },
  mkdir: { made: op("mkdir", { path: NOWHERE, mode: 0o755 }), error: "ENOENT" },
  mknod: { made: op("mknod", { path: NOWHERE, mode: 0o100644 }), error: "ENOENT" },
  symlink: { made: op("symlink", { path: NOWHERE, target: "x" }), error: "ENOENT" },
  unlink: { made: op("unlink", { path: NOWHERE }), error: "ENOENT" },
  rename: { made: op("rename", { path: NOWHERE, to: "/x" }), error: "ENOENT" },
  chown: { made: op("chown", { path: NOWHERE, uid: 0, gid: 0 }), error: "ENOENT" },
  chmod: { made: op("chmod", { path: NOWHERE, mode: 0 }), error: "ENOENT" },
  writeFile: { made: op("writeFile", { path: "/dev/full", data: "x" }), error: "ENOSPC" },
  removeTree: { made: op("removeTree", { path: "/etc/passwd" }), error: "ENOTDIR" },
  copyTree: { before: [etc, op("open", { path: "/dev/null", flags: 0, into: 1 })], made: op("copyTree", { source: 0, target: 1 }), error: "ENOTDIR" },
  clone: { made: op("clone", { flags: 0x100, name: "child", pid: 0, body: [] }), error: "EINVAL" },
  post: { made: op("post", { number: 1 }), error: "EBADF" },
  await: { made: op("await", { number: 1 }), error: "EBADF" },
  sendFd: { before: [etc], made: op("sendFd", { slot: 0 }), error: "EBADF" },
  recvFd: { made: op("recvFd", { into: 0 }), error: "EBADF" },
  waitExec: { before: [self], made: op("waitExec", { child: 1 }), error: "EBADF" },
  waitExit: { before: [op("pidfdOpen", { pid: process.pid, into: 0 })], made: op("waitExit", { pidfd: 0, timeout: 1 }), error: "ETIMEDOUT" },
  exitWith: { before: [self], made: op("exitWith", { child: 1 }), error: "ECHILD" },
  setns: { before: [etc], made: op("setns", { slot: 0, flags: 0 }), error: "EBADF" },
  unshare: { made: op("unshare", { flags: 1 }), error: "EINVAL" },
  spawn: { made: op("spawn", { argv: [NOWHERE] }), error: "ENOENT" },
  exec: { made: op("exec", { path: NOWHERE, argv: ["x"], env: [] }), error: "ENOENT" },
  pidfdOpen: { made: op("pidfdOpen", { pid: 0, into: 0 }), error: "EINVAL" },
  kill: { before: [etc], made: op("kill", { pidfd: 0, signal: 0 }), error: "EBADF" },
  setsid: { before: [op("setsid", {})], made: op("setsid", {}), error: "EPERM" },
  controllingTty: { before: [op("open", { path: "/dev/null", flags: 0, into: 0 })], made: op("controllingTty", { tty: 0 }), error: "ENOTTY" },
  joinParent: { made: op("joinParent", { signal: 999 }), error: "EINVAL" },
  setIds: { made: op("setIds", { uid: 0, gid: 0, groups: Array.from({ length: 70_000 }, (_, i) => i) }), error: "EINVAL" },
  capBounding: { before: [op("caps", { effective: 0, permitted: 0, inheritable: 0 })], made: op("capBounding", { drop: 1 }), error: "EPERM" },
  caps: { made: op("caps", { effective: 1, permitted: 0, inheritable: 0 }), error: "EPERM" },
  rlimit: { made: op("rlimit", { resource: 99, soft: 0, hard: 0 }), error: "EINVAL" },
  prctl: { made: op("prctl", { option: 9999 }), error: "EINVAL" },
  seccomp: { made: op("seccomp", { program: [{ hex: "ffffffffffffffff" }] }), error: "EINVAL" },
  bpfDevice: { before: [etc], made: op("bpfDevice", { program: [{ hex: "ffffffffffffffff" }], cgroup: 0 }), error: "EINVAL" },
  seccompNotify: { before: [etc, op("getpid", { into: 1 })], made: op("seccompNotify", { listener: 0, init: 1 }), error: "EINVAL" },
  hostname: { made: op("hostname", { name: "h".repeat(65) }), error: "EINVAL" },
  openPty: { made: op("openPty", { path: "/dev/null", master: 0, peer: 1 }), error: "ENOTTY" },
  netlink: { made: op("netlink", { messages: [{ hex: "10000000ff0f00000000000000000000" }] }), error: "EOPNOTSUPP" },
  keepEvents: { made: op("keepEvents", { path: "/nowhere/hooks" }), error: "ENOENT" },
  netlinkFollow: { made: op("netlinkFollow", { messages: [{ hex: "08000000120001030000000000000000" }], groups: 0 }), error: "EINVAL" },
  watchDirectories: { made: op("watchDirectories", { paths: [NOWHERE] }), error: "ENOENT" },
  ifIndex: { made: op("ifIndex", { name: "none0", into: 0 }), error: "ENODEV" },
  listen: { made: op("listen", { address: "x".repeat(108), into: 0 }), error: "ENAMETOOLONG" },
  askMonitor: { made: op("askMonitor", { address: "berth-test-nobody", kind: 1, connection: 0, number: 1, fd: 2 }), error: "ECONNREFUSED" },
  lock: { made: op("lock", { path: NOWHERE, into: 0 }), error: "ENOENT" },
};

test("no op of the instruction set is forgotten here", () => {
  expect([...Object.keys(FAILURES), ...Object.keys(INJECTED)].sort()).toEqual(Object.keys(SCHEMA).sort());
});

const dir = (scratch: Scratch): readonly Op[] => [
  op("mkdir", { path: scratch.path("dir"), mode: 0o755 }, { undo: [op("unlink", { path: scratch.path("dir"), flags: AT_REMOVEDIR })] }),
  op("writeFile", { path: scratch.path("dir/file"), data: "x", flags: O_CREAT }, { undo: [op("unlink", { path: scratch.path("dir/file") })] }),
];

const failures: readonly [string, Failure][] = Object.entries(FAILURES);
for (const [kind, { before = [], made, error }] of failures) test(`${kind} fails: told, and what was done is undone`, async () => {
  using scratch = new Scratch();
  const ran = await runPlan([...dir(scratch), ...before, made]);
  expect(ran.failed).toMatchObject({ op: 2 + before.length, process: "engine", error: errno(error) });
  expect([ran.status, scratch.has("dir"), ran.ignored]).toEqual([125, false, []]);
});

const injected: readonly [string, Op][] = Object.entries(INJECTED);
for (const [kind, made] of injected) test(`${kind}, made to fail: told, and what was done is undone`, async () => {
  using scratch = new Scratch();
  const ran = await runPlan([...dir(scratch), made], { args: ["--fail-op", `2:${errno("EDOM")}`] });
  expect(ran.failed).toMatchObject({ op: 2, error: errno("EDOM"), text: "made to fail" });
  expect([ran.status, scratch.has("dir"), ran.ignored]).toEqual([125, false, []]);
});
