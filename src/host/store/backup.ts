// Owns FILE.backup: what a file was before a change. An earlier one that says something else is kept as FILE.backup.1,
// FILE.backup.2, and so on.
import { linkSync, lstatSync, readFileSync, renameSync, unlinkSync } from "node:fs";
import { basename } from "node:path";
import { errorCode } from "../read-text.ts";
import { beneath } from "./link-walk.ts";
import { freshName, writeNew, type OpenFile } from "./replace-file.ts";

export type BackedUp =
  /** `earlier`: where the backup that was there before is kept; `isMade`: it did not say the same already. */
  | { readonly kind: "kept"; readonly path: string; readonly isMade: boolean; readonly earlier?: string }
  | { readonly kind: "error"; readonly code: string; readonly path: string };

const MOST = 10_000;

const isLike = (path: string, bytes: Uint8Array): boolean => lstatSync(path).isFile() && readFileSync(path).equals(bytes);

/** The first FILE.backup.N that is free; link(2) never overwrites. */
function setAside(directory: number, name: string): string {
  for (let n = 1; n <= MOST; n++) {
    try {
      linkSync(beneath(directory, name), beneath(directory, `${name}.${n}`));
      return `${name}.${n}`;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
  }
  throw Object.assign(new Error("too many backups"), { code: "EMLINK" });
}

/** The file itself under a second name where the file system can do that: nothing of it can get lost, and no space is needed. */
function addName(file: OpenFile, name: string, random: string): void {
  const { directory, base } = file.located;
  const fresh = beneath(directory, freshName(base, random));
  try {
    linkSync(beneath(directory, base), fresh);
    if (lstatSync(fresh, { bigint: true }).ino !== file.stat.ino) throw Object.assign(new Error("changed"), { code: "EAGAIN" });
  } catch (error) {
    if (errorCode(error) === "EAGAIN") unlinkSync(fresh);
    if (!["EPERM", "EOPNOTSUPP", "ENOTSUP", "EMLINK"].includes(errorCode(error))) throw error;
    writeNew(file, fresh, file.bytes);
  }
  renameSync(fresh, beneath(directory, name));
}

/** To be called before the file is replaced. */
export function keepBackup(file: OpenFile, random: string): BackedUp {
  const { directory, base, path } = file.located;
  const name = `${base}.backup`;
  const said = { path: `${path}.backup` };
  try {
    const there = lstatSync(beneath(directory, name), { throwIfNoEntry: false });
    if (there?.isDirectory() === true) return { kind: "error", code: "EISDIR", ...said };
    if (there !== undefined && isLike(beneath(directory, name), file.bytes)) return { kind: "kept", ...said, isMade: false };
    const earlier = there === undefined ? undefined : setAside(directory, name);
    addName(file, name, random);
    return { kind: "kept", ...said, isMade: true, ...(earlier === undefined ? {} : { earlier: `${path.slice(0, -base.length)}${earlier}` }) };
  } catch (error) {
    return { kind: "error", code: errorCode(error), ...said };
  }
}

/** For a change that was not made after all. */
export function dropBackup({ located: { directory, base } }: OpenFile, { isMade, earlier }: Extract<BackedUp, { readonly kind: "kept" }>): void {
  const name = beneath(directory, `${base}.backup`);
  try {
    if (earlier !== undefined) renameSync(beneath(directory, basename(earlier)), name);
    else if (isMade) unlinkSync(name);
  } catch { /* one backup too many is no loss */ }
}
