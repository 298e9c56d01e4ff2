// The walls hold, and the check that says so sees each kind of breach.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MAY_IMPORT, layerProblems } from "./layers.ts";
import { ROOT, sources } from "./sources.ts";

test("no file of src/ looks over a wall", () => {
  expect(layerProblems(sources(["src"], /\.ts$/))).toEqual([]);
});

test("each folder's tsconfig names what the table allows", () => {
  for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
    if (folder.endsWith(".ts")) continue;
    const config: { references: { path: string }[] } = JSON.parse(readFileSync(join(ROOT, "src", folder, "tsconfig.json"), "utf8"));
    expect([folder, config.references.map(({ path }) => path.replace("../", "")).sort()]).toEqual([folder, [...allowed].sort()]);
  }
});

const BREACHES: readonly (readonly [string, string, string])[] = [
  ["src/linux/a.ts", 'import { x } from "../model/b.ts";', "linux may import nothing"],
  ["src/plan/a.ts", 'import type { x } from "../host/b.ts";', "plan may import"],
  ["src/plan/mounts.ts", 'import { x } from "./network.ts";', "planners never import each other"],
  ["src/plan/mounts.ts", 'export * from "./network/veth.ts";', "planners never import each other"],
  ["src/cli/a.ts", 'const x = await import("../host/b.ts");', "cli may import"],
  ["src/model/a.ts", 'import fs from "node:fs";', "model is pure"],
  ["src/runtime/a.ts", 'import { z } from "zod";', "no package"],
  ["src/oddity/a.ts", "", "not in the table"],
  ["src/config/a.ts", "const now = Date.now();", "reads the clock"],
  ["src/isa/a.ts", "const r = Math.random();", "is chance"],
  ["src/plan/a.ts", "const text = Bun.inspect(1);", "touches the machine"],
  ["src/linux/a.ts", 'import { x } from "./b.js";', "end in .ts"],
];
test.each(BREACHES)("%s with %s is refused", (path, text, why) => {
  expect(layerProblems([{ path, text }]).join()).toContain(why);
});

test("what is allowed is not refused", () => {
  expect(layerProblems([
    { path: "src/plan/lifecycle/start.ts", text: 'import { x } from "../mounts.ts";\nimport type { Op } from "../../isa/op.ts";' },
    { path: "src/linux/a.ts", text: "// Date.now would be wrong here\nexport const x = 1;" },
  ])).toEqual([]);
});
