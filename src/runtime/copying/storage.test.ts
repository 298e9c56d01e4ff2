// What cannot be copied, or cloned by a snapshot, and what is said of it.
import { expect, test } from "bun:test";
import { byDefault } from "../../model/origin.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import { placeOf, wantedBackend } from "./storage.ts";

const rootfs = (type: string, path: string): RootfsSpec => ({ type, path, mount: "/mnt", options: [], isManaged: true, from: byDefault("lxc.rootfs.path") });
const wish = (isSnapshot: boolean, backend?: string) => ({ source: { name: "a", lxcpath: "/x" }, to: { name: "b", lxcpath: "/x" }, isSnapshot, isKept: false, isRoot: true, isRunning: false, options: { group: "lxc", thinPool: "lxc", zfsRoot: "lxc", rbdPool: "lxc" }, ...(backend === undefined ? {} : { backend }) });

test("the files of an image of qemu are not read, and what does it is said", () => {
  const found = placeOf(rootfs("nbd", "/srv/no/web.qcow2:1"));
  expect(found).toMatchObject({ ok: false, problems: [{ code: "storage.unsupported", text: expect.stringContaining("'nbd:/srv/no/web.qcow2:1' is connected by a start alone"), remedy: expect.stringContaining("qemu-img convert -O raw /srv/no/web.qcow2 rootdev") }] });
});
test("a clone by a snapshot is on what has snapshots: lvm, zfs, btrfs, layers", () => {
  const device = { kind: "device", path: "/dev/x", type: "ext4" } as const;
  const of = (type: string, backend?: string): string => {
    const found = wantedBackend(rootfs(type, "/dev/x"), type === "zfs" ? { kind: "dataset", path: "tank/a", type } : device, wish(true, backend));
    return found.ok ? found.value : `${found.problems[0]?.text}; ${found.problems[0]?.remedy}`;
  };
  const whole = "lxc-copy without -s makes a whole copy; one in a directory (-B dir) has snapshots, too";
  expect([of("lvm"), of("zfs"), of("rbd"), of("lvm", "zfs"), of("lvm", "dir")]).toEqual([
    "lvm", "zfs", `a root file system on rbd has no snapshot on rbd; ${whole}`, `a root file system on lvm has no snapshot on zfs; ${whole}`, "a snapshot of a directory is made of layers; use -B overlay, or leave out -B; for a whole copy leave out -s",
  ]);
});
