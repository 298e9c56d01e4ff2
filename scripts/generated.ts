// Owns the list of all generated files that are kept in the repository, and what they must hold.
import { readFileSync } from "node:fs";
import { apparmorFiles } from "./gen-apparmor.ts";
import { commandsPage } from "./gen-commands.ts";
import { contextsPage } from "./gen-contexts.ts";
import { header } from "./gen-isa.ts";
import { lintPage } from "./gen-lint.ts";
import { problemFiles } from "./gen-problems.ts";
import { testedPage } from "./gen-tested.ts";
import { outputPage, outputSchema } from "./reference/output-schema.ts";
import { referenceFiles } from "./gen-reference.ts";
import { pictureFiles } from "./site/terminal-picture.ts";
import type { Generated } from "./reference/pages.ts";

export const ROOT: string = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

/** All but the tables of system calls: those are made from the headers of a machine (gen-syscalls.ts). */
export const generatedFiles = async (): Promise<readonly Generated[]> => [
  { path: "engine/isa.gen.h", text: header() },
  ...problemFiles(),
  ...pictureFiles(),
  { path: "docs/reference/commands.md", text: await commandsPage() },
  { path: "docs/reference/lint.md", text: lintPage() },
  { path: "docs/reference/contexts.md", text: contextsPage() },
  outputSchema(),
  outputPage(),
  ...apparmorFiles(),
  ...await referenceFiles(),
];

/** Written with them, but not held fresh: it names tests, and each new test would make it stale. test/house/tested.test.ts looks at what matters. */
export const looseFiles = async (): Promise<readonly Generated[]> => [{ path: "docs/reference/tested.md", text: await testedPage() }];

function textOf(path: string): string | undefined {
  try {
    return readFileSync(`${ROOT}/${path}`, "utf8");
  } catch {
    return undefined;
  }
}

/** Those whose text in the repository is another one, or missing. */
export const staleFiles = (files: readonly Generated[]): readonly string[] => files.filter(({ path, text }) => textOf(path) !== text).map(({ path }) => path);
