// Owns what other containers have to do with this one: clones made of it, and those it was made of.
import { readdirSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { readText } from "../../host/read-text.ts";
import { containerDir } from "../../host/store/layout.ts";
import type { Target } from "../verbs.ts";

/** lxc_snapshots and lxc_rdepends: pairs of lines, lxcpath and name. Very old ones are a bare count. */
function pairs(text: string): readonly Target[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.flatMap((lxcpath, i) => {
    const name = lines[i + 1];
    return i % 2 === 0 && name !== undefined ? [{ lxcpath, name }] : [];
  });
}

export const hasClones = (target: Target): boolean => {
  const text = (readText(`${containerDir(target)}/lxc_snapshots`) ?? "").trim();
  return text !== "" && text !== "0";
};

export function hasSnapshots(target: Target): boolean {
  try {
    return readdirSync(`${containerDir(target)}/snaps`).length > 0;
  } catch {
    return false;
  }
}

export const sourcesOf = (target: Target): readonly Target[] => pairs(readText(`${containerDir(target)}/lxc_rdepends`) ?? "");

/** The source no longer has this clone. */
export function forgetClone(source: Target, clone: Target): void {
  const file = `${containerDir(source)}/lxc_snapshots`;
  const text = readText(file);
  if (text === undefined) return;
  const left = pairs(text).filter((pair) => pair.name !== clone.name || pair.lxcpath !== clone.lxcpath);
  if (left.length === pairs(text).length) return;
  if (left.length === 0) return unlinkSync(file);
  writeFileSync(`${file}.new`, left.map((pair) => `${pair.lxcpath}\n${pair.name}\n`).join(""));
  renameSync(`${file}.new`, file);
}
