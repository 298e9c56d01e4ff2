// An archive that means harm: refused by the name of its member, whatever it is packed with; nothing is written outside, nothing is left.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, leavePlace, makePlace, works, type Place } from "./place.ts";

const MAKE = `
import tarfile, io, sys
path, target, which = sys.argv[1:4]
t = tarfile.open(path, "w", format=tarfile.GNU_FORMAT)
def add(name, type=tarfile.REGTYPE, link="", major=0, minor=0, size=0):
    i = tarfile.TarInfo(name); i.type = type; i.linkname = link; i.devmajor = major; i.devminor = minor; i.size = size
    t.addfile(i, io.BytesIO(b"x" * size))
add("ok")
{ "absolute": lambda: add(target + "/evil"),
  "dots": lambda: add("a/../../../in-target/evil"),
  "through": lambda: (add("x", tarfile.SYMTYPE, target), add("x/evil")),
  "hard": lambda: add("evil", tarfile.LNKTYPE, target + "/theirs"),
  "block": lambda: add("evil", tarfile.BLKTYPE, "", 8, 0),
  "memory": lambda: add("etc/evil", tarfile.CHRTYPE, "", 1, 1),
}[which]()
t.close()
`;
const CASES = [["absolute", "has an absolute path"], ["dots", "has a path with .."], ["through", "goes through a symbolic link"], ["hard", "is a hard link to an absolute path"], ["block", "is a device (block 8:0)"], ["memory", "is a device (character 1:1)"]] as const;

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  let place: Place;
  let target: string;
  beforeAll(() => {
    place = makePlace(kind);
    writeFileSync(join(place.lxcpath, "in.conf"), `${place.config.join("\n")}\n`);
    target = join(place.lxcpath, "in-target");
    mkdirSync(target, { mode: 0o777 });
    writeFileSync(join(target, "theirs"), "theirs\n");
    if (place.user !== undefined) chownSync(target, place.user.uid, place.user.gid);
  });
  afterAll(() => leavePlace(place));
  const create = (archive: string) => berth(place, "lxc-create", ["-n", place.name, "-f", join(place.lxcpath, "in.conf"), "-t", archive]);

  test.each(CASES)("%s: %s", (which, words) => {
    const archive = join(place.lxcpath, `in-${which}.tar`);
    expect(spawnSync("python3", ["-c", MAKE, archive, target, which], { encoding: "utf8" }).stderr).toBe("");
    spawnSync("gzip", ["-k", archive]);
    for (const path of kind === "privileged" ? [archive, `${archive}.gz`] : [`${archive}.gz`]) {
      const answer = create(path);
      expect([answer.status, answer.stderr.includes(words), answer.stderr.includes("evil'"), existsSync(join(place.lxcpath, place.name))]).toEqual([1, true, true, false]);
      expect(readdirSync(target)).toEqual(["theirs"]);
    }
    for (const path of [archive, `${archive}.gz`]) rmSync(path);
  }, 60_000);
});

const CUT = `
import tarfile, io, sys
t = tarfile.open(sys.argv[1], "w", format=tarfile.GNU_FORMAT)
for name in ["one", "two"]:
    i = tarfile.TarInfo(name); i.size = 3
    t.addfile(i, io.BytesIO(b"xyz"))
end = t.offset
t.close()
if sys.argv[2] == "cut": open(sys.argv[1], "r+b").truncate(end)
`;
describe.each(["privileged", "user-owned"] as const)("%s, cut off between two members", (kind) => {
  let place: Place;
  let archive: string;
  beforeAll(() => {
    place = makePlace(kind);
    archive = join(place.lxcpath, "in-cut.tar");
    writeFileSync(join(place.lxcpath, "in.conf"), `${place.config.join("\n")}\n`);
  });
  afterAll(() => leavePlace(place));

  test.each([["whole", 0], ["cut", 1]] as const)("%s", (which, said) => {
    expect(spawnSync("python3", ["-c", CUT, archive, which], { encoding: "utf8" }).stderr).toBe("");
    const env = { ...process.env, LXC_CACHE_PATH: join(place.lxcpath, "in-cache") };
    mkdirSync(env.LXC_CACHE_PATH, { recursive: true });
    if (place.user !== undefined) chownSync(env.LXC_CACHE_PATH, place.user.uid, place.user.gid);
    const config = ["-f", join(place.lxcpath, "in.conf")];
    for (const [command, args] of [["lxc-create", ["-n", place.name, ...config, "-t", archive]], ["berth", ["create", place.name, "-P", place.lxcpath, ...config, "--image", `file:${archive}`]]] as const) {
      const { status, stderr } = berth(place, command, args, { env });
      expect([command, status, stderr.split(`'${archive}' has no end mark: it may be cut off`).length - 1]).toEqual([command, 0, said]);
      works(place, "lxc-destroy", ["-n", place.name]);
    }
    const { status, stderr } = berth(place, "berth", ["image", "import", archive, "mine", "-P", place.lxcpath], { env });
    expect([status, stderr.includes("has no end mark: it may be cut off")]).toEqual([0, said === 1]);
  }, 60_000);
});

describe("bombs", () => {
  let place: Place;
  beforeAll(() => {
    place = makePlace("privileged");
    writeFileSync(join(place.lxcpath, "in.conf"), `${place.config.join("\n")}\n`);
  });
  afterAll(() => leavePlace(place));
  const refused = (archive: string, words: string): void => {
    const answer = berth(place, "lxc-create", ["-n", place.name, "-f", join(place.lxcpath, "in.conf"), "-t", archive]);
    expect([answer.status, answer.stderr.includes(words), existsSync(join(place.lxcpath, place.name))]).toEqual([1, true, false]);
    rmSync(archive);
  };
  test("a file of 8 exabytes that is one hole", () => {
    const archive = join(place.lxcpath, "in-hole.tar");
    const make = `
import tarfile, struct, sys
i = tarfile.TarInfo("etc/hole"); i.type = tarfile.GNUTYPE_SPARSE
b = bytearray(i.tobuf(tarfile.GNU_FORMAT)); b[156:157] = b"S"
b[483:495] = b"\\x80" + (2**62).to_bytes(11, "big")
b[148:156] = b" " * 8; b[148:156] = b"%06o\\0 " % sum(b)
open(sys.argv[1], "wb").write(bytes(b) + bytes(1024))
`;
    expect(spawnSync("python3", ["-c", make, archive], { encoding: "utf8" }).stderr).toBe("");
    refused(archive, "the archive's member 'etc/hole' would be 46116860");
  }, 60_000);
  test("ten million entries in half a megabyte: the first that is too many is named", () => {
    const [archive, piece, make] = [join(place.lxcpath, "in-many.tar.zst"), join(place.lxcpath, "in-piece"), `
import tarfile, sys
out = open(sys.argv[1], "wb")
many, one = [tarfile.TarInfo(name).tobuf(tarfile.USTAR_FORMAT) for name in ("var/many", "var/one-too-many")]
out.write(many * 19801 + one + many * 199)
`];
    expect(spawnSync("python3", ["-c", make, piece], { encoding: "utf8" }).stderr).toBe("");
    // an archive of 500 pieces, each packed by itself: none of it is written out
    expect(spawnSync("sh", ["-ec", `zstd -q ${piece}; i=0; while [ $i -lt 500 ]; do cat ${piece}.zst; i=$((i + 1)); done > ${archive}; rm ${piece} ${piece}.zst`]).status).toBe(0);
    // 4,000,001 = 199 * 20,001 + 19,802
    const words = "the archive's member 'var/one-too-many' is one of more than 4000000";
    const plain = berth(place, "lxc-create", ["-n", place.name, "-f", join(place.lxcpath, "in.conf"), "-t", archive]);
    expect([plain.status, plain.stderr.includes(words), readdirSync(place.lxcpath).toSorted()]).toEqual([1, true, ["in-many.tar.zst", "in.conf"]]);
    expect(plain.stderr).toContain("remedy: nothing of the archive is kept; if you trust it, unpack it with tar(1) and name the directory: -t DIRECTORY");
    const cache = join(place.lxcpath, "in-cache");
    const image = berth(place, "lxc-create", ["-n", place.name, "-f", join(place.lxcpath, "in.conf"), "--image", `file:${archive}`], { env: { LXC_CACHE_PATH: cache, PATH: "/usr/bin:/bin" } });
    expect([image.status, image.stderr.includes(words), readdirSync(join(cache, "unpacked")).filter((name) => !name.startsWith("."))]).toEqual([1, true, []]);
    expect(existsSync(join(place.lxcpath, place.name))).toBe(false);
    for (const path of [archive, cache]) rmSync(path, { recursive: true });
  }, 120_000);
  test("a large packed one is judged while it is unpacked: what was written of it goes", () => {
    const archive = join(place.lxcpath, "in-large.tar");
    const make = `
import tarfile, io, os, sys
t = tarfile.open(sys.argv[1], "w")
def add(name, data):
    i = tarfile.TarInfo(name); i.size = len(data); t.addfile(i, io.BytesIO(data))
add("first", os.urandom(12 << 20)); add("usr/../../../late", b"x"); t.close()
`;
    expect(spawnSync("python3", ["-c", make, archive], { encoding: "utf8" }).stderr).toBe("");
    expect(spawnSync("gzip", ["-1", archive]).status).toBe(0);
    refused(`${archive}.gz`, "the archive's member 'usr/../../../late' has a path with ..");
    expect(readdirSync(place.lxcpath)).toEqual(["in.conf"]);
  }, 60_000);
  test("a damaged archive is said to be so", () => {
    const archive = join(place.lxcpath, "in-damaged.tar.xz");
    spawnSync("sh", ["-c", `tar -C /usr/share/lxc -cJ . | head -c 3000 > ${archive}`]);
    refused(archive, "the archive is damaged");
    expect(works(place, "lxc-ls", ["-1"])).toBe("");
  }, 60_000);
});
