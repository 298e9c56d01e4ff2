// The site of the documentation is whole: it is built here, in memory, and no link or picture leads nowhere.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SENTENCES } from "../../scripts/gen-problems.ts";
import { buildSite } from "../../scripts/site/build.ts";
import { SECTIONS, sitePages } from "../../scripts/site/pages.ts";
import { picturedPlan, placed } from "../../scripts/site/plan-picture.ts";
import { ROOT } from "./sources.ts";

const { files, copied, problems } = buildSite();
const textOf = (path: string): string => files.find((file) => file.path === path)?.text ?? "";

test("no link leads nowhere, and every page is reached", () => {
  expect(problems).toEqual([]);
  expect(files.length).toBeGreaterThan(95);
  for (const { pages } of SECTIONS) for (const [, path] of pages) expect([path, sitePages().some((page) => page.path === path)]).toEqual([path, true]);
});

test("a broken link, a missing heading, a page that nobody leads to, a missing picture: each is told", () => {
  const index = { path: "index.md", text: "# A\n\n[b](b.md#there) [c](c.md) ![d](d.svg) [b again](b.md#b)\n" };
  const found = buildSite([index, { path: "b.md", text: "# B\n" }, { path: "e.md", text: "# E\n" }], []).problems;
  expect(found).toEqual(["index.md: b.md#there: the page has no such heading", "index.md: c.md: there is no such page", "index.md: d.svg: there is no such page", "e.md: no page leads to it"]);
});

test("keys, commands and codes are found; codes with their messages; pictures are shown; nothing comes from another server", () => {
  const index: readonly (readonly [string, string])[] = JSON.parse(textOf("find.json"));
  for (const word of ["lxc.net.N.egress", "lxc-attach", "network.link", "BerthError"]) expect([word, index.some(([title]) => title.includes(word))]).toEqual([word, true]);
  for (const code of Object.keys(SENTENCES)) expect([code, textOf(`reference/problems/${code}.html`).includes(`>${code}</a></h1>`)]).toEqual([code, true]);
  expect(textOf("reference/problems/container.frozen.html")).toContain("Messages with this code");
  const all = files.map(({ text }) => text).join("");
  for (const path of copied) expect([path, all.includes(path.split("/").at(-1) ?? path)]).toEqual([path, true]);
  expect(all).not.toMatch(/<(?:script|link|img|iframe)[^>]*(?:src|href)="https?:/);
});

test("the picture of a plan has all of its steps, each behind what it waits for", () => {
  const steps = placed(picturedPlan());
  expect(steps.length).toBeGreaterThan(120);
  const row = (process: string, text: RegExp): number => steps.find((step) => step.process === process && text.test(step.text))?.row ?? -1;
  expect(row("init", /^wait for #1 /)).toBeGreaterThan(row("monitor", /^say #1 /));
  expect(row("monitor", /^wait for #4 /)).toBeGreaterThan(row("init", /^say #4 /));
  expect(row("monitor", /^start a session/)).toBeGreaterThan(row("launcher", /^make process/));
  expect(readFileSync(join(ROOT, "docs/pictures/plan.svg"), "utf8").match(/<rect/g)?.length).toBe(steps.length + 1);
});
