// Where berth export -o writes: a device and a pipe stay what they are, a link leads where it leads, a link in the way of the
// half-written file is not followed; and what berth import -i cannot read.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, leavePlace, makePlace, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";

const PATIENCE_MS = 60_000;
let place: Place;
const path = (...names: readonly string[]): string => join(place.lxcpath, ...names);
const give = (to: string): Ran => berth(place, "berth", ["export", "-P", place.lxcpath, place.name, "-o", to]);
const take = (from: string): Ran => berth(place, "berth", ["import", "-P", place.lxcpath, `${place.name}2`, "-i", from]);
const GOOD = { status: 0, stdout: "", stderr: "" };
const isArchive = (file: string): boolean => spawnSync("tar", ["-tf", file], { encoding: "utf8" }).stdout.includes("rootfs/bin/busybox\n");

beforeAll(() => {
  place = makePlace("privileged");
  create(place);
}, PATIENCE_MS);
afterAll(async () => {
  works(place, "lxc-destroy", ["-n", place.name]);
  await leavePlace(place);
}, PATIENCE_MS);

test("a device of the kind of /dev/null and one of /dev/full stay devices", () => {
  for (const [name, minor] of [["null", 3], ["full", 7]] as const) expect(spawnSync("mknod", [path(name), "c", "1", String(minor)]).status).toBe(0);
  expect(give(path("null"))).toEqual(GOOD);
  expect(give(path("full"))).toMatchObject({ status: 1, stderr: expect.stringContaining(`cannot write '${path("full")}'`) });
  expect(["null", "full"].map((name) => lstatSync(path(name)).isCharacterDevice())).toEqual([true, true]);
}, PATIENCE_MS);

test("a named pipe gets all of it", async () => {
  expect(spawnSync("mkfifo", [path("pipe")]).status).toBe(0);
  const reader = spawn("sh", ["-c", `cat ${path("pipe")} > ${path("read.tar")}`], { stdio: "ignore" });
  expect(give(path("pipe"))).toEqual(GOOD);
  await new Promise((resolve) => { reader.once("exit", resolve); });
  expect([lstatSync(path("pipe")).isFIFO(), isArchive(path("read.tar"))]).toEqual([true, true]);
}, PATIENCE_MS);

test("a link to a file: the file is replaced, the link stays", () => {
  mkdirSync(path("kept"));
  writeFileSync(path("kept/real.tar"), "before");
  symlinkSync("kept/real.tar", path("latest.tar"));
  expect(give(path("latest.tar"))).toEqual(GOOD);
  expect([readlinkSync(path("latest.tar")), isArchive(path("kept/real.tar"))]).toEqual(["kept/real.tar", true]);
}, PATIENCE_MS);

test("a link where the half-written file would be leads nowhere", () => {
  writeFileSync(path("precious"), "mine\n");
  symlinkSync("precious", path("out.tar.part"));
  expect(give(path("out.tar"))).toMatchObject({ status: 1, stderr: expect.stringContaining("ELOOP") });
  expect([readFileSync(path("precious"), "utf8"), readlinkSync(path("out.tar.part"))]).toEqual(["mine\n", "precious"]);
  rmSync(path("out.tar.part"));
  expect([give(path("out.tar")), isArchive(path("out.tar"))]).toEqual([GOOD, true]);
}, PATIENCE_MS);

test("what cannot be read is told before anything is made", () => {
  for (const [from, cause] of [[path("none.tar"), "ENOENT: no such file or directory"], [path("kept"), "it is a directory"]] as const) {
    expect(take(from)).toEqual({ status: 1, stdout: "", stderr: `berth import: cannot read '${from}'\n    cause: ${cause}\n    remedy: name an archive that berth export has written\n` });
  }
}, PATIENCE_MS);

test("berth image export: the same", () => {
  const env = { PATH: process.env["PATH"] ?? "", LXC_CACHE_PATH: path("cache") };
  const image = (...words: readonly string[]): Ran => berth(place, "berth", ["image", ...words, "-P", place.lxcpath], { env });
  expect(spawnSync("tar", ["-C", path(place.name, "rootfs"), "-czf", path("tree.tar.gz"), "."]).status).toBe(0);
  expect(image("import", path("tree.tar.gz"), "mine").status).toBe(0);
  expect([image("export", "mine", path("null")), lstatSync(path("null")).isCharacterDevice()]).toEqual([GOOD, true]);
  expect([image("export", "mine", path("full")).status, lstatSync(path("full")).isCharacterDevice()]).toEqual([1, true]);
  symlinkSync("kept/image.tar.gz", path("image.tar.gz"));
  writeFileSync(path("kept/image.tar.gz"), "before");
  expect([image("export", "mine", path("image.tar.gz")), readlinkSync(path("image.tar.gz"))]).toEqual([GOOD, "kept/image.tar.gz"]);
  expect(readFileSync(path("kept/image.tar.gz"))).toEqual(readFileSync(path("tree.tar.gz")));
  expect([image("export", "mine", path("new.tar.gz")), readFileSync(path("new.tar.gz")).equals(readFileSync(path("tree.tar.gz")))]).toEqual([GOOD, true]);
}, PATIENCE_MS);

test("from xfs: an ACL is there once, not a second time as xfs's own attribute with the host's ids", () => {
  const there: Place = { ...place, lxcpath: path("xfs") };
  mkdirSync(there.lxcpath);
  expect(spawnSync("sh", ["-c", "truncate -s 320M xfs.image && mkfs.xfs -q xfs.image && mount -o loop xfs.image xfs"], { cwd: place.lxcpath }).status).toBe(0);
  try {
    create(there);
    expect(spawnSync("setfacl", ["-m", "u:1000:rwx", join(there.lxcpath, there.name, "rootfs/root")]).status).toBe(0);
    expect(berth(there, "berth", ["export", "-P", there.lxcpath, there.name, "-o", path("from-xfs.tar")])).toEqual(GOOD);
    const archive = readFileSync(path("from-xfs.tar"), "latin1");
    expect([archive.includes("SCHILY.xattr.system.posix_acl_access="), archive.includes("SGI_ACL")]).toEqual([true, false]);
    works(there, "lxc-destroy", ["-n", there.name]);
  } finally {
    spawnSync("umount", [there.lxcpath]);
  }
}, PATIENCE_MS);

test("ids in ACLs are numbers: a name of this host would be another one's id elsewhere", () => {
  const named = readFileSync("/etc/passwd", "utf8").split("\n").map((line) => line.split(":")).find(([, , uid]) => Number(uid) > 0 && Number(uid) < 60_000);
  const file = path(place.name, "rootfs/root");
  expect(spawnSync("setfacl", ["-m", `u:${named?.[2]}:rwx`, file]).status).toBe(0);
  expect(give(path("acl.tar"))).toEqual(GOOD);
  expect(readFileSync(path("acl.tar"), "latin1")).not.toContain("SCHILY.acl.");
  expect(take(path("acl.tar"))).toEqual(GOOD);
  const listed = spawnSync("getfacl", ["-np", path(`${place.name}2`, "rootfs/root")], { encoding: "utf8" }).stdout;
  works(place, "lxc-destroy", ["-n", `${place.name}2`]);
  expect(listed).toContain(`user:${named?.[2]}:rwx`);
}, PATIENCE_MS);
