// Owns how a config file, or a directory of them, is read: the answer the config language asks for.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { errnoText, errnoNumber } from "../../linux/errno.ts";
import type { Errno } from "../../linux/errno.ts";
import { errorCode } from "../read-text.ts";

export type FileAnswer =
  | { readonly kind: "file"; readonly text: string }
  | { readonly kind: "directory"; readonly files: readonly string[] }
  | { readonly kind: "missing" }
  | { readonly kind: "error"; readonly text: string };

const WORDS: Readonly<Partial<Record<string, Errno>>> = { EACCES: "EACCES", EPERM: "EPERM", ELOOP: "ELOOP", EIO: "EIO", ENAMETOOLONG: "ENAMETOOLONG", EMFILE: "EMFILE" };
const inWords = (code: string): string => {
  const name = WORDS[code];
  return name === undefined ? code : errnoText(errnoNumber(name));
};

/** Configs are small: what is larger than this, or is no regular file, is not one. */
const CONFIG_MAX = 4 << 20;

export function readConfigFile(path: string): FileAnswer {
  try {
    const found = statSync(path);
    if (found.isDirectory()) return { kind: "directory", files: readdirSync(path) };
    if (!found.isFile() && path !== "/dev/null") return { kind: "error", text: "not a regular file" };
    if (found.size > CONFIG_MAX) return { kind: "error", text: "larger than 4 MiB" };
    return { kind: "file", text: readFileSync(path, "utf8") };
  } catch (error) {
    const code = errorCode(error);
    return code === "ENOENT" || code === "ENOTDIR" ? { kind: "missing" } : { kind: "error", text: inWords(code) };
  }
}
