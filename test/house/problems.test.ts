// Every problem code has a page that says something, with an example that the source could say; every code of the source is one.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { problemFiles, SENTENCES } from "../../scripts/gen-problems.ts";
import { ADVICE } from "../../scripts/problems/advice.ts";
import { allMessages } from "../../scripts/problems/messages.ts";
import { ROOT, sources } from "./sources.ts";

const codes = Object.entries(ADVICE);
const messages = allMessages(ROOT);

test("each code has its page, and each page its texts", () => {
  const pages = new Map(problemFiles().map(({ path, text }) => [path, text]));
  expect(pages.size).toBe(codes.length + 1);
  for (const [code, { cause, remedy, example }] of codes) {
    const text = readFileSync(join(ROOT, `docs/reference/problems/${code}.md`), "utf8");
    for (const [word, part] of [["cause", cause], ["remedy", remedy], ["example", example]] as const) expect([code, word, part.length > 8 && text.includes(part)]).toEqual([code, word, true]);
  }
});

/** Made by functions that are given their words: what does not change of them is looked for. */
const WORDS: Readonly<Record<string, string>> = { "config.include": "' does not exist", "config.legacy": " is the name of LXC 2 and older, it is ", "config.smell": "lxc.idmap is not set: root inside is root of the host" };

test("examples are what the source says with that code", () => {
  const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const source = new Map(messages.map(({ code }) => [code, messages.filter((one) => one.code === code).map(({ text }) => new RegExp(`^${text.split("…").map(escaped).join(".*")}`))]));
  const unlike = codes.filter(([code, { example }]) => WORDS[code] === undefined && source.get(code)?.some((pattern) => pattern.test(example)) !== true).map(([code, { example }]) => `${code}: ${example}`);
  expect(unlike).toEqual([]);
  const whole = sources(["src"], /\.ts$/).map(({ text }) => text).join("\n");
  for (const [code, words] of Object.entries(WORDS)) expect([code, codes.find(([one]) => one === code)?.[1].example.includes(words), whole.includes(words)]).toEqual([code, true, true]);
});

test("messages are found: hundreds of them, of nearly every code, and no code that there is not", () => {
  expect(messages.length).toBeGreaterThan(400);
  expect(new Set(messages.map(({ code }) => code)).size).toBeGreaterThan(55);
  expect(messages.filter(({ code }) => !Object.hasOwn(SENTENCES, code))).toEqual([]);
  expect(messages.filter(({ text }) => /\$\{|\?\?|=>/.test(text))).toEqual([]);
});
