// Owns where the programs of the system are looked for. Not in the caller's PATH: a user's has no sbin, and root runs nothing from
// a folder that somebody else chose.
import { accessSync, constants } from "node:fs";

const FOLDERS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
/** For the environment of what is run. */
export const PROGRAM_PATH: string = FOLDERS.join(":");

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of the first one of that name. */
export const programPath = (name: string): string | undefined => FOLDERS.map((folder) => `${folder}/${name}`).find(isExecutable);
