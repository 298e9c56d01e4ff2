// Owns what a renaming that was killed before its one step has left: the config under the new name, which nobody wants any more.
import { readdirSync, rmSync, statSync } from "node:fs";
import { recordDir, renamedConfig } from "../../host/store/layout.ts";
import type { Target } from "../verbs.ts";

/** A renaming that goes on takes milliseconds. */
const OLD_MS = 60_000;

/** Only an old one: another command may be at it. The container's own is what finishes one that was killed later. */
export function dropRenames(target: Target): void {
  try {
    for (const name of readdirSync(recordDir(target)).filter((one) => one.startsWith(renamedConfig("")) && one !== renamedConfig(target.name))) {
      const file = `${recordDir(target)}/${name}`;
      if (Date.now() - statSync(file).mtimeMs > OLD_MS) rmSync(file, { force: true });
    }
  } catch {
    // there is none, or somebody else's
  }
}
