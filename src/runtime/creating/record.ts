// Owns LXCPATH/NAME/.berth/created: what create made, so that destroy removes that and nothing else.
import { existsSync, lstatSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { recordDir } from "../../host/store/layout.ts";
import { readText } from "../../host/read-text.ts";
import type { OutsideStorage } from "../../model/storage.ts";
import type { Target } from "../verbs.ts";

/** A path is the thing that was made only while it is still the same inode. */
export interface MadePath { readonly path: string; readonly dev: number; readonly ino: number }
export interface CreatedRecord { readonly version: 1; readonly paths: readonly MadePath[]; readonly rootfs?: MadePath; readonly outside?: OutsideStorage }

const recordFile = (directory: string): string => `${directory}/created`;

/** What lies at the path now; undefined when nothing does. */
export function madePath(path: string, name = path): MadePath | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : { path: name, dev: found.dev, ino: found.ino };
}

export const isStillMade = ({ path, dev, ino }: MadePath): boolean => {
  const now = madePath(path);
  return now !== undefined && now.dev === dev && now.ino === ino;
};

export function writeCreated(directory: string, record: CreatedRecord): void {
  writeFileSync(recordFile(directory), `${JSON.stringify(record)}\n`, { mode: 0o640 });
}

const nextFile = (directory: string): string => `${recordFile(directory)}.next`;
/** What the record will be: written while there is room for it; to put it in its place takes none. */
export function prepareCreated(directory: string, record: CreatedRecord | undefined): void {
  rmSync(nextFile(directory), { force: true });
  if (record !== undefined) writeFileSync(nextFile(directory), `${JSON.stringify(record)}\n`, { mode: 0o640, flag: "wx" });
}
/** It may have been done, or there was nothing to be changed. */
export function putCreated(directory: string): void {
  if (existsSync(nextFile(directory))) renameSync(nextFile(directory), recordFile(directory));
}

function parsePath(value: unknown): MadePath | undefined {
  if (typeof value !== "object" || value === null || !("path" in value) || !("dev" in value) || !("ino" in value)) return undefined;
  const { path, dev, ino } = value;
  return typeof path === "string" && typeof dev === "number" && typeof ino === "number" ? { path, dev, ino } : undefined;
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

export function parseOutside(value: unknown): OutsideStorage | undefined {
  if (typeof value !== "object" || value === null || !("kind" in value) || !("name" in value) || !isText(value.name)) return undefined;
  const { kind, name } = value;
  if (kind !== "lvm" && kind !== "zfs" && kind !== "rbd") return undefined;
  return { kind, name, ...("origin" in value && isText(value.origin) ? { origin: value.origin } : {}), ...("user" in value && isText(value.user) ? { user: value.user } : {}) };
}

export function parseCreated(text: string): CreatedRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("paths" in value) || !Array.isArray(value.paths)) return undefined;
    const rootfs = "rootfs" in value ? parsePath(value.rootfs) : undefined;
    const outside = "outside" in value ? parseOutside(value.outside) : undefined;
    return { version: 1, paths: value.paths.flatMap((path: unknown) => parsePath(path) ?? []), ...(rootfs === undefined ? {} : { rootfs }), ...(outside === undefined ? {} : { outside }) };
  } catch {
    return undefined;
  }
}

/** A file in the directory of its records; undefined, too: somebody else wrote it, and root would remove or rename what a user names. */
export function readOwn(target: Target, file: string): string | undefined {
  const isOwn = [recordDir(target), file].every((path) => lstatSync(path, { throwIfNoEntry: false })?.uid === process.geteuid?.());
  return isOwn ? readText(file) : undefined;
}

/** undefined: made by another LXC, or the record is torn, or not the caller's own. */
export function readCreated(target: Target): CreatedRecord | undefined {
  const text = readOwn(target, recordFile(recordDir(target)));
  return text === undefined ? undefined : parseCreated(text);
}
