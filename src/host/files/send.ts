// Owns the reading side of a copy: each wanted path, then the end.
import { closeSync } from "node:fs";
import { errorCode } from "../read-text.ts";
import type { PackOrder } from "./order.ts";
import { packed } from "./pack.ts";
import { findSpot, kindAt, type Spot } from "./spot.ts";
import { itemBytes, type Bytes, type Item } from "./wire.ts";
import { readXattrs } from "./xattrs.ts";

/** A path that ends in `/.` means what is in the directory, without its name. */
const baseOf = (path: Bytes): readonly Bytes[] => {
  if (/(^|\/)\.{1,2}\/*$/.test(path)) return [];
  const name = path.split("/").findLast((word) => word !== "");
  return name === undefined ? [] : [name];
};

interface Sending { readonly isOneFile: boolean; readonly engine?: string; readonly names: Map<string, readonly Bytes[]> }
const NONE: ReturnType<typeof readXattrs> = new Map();

/** By the paths that the other side gets: what is read begins with the name that it has here. */
function xattrsOf(engine: string, { directory, name }: Spot, base: readonly Bytes[]): ReturnType<typeof readXattrs> {
  const found = readXattrs(engine, directory, name);
  const below = (path: Bytes): readonly Bytes[] => (name === "" ? path : path.slice(name.length + 1)).split("/").filter((word) => word !== "");
  return new Map([...found].map(([path, xattrs]) => [[...base, ...below(path)].join("/"), xattrs]));
}

/** A link that is named itself is followed. */
function* one(root: number, path: Bytes, { isOneFile, engine, names }: Sending): Generator<Uint8Array, void, void> {
  let directory: number | undefined;
  try {
    const spot = findSpot(root, path, { isFollowed: true });
    directory = spot.directory;
    const kind = spot.name === "" ? "directory" : kindAt(spot);
    const errno = kind === undefined ? "ENOENT" : isOneFile && kind === "directory" ? "EISDIR" : undefined;
    if (errno === undefined) yield* packed(spot, { path: baseOf(path), known: { names, xattrs: engine === undefined ? NONE : xattrsOf(engine, spot, baseOf(path)) } });
    else yield itemBytes({ kind: "complaint", path, errno } satisfies Item);
  } catch (error) {
    yield itemBytes({ kind: "complaint", path, errno: errorCode(error) } satisfies Item);
  } finally {
    if (directory !== undefined) closeSync(directory);
  }
}

export function* sent(root: number, { paths, ...how }: Omit<PackOrder, "verb">): Generator<Uint8Array, void, void> {
  const sending = { ...how, names: new Map<string, readonly Bytes[]>() };
  for (const path of paths) yield* one(root, path, sending);
  yield itemBytes({ kind: "end" } satisfies Item);
}
