// What a restore does not exchange, and what is said of it.
import { expect, test } from "bun:test";
import { byDefault } from "../model/origin.ts";
import type { RootfsSpec } from "../model/spec.ts";
import { treesOf } from "./restore.ts";

const rootfs = (type: string, path: string): RootfsSpec => ({ type, path, mount: "/mnt", options: [], isManaged: true, from: byDefault("lxc.rootfs.path") });

test("an image of qemu that is no file of its own is put back by qemu's tool: the container stays as it is", () => {
  expect(treesOf(rootfs("nbd", "/srv/no.qcow2"), rootfs("nbd", "/srv/no.qcow2"))).toMatchObject({ ok: false, problems: [{ code: "storage.unsupported", remedy: expect.stringContaining("qemu-img snapshot -a") }] });
});
test("one that was kept in another way becomes a new container, a directory is exchanged", () => {
  expect(treesOf(rootfs("dir", "/usr"), rootfs("lvm", "/dev/null"))).toMatchObject({ ok: false, problems: [{ text: expect.stringContaining("kept in another way than the container's") }] });
  expect(treesOf(rootfs("dir", "/usr"), rootfs("dir", "/etc"))).toMatchObject({ ok: true, value: { now: "/usr", then: "/etc" } });
});
