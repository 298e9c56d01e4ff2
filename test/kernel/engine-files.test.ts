// Proves each op on files and descriptors with the real engine: effect, failure, what is left alone.
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "bun:test";
import { AT_REMOVEDIR, deviceNumber, O_CREAT, O_DIRECTORY, O_EXCL, O_PATH, O_RDONLY, O_RDWR, O_TRUNC, RENAME_NOREPLACE, S_IFCHR, S_IFREG } from "../../src/linux/fs.ts";
import { op, errno, runPlan, Scratch, shell } from "./engine-run.ts";

const NULL_DEVICE = deviceNumber(1, 3);

test("open, dup and close: the program has what was dupped, and nothing else", async () => {
  using scratch = new Scratch();
  const ran = await runPlan([
    op("open", { path: scratch.path("out"), flags: O_RDWR | O_CREAT, mode: 0o666, into: 0 }),
    op("open", { path: "/dev/null", flags: O_RDONLY, into: 1 }),
    op("close", { slot: 1 }),
    op("dup", { slot: 0, fd: 1 }),
    op("dup", { slot: 0, fd: 7 }),
    shell("echo one; echo seven >&7; exec ls /proc/self/fd >&2"),
  ]);
  expect(ran.status).toBe(0);
  expect(scratch.read("out")).toBe("one\nseven\n");
  expect(ran.err.trim().split("\n").sort()).toEqual(["0", "1", "2", "3", "7"]); // 3 is the directory that ls reads
});

test("the mode of what is made is exact, whatever the umask, and the umask reaches the program", async () => {
  using scratch = new Scratch();
  const ran = await runPlan([
    op("open", { path: scratch.path("opened"), flags: O_RDWR | O_CREAT, mode: 0o666, into: 0 }),
    op("writeFile", { path: scratch.path("written"), data: "x", flags: O_CREAT, mode: 0o660 }),
    op("mkdir", { path: scratch.path("dir"), mode: 0o777 }),
    op("mknod", { path: scratch.path("node"), mode: S_IFCHR | 0o666, device: NULL_DEVICE }),
    shell("umask"),
  ], { under: ["sh", "-c", "umask 077; exec \"$@\"", "sh"] });
  expect(ran.out).toBe("0077\n");
  const mode = (name: string): number => statSync(scratch.path(name)).mode & 0o7777;
  expect([mode("opened"), mode("written"), mode("dir"), mode("node")]).toEqual([0o666, 0o660, 0o777, 0o666]);
});

test("dup moves what the engine itself holds on that number out of the way", async () => {
  using scratch = new Scratch();
  const ran = await runPlan([
    op("open", { path: scratch.path("out"), flags: O_RDWR | O_CREAT, into: 0 }),
    op("clone", { flags: 0, name: "child", pid: 1, body: [
      ...[4, 5, 6, 7, 8, 9].map((fd) => op("dup", { slot: 0, fd })),
      op("post", { number: 3 }),
      shell("for n in 4 5 6 7 8 9; do echo $n >&$n; done"),
    ] }),
    op("await", { number: 3, child: 1 }),
    op("exitWith", { child: 1 }),
  ]);
  expect(ran.status).toBe(0);
  expect(scratch.read("out")).toBe("4\n5\n6\n7\n8\n9\n");
  expect(ran.events.map(({ kind }) => kind)).toEqual(["started", "exited", "done"]);
});

test("closeInherited closes what the caller left open, but for what is listed, and only that", async () => {
  const fds = [openSync("/dev/null", "r"), openSync("/dev/zero", "r")];
  try {
    const listed = await runPlan([op("closeInherited", { except: [6] }), shell("cd /proc/self/fd && for n in *; do readlink $n; done | grep ^/dev")], { inherited: fds, stdin: "ignore" });
    expect(listed.out.trim().split("\n")).toEqual(["/dev/null", "/dev/zero"]); // 0 and 6
    const kept = await runPlan([shell("readlink /proc/self/fd/5 /proc/self/fd/6; test -e /proc/self/fd/4; echo $?")], { inherited: fds });
    expect(kept.out).toBe("/dev/null\n/dev/zero\n1\n");
  } finally {
    fds.forEach(closeSync);
  }
});

test("mkdir with parents; one that exists is no error and not ours to undo", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("theirs"));
  const made = (path: string, parents?: number) => op("mkdir", { path, mode: 0o755, parents }, { undo: [op("unlink", { path, flags: AT_REMOVEDIR })] });
  const ran = await runPlan([made(scratch.path("theirs")), made(scratch.path("ours")), made(scratch.path("a/b/../c//d/"), 1), op("chdir", { path: "/nowhere" })]);
  expect(ran.status).toBe(125);
  expect(ran.failed).toMatchObject({ op: 3, error: errno("ENOENT"), text: "/nowhere", process: "engine" });
  expect([scratch.has("theirs"), scratch.has("ours"), scratch.has("a/c"), scratch.has("a/c/d")]).toEqual([true, false, true, false]);
  writeFileSync(scratch.path("file"), "");
  expect((await runPlan([op("mkdir", { path: scratch.path("file"), mode: 0o755 })])).failed).toMatchObject({ error: errno("EEXIST") });
});

test("mknod: devices, regular files; the same node twice is no error, another is", async () => {
  using scratch = new Scratch();
  const device = op("mknod", { path: scratch.path("null"), mode: S_IFCHR | 0o666, device: NULL_DEVICE });
  const file = op("mknod", { path: scratch.path("file"), mode: S_IFREG | 0o644 });
  expect((await runPlan([device, file, device, file])).status).toBe(0);
  expect([statSync(scratch.path("null")).rdev, statSync(scratch.path("file")).size]).toEqual([Number(NULL_DEVICE), 0]);
  const other = await runPlan([op("mknod", { path: scratch.path("null"), mode: S_IFCHR | 0o666, device: deviceNumber(1, 5) })]);
  expect(other.failed).toMatchObject({ error: errno("EEXIST") });
});

test("symlink, rename, chown, chmod, unlink, chdir", async () => {
  using scratch = new Scratch();
  writeFileSync(scratch.path("file"), "x");
  const ran = await runPlan([
    op("symlink", { path: scratch.path("link"), target: "/etc/passwd" }),
    op("chown", { path: scratch.path("link"), uid: 7, gid: 0xffffffff }),
    op("chown", { path: scratch.path("file"), uid: 8, gid: 9 }),
    op("chmod", { path: scratch.path("file"), mode: 0o6751 }),
    op("rename", { path: scratch.path("file"), to: scratch.path("moved"), flags: RENAME_NOREPLACE }),
    op("open", { path: scratch.dir, flags: O_PATH | O_DIRECTORY, into: 0 }),
    op("chdir", { at: 0, path: "" }),
    shell("pwd"),
  ]);
  expect(ran).toMatchObject({ status: 0, out: `${scratch.dir}\n` });
  expect([readlinkSync(scratch.path("link")), lstatSync(scratch.path("link")).uid, statSync("/etc/passwd").uid]).toEqual(["/etc/passwd", 7, 0]);
  expect(statSync(scratch.path("moved"))).toMatchObject({ uid: 8, gid: 9, mode: 0o106751 });
  const gone = await runPlan([op("unlink", { path: scratch.path("moved") }), op("unlink", { path: scratch.path("link") })]);
  expect([gone.status, scratch.has("moved"), scratch.has("link")]).toEqual([0, false, false]);
});

test("what fails names its path: chmod of a symlink, rename onto something, symlink where one is", async () => {
  using scratch = new Scratch();
  symlinkSync("/etc/passwd", scratch.path("link"));
  writeFileSync(scratch.path("file"), "");
  const fail = async (made: Parameters<typeof runPlan>[0][number]) => (await runPlan([made])).failed;
  expect(await fail(op("chmod", { path: scratch.path("link"), mode: 0o777 }))).toMatchObject({ error: errno("EOPNOTSUPP"), text: scratch.path("link") });
  expect(await fail(op("rename", { path: scratch.path("link"), to: scratch.path("file"), flags: RENAME_NOREPLACE }))).toMatchObject({ error: errno("EEXIST"), text: `${scratch.path("link")} -> ${scratch.path("file")}` });
  expect(await fail(op("symlink", { path: scratch.path("link"), target: "x" }))).toMatchObject({ error: errno("EEXIST") });
  expect(await fail(op("unlink", { path: scratch.path("none") }))).toMatchObject({ error: errno("ENOENT"), text: scratch.path("none") });
  expect(await fail(op("open", { path: scratch.path("file"), flags: O_RDWR | O_CREAT | O_EXCL, into: 0 }))).toMatchObject({ error: errno("EEXIST") });
  expect(await fail(op("close", { slot: 4 }))).toMatchObject({ error: errno("EBADF"), text: "slot 4 is empty" });
});

test("writeFile writes all in one call; composed of text, bytes, a pid and its start time", async () => {
  using scratch = new Scratch();
  const large = "0123456789abcdef".repeat(16_384); // larger than the scratch for composed texts
  const ran = await runPlan([
    op("getpid", { into: 0 }),
    op("writeFile", { path: scratch.path("record"), data: ["pid ", { slot: 0 }, " since ", { startTime: 0 }, "\n"], flags: O_CREAT | O_TRUNC }),
    op("writeFile", { path: [scratch.path("raw-"), { slot: 0 }], data: [{ hex: "00ff" }, { raw32: 0 }], flags: O_CREAT }),
    op("writeFile", { path: scratch.path("large"), data: [{ hex: Buffer.from(large).toString("hex") }], flags: O_CREAT }),
    op("writeFile", { path: scratch.path("long"), data: large, flags: O_CREAT }),
    shell("echo $$; cut -d' ' -f22 /proc/$$/stat"),
  ]);
  const [pid, since] = ran.out.trim().split("\n");
  expect(scratch.read("record")).toBe(`pid ${pid} since ${since}\n`);
  const raw = readFileSync(scratch.path(`raw-${pid}`));
  expect([raw[0], raw[1], raw.readUInt32LE(2)]).toEqual([0, 255, Number(pid)]);
  expect([scratch.read("large") === large, scratch.read("long") === large]).toEqual([true, true]);
});

test("a text that cannot be composed fails its op before it does anything", async () => {
  using scratch = new Scratch();
  const empty = await runPlan([op("mkdir", { path: [scratch.path("pid-"), { slot: 3 }], mode: 0o755 })]);
  expect(empty.failed).toMatchObject({ op: 0, error: errno("EBADF"), text: "slot 3 is empty" });
  const big = "x".repeat(40_000);
  const long = await runPlan([op("getpid", { into: 0 }), op("writeFile", { path: scratch.path("f"), data: [big, { slot: 0 }, big], flags: O_CREAT })]);
  expect(long.failed).toMatchObject({ op: 1, error: errno("E2BIG") });
  expect(scratch.has("f")).toBe(false);
});

test("lock: held until the slot closes; with nowait another one is told", async () => {
  using scratch = new Scratch();
  const path = scratch.path("lock");
  const ran = await runPlan([
    op("lock", { path, into: 0 }),
    op("lock", { path, into: 1, nowait: 1 }, { onError: ["EAGAIN"] }),
    op("close", { slot: 0 }),
    op("lock", { path, into: 2, nowait: 1 }),
  ]);
  expect(ran.status).toBe(0);
  expect(ran.ignored.map(({ op: id, error }) => [id, error])).toEqual([[1, errno("EAGAIN")]]);
});

test("events that nobody reads are no death by SIGPIPE, and the program has SIGPIPE as the caller had it", async () => {
  using scratch = new Scratch();
  const unread = 'mkfifo "$0"; exec 8<>"$0" 9>"$0" 8>&-; exec "$@"';
  const ran = await runPlan([
    op("unlink", { path: "/nowhere/at/all" }, { onError: "ignore" }),
    shell("exec grep -E 'Sig(Ign|Blk)' /proc/self/status"),
  ], { under: ["bash", "-c", unread, scratch.path("fifo")], args: ["--events-fd", "9"] });
  expect(ran).toMatchObject({ status: 0, out: "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n" });
});
