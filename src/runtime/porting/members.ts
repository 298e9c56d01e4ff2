// Owns which members of an export can belong to a root file system: none leads out of it.
import type { Entry } from "../../linux/tar.ts";
import type { Problem } from "../../model/problem.ts";
import { invalid } from "./in.ts";

/** Files, links, directories, pipes, devices; of tar's old form a sparse file. */
const TYPES = new Set(["0", "1", "2", "3", "4", "5", "6", "7", "S"]);
export const isDevice = ({ type }: Pick<Entry, "type">): boolean => type === "3" || type === "4";
const isOutside = (path: string): boolean => path.startsWith("/") || path.split("/").includes("..");

/** Whatever it belongs to. */
export const isMember = ({ path, type }: Entry): boolean => !isOutside(path) && TYPES.has(type);

/** Names beside a config that mean something to us, or to LXC: what is there decides what a removal takes with it. */
const RESERVED = new Set([".berth", "config", "partial", "rootfs", "rootdev", "overlay", "overlay2", "snaps", "lxc_snapshots", "lxc_rdepends", "ts", "comment"]);
/** A hook, an fstab: what a config may name of its own directory. */
export const isOwnFile = (name: string): boolean => !RESERVED.has(name.split("/")[0] ?? "");

/** `prefix`: what the names of the tree begin with. */
export function linkProblem({ type, path, link }: Entry, prefix: string): Problem | undefined {
  if (type !== "1" || (!isOutside(link) && link.startsWith(`${prefix}/`))) return undefined;
  return invalid(`'${path}' is a hard link to '${link}', outside the root file system`);
}

/** How much could not come along into a container with ids of its own. */
export interface LeftOut { readonly devices: number; readonly trusted: number }
export const NOTHING: LeftOut = { devices: 0, trusted: 0 };
export const sum = (a: LeftOut, b: LeftOut): LeftOut => ({ devices: a.devices + b.devices, trusted: a.trusted + b.trusted });

const TRUSTED = "SCHILY.xattr.trusted.";
const hasTrusted = ({ head }: Entry): boolean => head.some((block) => Buffer.from(block.buffer, block.byteOffset, block.length).includes(TRUSTED));
/** Of one member: a device goes, of a file only such attributes. */
export const lossOf = (entry: Entry): LeftOut => (isDevice(entry) ? { devices: 1, trusted: 0 } : hasTrusted(entry) ? { devices: 0, trusted: 1 } : NOTHING);

const warning = (text: string, cause: string): Problem => ({ code: "storage.copy", severity: "warning", text, cause });
/** What is told of it. */
export const leftOutText = ({ devices, trusted }: LeftOut): readonly Problem[] => [
  ...(devices === 0 ? [] : [warning(`${devices} device nodes are left out`, "a container with ids of its own can neither have nor use them")]),
  ...(trusted === 0 ? [] : [warning(`${trusted} files have lost their trusted extended attributes`, "a container with ids of its own can have none; overlayfs writes them: make anew what containers inside this one have in layers")]),
];
