// Owns snapshots of volumes and datasets: the tools' own way, which takes no time.
import type { Op } from "../../isa/op.ts";
import type { Origin } from "../../model/origin.ts";
import { DEFAULT_SIZE, type StorageOptions, type VolumeFacts } from "../../model/storage.ts";
import type { NewStorage } from "./made.ts";
import { volumeOf } from "./made.ts";
import { toolOp } from "./tool.ts";

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

function volume(made: NewStorage, { source, name, options, from, volume: facts }: VolumeCopy): NewStorage {
  const copy = volumeOf({ name, options });
  const device = `/dev/${facts?.group ?? options.group}/${copy}`;
  // a thin snapshot needs no size, and takes none; lvm would leave it inactive (-k). Any other needs room for what changes.
  const how = facts?.isThin === true ? ["-kn"] : ["-L", `${options.size ?? DEFAULT_SIZE}b`];
  return { ...made, path: `lvm:${device}`, outside: { kind: "lvm", name: device }, make: [toolOp(["lvcreate", "-s", ...how, "-n", copy, source], from), ...newIdOps(device, made.block?.type, from)] };
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
