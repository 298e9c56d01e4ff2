// What a restore does not exchange, and what is said of it.
import { expect, test } from "bun:test";
import { byDefault } from "../model/origin.ts";
import type { RootfsSpec } from "../model/spec.ts";
import { treesOf } from "./restore.ts";

const rootfs = (type: string, path: string): RootfsSpec => ({ type, path, mount: "/mnt", options: [], isManaged: true, from: byDefault("lxc.rootfs.path") });

test("volumes, datasets and images of rbd and of qemu do not take each other's place: the container stays as it is", () => {
  for (const [type, now, then] of [["lvm", "/dev/null", "/dev/zero"], ["zfs", "tank/lxc/web", "tank/lxc/web_snap0"], ["rbd", "/dev/null", "/dev/zero"]] as const) {
    expect(treesOf(rootfs(type, now), rootfs(type, then))).toMatchObject({ ok: false, problems: [{ code: "storage.unsupported", text: `on '${type}' a snapshot does not take the container's place`, cause: expect.stringContaining(`lxc.rootfs.path = ${type}:${now}`), remedy: "restore it as a new container: -N NEWNAME" }] });
  }
  expect(treesOf(rootfs("nbd", "/srv/no.qcow2"), rootfs("nbd", "/srv/no.qcow2"))).toMatchObject({ ok: false, problems: [{ remedy: expect.stringContaining("qemu-img snapshot -a") }] });
});
test("one that was kept in another way becomes a new container, a directory is exchanged", () => {
  expect(treesOf(rootfs("dir", "/usr"), rootfs("lvm", "/dev/null"))).toMatchObject({ ok: false, problems: [{ text: expect.stringContaining("kept in another way than the container's") }] });
  expect(treesOf(rootfs("dir", "/usr"), rootfs("dir", "/etc"))).toMatchObject({ ok: true, value: { now: "/usr", then: "/etc" } });
});
