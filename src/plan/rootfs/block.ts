// Owns a root file system that lies on a block device or in a dataset of zfs, or on an image that a loop device makes one of.
import type { Op, Slot, Text } from "../../isa/op.ts";
import { MOUNT_ATTR_RDONLY, mountOptions } from "../../linux/mount-flags.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import type { Scope } from "../scope.ts";

export interface BlockStorage { readonly kind: "image" | "device" | "dataset"; readonly path: string; readonly type: string }

/** File systems that are never written to. */
const READ_ONLY: ReadonlySet<string> = new Set(["squashfs", "erofs", "iso9660"]);

/** The file system's own options: what is left of lxc.rootfs.options, and `ro`, which spares the device too. */
export function storageData(rootfs: RootfsSpec): readonly string[] {
  const { data } = mountOptions(rootfs.options);
  return data.filter((word) => !word.startsWith("idmap="));
}

export function blockOps({ spec, slots }: Scope, root: Slot, { kind, path, type }: BlockStorage): readonly Op[] {
  const { rootfs } = spec;
  if (rootfs === undefined) return [];
  const { from } = rootfs;
  const { set } = mountOptions(rootfs.options);
  const isReadOnly = (set & MOUNT_ATTR_RDONLY) !== 0 || READ_ONLY.has(type);
  const mount = (source: Text): Op =>
    ({ op: "fsMount", from, type, options: [source, ...(kind === "dataset" ? ["zfsutil"] : []), ...(isReadOnly ? ["ro"] : []), ...storageData(rootfs)], attributes: set & ~MOUNT_ATTR_RDONLY, into: root });
  if (kind !== "image") return [mount(`source=${path}`)];
  // not given back: they are used before the clone, where slots of the monitor's own are in use already
  const [device, number] = [slots.take(), slots.take()];
  return [
    { op: "loopDevice", from, path, ...(isReadOnly ? { readonly: 1 } : {}), into: device, number, note: "it goes with its last user" },
    mount(["source=/dev/loop", { slot: number }]), { op: "close", from, slot: device },
  ];
}
