// The reference of the commands is what the option tables say.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandsPage } from "../../scripts/gen-commands.ts";
import { ROOT } from "./sources.ts";

test("docs/reference/commands.md is fresh", async () => {
  expect(readFileSync(join(ROOT, "docs/reference/commands.md"), "utf8")).toBe(await commandsPage());
});
