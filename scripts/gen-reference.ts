// Owns what is generated from the table of config keys: manual pages, Markdown, JSON Schema, types, completion.
import { commands } from "./reference/commands.ts";
import { bashFiles } from "./reference/completion-bash.ts";
import { fishFiles } from "./reference/completion-fish.ts";
import { zshFile } from "./reference/completion-zsh.ts";
import { keyTypes } from "./reference/key-types.ts";
import { commandPages } from "./reference/man-commands.ts";
import { manualPages } from "./reference/man.ts";
import { referencePages, type Generated } from "./reference/pages.ts";
import { schemaFiles } from "./reference/schema.ts";

export async function referenceFiles(): Promise<readonly Generated[]> {
  const all = await commands();
  return [...referencePages(), ...manualPages(), ...await commandPages(), ...schemaFiles(), keyTypes(), ...bashFiles(all), zshFile(all), ...fishFiles(all)];
}
