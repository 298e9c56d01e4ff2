// Owns the reading side of a copy: each wanted path, then the end.
import { closeSync } from "node:fs";
import { errorCode } from "../read-text.ts";
import type { PackOrder } from "./order.ts";
import { packed } from "./pack.ts";
import { findSpot, kindAt } from "./spot.ts";
import { itemBytes, type Bytes, type Item } from "./wire.ts";

/** A path that ends in `/.` means what is in the directory, without its name. */
const baseOf = (path: Bytes): readonly Bytes[] => {
  if (/(^|\/)\.{1,2}\/*$/.test(path)) return [];
  const name = path.split("/").findLast((word) => word !== "");
  return name === undefined ? [] : [name];
};

/** A link that is named itself is followed. */
function* one(root: number, path: Bytes, isOneFile: boolean): Generator<Uint8Array, void, void> {
  let directory: number | undefined;
  try {
    const spot = findSpot(root, path, { isFollowed: true });
    directory = spot.directory;
    const kind = spot.name === "" ? "directory" : kindAt(spot);
    const errno = kind === undefined ? "ENOENT" : isOneFile && kind === "directory" ? "EISDIR" : undefined;
    if (errno === undefined) yield* packed(spot, baseOf(path));
    else yield itemBytes({ kind: "complaint", path, errno } satisfies Item);
  } catch (error) {
    yield itemBytes({ kind: "complaint", path, errno: errorCode(error) } satisfies Item);
  } finally {
    if (directory !== undefined) closeSync(directory);
  }
}

export function* sent(root: number, { paths, isOneFile }: Omit<PackOrder, "verb">): Generator<Uint8Array, void, void> {
  for (const path of paths) yield* one(root, path, isOneFile);
  yield itemBytes({ kind: "end" } satisfies Item);
}
