// What a restore does not exchange, and what is said of it.
import { expect, test } from "bun:test";
import { byDefault } from "../model/origin.ts";
import type { RootfsSpec } from "../model/spec.ts";
import { treesOf } from "./restore.ts";

const rootfs = (type: string, path: string): RootfsSpec => ({ type, path, mount: "/mnt", options: [], isManaged: true, from: byDefault("lxc.rootfs.path") });

test("what is not there is said", () => {
  expect(treesOf(rootfs("nbd", "/srv/no.qcow2:1"), rootfs("nbd", "/etc/passwd"))).toMatchObject({ ok: false, problems: [{ code: "rootfs.missing", text: "'/srv/no.qcow2:1' is not there", cause: expect.stringContaining("the container's") }] });
  expect(treesOf(rootfs("dir", "/usr"), rootfs("dir", "/no"))).toMatchObject({ ok: false, problems: [{ text: "'/no' is not there", cause: expect.stringContaining("the snapshot's") }] });
});
test("an image of qemu is the file, whatever partition of it is meant", () => {
  expect(treesOf(rootfs("nbd", "/etc/passwd:2"), rootfs("nbd", "/etc/group:2"))).toMatchObject({ ok: true, value: { now: "/etc/passwd", then: "/etc/group" } });
});
test("one that was kept in another way becomes a new container, a directory is exchanged", () => {
  expect(treesOf(rootfs("dir", "/usr"), rootfs("lvm", "/dev/null"))).toMatchObject({ ok: false, problems: [{ text: expect.stringContaining("kept in another way than the container's") }] });
  expect(treesOf(rootfs("dir", "/usr"), rootfs("dir", "/etc"))).toMatchObject({ ok: true, value: { now: "/usr", then: "/etc" } });
});
