// Owns where the programs of the system are looked for. Not in the caller's PATH: a user's has no sbin, and root runs nothing from
// a folder that somebody else chose.
import { existsSync } from "node:fs";

export const PROGRAM_FOLDERS: readonly string[] = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** The path of the first one of that name. */
export const programPath = (name: string): string | undefined => PROGRAM_FOLDERS.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
