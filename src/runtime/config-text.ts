// Owns a config's bytes as text and back: UTF-8, or Latin-1 where it is not, so that every byte nobody asked to change stays.
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";

export type Encoding = "utf8" | "latin1";

export function decodeConfig(bytes: Uint8Array): { readonly text: string; readonly encoding: Encoding } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), encoding: "utf8" };
  } catch {
    return { text: Buffer.from(bytes).toString("latin1"), encoding: "latin1" };
  }
}

const unwritable = (letter: string): Problem => ({ code: "config.unwritable", text: `the config is in Latin-1, which has no '${letter}'`, remedy: "convert it to UTF-8 first: iconv -f latin1 -t utf8" });

export function encodeConfig(text: string, encoding: Encoding): Result<Uint8Array> {
  const letter = encoding === "latin1" ? /[^\0-\xff]/u.exec(text)?.[0] : undefined;
  return letter === undefined ? ok(Buffer.from(text, encoding)) : fail(unwritable(letter));
}
