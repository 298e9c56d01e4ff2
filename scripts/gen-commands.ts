// Writes docs/reference/commands.md from the option tables of the doors; with --check says whether it is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { doors } from "../src/cli/doors.ts";
import { HELP } from "../src/cli/berth/berth.ts";
import { HELP as BERTH_CONFIG_HELP, VERBS } from "../src/cli/berth/config.ts";
import { OWN_VERBS } from "../src/cli/berth/own-verbs.ts";
import { HELP as MULTICALL_HELP } from "../src/cli/old/multicall.ts";
import { HELP as CONFIG_HELP } from "../src/cli/lxc/config.ts";
import { helpText } from "../src/cli/help.ts";

const block = (name: string, text: string): string => `## ${name}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;

export async function commandsPage(): Promise<string> {
  const tools = await Promise.all(Object.entries(doors).map(async ([name, load]) => {
    const { tool } = await load();
    return block(name, tool === undefined ? (name === "lxc-config" ? CONFIG_HELP : name === "lxc" ? MULTICALL_HELP : HELP) : helpText(tool));
  }));
  const configTools = await Promise.all(VERBS.map(async ({ load }) => (await load()).tool));
  const ownTools = await Promise.all(OWN_VERBS.map(async ({ load }) => (await load()).tool));
  const verbs = [...ownTools.flatMap((tool) => (tool === undefined ? [] : [block(tool.name, helpText(tool))])), block("berth config", BERTH_CONFIG_HELP), ...configTools.flatMap((tool) => (tool === undefined ? [] : [block(tool.name, helpText(tool))]))];
  return [
    "# Commands\n", "Written by `scripts/gen-commands.ts` from the option tables in `src/cli/`; do not edit. Each text is what `--help` prints.\n", ...tools, ...verbs,
  ].join("\n");
}

if (import.meta.main) {
  const path = new URL("../docs/reference/commands.md", import.meta.url).pathname;
  const page = await commandsPage();
  if (process.argv.includes("--check")) process.exit(readFileSync(path, "utf8") === page ? 0 : 1);
  writeFileSync(path, page);
}
