// Owns putting things into a system and taking them out again: nothing of anybody else's is overwritten or removed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Item } from "./contents.ts";

/** What an installation has put there; `sum`: SHA-256 of a file, target of a link. */
export interface Placed { readonly kind: Item["kind"]; readonly path: string; readonly sum: string }
export interface Installation { readonly prefix: string; readonly placed: readonly Placed[]; readonly directories: readonly string[]; readonly diverted: readonly string[] }

const sumOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const placedOf = (item: Item): Placed => ({ kind: item.kind, path: item.path, sum: item.kind === "file" ? sumOf(item.bytes) : item.kind === "link" ? item.target : "" });

/** undefined: nothing is there. */
function found(path: string): Placed | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isSymbolicLink()) return { kind: "link", path, sum: readlinkSync(path) };
  return stat.isDirectory() ? { kind: "directory", path, sum: "" } : { kind: "file", path, sum: stat.isFile() ? sumOf(readFileSync(path)) : "?" };
}
const isSame = (a: Placed | undefined, b: Placed): boolean => a?.kind === b.kind && a.sum === b.sum;

export interface Where { readonly destdir: string; readonly before: Installation | undefined }
const at = ({ destdir }: Where, path: string): string => `${destdir}${path}`;
const isOurs = ({ before }: Where, path: string): boolean => before?.placed.some((one) => one.path === path) === true;

/** Things of somebody else's that stand where ours would go. */
export const inTheWay = (where: Where, items: readonly Item[]): readonly string[] => items.filter((item) => {
  const there = found(at(where, item.path));
  return there !== undefined && !isOurs(where, item.path) && !isSame({ ...there, path: item.path }, placedOf(item));
}).map(({ path }) => path);

/** Debian's way of keeping a package's file under another name. */
function divert(path: string, isAdded: boolean): void {
  const argv = isAdded ? ["--local", "--rename", "--divert", `${path}.distrib`, "--add", path] : ["--local", "--rename", "--remove", path];
  const { status, stderr } = spawnSync("dpkg-divert", argv, { encoding: "utf8" });
  if (status !== 0) throw new Error(`dpkg-divert ${argv.join(" ")}: ${stderr.trim()}`);
}
/** Those of the paths that belong to packages of Debian's. */
export function ofPackages(paths: readonly string[]): readonly string[] {
  const { stdout } = spawnSync("dpkg-query", ["-S", ...paths], { encoding: "utf8" });
  const owned = new Set(stdout.split("\n").map((line) => line.slice(line.indexOf(": ") + 2)));
  return paths.filter((path) => owned.has(path));
}

function makeDirectories(path: string, top: string): readonly string[] {
  if (path === top || existsSync(path)) return [];
  const above = makeDirectories(dirname(path), top);
  mkdirSync(path, { mode: 0o755 });
  return [...above, path];
}

/** It appears whole or not at all, also where the old one is being executed. */
function put(item: Item, path: string): void {
  const fresh = `${path}.berth-new`;
  if (lstatSync(fresh, { throwIfNoEntry: false }) !== undefined) unlinkSync(fresh);
  if (item.kind === "link") symlinkSync(item.target, fresh);
  else if (item.kind === "file") { writeFileSync(fresh, item.bytes, { flag: "wx" }); chmodSync(fresh, item.mode); }
  renameSync(fresh, path);
}

export interface Options { readonly prefix: string; readonly diverted: readonly string[] }

/** `keep` is called before anything is touched and after each step of making room: what was begun can be undone. */
export function install(where: Where, items: readonly Item[], { prefix, diverted }: Options, keep: (record: Installation) => void): Installation {
  const { before, destdir } = where;
  let record: Installation = { prefix, placed: [...(before?.placed ?? []).filter(({ path }) => !items.some((item) => item.path === path)), ...items.map(placedOf)], directories: before?.directories ?? [], diverted: before?.diverted ?? [] };
  const directories = items.flatMap((item) => makeDirectories(item.kind === "directory" ? at(where, item.path) : dirname(at(where, item.path)), destdir));
  record = { ...record, directories: [...new Set([...record.directories, ...directories.map((path) => path.slice(destdir.length))])] };
  keep(record);
  for (const path of diverted) {
    divert(path, true);
    record = { ...record, diverted: [...record.diverted, path] };
    keep(record);
  }
  for (const item of items) if (item.kind !== "directory") put(item, at(where, item.path));
  const gone = (before?.placed ?? []).filter(({ path }) => !items.some((item) => item.path === path));
  for (const old of gone) removeOne(where, old);
  record = { ...record, placed: items.map(placedOf) };
  keep(record);
  return record;
}

/** false: it is not as it was installed, and stays. */
function removeOne(where: Where, placed: Placed): boolean {
  const path = at(where, placed.path);
  const there = found(path);
  if (there === undefined || placed.kind === "directory") return true;
  if (!isSame(there, placed)) return false;
  unlinkSync(path);
  return true;
}

/** Paths that stay, because somebody has changed them. */
export function uninstall(where: Where, record: Installation): readonly string[] {
  const changed = record.placed.filter((placed) => !removeOne(where, placed)).map(({ path }) => path);
  for (const path of record.diverted) if (!changed.includes(path)) divert(path, false);
  for (const path of record.directories.toReversed()) {
    try { rmdirSync(at(where, path)); } catch { /* something else is in it, or it is gone */ }
  }
  return changed;
}
