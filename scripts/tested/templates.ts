// Owns the options of the templates that are built in, as their own help has them: they stand behind -- of lxc-create.
import type { OptionRow } from "../../src/cli/getopt.ts";
import { builtIn, builtInNames } from "../../src/images/templates.ts";
import { templateCommand } from "./commands.ts";

export interface TemplateRow { readonly name: string; readonly row: OptionRow; readonly isIdle: boolean }

async function optionsOf(template: string): Promise<readonly TemplateRow[]> {
  const help = (await builtIn(template)?.())?.help ?? "";
  return [...help.matchAll(/^ {2}(?:-(\w), | {4})--([\w-]+)( [A-Z]\S*)?(.*)$/gm)].map(([, short, long = "", argument, rest = ""]) => ({
    name: templateCommand(template), isIdle: rest.includes("without meaning"), row: { long, help: rest, ...(short === undefined ? {} : { short }), ...(argument === undefined && !rest.startsWith(" sha256:") ? {} : { argument: "required" }) },
  }));
}

export const templateRows = async (): Promise<readonly TemplateRow[]> => (await Promise.all(builtInNames.map(optionsOf))).flat();
