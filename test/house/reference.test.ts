// The reference of config keys says what the table says, its examples load, and no key is left without a word.
import { expect, test } from "bun:test";
import { exampleLines, examplesFile, readText, splitText } from "../../scripts/reference/texts.ts";
import { referencePages } from "../../scripts/reference/pages.ts";
import { keyGroups } from "../../src/config/describe.ts";
import { mustLoad } from "../../src/config/golden/load.ts";
import { rows } from "../../src/config/table.ts";

const groups = keyGroups();
const keys = groups.flatMap((group) => group.keys);

test("every row of the table is in one group", () => {
  expect(keys.map(({ key }) => key).toSorted()).toEqual(rows.map(({ key }) => key).toSorted());
});

test("every key has an example that loads and sets it", () => {
  const examples = exampleLines(examplesFile());
  expect([...examples.keys()].toSorted()).toEqual(keys.map(({ key }) => key).toSorted());
  const files = { "/var/lib/lxc/web/fstab": "", "/usr/share/lxc/config/common.conf": "" };
  for (const [key, lines] of examples) {
    const shape = key.replace(".N", ".0").replace(/\.\*$/, ".");
    expect([key, lines.at(-1)?.startsWith(shape)]).toEqual([key, true]);
    mustLoad(`${lines.join("\n")}\n`, files);
  }
});

test("hand-written sections stand under keys that exist", () => {
  const known = new Set(keys.map(({ key }) => key));
  const lost = groups.flatMap(({ name, keys: own }) => [...readText(name).ofKey.keys()].filter((key) => !known.has(key) || !own.some((one) => one.key === key)));
  expect(lost).toEqual([]);
  expect(splitText("intro\n\n## Title\ntext\n## lxc.x\nof x\n")).toEqual({ intro: "intro", sections: [{ title: "Title", text: "text" }], ofKey: new Map([["lxc.x", "of x"]]) });
});

test("a changed row changes its pages", () => {
  const pages = (): string => referencePages(groups).map(({ text }) => text).join("");
  const changed = groups.map((group) => ({ ...group, keys: group.keys.map((key) => (key.key === "lxc.tty.max" ? { ...key, state: "nothing" as const, why: "it is too old", issue: 9, security: "Nothing." } : key)) }));
  const before = pages();
  const after = referencePages(changed).filter(({ path, text }) => referencePages(groups).find((page) => page.path === path)?.text !== text);
  expect(before).not.toContain("nothing, issue 9");
  expect(after.map(({ path }) => path)).toEqual(["docs/reference/keys.md", "docs/reference/config/console.md"]);
  for (const { text } of after) expect(text).toContain("nothing, issue 9");
  expect(after[1]?.text).toContain("**Security.** Nothing.");
});

test("what is not acted on names an issue or a reason", () => {
  expect(keys.filter(({ state, why = "" }) => (state === "acted on") !== (why === "")).map(({ key }) => key)).toEqual([]);
});
