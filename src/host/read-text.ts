// Owns reading small files that may be missing: "no such file" and "not for you" are answers, not errors.
import { readFileSync } from "node:fs";

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The errno name of what node:fs threw, `EIO` for anything else. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "EIO";
