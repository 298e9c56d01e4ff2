// Owns reading a tree of files: every name is opened in its directory before it is looked at, so that nothing that is put
// in its place meanwhile is followed. Devices, sockets and pipes are never opened.
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, type Stats } from "node:fs";
import { errorCode } from "../read-text.ts";
import { itself, linkText, openNode, type Spot } from "./spot.ts";
import { itemBytes, ofBytes, PIECE_MAX, pieceBytes, type Attributes, type Bytes, type Complaint, type Item } from "./wire.ts";
import type { Xattr } from "./xattrs.ts";

/** What is known of a tree: its files of several names that have been read, by device and inode, and extended attributes by paths. */
export interface Known { readonly names: Map<string, readonly Bytes[]>; readonly xattrs: ReadonlyMap<Bytes, readonly Xattr[]> }
/** `path`: as the other side gets it. */
export interface Packing { readonly path: readonly Bytes[]; readonly known: Known }

const xattrsOf = ({ xattrs }: Known, path: readonly Bytes[]): { readonly xattrs?: readonly Xattr[] } => {
  const found = xattrs.size === 0 ? undefined : xattrs.get(path.join("/"));
  return found === undefined ? {} : { xattrs: found };
};
const attributesOf = ({ mode, uid, gid, mtimeMs }: Stats): Attributes => ({ mode: mode & 0o7777, uid, gid, mtime: mtimeMs / 1000 });
const complaint = (path: readonly Bytes[], more: Omit<Complaint, "kind" | "path">): Uint8Array => itemBytes({ kind: "complaint", path: path.join("/"), ...more } satisfies Item);

function* bytesOf(node: number): Generator<Uint8Array, void, void> {
  const fd = openSync(itself(node), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    for (;;) {
      const piece = new Uint8Array(PIECE_MAX);
      const count = readSync(fd, piece, 0, piece.length, null);
      yield pieceBytes(piece.subarray(0, count));
      if (count === 0) return;
    }
  } finally {
    closeSync(fd);
  }
}

/** Its end is written in any case: half of it is told as a complaint. */
function* fileItems(node: number, stat: Stats, { path, known }: Packing): Generator<Uint8Array, void, void> {
  const same = stat.nlink > 1 ? known.names.get(`${stat.dev}:${stat.ino}`) : undefined;
  if (same !== undefined) return yield itemBytes({ kind: "same", path, as: same, ...attributesOf(stat) } satisfies Item);
  const pieces = bytesOf(node);
  const first = pieces.next(); // it can be opened: only now there is a file to speak of
  yield itemBytes({ kind: "file", path, ...attributesOf(stat), ...xattrsOf(known, path) } satisfies Item);
  if (stat.nlink > 1) known.names.set(`${stat.dev}:${stat.ino}`, path);
  if (first.done !== true) yield first.value;
  try {
    yield* pieces;
  } catch (error) {
    yield pieceBytes(new Uint8Array(0));
    yield complaint(path, { errno: errorCode(error) });
  }
}

function* directoryItems(node: number, stat: Stats, { path, known }: Packing): Generator<Uint8Array, void, void> {
  const names = readdirSync(itself(node), { encoding: "buffer" }).map((name) => ofBytes(name)).toSorted();
  yield itemBytes({ kind: "directory", path, ...attributesOf(stat), ...xattrsOf(known, path) } satisfies Item);
  for (const name of names) yield* packed({ directory: node, name }, { path: [...path, name], known });
}

/** What is at the spot, and all below it. What cannot be read is told, and left out. */
export function* packed(spot: Spot, packing: Packing): Generator<Uint8Array, void, void> {
  const { path } = packing;
  let node: number | undefined;
  try {
    node = openNode(spot);
    const stat = fstatSync(node);
    if (stat.isDirectory()) yield* directoryItems(node, stat, packing);
    else if (stat.isFile()) yield* fileItems(node, stat, packing);
    else if (stat.isSymbolicLink()) yield itemBytes({ kind: "link", path, to: linkText(spot), ...attributesOf(stat) } satisfies Item);
    else yield complaint(path, { isLeftOut: true });
  } catch (error) {
    yield complaint(path, { errno: errorCode(error) });
  } finally {
    if (node !== undefined) closeSync(node);
  }
}
