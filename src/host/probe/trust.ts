// Owns whether somebody else may change a file that a start trusts: its owner and mode, and those of every directory above it.
import { statSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import type { HostPath } from "../../model/lint-facts.ts";
import { errorCode } from "../read-text.ts";
import { kindOf } from "./beneath.ts";

const STICKY = 0o1000;

export interface Trusted { readonly uids: readonly number[]; readonly gids: readonly number[] }

/** Who besides the trusted may write; a group of the owner's own number is he himself. */
function openTo({ mode, uid, gid }: Stats, trusted: Trusted): string | undefined {
  if (!trusted.uids.includes(uid)) return `the user ${uid}`;
  if ((mode & STICKY) !== 0) return undefined;
  if ((mode & 0o002) !== 0) return "everybody";
  return (mode & 0o020) !== 0 && gid !== uid && !trusted.gids.includes(gid) ? `the group ${gid}` : undefined;
}

/** `/a/b`: `/`, `/a`. */
const above = (path: string): readonly string[] => (path === "/" || path === "." ? [] : [...above(dirname(path)), dirname(path)]);

export function probeHostPath(path: string, trusted: Trusted): HostPath {
  try {
    const found = statSync(path);
    const weak = [...above(path), path].flatMap((one) => {
      const who = openTo(statSync(one), trusted);
      return who === undefined ? [] : [{ path: one, who }];
    })[0];
    return { kind: kindOf(found), uid: found.uid, isExecutable: (found.mode & 0o111) !== 0, ...(weak === undefined ? {} : { openTo: weak }) };
  } catch (error) {
    const code = errorCode(error);
    return { kind: code === "ENOENT" || code === "ENOTDIR" ? "missing" : "hidden" };
  }
}
