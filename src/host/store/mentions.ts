// Owns a cheap question about a config: could a key be set in it at all? The config language takes milliseconds to
// load, and most containers never use the few keys that attach and stop look for.
import type { FileAnswer } from "./read-config.ts";
import { readConfigFile } from "./read-config.ts";

const FILES_MAX = 50;

/** Values of lxc.include lines; quotes and blanks as the config language strips them. */
const includesOf = (text: string): readonly string[] => text.split("\n").flatMap((line) => {
  const trimmed = line.trim();
  if (!trimmed.startsWith("lxc.include")) return [];
  const value = trimmed.slice(trimmed.indexOf("=") + 1).trim().replace(/^(["'])(.*)\1$/, "$2");
  return value === "" ? [] : [value];
});

/** False only when it is sure that no file of this config has one of the words. */
export function mayMention(file: string, words: readonly string[], read: (path: string) => FileAnswer = readConfigFile): boolean {
  const waiting = [file];
  for (let count = 0; waiting.length > 0; count++) {
    const path = waiting.pop();
    if (path === undefined || count > FILES_MAX || !path.startsWith("/")) return true;
    const answer = read(path);
    if (answer.kind === "directory") waiting.push(...answer.files.filter((name) => name.endsWith(".conf")).map((name) => `${path.replace(/\/$/, "")}/${name}`));
    else if (answer.kind !== "file" || words.some((word) => answer.text.includes(word))) return true;
    else if (answer.text.includes("lxc.include")) waiting.push(...includesOf(answer.text));
  }
  return false;
}
