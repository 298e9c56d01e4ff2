// An image is unpacked once for all containers with the same ids: they lie above it, share its blocks, are snapshots of it, or copies;
// two creates at once, a killed one, and prune, which takes nothing that a container needs.
import { describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheOf, containers, destroy, download, downloadRoom, inPlace, runBeside, withRootsCache } from "./download-room.ts";
import { DIST, argvFor, inside, start, works, type Place, type Ran } from "./place.ts";

const room = downloadRoom();
const berth = (place: Place, ...args: readonly string[]): Promise<Ran> => runBeside(place, [join(DIST, "bin/berth"), ...args], { env: { DOWNLOAD_SERVER: room.server().url } });
const argsOf = (place: Place, name: string, ...more: readonly string[]): readonly string[] => ["create", name, "-P", place.lxcpath, "-f", join(place.lxcpath, "in.conf"), "--image", "tiny/one", "--arch", "amd64", ...more];
async function good(ran: Promise<Ran>): Promise<Ran> {
  const { status, stdout, stderr } = await ran;
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  return { status, stdout, stderr };
}
const make = (place: Place, name: string, ...more: readonly string[]): Promise<Ran> => good(berth(place, ...argsOf(place, name, ...more)));
const trees = (place: Place): readonly string[] => (existsSync(join(cacheOf(place), "unpacked")) ? readdirSync(join(cacheOf(place), "unpacked")) : []);
const pathOf = (place: Place, name: string): string => /^lxc\.rootfs\.path = (.*)$/m.exec(readFileSync(join(place.lxcpath, name, "config"), "utf8"))?.[1] ?? "";
const treeOf = (place: Place): string => join(cacheOf(place), "unpacked", trees(place).find((name) => !name.startsWith(".")) ?? "none");
const prune = (place: Place): Promise<Ran> => good(berth(place, "image", "prune"));
const expire = (place: Place): void => writeFileSync(join(cacheOf(place), "download/tiny/one/amd64/default/expiry"), "1000\n");
const names = (place: Place): readonly [string, string] => [place.name, `${place.mark}d`];
/** A name lies above its image. */
const inRootfs = (place: Place, path: string): string => readFileSync(join(place.lxcpath, place.name, "overlay/delta", path), "utf8");
const unpackings = (...ran: readonly Ran[]): number => ran.filter(({ stdout }) => stdout.includes("Unpacking the rootfs")).length;

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  test("two containers above one image: nothing of one is seen by the other; what they need stays, then it goes", () => inPlace(kind, async (place) => {
    const [one, two] = names(place);
    const [first, second] = [await make(place, one, "--user", "ann"), await make(place, two)];
    expect([unpackings(first), unpackings(second), second.stdout.includes("Using the unpacked image"), second.stderr.includes(`${two} is kept on overlay: the image's files lie below it`)]).toEqual([1, 0, true, true]);
    expect(pathOf(place, one)).toBe(`overlay:${treeOf(place)}/rootfs:${place.lxcpath}/${one}/overlay/delta`);
    start(place);
    expect(inside(place, "cat /etc/hostname; id -u ann; stat -c %u /var; echo mine > /etc/mine; rm /bin/halt; cat /etc/mine")).toBe(`${one}\n1001\n1000\nmine`);
    works(place, "lxc-stop", ["-n", one, "-k"]);
    works(place, "lxc-start", ["-n", two]);
    expect(works(place, "lxc-attach", ["-n", two, "--", "sh", "-c", "cat /etc/hostname; ls /etc/mine 2>&1; ls /bin/halt"])).toBe(`${two}\nls: /etc/mine: No such file or directory\n/bin/halt\n`);
    works(place, "lxc-stop", ["-n", two, "-k"]);
    const [tree] = (JSON.parse((await good(berth(place, "image", "list", "--format", "json"))).stdout) as readonly { readonly origin: string; readonly usedBy?: readonly string[]; readonly idmap?: readonly string[] }[]).filter(({ origin }) => origin === "unpacked");
    expect([tree?.usedBy?.toSorted(), tree?.idmap]).toEqual([[`${place.lxcpath}/${one}`, `${place.lxcpath}/${two}`].toSorted(), kind === "privileged" ? [] : [`u 0 ${place.rootId} 65536`, `g 0 ${place.rootId} 65536`]]);
    destroy(place);
    expire(place);
    const kept = await prune(place);
    expect([kept.stderr.includes(`stays: ${place.lxcpath}/${two}`), existsSync(join(treeOf(place), "rootfs/bin/busybox"))]).toEqual([true, true]);
    works(place, "lxc-destroy", ["-n", two]);
    await prune(place);
    expect(trees(place)).toEqual([]);
  }), 120_000);
});

test("what root has got is not got again by others, unless it is for root's containers alone, or not theirs to read", () => inPlace("user-owned", async (place) => {
  const { asRoot, asOwner, env } = withRootsCache(place);
  const owned = (...args: readonly string[]): Promise<Ran> => runBeside(asOwner, [join(DIST, "bin/berth"), ...args], { env: { ...env, DOWNLOAD_SERVER: room.server().url } });
  await good(runBeside(asRoot, [join(DIST, "bin/berth"), "image", "pull", "tiny/one", "--arch", "amd64", "--server", room.server().url], { env }));
  const folder = join(place.lxcpath, "in-roots/download/tiny/one/amd64/default");
  room.server().forget();
  await good(owned(...argsOf(place, place.name)));
  expect(inRootfs(place, "etc/hostname")).toBe(`${place.name}\n`);
  destroy(place);
  await good(owned(...argsOf(place, place.name, "--offline")));
  destroy(place);
  const other = await owned(...argsOf(place, place.name, "--digest", `sha256:${"0".repeat(64)}`));
  expect([other.status, other.stderr.includes("is not what it should be")]).toEqual([1, true]);
  expect(room.server().asked.filter((line) => line.includes("rootfs")).length).toBe(1); // of the other digest
  for (const spoil of [() => chmodSync(join(folder, "config"), 0o600), () => rmSync(join(folder, "config-user"))]) {
    spoil();
    const alone = await owned(...argsOf(place, place.name, "--offline"));
    expect([alone.status, alone.stderr.includes("the cache has no tiny one amd64"), containers(place)]).toEqual([1, true, []]);
    chmodSync(join(folder, "config"), 0o644);
  }
}), 120_000);

test("lxc-create makes a directory of its own, as LXC does; a copy elsewhere keeps the image, too", () => inPlace("root-owned", async (place) => {
  const [one, two] = names(place);
  const tiny = (name: string, ...more: readonly string[]): Promise<Ran> => good(download({ ...place, name }, { args: room.tiny(), more }));
  const [first, second] = [await tiny(one), await tiny(two, "-B", "overlay")];
  expect([unpackings(first), unpackings(second), first.stderr.includes(`${one} is kept on dir: the image's files are copied`)]).toEqual([1, 0, true]);
  expect([statSync(join(place.lxcpath, one, "rootfs/var")).uid, readFileSync(join(place.lxcpath, one, "rootfs/etc/hostname"), "utf8")]).toEqual([place.rootId + 1000, `${one}\n`]);
  mkdirSync(join(place.lxcpath, "in-other"));
  works(place, "lxc-copy", ["-n", two, "-N", two, "-p", join(place.lxcpath, "in-other")]);
  works(place, "lxc-destroy", ["-n", two]);
  destroy(place);
  expire(place);
  expect((await prune(place)).stderr).toContain(`stays: ${place.lxcpath}/in-other/${two}`);
  rmSync(join(place.lxcpath, "in-other"), { recursive: true });
  expect([(await prune(place)).stderr.includes("in-other"), trees(place).length > 0]).toEqual([true, true]); // a place that is not mounted now may have some
  mkdirSync(join(place.lxcpath, "in-other"));
  await prune(place);
  expect([trees(place), containers(place)]).toEqual([[], []]);
}), 60_000);

test("two at once: one unpacks, the other waits for it", () => inPlace("root-owned", async (place) => {
  await good(berth(place, "image", "pull", "tiny/one", "--arch", "amd64"));
  const ran = await Promise.all(names(place).map((name) => make(place, name)));
  expect([unpackings(...ran), trees(place).filter((name) => !name.startsWith("."))]).toEqual([1, [treeOf(place).split("/").at(-1) ?? ""]]);
  for (const name of names(place)) works(place, "lxc-destroy", ["-n", name]);
}), 60_000);

test("killed in the middle: the next one begins anew, and nothing of the killed one is left", () => inPlace("root-owned", async (place) => {
  const archive = join(place.lxcpath, "in-large.tar");
  const folder = join(place.lxcpath, "in-large");
  mkdirSync(folder);
  for (let i = 0; i < 12; i++) writeFileSync(join(folder, String(i)), Buffer.alloc(8 << 20, i));
  expect(spawnSync("tar", ["-C", folder, "-cf", archive, "."]).status).toBe(0);
  rmSync(folder, { recursive: true });
  const command = argvFor(place, ["env", `LXC_CACHE_PATH=${cacheOf(place)}`, join(DIST, "bin/berth"), "create", place.name, "-P", place.lxcpath, "-f", join(place.lxcpath, "in.conf"), "--image", `file:${archive}`]);
  const [program = "", ...args] = command;
  const isPartial = (): boolean => existsSync(join(treeOf(place), "partial"));
  const killed = async (): Promise<void> => {
    const child = spawn(program, args, { detached: true, stdio: "ignore" });
    const over = new Promise((resolve) => { child.once("exit", resolve); });
    while (!existsSync(join(treeOf(place), "rootfs/0")) && child.exitCode === null) await Bun.sleep(1);
    if (child.exitCode === null) process.kill(-(child.pid ?? 0), "SIGKILL");
    await over;
  };
  await killed();
  for (let attempt = 0; attempt < 10 && !isPartial(); attempt++) { // nobody looked in time, and it has unpacked everything: again
    destroy(place);
    await prune(place);
    await killed();
  }
  expect(isPartial()).toBe(true);
  const ran = spawnSync(program, args, { encoding: "utf8" });
  expect([ran.status, ran.stdout.includes("Unpacking the rootfs"), readdirSync(join(treeOf(place), "rootfs")).length, existsSync(join(treeOf(place), "partial"))]).toEqual([0, true, 12, false]);
  destroy(place);
  await prune(place);
  expect(trees(place)).toEqual([]);
}), 60_000);

test.each(["btrfs", "xfs"])("on %s: files share their blocks, and a container on btrfs is a snapshot", (type) => inPlace("privileged", async (place) => {
  const [disk, mount] = [join(place.lxcpath, "in-disk"), join(place.lxcpath, "in-mount")];
  writeFileSync(disk, "");
  truncateSync(disk, 400 << 20);
  mkdirSync(mount);
  for (const argv of [[`mkfs.${type}`, "-q", disk], ["mount", "-o", "loop", disk, mount]]) expect(spawnSync(argv[0] ?? "", argv.slice(1)).status).toBe(0);
  try {
    const there: Place = { ...place, lxcpath: mount };
    mkdirSync(cacheOf(there));
    writeFileSync(join(mount, "in.conf"), readFileSync(join(place.lxcpath, "in.conf")));
    const [one, two] = names(place);
    const shared = await make(there, one);
    expect([shared.stderr.includes("kept on dir: its files share their blocks"), pathOf(there, one)]).toEqual([true, `dir:${mount}/${one}/rootfs`]);
    const extents = (path: string): string => spawnSync("filefrag", ["-v", path], { encoding: "utf8" }).stdout;
    spawnSync("sync", ["-f", mount]);
    expect(extents(join(mount, one, "rootfs/bin/busybox"))).toContain("shared");
    if (type === "btrfs") {
      const snapshot = await make(there, two, "-B", "btrfs");
      expect([snapshot.stderr.includes("kept on btrfs: it is a snapshot of the unpacked image"), statSync(join(mount, two, "rootfs")).ino, readFileSync(join(mount, two, "rootfs/etc/hostname"), "utf8")]).toEqual([true, 256, `${two}\n`]);
      works(there, "lxc-destroy", ["-n", two]);
    }
    works(there, "lxc-destroy", ["-n", one]);
    expire(there);
    await prune(there);
    expect(trees(there)).toEqual([]);
  } finally { spawnSync("umount", [mount]); }
}), 60_000);
