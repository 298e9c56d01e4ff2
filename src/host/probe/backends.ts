// Owns the look at what storage a container's root file system could be made on here.
import { existsSync, realpathSync } from "node:fs";
import { basename } from "node:path";
import type { BackendFacts, OutsideStorage, StorageOptions, VolumeFacts } from "../../model/storage.ts";
import { readText } from "../read-text.ts";
import { nearest } from "./nearest.ts";
import { programPath } from "./program.ts";
import { said } from "./storage-tool.ts";
import { isOnBtrfs } from "./tree-mark.ts";

const PROGRAMS = ["btrfs", "lvcreate", "zfs", "rbd", "mkfs.ext2", "mkfs.ext3", "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs", "mkfs.f2fs"];

const isProgram = (name: string): boolean => programPath(name) !== undefined;

/** Are there subvolumes inside? A snapshot leaves those out. Only root is told. */
export const hasSubvolumes = (path: string): boolean => said("btrfs", "subvolume", "list", "-o", path) !== "";

const hasThinPool = ({ group, thinPool }: StorageOptions): boolean => said("lvs", "--noheadings", "-o", "lv_attr", `${group}/${thinPool}`)?.startsWith("t") === true;

/** A volume of lvm by the path of its device; undefined: it is none. */
export function volumeFacts(device: string): VolumeFacts | undefined {
  const [group, attributes = "", size = "", origin = "", percent = ""] = said("lvs", "--noheadings", "--units", "b", "--nosuffix", "--separator", ":", "-o", "vg_name,lv_attr,lv_size,origin,snap_percent", device)?.split(":") ?? [];
  return group === undefined ? undefined : { group, isThin: attributes.startsWith("V"), size: Number(size), ...(origin === "" ? {} : { origin }), ...(attributes.startsWith("S") ? { merging: Number(percent) } : {}) };
}

const SECTOR = 512;
/** Bytes of a block device that is there. */
export function deviceSize(path: string): number | undefined {
  try {
    const sectors = Number(readText(`/sys/class/block/${basename(realpathSync(path))}/size`) ?? Number.NaN);
    return Number.isNaN(sectors) ? undefined : sectors * SECTOR;
  } catch {
    return undefined;
  }
}

export function probeBackends(lxcpath: string, isRoot: boolean, options: StorageOptions): BackendFacts {
  const place = nearest(lxcpath);
  const programs = [...PROGRAMS, ...(options.fstype === undefined ? [] : [`mkfs.${options.fstype}`])].filter(isProgram);
  return {
    isRoot, place, programs, isOnBtrfs: isOnBtrfs(place), hasLoop: existsSync("/dev/loop-control"), hasDeviceMapper: existsSync("/dev/mapper/control"),
    hasZfs: (readText("/proc/filesystems") ?? "").split("\n").some((line) => line.split("\t").at(-1) === "zfs"), hasThinPool: isRoot && programs.includes("lvcreate") && hasThinPool(options),
  };
}

/** Is it there, the volume, dataset or image? A volume that is not active has no device. */
export function isThere({ kind, name, user }: OutsideStorage): boolean {
  if (kind === "lvm") return existsSync(name) || said("lvs", name) !== undefined;
  return (kind === "zfs" ? said("zfs", "list", "-H", "-o", "name", name) : said("rbd", ...(user === undefined ? [] : ["--id", user]), "info", name)) !== undefined;
}

/** Names of an image's snapshots. */
export const imageSnapshots = (name: string, user: string | undefined): readonly string[] =>
  (said("rbd", ...(user === undefined ? [] : ["--id", user]), "snap", "ls", name) ?? "").split("\n").slice(1).flatMap((line) => line.trim().split(/\s+/)[1] ?? []);
