// berth import of what is damaged, hostile or too large, and one that is killed: nothing is left, and nothing is written elsewhere.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ended, eventually, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind } from "./place.ts";
import { argvOf, called, exported, GOOD, home, imported, look, makeRich, sh } from "./port.ts";

const PATIENCE_MS = 90_000;
const KINDS: readonly Kind[] = ["privileged", "user-owned"];

describe.each([...KINDS])("%s", (kind) => {
  const place = makePlace(kind);
  const file = join(place.lxcpath, "web.tar");
  const copy = called(place, `${place.name}2`);
  beforeAll(() => {
    makeRich(place);
    works(place, "lxc-snapshot", ["-n", place.name]);
    expect(exported(place, file)).toEqual(GOOD);
  }, PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-n", place.name, "-s"]); await leavePlace(place); }, PATIENCE_MS);

  test("what is not whole leaves nothing: cut off, one byte other, none of ours", () => {
    const bytes = readFileSync(file);
    const bad = join(place.lxcpath, "bad.tar");
    const flipped = Buffer.from(bytes);
    const at = bytes.indexOf("end\n", bytes.indexOf("srv/holes"));
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    for (const [content, said] of [
      [bytes.subarray(0, bytes.length >> 1), "the archive ends too early"], [spawnSync("gzip", { input: bytes, maxBuffer: 1 << 28 }).stdout, "remedy: unpack it on its way: gzip -dc"], [flipped, "its checksum is another one"], [Buffer.alloc(0), "the archive ends too early"], [Buffer.alloc(4096, 7), "the archive is damaged"],
      [spawnSync("tar", ["-cf", "-", "config"], { cwd: home(place) }).stdout, "'config' is not what an export begins with"],
    ] as const) {
      writeFileSync(bad, content);
      const refused = imported(place, bad, copy.name);
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(said)]);
      expect(existsSync(home(copy))).toBe(false);
    }
    rmSync(bad);
    expect(imported(place, file).stderr).toContain("Container already exists");
  }, PATIENCE_MS);

  test("killed while it unpacks: the next command removes what was half made", async () => {
    const [program = "", ...rest] = argvOf(place, "import", [copy.name]);
    const running = spawn(program, rest, { stdio: ["pipe", "ignore", "ignore"] });
    const bytes = readFileSync(file);
    running.stdin.on("error", () => undefined);
    running.stdin.write(bytes.subarray(0, bytes.length >> 1));
    await eventually("it is half there", () => existsSync(home(copy, "rootfs/bin")) || running.exitCode !== null);
    running.kill("SIGKILL");
    await ended(running);
    running.stdin.destroy();
    await eventually("its lock is free", () => imported(place, file, copy.name).status === 0);
    expect(look(copy)).toBe(look(place));
    works(copy, "lxc-destroy", ["-n", copy.name, "-s"]);
  }, PATIENCE_MS);
});

describe("privileged, as it is", () => {
  const root = makePlace("privileged");
  const file = join(root.lxcpath, "web.tar");
  beforeAll(() => makeRich(root), PATIENCE_MS);
  afterAll(async () => { works(root, "lxc-destroy", ["-n", root.name]); await leavePlace(root); }, PATIENCE_MS);

  test("a full file system: said, and nothing is left", () => {
    expect(exported(root, file)).toEqual(GOOD);
    const small = join(root.lxcpath, "small");
    mkdirSync(small);
    sh("mount -t tmpfs -o size=300k small small", root.lxcpath);
    try {
      const failed = imported({ ...root, lxcpath: small }, file, "x");
      expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining("no space left while unpacking the archive")]);
      expect(readdirSync(small)).toEqual([]);
    } finally {
      sh("umount small; rmdir small", root.lxcpath);
    }
  }, PATIENCE_MS);

  test("a hostile archive writes nowhere else and is refused with the entry's name", () => {
    const name = `${root.name}h`;
    const make = join(root.lxcpath, "hostile");
    const outside = join(root.lxcpath, "outside");
    mkdirSync(outside);
    const manifest = `${JSON.stringify({ version: 1, name, directory: "/nowhere/x", snapshots: [] })}\n`;
    const entries: readonly (readonly [string, string])[] = [
      ["def m(t): add(t, 'rootfs/../../escaped')", "'rootfs/../../escaped' is none of an export's members"],
      ["def m(t): add(t, '/etc/escaped')", "'/etc/escaped' is none of an export's members"],
      ["def m(t): add(t, 'files/../../escaped')", "'files/../../escaped' is none of an export's members"],
      ["def m(t): add(t, 'files/.berth/restore/.berth/created')", "'files/.berth/restore/.berth/created' is none of an export's members"],
      ["def m(t): add(t, 'files/lxc_rdepends')", "'files/lxc_rdepends' is none of an export's members"],
      ["def m(t): add(t, 'partial')", "'partial' is none of an export's members"],
      [`def m(t): link(t, 'rootfs/hard', tarfile.LNKTYPE, '${outside}/x')`, "'rootfs/hard' is a hard link to"],
      [`def m(t):\n  link(t, 'rootfs/out', tarfile.SYMTYPE, '${outside}')\n  add(t, 'rootfs/out/escaped')`, "out/escaped: Cannot open"],
    ];
    for (const [member, said] of entries) {
      mkdirSync(make, { recursive: true });
      writeFileSync(join(make, "make.py"), `import tarfile, io, hashlib
def add(t, path, data=b'x'):
  i = tarfile.TarInfo(path); i.size = len(data); t.addfile(i, io.BytesIO(data))
def link(t, path, kind, target):
  i = tarfile.TarInfo(path); i.type = kind; i.linkname = target; t.addfile(i)
${member}
b = io.BytesIO()
t = tarfile.open(fileobj=b, mode='w', format=tarfile.PAX_FORMAT)
add(t, 'berth-export', ${JSON.stringify(manifest)}.encode())
add(t, 'config', b'lxc.uts.name = x\\nlxc.rootfs.path = dir:/nowhere/x/rootfs\\n')
m(t)
add(t, 'berth-sha256', hashlib.sha256(b.getvalue()[:t.offset]).hexdigest().encode() + b'\\n')
t.close()
open('${join(make, "x.tar")}', 'wb').write(b.getvalue())
`);
      sh("python3 make.py", make);
      const refused = imported(root, join(make, "x.tar"));
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(new RegExp(said.replaceAll(".", "\\.")))]);
      expect([readdirSync(outside), existsSync(join(root.lxcpath, name)), existsSync(join(root.lxcpath, "escaped")), existsSync("/etc/escaped")]).toEqual([[], false, false, false]);
    }
    rmSync(make, { recursive: true });
    rmSync(outside, { recursive: true });
  }, PATIENCE_MS);

  test("a reader that goes away, a running container, a terminal", () => {
    start(root);
    expect(exported(root, file)).toMatchObject({ status: 1, stderr: expect.stringContaining("or export it as it is with -a") });
    expect(exported(root, file, "-a").status).toBe(0);
    works(root, "lxc-stop", ["-n", root.name, "-k"]);
    const [program = "", ...rest] = argvOf(root, "export", [root.name, "-o", join(root.lxcpath, "nowhere/web.tar")]);
    expect(spawnSync(program, rest, { encoding: "utf8" })).toMatchObject({ status: 1, stderr: expect.stringContaining("cannot write") });
    const fd = openSync("/dev/full", "w");
    const full = spawnSync(argvOf(root, "export", [root.name])[0] ?? "", argvOf(root, "export", [root.name]).slice(1), { stdio: ["ignore", fd, "pipe"], encoding: "utf8" });
    closeSync(fd);
    expect([full.status, full.stderr]).toEqual([1, expect.stringContaining("no space left for it")]);
    expect(statSync(home(root)).isDirectory()).toBe(true);
  }, PATIENCE_MS);
});
