// Owns what stands in for node:fs on the usual ways of the planner's doors (scripts/planner.ts puts it there): the same
// functions, results and errors, by the addon's system calls. What they do not know (an option, a long file, a rare error)
// is done by node:fs itself, loaded then.
import type * as NodeFs from "node:fs";
import { calls } from "./calls.ts";
import { FIELD_COUNT, Found } from "./found.ts";

let loaded: typeof NodeFs | undefined;
const fs = (): typeof NodeFs => loaded ??= process.getBuiltinModule("node:fs");

const isArm = process.arch === "arm64";
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const O_CREAT = 0o100;
export const constants = {
  F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4, O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT, O_EXCL: 0o200, O_NOCTTY: 0o400, O_NONBLOCK: 0o4000,
  O_DIRECTORY: isArm ? 0o40000 : 0o200000, O_NOFOLLOW: isArm ? 0o100000 : 0o400000,
};

const USUAL: Readonly<Record<number, readonly [code: string, text: string]>> = {
  2: ["ENOENT", "no such file or directory"], 13: ["EACCES", "permission denied"], 20: ["ENOTDIR", "not a directory"],
};
/** Throws the error of node:fs for an errno that is usual; without its stack, which costs ten times the call. */
function refuse(result: unknown, syscall: string, path: string): void {
  const [code, text] = typeof result === "number" ? USUAL[-result] ?? [] : [];
  if (code === undefined) return;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = Object.assign(new Error(`${code}: ${text}, ${syscall} '${path}'`), { code, errno: result, syscall, path });
  Error.stackTraceLimit = stackTraceLimit;
  throw error;
}

export function existsSync(path: string): boolean {
  const result = calls?.access(path, constants.F_OK);
  if (result === 0) return true;
  return result !== undefined && USUAL[-result] !== undefined ? false : fs().existsSync(path);
}

export function accessSync(path: string, mode: number = constants.F_OK): void {
  const result = calls?.access(path, mode);
  if (result === 0) return;
  refuse(result, "access", path);
  fs().accessSync(path, mode);
}

export function openSync(path: string, flags: number | string, mode?: number): number {
  const result = typeof flags === "number" ? calls?.open(path, flags) : undefined;
  if (result !== undefined && result >= 0) return result;
  refuse(result, "open", path);
  return fs().openSync(path, flags, mode);
}

export function closeSync(fd: number): void {
  if (calls?.close(fd) !== 0) fs().closeSync(fd);
}

export function readSync(...[fd, bytes, from, count, position]: readonly [fd: number, bytes: Uint8Array, from: number, count: number, position: number | null]): number {
  const result = position === null ? calls?.read(fd, bytes, from, count) : undefined;
  return result !== undefined && result >= 0 ? result : fs().readSync(fd, bytes, from, count, position);
}

export function writeSync(fd: number, bytes: Uint8Array, from: number, count: number): number {
  const result = calls?.write(fd, bytes, from, count);
  return result !== undefined && result >= 0 ? result : fs().writeSync(fd, bytes, from, count);
}

/** A whole file of less than 64 KiB as text; undefined when node:fs has to read it. */
function readWhole(path: unknown, options: unknown): string | undefined {
  if (typeof path !== "string" || (options !== "utf8" && options !== "utf-8")) return undefined;
  const text = calls?.readText(path);
  if (typeof text === "string") return text;
  refuse(text, "open", path);
  return undefined;
}
export const readFileSync = (path: string | number, options: "utf8"): string => readWhole(path, options) ?? fs().readFileSync(path, options);

export function readdirSync(path: string, options?: { readonly withFileTypes: true }): unknown[] {
  const names = options === undefined ? calls?.readdir(path) : undefined;
  if (typeof names === "string") return names === "" ? [] : names.slice(0, -1).split("/");
  refuse(names, "scandir", path);
  return options === undefined ? fs().readdirSync(path) : fs().readdirSync(path, options);
}

export function readlinkSync(path: string): string {
  const target = calls?.readlink(path);
  if (typeof target === "string") return target;
  refuse(target, "readlink", path);
  return fs().readlinkSync(path);
}

type Options = { readonly bigint?: false; readonly throwIfNoEntry?: boolean } | undefined;
const fields = new Float64Array(FIELD_COUNT);
/** undefined: node:fs has to look. */
function look(path: string, flags: number, options: Options): Found | number | undefined {
  const result = options?.bigint === undefined ? calls?.stat(AT_FDCWD, path, flags, fields) : undefined;
  return result === 0 ? new Found(fields) : result;
}
const isMissing = (result: unknown, options: Options): boolean => options?.throwIfNoEntry === false && result === -2; // ENOENT alone, as in Bun

export function statSync(path: string, options?: Options): Found | NodeFs.Stats | undefined {
  const found = look(path, 0, options);
  if (typeof found === "object") return found;
  if (isMissing(found, options)) return undefined;
  refuse(found, "stat", path);
  return fs().statSync(path, options);
}

export function lstatSync(path: string, options?: Options): Found | NodeFs.Stats | undefined {
  const found = look(path, AT_SYMLINK_NOFOLLOW, options);
  if (typeof found === "object") return found;
  if (isMissing(found, options)) return undefined;
  refuse(found, "lstat", path);
  return fs().lstatSync(path, options);
}

export const fstatSync = (fd: number): Found | NodeFs.Stats => (calls?.stat(fd, "", AT_EMPTY_PATH, fields) === 0 ? new Found(fields) : fs().fstatSync(fd));

export function statfsSync(path: string): { readonly type: number } {
  const type = calls?.statfsType(path);
  if (type !== undefined && type >= 0) return { type };
  refuse(type, "statfs", path);
  return fs().statfsSync(path);
}

// what changes something is rare enough to wait for node:fs
export const renameSync: typeof NodeFs.renameSync = (from, to) => { fs().renameSync(from, to); };
export const rmSync: typeof NodeFs.rmSync = (path, options) => { fs().rmSync(path, options); };
export const writeFileSync: typeof NodeFs.writeFileSync = (path, data, options) => { fs().writeFileSync(path, data, options); };
export const mkdirSync = (...given: Parameters<typeof NodeFs.mkdirSync>): string | undefined => fs().mkdirSync(...given);
