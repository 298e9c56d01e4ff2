// Root file systems of every kind, for every kind of container: they start, keep what is written, and leave nothing.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, inside, leavePlace, makePlace, start } from "./place.ts";
import type { Kind, Place } from "./place.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";

function sh(...argv: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8" });
  expect({ argv, status, stderr: status === 0 ? "" : stderr }).toEqual({ argv, status: 0, stderr: "" });
  return stdout.trim();
}
const home = (place: Place, ...path: readonly string[]): string => join(place.lxcpath, place.name, ...path);
/** Type and options of what is mounted on /. */
const ROOT_LINE = `awk '$5 == "/" { for (i = 7; $i != "-"; i++); print $(i + 1), $6 }' /proc/self/mountinfo`;

/** Starts with these lines added, looks, stops; nothing may be left. */
async function withLines(place: Place, lines: readonly string[], look: () => void | Promise<void>): Promise<void> {
  const text = readFileSync(home(place, "config"), "utf8");
  const before = snapshot(place.watch);
  appendFileSync(home(place, "config"), `${lines.join("\n")}\n`);
  try {
    start(place);
    await look();
  } finally {
    berth(place, "lxc-stop", ["-n", place.name, "-k"]);
    writeFileSync(home(place, "config"), text);
  }
  expect((await leaksAtLast(before, place.watch)).filter((leak) => !leak.startsWith("files:"))).toEqual([]);
}
function refused(place: Place, lines: readonly string[], ...words: readonly string[]): void {
  const text = readFileSync(home(place, "config"), "utf8");
  appendFileSync(home(place, "config"), `${lines.join("\n")}\n`);
  const { status, stderr } = berth(place, "lxc-start", ["-n", place.name]);
  writeFileSync(home(place, "config"), text);
  expect([status, stderr]).toEqual([1, stderr]);
  for (const word of words) expect(stderr).toContain(word);
}

const STORAGE_KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
describe.each([...STORAGE_KINDS])("%s", (kind: Kind) => {
  let place: Place;
  beforeAll(() => {
    place = makePlace(kind);
    create(place);
  });
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  });

  test("overlay: the upper layer takes what is written, the lower one stays as it is", async () => {
    const [lower, upper] = [home(place, "rootfs"), home(place, "overlay/delta")];
    mkdirSync(home(place, "overlay"));
    if (place.user !== undefined) sh("chown", `${place.rootId}:${place.rootId}`, home(place, "overlay"));
    const lines = [`lxc.rootfs.path = overlay:${lower}:${upper}`];
    await withLines(place, lines, () => {
      expect(inside(place, ROOT_LINE)).toBe("overlay rw,relatime");
      inside(place, "echo new > /root/new; rm -r /etc; mkdir /etc; echo mine > /etc/mine; chown 5:6 /etc/mine; chmod 600 /etc/mine");
    });
    expect([existsSync(join(lower, "root/new")), existsSync(join(lower, "etc/mine")), existsSync(join(lower, "etc/passwd"))]).toEqual([false, false, true]);
    expect([readFileSync(join(upper, "root/new"), "utf8"), statSync(join(upper, "etc/mine")).uid]).toEqual(["new\n", place.rootId + 5]);
    await withLines(place, lines, () => expect(inside(place, "cat /root/new; ls /etc")).toBe("new\nmine"));
  });

  test("overlay below directories that only their owner may pass, and many lower layers", async () => {
    const closed = join(place.lxcpath, "closed");
    const layers = Array.from({ length: 9 }, (_, i) => join(closed, `a-layer-with-a-long-name-${i}`));
    for (const layer of [...layers, join(closed, "upper"), join(closed, "work")]) mkdirSync(layer, { recursive: true });
    layers.forEach((layer, i) => { writeFileSync(join(layer, `layer${i}`), ""); });
    sh("chown", "-R", `${place.rootId}:${place.rootId}`, closed);
    sh("chown", `${place.user?.uid ?? 0}`, closed);
    sh("chmod", "700", closed);
    await withLines(place, [`lxc.rootfs.path = overlay:${[...layers, home(place, "rootfs")].join(":")}:${join(closed, "upper")}`], () =>
      expect(inside(place, "cd /; echo layer?; touch /x; ls x")).toBe("layer0 layer1 layer2 layer3 layer4 layer5 layer6 layer7 layer8\nx"));
    expect(existsSync(join(closed, "upper/x"))).toBe(true);
    rmSync(closed, { recursive: true });
  });

  test("tmpfs and btrfs hold root directories as any other; what is mounted in them comes along", async () => {
    const [image, mount] = [join(place.lxcpath, "fs"), join(place.lxcpath, "mount")];
    mkdirSync(mount);
    writeFileSync(image, "");
    truncateSync(image, 128 << 20);
    sh("mkfs.btrfs", "-q", image);
    for (const [type, prefix, args] of [["tmpfs", "dir", ["-t", "tmpfs", "mine"]], ["btrfs", "btrfs", ["-o", "loop", image]]] as const) {
      sh("mount", ...args, mount);
      try {
        if (type === "btrfs") sh("btrfs", "subvolume", "create", join(mount, "root"));
        sh("cp", "-a", `${home(place, "rootfs")}/.`, join(mount, "root"));
        mkdirSync(join(mount, "root/mnt/below"));
        sh("mount", "-t", "tmpfs", "below", join(mount, "root/mnt/below"));
        await withLines(place, [`lxc.rootfs.path = ${prefix}:${mount}/root`, "lxc.rootfs.options = nodev,noexec,exec"], () =>
          expect(inside(place, `${ROOT_LINE}; grep -c /mnt/below /proc/self/mountinfo`)).toBe(`${type} rw,nodev,relatime\n1`));
      } finally { sh("umount", "-R", mount); }
    }
    rmSync(image);
    rmSync(mount, { recursive: true });
  });

  test("read-only: init runs, nothing can be written", () => withLines(place, ["lxc.rootfs.options = ro"], () =>
    expect(inside(place, `touch /x 2>&1; ${ROOT_LINE}`)).toBe(`touch: /x: Read-only file system\n${sh("findmnt", "-no", "FSTYPE", "-T", place.lxcpath)} ro,relatime`)));

  if (kind === "user-owned") test("what only root may do is refused before anything runs, with the remedy", () => {
    const image = join(place.lxcpath, "image");
    writeFileSync(image, "");
    truncateSync(image, 8 << 20);
    sh("mkfs.ext4", "-q", image);
    refused(place, [`lxc.rootfs.path = loop:${image}`], "an ordinary user cannot mount the image", "only root", "lxc.rootfs.path = dir:PATH");
    refused(place, ["lxc.rootfs.options = idmap=container"], "config:", "lxc.rootfs.options", "'idmap=container' is for containers that root starts", "lxc-usernsexec -- chown");
    rmSync(image);
  });
  else blockTests(() => place, kind);
});

/** The root directory as an image: ext4, xfs, btrfs or squashfs. */
function makeImage(place: Place, type: string): string {
  const [image, rootfs] = [join(place.lxcpath, `image.${type}`), home(place, "rootfs")];
  if (type === "squashfs") sh("mksquashfs", rootfs, image, "-quiet", "-no-progress");
  else {
    writeFileSync(image, "");
    truncateSync(image, 400 << 20);
    if (type === "ext4") sh("mkfs.ext4", "-q", "-d", rootfs, image);
    else if (type === "btrfs") sh("mkfs.btrfs", "-q", "--rootdir", rootfs, image);
    else {
      sh("mkfs.xfs", "-q", image);
      mkdirSync(`${image}.mnt`);
      sh("mount", "-o", "loop", image, `${image}.mnt`);
      try { sh("cp", "-a", `${rootfs}/.`, `${image}.mnt`); } finally { sh("umount", `${image}.mnt`); }
      rmSync(`${image}.mnt`, { recursive: true });
    }
  }
  return image;
}

function blockTests(place: () => Place, kind: Kind): void {
  test.each(["ext4", "xfs", "btrfs", "squashfs"])("an image of %s, by a loop device that goes with the container", async (type) => {
    const image = makeImage(place(), type);
    const isWritable = type !== "squashfs";
    for (const path of [`loop:${image}`, image]) await withLines(place(), [`lxc.rootfs.path = ${path}`, "lxc.rootfs.options = nodev"], () => {
      expect(inside(place(), `${ROOT_LINE}; id -u; stat -c %u /etc`)).toBe(`${type} rw,nodev,relatime\n0\n0`);
      expect(inside(place(), "echo kept 2>&1 >> /root/kept; cat /root/kept 2>/dev/null || true")).toMatch(isWritable ? /^kept/ : /Read-only/);
      expect(sh("losetup", "--noheadings", "--output", "AUTOCLEAR", "--associated", image)).toBe("1");
    });
    expect(sh("losetup", "--associated", image)).toBe("");
    if (isWritable) await withLines(place(), [`lxc.rootfs.path = ${image}`, "lxc.rootfs.options = ro"], () => expect(inside(place(), "cat /root/kept; touch /x 2>&1 || true")).toBe("kept\nkept\ntouch: /x: Read-only file system"));
    rmSync(image);
  });

  test("a block device, by its name or as a logical volume", async () => {
    const image = makeImage(place(), "ext4");
    const device = sh("losetup", "--find", "--show", image);
    try {
      for (const path of [device, `lvm:${device}`]) await withLines(place(), [`lxc.rootfs.path = ${path}`], () => expect(inside(place(), ROOT_LINE)).toBe("ext4 rw,relatime"));
      refused(place(), ["lxc.rootfs.path = lvm:/dev/novg/nolv"], "'/dev/novg/nolv' does not exist", "lvchange -ay");
    } finally { sh("losetup", "--detach", device); }
    rmSync(image);
  });

  test("an image that holds no file system, or one that is broken", () => {
    const image = join(place().lxcpath, "rubbish");
    writeFileSync(image, "QFI\u00fb", "latin1");
    refused(place(), [`lxc.rootfs.path = loop:${image}`], "holds a qcow2 image", "qemu-img convert");
    writeFileSync(image, Buffer.concat([Buffer.alloc(1080), Buffer.from([0x53, 0xef]), Buffer.alloc(70_000)]));
    refused(place(), [`lxc.rootfs.path = loop:${image}`], "lxc.rootfs.path", "ext4", "fsck");
    rmSync(image);
    expect(spawnSync("losetup", ["--associated", image], { encoding: "utf8" }).stdout).toBe("");
  });

  if (kind === "root-owned") test("idmap=container: files of the host's root are those of the container's root", async () => {
    const [copy, image] = [join(place().lxcpath, "copy"), join(place().lxcpath, "image.ext4")];
    sh("cp", "-a", home(place(), "rootfs"), copy);
    sh("chown", "-hR", "0:0", copy);
    writeFileSync(image, "");
    truncateSync(image, 64 << 20);
    sh("mkfs.ext4", "-q", "-d", copy, image);
    for (const path of [`dir:${copy}`, `loop:${image}`]) await withLines(place(), [`lxc.rootfs.path = ${path}`, "lxc.rootfs.options = idmap=container,nosuid"], () =>
      expect(inside(place(), "touch /root/x; chown 7:8 /root/x; stat -c %u:%g / /root/x; " + ROOT_LINE)).toMatch(/^0:0\n7:8\n\w+ rw,nosuid,relatime,idmapped$/));
    expect([statSync(join(copy, "root/x")).uid, statSync(join(copy, "root/x")).gid]).toEqual([7, 8]);
    refused(place(), ["lxc.rootfs.options = idmap=/proc/1/ns/user"], "lxc.rootfs.options", "idmap");
    rmSync(copy, { recursive: true });
    rmSync(image);
  });
}
