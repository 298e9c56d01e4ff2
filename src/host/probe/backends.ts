// Owns the look at what storage a container's root file system could be made on here.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { BackendFacts, OutsideStorage, StorageOptions } from "../../model/storage.ts";
import { readText } from "../read-text.ts";
import { PROGRAM_FOLDERS, programPath } from "./program.ts";
import { isOnBtrfs } from "./tree-mark.ts";

const PROGRAMS = ["btrfs", "lvcreate", "zfs", "rbd", "mkfs.ext2", "mkfs.ext3", "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs", "mkfs.f2fs"];

const isProgram = (name: string): boolean => programPath(name) !== undefined;
const nearest = (path: string): string => (existsSync(path) || path === "/" ? path : nearest(dirname(path)));

/** Are there subvolumes inside? A snapshot leaves those out. Only root is told. */
export function hasSubvolumes(path: string): boolean {
  const { status, stdout } = spawnSync("btrfs", ["subvolume", "list", "-o", path], { encoding: "utf8", env: { PATH: PROGRAM_FOLDERS.join(":"), LC_ALL: "C" } });
  return status !== 0 || stdout.trim() !== "";
}

function hasThinPool({ group, thinPool }: StorageOptions): boolean {
  const { status, stdout } = spawnSync("lvs", ["--noheadings", "-o", "lv_attr", `${group}/${thinPool}`], { encoding: "utf8", env: { PATH: PROGRAM_FOLDERS.join(":"), LC_ALL: "C" } });
  return status === 0 && stdout.trim().startsWith("t");
}

export function probeBackends(lxcpath: string, isRoot: boolean, options: StorageOptions): BackendFacts {
  const place = nearest(lxcpath);
  const programs = [...PROGRAMS, ...(options.fstype === undefined ? [] : [`mkfs.${options.fstype}`])].filter(isProgram);
  return {
    isRoot, place, programs, isOnBtrfs: isOnBtrfs(place), hasLoop: existsSync("/dev/loop-control"), hasDeviceMapper: existsSync("/dev/mapper/control"),
    hasZfs: (readText("/proc/filesystems") ?? "").split("\n").some((line) => line.split("\t").at(-1) === "zfs"), hasThinPool: isRoot && programs.includes("lvcreate") && hasThinPool(options),
  };
}

/** Is it there, the volume, dataset or image? */
export function isThere({ kind, name, user }: OutsideStorage): boolean {
  if (kind === "lvm") return existsSync(name);
  const argv = kind === "zfs" ? ["zfs", "list", "-H", "-o", "name", name] : ["rbd", ...(user === undefined ? [] : ["--id", user]), "info", name];
  return spawnSync(argv[0] ?? "", argv.slice(1), { stdio: "ignore", env: { PATH: PROGRAM_FOLDERS.join(":"), LC_ALL: "C" } }).status === 0;
}
