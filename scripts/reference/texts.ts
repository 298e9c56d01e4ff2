// Owns the hand-written part of the reference: docs/reference/config/text/*.md, split where keys and pages want it,
// and examples.conf, one example for each key.
import { readFileSync } from "node:fs";
import { findKey } from "../../src/config/table.ts";
import { parseText } from "../../src/config/syntax.ts";

const FOLDER = new URL("../../docs/reference/config/text/", import.meta.url).pathname;

/** One file: what stands before its first heading, its sections, and what belongs to single keys. */
export interface GroupText {
  readonly intro: string;
  /** Headings that are no key, in their order. */
  readonly sections: readonly { readonly title: string; readonly text: string }[];
  /** By key: sections with the key as heading. */
  readonly ofKey: ReadonlyMap<string, string>;
}

export function splitText(text: string): GroupText {
  const [intro = "", ...parts] = text.split(/^## /m);
  const sections: { title: string; text: string }[] = [];
  const ofKey = new Map<string, string>();
  for (const part of parts) {
    const end = part.indexOf("\n");
    const title = part.slice(0, end).trim();
    const body = part.slice(end + 1).trim();
    if (title.startsWith("lxc.")) ofKey.set(title, body);
    else sections.push({ title, text: body });
  }
  return { intro: intro.trim(), sections, ofKey };
}

export const readText = (name: string): GroupText => splitText(readFileSync(`${FOLDER}${name}.md`, "utf8"));

export const examplesFile = (): string => readFileSync(`${FOLDER}examples.conf`, "utf8");

/** The lines of examples.conf by the key of their row; lines without a blank line between them belong to the last one's key. */
export function exampleLines(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const block of text.split(/\n\s*\n/)) {
    const lines = parseText("examples.conf", block.trim()).lines.filter((line) => line.kind === "entry");
    const key = lines.at(-1)?.key;
    const row = key === undefined ? undefined : findKey(key)?.row.key ?? key;
    if (row !== undefined) found.set(row, lines.map((line) => line.text));
  }
  return found;
}
