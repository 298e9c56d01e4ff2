// What is generated is fresh; the check for it notices a stale file; the engine's numbers and the encoder's agree.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { header } from "../../scripts/gen-isa.ts";
import { generatedFiles, staleFiles } from "../../scripts/generated.ts";
import { SCHEMA } from "../../src/isa/schema.ts";
import { ROOT, sources } from "./sources.ts";

const generated = await generatedFiles();

test.each(generated.map(({ path }) => [path]))("%s is fresh: else npm run gen", (path) => {
  expect(readFileSync(join(ROOT, path), "utf8")).toBe(generated.find((file) => file.path === path)?.text ?? "");
});

test("a file with one letter changed, or missing, is called stale", () => {
  expect(staleFiles(generated)).toEqual([]);
  const [file = { path: "", text: "" }] = generated;
  expect(staleFiles([{ ...file, text: `${file.text} ` }, { path: "docs/none.md", text: "" }])).toEqual([file.path, "docs/none.md"]);
});

test("a changed instruction set would change the header", () => {
  expect(header()).toContain(`OP_OPEN_TREE = ${SCHEMA.openTree.code},`);
  expect(header().replace("OP_OPEN_TREE", "OP_OPENTREE")).not.toBe(header());
});

test("op codes are unique and no op has more fields than a record holds", () => {
  const rows = Object.values(SCHEMA);
  expect(new Set(rows.map(({ code }) => code)).size).toBe(rows.length);
  expect(rows.filter(({ fields }) => Object.keys(fields).length > 8)).toEqual([]);
});

test("links in README.md and docs/ lead somewhere", () => {
  const pages = [{ path: "README.md", text: readFileSync(join(ROOT, "README.md"), "utf8") }, ...sources(["docs"], /\.md$/)].filter(({ path }) => !path.includes("/text/")); // those are parts of pages
  const dead = pages.flatMap(({ path, text }) => [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, to = ""]) => join(dirname(path), to)).filter((to) => !existsSync(join(ROOT, to))).map((to) => `${path}: ${to}`));
  expect(dead).toEqual([]);
});
