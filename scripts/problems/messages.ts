// Owns the messages that the source has for each problem code: what stands beside the code where a problem is made.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProblemCode } from "../../src/model/problem.ts";

export interface Message { readonly code: string; /** What is filled in later is `…`. */ readonly text: string; readonly cause?: string; readonly remedy?: string }

const STRING = "(?:\"((?:[^\"\\\\\\n]|\\\\.)*)\"|`((?:[^`\\\\]|\\\\.)*)`)";
const value = (name: string): RegExp => new RegExp(`\\b${name}:\\s*(?:\\w[\\w.]* (?:===|\\?\\?) [^?,]*\\? ?)?${STRING}`);

/** Placeholders may hold braces and templates of their own. */
function plain(template: string): string {
  let [text, depth] = ["", 0];
  for (let at = 0; at < template.length; at++) {
    if (depth === 0 && template.startsWith("${", at)) { depth = 1; at++; text += "…"; continue; }
    if (depth > 0) depth += template[at] === "{" ? 1 : template[at] === "}" ? -1 : 0;
    else text += template[at];
  }
  return text.replaceAll(/…(?:…)+/g, "…").replaceAll(String.raw`\``, "`").replaceAll(String.raw`\"`, '"').replaceAll(/\\n\s*/g, " ").trim();
}

const found = (name: string, text: string): string | undefined => {
  const [, quoted, template] = value(name).exec(text) ?? [];
  return quoted ?? template;
};

/** From a code to the next one, or to the end of what can still belong to it. */
function messagesIn(source: string): readonly Message[] {
  const places = [...source.matchAll(/\bcode: "([a-z]+(?:\.[a-z]+)?)"/g)];
  return places.flatMap(({ 1: code = "", index }, i) => {
    const rest = source.slice(index, Math.min(places[i + 1]?.index ?? source.length, index + 900)).split(/\n(?=\}|\s*\n)/)[0] ?? "";
    const [text, cause, remedy] = ["text", "cause", "remedy"].map((name) => found(name, rest));
    if (text === undefined) return [];
    return [{ code, text: plain(text), ...(cause === undefined ? {} : { cause: plain(cause) }), ...(remedy === undefined ? {} : { remedy: plain(remedy) }) }];
  });
}

export function allMessages(root: string): readonly Message[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts")).toSorted();
  const messages = files.flatMap((name) => messagesIn(readFileSync(join(root, "src", name), "utf8"))).filter(({ text }) => text.replaceAll("…", "").trim().length > 5);
  return [...new Map(messages.map((message) => [`${message.code} ${message.text}`, message])).values()];
}

export const messagesOf = (all: readonly Message[], code: ProblemCode): readonly Message[] => all.filter((message) => message.code === code);
