// What is generated is fresh; the check for it notices a stale file; the engine's numbers and the encoder's agree.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { header } from "../../scripts/gen-isa.ts";
import { SCHEMA } from "../../src/isa/schema.ts";
import { ROOT } from "./sources.ts";

test("engine/isa.gen.h is what src/isa/schema.ts says", () => {
  expect(readFileSync(join(ROOT, "engine/isa.gen.h"), "utf8")).toBe(header());
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
