// What README.md shows is what happens: its blocks are run, in order, in one session, on an lxcpath of its own.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { blocks, session } from "./doc-session.ts";
import { ROOT } from "./place.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";

const room = mkdtempSync("/tmp/berth-readme-");
afterAll(() => rmSync(room, { recursive: true }));
const watch = { mark: "/var/lib/lxc/web", folders: [] };

test("the README has blocks to run, and every sh block says whether it is run", () => {
  const text = readFileSync(join(ROOT, "README.md"), "utf8");
  expect(blocks(text).length).toBeGreaterThan(6);
  expect(text.match(/```sh/g)?.length).toBe(blocks(text).length);
});

test("a block that fails is noticed; one that should fail and does not, too", () => {
  expect(session([{ isFailing: false, script: "false" }]).status).not.toBe(0);
  expect(session([{ isFailing: true, script: "true" }]).status).toBe(99);
});

test("every block does what it says, and nothing is left", async () => {
  const before = snapshot(watch);
  const { status, output } = session(blocks(readFileSync(join(ROOT, "README.md"), "utf8")));
  expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
  expect(output).toContain("hello from inside");
  expect(output).toContain("100000");
  expect(output).toMatch(/nosuchbridge/);
  expect(await leaksAtLast(before, watch)).toEqual([]);
});
