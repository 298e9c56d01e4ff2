// Owns extended attributes of files that are copied: user.*, POSIX ACLs, capabilities, and for root trusted.*. Neither Node nor Bun
// has calls for them: the engine reads them of a whole tree at once, and sets them when all is in place.
import { spawnSync } from "node:child_process";
import { refusal } from "./spot.ts";
import { ofBytes, toBytes, type Bytes } from "./wire.ts";

export type Xattr = readonly [name: Bytes, value: Bytes];
/** Of a file, by its path from a directory on. */
export interface Marked { readonly path: Bytes; readonly xattrs: readonly Xattr[] }
export interface Unset { readonly path: Bytes; readonly name: Bytes; readonly errno: number }

const HEAD = 12;
const MOST = 1 << 30;

interface Row { readonly path: Bytes; readonly name: Bytes; readonly word: number; readonly value: Bytes }

function* rows(bytes: Buffer, hasValues: boolean): Generator<Row, void, void> {
  for (let at = 0; at + HEAD <= bytes.length;) {
    const [path, name, word] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at + 8)];
    const [nameAt, valueAt] = [at + HEAD + path, at + HEAD + path + name];
    const end = valueAt + (hasValues ? word : 0);
    yield { path: ofBytes(bytes.subarray(at + HEAD, nameAt)), name: ofBytes(bytes.subarray(nameAt, valueAt)), word, value: ofBytes(bytes.subarray(valueAt, end)) };
    at = end;
  }
}

/** The directory is an open descriptor, which the engine has as its own number 3. */
function ask(engine: string, verb: "get" | "set", directory: number, input: Buffer): Buffer {
  const { status, stdout } = spawnSync(engine, ["xattrs", verb], { argv0: "berth-engine", stdio: ["pipe", "pipe", "ignore", directory], input, env: {}, maxBuffer: MOST });
  if (status !== 0) throw refusal("EIO");
  return stdout;
}

/** Of what is there and of all below it; links have none. */
export function readXattrs(engine: string, directory: number, name: Bytes): ReadonlyMap<Bytes, readonly Xattr[]> {
  const found = new Map<Bytes, Xattr[]>();
  for (const { path, name: key, value } of rows(ask(engine, "get", directory, Buffer.concat([toBytes(name), Buffer.of(0)])), true)) {
    const list = found.get(path);
    if (list === undefined) found.set(path, [[key, value]]);
    else list.push([key, value]);
  }
  return found;
}

function rowBytes(path: Bytes, [name, value]: Xattr): Buffer {
  const head = Buffer.alloc(HEAD);
  [path, name, value].forEach((text, i) => head.writeUInt32LE(text.length, 4 * i));
  return Buffer.concat([head, toBytes(path), toBytes(name), toBytes(value)]);
}

/** Those that the kernel did not take. */
export function writeXattrs(engine: string, directory: number, marked: readonly Marked[]): readonly Unset[] {
  if (marked.length === 0) return [];
  const input = Buffer.concat(marked.flatMap(({ path, xattrs }) => xattrs.map((xattr) => rowBytes(path, xattr))));
  return [...rows(ask(engine, "set", directory, input), false)].map(({ path, name, word }) => ({ path, name, errno: word }));
}
