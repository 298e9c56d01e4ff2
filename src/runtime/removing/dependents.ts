// Owns what other containers have to do with this one: clones made of it, and those it was made of.
import { existsSync, readdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { readText } from "../../host/read-text.ts";
import { containerDir } from "../../host/store/layout.ts";
import { listSnapshots } from "../../host/store/snapshots.ts";
import { isTrash, parseEntry } from "../../host/store/trash-name.ts";
import type { Target } from "../verbs.ts";

/** lxc_snapshots and lxc_rdepends: pairs of lines, lxcpath and name. Very old ones are a bare count. */
function pairs(text: string): readonly Target[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.flatMap((lxcpath, i) => {
    const name = lines[i + 1];
    return i % 2 === 0 && name !== undefined ? [{ lxcpath, name }] : [];
  });
}

/** A clone whose making or removing was killed is none; one on an lxcpath that is not mounted now is one. */
const isThere = ({ lxcpath, name }: Target): boolean => !existsSync(lxcpath) || existsSync(`${lxcpath}/${name}`);

/** Of a container and its snapshots: what LXC makes of a snapshot it counts there, though layers of the container lie below.
 * "unnamed": there are some. */
function clonesThere(target: Target): readonly Target[] | "unnamed" {
  const texts = [target, ...listSnapshots(target)].map((part) => (readText(`${containerDir(part)}/lxc_snapshots`) ?? "").trim());
  if (texts.some((text) => /^\d+$/.test(text) && text !== "0")) return "unnamed";
  return texts.flatMap(pairs).filter(isThere);
}
export const hasClones = (target: Target): boolean => clonesThere(target).length > 0;

function calledClone({ lxcpath, name }: Target, beside: string): string {
  if (lxcpath === beside) return name;
  const trashed = isTrash(lxcpath) ? parseEntry(name)?.name : undefined;
  return trashed === undefined ? `${lxcpath}/${name}` : `${trashed} (in the trash: berth undelete --purge ${trashed})`;
}
/** Whom to destroy first, for a remedy. */
export function clonesText(target: Target): string {
  const there = clonesThere(target);
  return there === "unnamed" ? "the clones" : there.map((clone) => calledClone(clone, target.lxcpath)).join(", ");
}

export function hasSnapshots(target: Target): boolean {
  try {
    return readdirSync(`${containerDir(target)}/snaps`).length > 0;
  } catch {
    return false;
  }
}

export const sourcesOf = (target: Target): readonly Target[] => pairs(readText(`${containerDir(target)}/lxc_rdepends`) ?? "");

const pairsText = (list: readonly Target[]): string => list.map(({ lxcpath, name }) => `${lxcpath}\n${name}\n`).join("");
const isSame = (a: Target, b: Target): boolean => a.name === b.name && a.lxcpath === b.lxcpath;

/** A name that a stranger has planted is never followed. */
function replace(file: string, text: string): void {
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, text, { flag: "wx" });
  renameSync(`${file}.new`, file);
}

/** The source no longer has this clone, nor any whose making or moving was killed. */
export function forgetClone(source: Target, clone: Target): void {
  const file = `${containerDir(source)}/lxc_snapshots`;
  const text = readText(file);
  if (text === undefined) return;
  const left = pairs(text).filter((pair) => !isSame(pair, clone) && isThere(pair));
  if (left.length === pairs(text).length) return;
  if (left.length === 0) return unlinkSync(file);
  replace(file, pairsText(left));
}

/** The clone shares the source's root file system: neither goes before the other one. */
export function rememberClone(source: Target, clone: Target): void {
  const file = `${containerDir(source)}/lxc_snapshots`;
  const text = readText(file) ?? "";
  if (!pairs(text).some((pair) => isSame(pair, clone))) replace(file, text + pairsText([clone]));
}

export const rememberSources = (clone: Target, sources: readonly Target[]): void => replace(`${containerDir(clone)}/lxc_rdepends`, pairsText(sources));
