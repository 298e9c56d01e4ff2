// What the pages of docs/guide show is what happens: each page's blocks are run, in order, in a session of its own.
import { expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { blocks, session } from "./doc-session.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";
import { ROOT } from "./place.ts";

const PATIENCE_MS = 240_000;
const FOLDER = join(ROOT, "docs/guide");
const pages = readdirSync(FOLDER).filter((name) => name.endsWith(".md"));
const textOf = (page: string): string => readFileSync(join(FOLDER, page), "utf8");
const watch = { mark: "/var/lib/lxc/", folders: [] };

test("every block of shell says whether it is run", () => {
  expect(pages.length).toBeGreaterThan(5);
  for (const page of pages) expect([page, textOf(page).match(/```sh/g)?.length ?? 0]).toEqual([page, blocks(textOf(page)).length]);
});

test("links lead somewhere", () => {
  const broken = pages.flatMap((page) => [...textOf(page).matchAll(/\]\(([^)#]+\.md|\.\.[^)]*)\)/g)].map(([, to = ""]) => to).filter((to) => !to.startsWith("http") && Bun.spawnSync(["test", "-e", join(FOLDER, to)]).exitCode !== 0).map((to) => `${page}: ${to}`));
  expect(broken).toEqual([]);
});

test.each(pages.filter((page) => blocks(textOf(page)).length > 0))("%s", async (page) => {
  const before = snapshot(watch);
  const { status, output } = session(blocks(textOf(page)));
  expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
  expect(await leaksAtLast(before, watch)).toEqual([]);
}, PATIENCE_MS);
