// Owns snapshots of volumes and datasets: the tools' own way, which takes no time.
import type { Op } from "../../isa/op.ts";
import type { Origin } from "../../model/origin.ts";
import { DEFAULT_SIZE, type OutsideStorage, type StorageOptions, type VolumeFacts } from "../../model/storage.ts";
import { thenOf } from "./exchanged.ts";
import type { NewStorage } from "./made.ts";
import { volumeOf } from "./made.ts";
import { toolOp } from "./tool.ts";
import { STAMP } from "./zfs-family.ts";

export interface VolumeCopy {
  /** The source's device or dataset. */
  readonly source: string;
  /** Of a volume. */
  readonly volume?: VolumeFacts;
  /** The copy's name. */
  readonly name: string;
  readonly options: StorageOptions;
  readonly from: Origin;
}

/** Two file systems with one id cannot be mounted side by side. */
function newIdOps(device: string, type: string | undefined, from: Origin): readonly Op[] {
  if (type === "xfs") return [toolOp(["xfs_admin", "-U", "generate", device], from)];
  return type === "btrfs" ? [toolOp(["btrfstune", "-f", "-u", device], from)] : [];
}

/** It needs no size, and takes none; lvm would leave it inactive (-k). Any other needs room for what changes. */
const thinOp = (source: string, copy: string, from: Origin): Op => toolOp(["lvcreate", "-s", "-kn", "-n", copy, source], from);

function volume(made: NewStorage, { source, name, options, from, volume: facts }: VolumeCopy): NewStorage {
  const copy = volumeOf({ name, options });
  const device = `/dev/${facts?.group ?? options.group}/${copy}`;
  const snapshot = facts?.isThin === true ? thinOp(source, copy, from) : toolOp(["lvcreate", "-s", "-L", `${options.size ?? DEFAULT_SIZE}b`, "-n", copy, source], from);
  return { ...made, path: `lvm:${device}`, outside: { kind: "lvm", name: device }, make: [snapshot, ...newIdOps(device, made.block?.type, from)] };
}

function dataset(made: NewStorage, { source, name, from }: VolumeCopy): NewStorage {
  const copy = `${source.split("/").slice(0, -1).join("/")}/${name}`;
  const origin = `${source}@${name}`;
  const mountpoint = made.outside?.kind === "zfs" ? mountpointOf(made) : [];
  const make = [toolOp(["zfs", "snapshot", "-r", origin], from), toolOp(["zfs", "clone", "-p", "-o", "canmount=noauto", ...mountpoint, origin, copy], from)];
  return { ...made, path: `zfs:${copy}`, outside: { kind: "zfs", name: copy, origin }, make };
}

/** The words that say where it is mounted, as create has them. */
function mountpointOf({ make }: NewStorage): readonly string[] {
  const argv = make.flatMap((op) => (op.op === "spawn" ? op.argv.filter((word) => typeof word === "string") : []));
  const at = argv.find((word) => word.startsWith("mountpoint="));
  return at === undefined ? [] : ["-o", at];
}

/** `made`: what a new one of that name would be. */
export const copiedVolume = (made: NewStorage, copy: VolumeCopy): NewStorage => (made.backend === "zfs" ? dataset(made, copy) : volume(made, copy));

export interface KeptAgain {
  readonly now: OutsideStorage;
  /** The snapshot's. */
  readonly kept: OutsideStorage;
  readonly type: string;
  /** LXCPATH/NAME/rootfs. */
  readonly rootfs: string;
  /** A few letters and digits that nothing is called by yet. */
  readonly random: string;
  readonly from: Origin;
}

/** Images of rbd that are kept are whole copies, and so is this one. Its device is there only while it gets an id of its own. */
function imageOps({ now, kept, type, from }: KeptAgain, name: string): readonly Op[] {
  const rbd = (...words: readonly string[]): Op => toolOp(["rbd", ...(now.user === undefined ? [] : ["--id", now.user]), ...words], from);
  const copy = rbd("cp", kept.name, name);
  return type === "btrfs" ? [copy, rbd("map", name), ...newIdOps(`/dev/rbd/${name}`, type, from), rbd("unmap", `/dev/rbd/${name}`)] : [copy];
}

/** What was kept of `now`, once more, under a name beside it. */
export function keptAgain(wish: KeptAgain): NewStorage & { readonly outside: OutsideStorage } {
  const { now, kept, type, rootfs, random, from } = wish;
  const name = thenOf(now);
  const made = { backend: now.kind, path: name, outside: { kind: now.kind, name, ...(now.user === undefined ? {} : { user: now.user }) }, directories: [] } as const;
  switch (now.kind) {
    case "lvm": return { ...made, make: [thinOp(kept.name, name.slice(name.lastIndexOf("/") + 1), from), ...newIdOps(name, type, from)] };
    case "rbd": return { ...made, make: imageOps(wish, name) };
    case "zfs": {
      const origin = `${kept.name}@${STAMP}${random}`;
      return { ...made, outside: { kind: "zfs", name, origin }, make: [toolOp(["zfs", "snapshot", origin], from), toolOp(["zfs", "clone", "-p", "-o", "canmount=noauto", "-o", `mountpoint=${rootfs}`, origin, name], from)] };
    }
  }
}
