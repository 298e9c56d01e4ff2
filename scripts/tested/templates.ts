// Owns which tests give which option of the templates that are built in: a test names the template, or calls a function that does.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { builtIn, builtInNames } from "../../src/images/templates.ts";

export interface TemplateRow { readonly template: string; readonly long: string; readonly short?: string; readonly isIdle: boolean; readonly files: readonly string[] }
interface Block { readonly file: string; readonly text: string; readonly templates: ReadonlySet<string> }

/** As the template's own help has them. */
async function optionsOf(template: string): Promise<readonly Omit<TemplateRow, "files">[]> {
  const help = (await builtIn(template)?.())?.help ?? "";
  return [...help.matchAll(/^ {2}(?:-(\w), | {4})--([\w-]+)(.*)$/gm)].map(([, short, long = "", rest = ""]) => ({ template, long, isIdle: rest.includes("without meaning"), ...(short === undefined ? {} : { short }) }));
}

/** `const cloud = (…) => … template: "ubuntu-cloud"`: who calls it means that template. */
const helpersOf = (text: string): ReadonlyMap<string, string> => new Map([...text.matchAll(/^ *const (\w+) = [^;\n]*template: "([\w-]+)"/gm)].map(([, name = "", template = ""]) => [name, template]));
/** Their words are for scripts of others. */
const OTHERS: ReadonlySet<string> = new Set(["third-party.test.ts", "shipped.test.ts"]);
const DOWNLOADS = /\broom\.(made|tiny)\(|\bdownload\(\w+, \{ args|\brefused\(\[/;

function blocksOf(file: string, text: string, names: readonly string[]): readonly Block[] {
  const helpers = helpersOf(text);
  const isDownload = /\bdownloadRoom\(/.test(text);
  return text.split(/^(?=(?: *test|async function|const)\b)/m).map((block) => {
    const called = [...helpers].filter(([name]) => new RegExp(`\\b${name}\\(`).test(block)).map(([, template]) => template);
    const named = names.filter((name) => block.includes(`"${name}"`));
    return { file, text: block, templates: new Set([...called, ...named, ...(isDownload && DOWNLOADS.test(block) ? ["download"] : [])]) };
  });
}

const gives = (text: string, { long, short }: Pick<TemplateRow, "long" | "short">): boolean => text.includes(`"--${long}"`) || text.includes(`"--${long}=`) || (short !== undefined && text.includes(`"-${short}"`));

/** Every option of every template, with the test files that give it. */
export async function templateOptions(root: string): Promise<readonly TemplateRow[]> {
  const names = builtInNames;
  const folder = "test/kernel";
  const blocks = readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.ts") && !OTHERS.has(name)).toSorted().flatMap((name) => blocksOf(`${folder}/${name}`, readFileSync(join(root, folder, name), "utf8"), names));
  const rows = (await Promise.all(names.map(optionsOf))).flat();
  return rows.map((row) => ({ ...row, files: [...new Set(blocks.filter(({ templates, text }) => templates.has(row.template) && gives(text, row)).map(({ file }) => file))] }));
}
