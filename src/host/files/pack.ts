// Owns reading a tree of files: every name is opened in its directory before it is looked at, so that nothing that is put
// in its place meanwhile is followed. Devices, sockets and pipes are never opened.
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, type Stats } from "node:fs";
import { errorCode } from "../read-text.ts";
import { itself, linkText, openNode, type Spot } from "./spot.ts";
import { itemBytes, ofBytes, PIECE_MAX, pieceBytes, type Attributes, type Bytes, type Complaint, type Item } from "./wire.ts";

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
function* fileItems(node: number, path: readonly Bytes[], stat: Stats): Generator<Uint8Array, void, void> {
  const pieces = bytesOf(node);
  const first = pieces.next(); // it can be opened: only now there is a file to speak of
  yield itemBytes({ kind: "file", path, ...attributesOf(stat) } satisfies Item);
  if (first.done !== true) yield first.value;
  try {
    yield* pieces;
  } catch (error) {
    yield pieceBytes(new Uint8Array(0));
    yield complaint(path, { errno: errorCode(error) });
  }
}

function* directoryItems(node: number, path: readonly Bytes[], stat: Stats): Generator<Uint8Array, void, void> {
  const names = readdirSync(itself(node), { encoding: "buffer" }).map((name) => ofBytes(name)).toSorted();
  yield itemBytes({ kind: "directory", path, ...attributesOf(stat) } satisfies Item);
  for (const name of names) yield* packed({ directory: node, name }, [...path, name]);
}

/** What is at the spot, and all below it. What cannot be read is told, and left out. */
export function* packed(spot: Spot, path: readonly Bytes[]): Generator<Uint8Array, void, void> {
  let node: number | undefined;
  try {
    node = openNode(spot);
    const stat = fstatSync(node);
    if (stat.isDirectory()) yield* directoryItems(node, path, stat);
    else if (stat.isFile()) yield* fileItems(node, path, stat);
    else if (stat.isSymbolicLink()) yield itemBytes({ kind: "link", path, to: linkText(spot), ...attributesOf(stat) } satisfies Item);
    else yield complaint(path, { isLeftOut: true });
  } catch (error) {
    yield complaint(path, { errno: errorCode(error) });
  } finally {
    if (node !== undefined) closeSync(node);
  }
}
