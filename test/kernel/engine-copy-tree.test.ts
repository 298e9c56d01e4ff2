// Proves copyTree: a tree is copied with all that its files are, by several threads at once, and what is wrong is said with the file.
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "bun:test";
import type { Op } from "../../src/isa/op.ts";
import { CLONE_NEWNS } from "../../src/linux/clone.ts";
import { AT_RECURSIVE, O_DIRECTORY, O_PATH } from "../../src/linux/fs.ts";
import { MS_PRIVATE } from "../../src/linux/mount-flags.ts";
import { child, errno, op, runPlan, Scratch, type Ran } from "./engine-run.ts";

const sh = (line: string, cwd: string): string => {
  const { status, stdout, stderr } = spawnSync("sh", ["-ec", line], { cwd, encoding: "utf8" });
  expect([line, status, stderr]).toEqual([line, 0, stderr]);
  return stdout;
};
const folder = (path: string, into: number): Op => op("open", { path, flags: O_PATH | O_DIRECTORY, into });
const copyOps = (scratch: Scratch, source = "source", target = "target"): readonly Op[] => [folder(scratch.path(source), 0), folder(scratch.path(target), 1), op("copyTree", { source: 0, target: 1 })];
const copied = (scratch: Scratch): Promise<Ran> => runPlan(copyOps(scratch));
const works = async (scratch: Scratch): Promise<void> => expect(await copied(scratch)).toMatchObject({ status: 0, err: "" });
/** All that stat(2), getxattr(2) and the bytes say, and which names are one file; when they were last read only where looking does not change it. */
const look = (tree: string): string => sh(`find . -printf '%p %M %U:%G %n %s %T@ %l\\n' | sort; find . ! -type l ! -type d -printf '%p %A@\\n' | sort; find . -type f -links +1 -printf '%i %p\\n' | sort -k2 | awk '{if (!($1 in n)) n[$1] = NR; print n[$1], $2}'; getfattr -Rhd -m - -e hex . | sort; find . -type f -exec md5sum {} + | sort -k2; find . '(' -type b -o -type c ')' -exec stat -c '%n %t:%T' {} + | sort`, tree);
const both = (scratch: Scratch): readonly string[] => {
  const source = look(scratch.path("source")); // the first look reads, and relatime notes that
  return [source, look(scratch.path("target"))];
};
function trees(scratch: Scratch): void {
  mkdirSync(scratch.path("source"));
  mkdirSync(scratch.path("target"), { mode: 0o755 });
}

/** Everything that a file can be and have. */
const RICH = `
  echo text > a; chown 1000:1001 a; chmod 4751 a; echo b > b; chmod 0 b; echo c > c; chmod 2755 c; echo d > d; chmod 604 d; chown 5:6 d; : > empty
  mkdir -p sub/deep none locked sticky group; echo x > sub/deep/x; chmod 555 locked; chmod 1777 sticky; chown 7:8 group; chmod 2770 group; echo in > group/in; echo in > locked/in
  ln -s /etc/passwd link; ln -s "$(printf '%0200d' 7)" long; ln -s nowhere sub/dangling; chown -h 1000:1001 link
  mkfifo -m 640 fifo; mknod zero c 1 5; mknod disk b 7 300; chown 3:4 zero; perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "socket", Listen => 1) or die'
  truncate -s 9M holes; printf y | dd of=holes bs=1 seek=5000000 conv=notrunc 2>/dev/null; truncate -s 1M all-hole; head -c 700000 /dev/urandom > large
  echo > "$(printf 'sub/new\\nline')"; ln a sub/deep/hard; ln sub/deep/hard harder; ln fifo sub/fifo; ln -P long sub/long
  setfattr -n user.word -v value a; setfattr -n trusted.mark -v top .; setfattr -n trusted.mark -v 1 link; setfattr -n trusted.mark -v 2 fifo; setfattr -n user.empty c; setfattr -n user.big -v "$(printf '%03000d' 1)" sub
  setfacl -m u:1007:rx,m:rwx large; setfacl -d -m u:1008:rwx sub; setfacl -m u:1009:r fifo; setfacl -m g:12:rx group
  cp /bin/true ping; setcap cap_net_raw+ep ping
  touch -h -d '2001-02-03 04:05:06.789012345' link a b sub/deep holes fifo zero locked sub .; touch -a -d '2002-03-04 05:06:07.5' a sub/deep/x sub .`;

test("everything a file can be and have; nothing is left on the source, either", async () => {
  using scratch = new Scratch();
  trees(scratch);
  sh(RICH, scratch.path("source"));
  const times = (): string => sh("find . -type f -printf '%p %A@ %T@ %C@\\n' | sort", scratch.path("source"));
  const before = times();
  await works(scratch);
  expect(times()).toBe(before);
  const read = (tree: string): string => sh("stat -c '%n %x' . sub sub/deep group", scratch.path(tree));
  expect(read("target")).toBe(read("source"));
  const [source, target] = both(scratch);
  expect(target).toBe(source ?? "");
  const blocks = (name: string): number => Number(sh(`stat -c %b ${name}`, scratch.path("target")));
  expect([blocks("holes") < 64, blocks("all-hole")]).toEqual([true, 0]);
});

test("what the new place hands on is not taken: default ACLs, a group, a umask", async () => {
  using scratch = new Scratch();
  trees(scratch);
  sh("mkdir -p d/e; echo a > a; echo b > d/b; mkfifo d/e/fifo; chmod 664 a; chmod 775 d", scratch.path("source"));
  sh("rmdir target; chown 0:99 .; chmod 2755 .; setfacl -d -m u:1234:rwx .; mkdir target; setfacl -m u:99:rwx target", scratch.dir);
  expect(sh("getfacl -n target; stat -c %g target", scratch.dir)).toMatch(/default:user:1234:rwx[^]*99\n$/);
  await works(scratch);
  const [source, target] = both(scratch);
  expect(target).toBe(source ?? "");
});

test("names of one file stay one, whoever comes to it first", async () => {
  using scratch = new Scratch();
  trees(scratch);
  sh("mkdir first; for f in $(seq 40); do echo $f > first/$f; done; for d in $(seq 150); do mkdir -p in/$((d % 7)); cp -al first in/$((d % 7))/$d; done", scratch.path("source"));
  await works(scratch);
  expect(sh("find . -type f -printf '%i %n %f\\n' | sort -u | wc -l; find . -type f | wc -l; cat in/3/10/17", scratch.path("target"))).toBe("40\n6040\n17\n");
});

test("far deeper than PATH_MAX and than descriptors are allowed, with names of one file down there", async () => {
  using scratch = new Scratch();
  trees(scratch);
  const level = [op("mkdir", { path: "level-of-a-tree", mode: 0o750 }), op("chdir", { path: "level-of-a-tree" })];
  const made = await runPlan([
    op("chdir", { path: scratch.path("source") }), ...Array.from({ length: 700 }, () => level).flat(),
    ...["first", "second", "third"].map((path) => op("mkdir", { path, mode: 0o755 })), op("writeFile", { path: "first/file", data: "down here", flags: 0o100 }),
    op("exec", { path: "/bin/sh", argv: ["sh", "-c", "ln first/file second/file && ln first/file third/file"], env: [] }),
  ]);
  expect(made.status).toBe(0);
  const ran = await runPlan([op("rlimit", { resource: 7, soft: 40, hard: 40 }), ...copyOps(scratch)]);
  expect([ran.failed, ran.status]).toEqual([undefined, 0]);
  expect(sh("find . -type d | wc -l; find . -type f -printf '%n %s %f\\n'; find . -type f -printf '%i\\n' | sort -u | wc -l", scratch.path("target"))).toBe("704\n3 9 file\n3 9 file\n3 9 file\n1\n");
});

test("what is wrong is said with the file: a target that is not empty, a tree into itself, no room", async () => {
  using scratch = new Scratch();
  trees(scratch);
  mkdirSync(scratch.path("source/sub"));
  writeFileSync(scratch.path("source/sub/file"), "new");
  mkdirSync(scratch.path("target/sub")); // as lost+found of a new file system
  await works(scratch);
  expect(scratch.read("target/sub/file")).toBe("new");
  expect((await copied(scratch)).failed).toMatchObject({ error: errno("EEXIST"), text: "making sub/file" });
  mkdirSync(scratch.path("source/sub/inner"));
  expect((await runPlan(copyOps(scratch, "source", "source/sub/inner"))).failed).toMatchObject({ error: errno("EINVAL"), text: "a copy of the tree into itself: sub/inner" });
  writeFileSync(scratch.path("source/sub/file"), Buffer.alloc(1 << 20, 1));
  const full = await runPlan(child([
    op("mountSetattr", { path: "/", flags: AT_RECURSIVE, propagation: MS_PRIVATE }), op("fsMount", { type: "tmpfs", options: ["size=64k"], into: 5 }),
    op("moveMount", { tree: 5, path: scratch.path("target") }), ...copyOps(scratch),
  ], CLONE_NEWNS));
  expect(full.failed).toMatchObject({ error: errno("ENOSPC"), text: "copying sub/file" });
});

test("an attribute that is too large for the new file system is no want of room", async () => {
  using scratch = new Scratch();
  sh("truncate -s 16M image; mkfs.ext4 -q -O ^ea_inode image; mkdir source small; mount -o loop image small; mkdir small/target; mount -t tmpfs none source; echo > source/file; setfattr -n trusted.big -v $(printf '%020000d' 1) source/file", scratch.dir);
  try {
    expect((await runPlan(copyOps(scratch, "source", "small/target"))).failed).toMatchObject({ error: errno("E2BIG"), text: "copying file" });
  } finally {
    sh("umount small source", scratch.dir);
  }
});

test("where blocks can be shared they are", async () => {
  using scratch = new Scratch();
  sh("truncate -s 320M image; mkfs.xfs -q -m reflink=1 image; mkdir shared; mount -o loop image shared; mkdir shared/source shared/target; head -c 300000 /dev/urandom > shared/source/file; truncate -s 5M shared/source/holes; echo end >> shared/source/holes; sync", scratch.dir);
  try {
    expect((await runPlan(copyOps(scratch, "shared/source", "shared/target"))).status).toBe(0);
    expect(sh("cmp source/file target/file; cmp source/holes target/holes; filefrag -v target/file target/holes | grep -c shared", scratch.path("shared"))).toBe("2\n");
  } finally {
    sh("umount shared", scratch.dir);
  }
});

test("a link that takes turns with a directory leads nowhere", async () => {
  using scratch = new Scratch();
  trees(scratch);
  mkdirSync(scratch.path("victim"));
  writeFileSync(scratch.path("victim/secret"), "host");
  chmodSync(scratch.path("victim/secret"), 0o600);
  sh("mkdir -p spot/secret one; echo guest > spot/file", scratch.path("source"));
  symlinkSync(scratch.path("victim"), scratch.path("source/link"));
  const flip = scratch.path("flip");
  expect(spawnSync("gcc", ["-O2", "-o", flip, join(import.meta.dir, "flip.c")]).status).toBe(0);
  const racer = spawn(flip, [scratch.path("source/spot"), scratch.path("source/link")], { stdio: "ignore" });
  try {
    for (let round = 0; round < 60; round++) {
      mkdirSync(scratch.path(`target/${round}`));
      await runPlan(copyOps(scratch, "source", `target/${round}`)); // it may fail: what was a directory is none
      for (const name of ["spot", "link"]) {
        const path = scratch.path("target", String(round), name);
        if (existsSync(path) && lstatSync(path).isDirectory() && existsSync(join(path, "secret"))) expect(lstatSync(join(path, "secret")).isDirectory()).toBe(true);
      }
    }
    expect([racer.exitCode, readdirSync(scratch.path("victim")), readFileSync(scratch.path("victim/secret"), "utf8")]).toEqual([null, ["secret"], "host"]);
  } finally {
    racer.kill("SIGKILL");
  }
});
