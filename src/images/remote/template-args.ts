// Owns reading the options of a template that is built in, as getopt(1) reads those of a template script:
// `--release x`, `--release=x`, `--rel x`, `-rx`, `-r x`.
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";

export interface TemplateOption { readonly long: string; readonly short?: string; readonly metavar?: string; readonly help: string }
export interface TemplateArgs {
  readonly has: (long: string) => boolean;
  readonly last: (long: string) => string | undefined;
  readonly all: (long: string) => readonly string[];
}

/** What LXC adds for each template: of no use to one that is built in. */
const GIVEN: readonly TemplateOption[] = ["name", "path", "rootfs", "mapped-uid", "mapped-gid"].map((long) => ({ long, metavar: "X", help: "" }));

function match(rows: readonly TemplateOption[], name: string): TemplateOption | undefined {
  const found = rows.filter(({ long }) => long.startsWith(name));
  return rows.find(({ long }) => long === name) ?? (found.length === 1 ? found[0] : undefined);
}

export function parseTemplateArgs(template: string, own: readonly TemplateOption[], args: readonly string[]): Result<TemplateArgs> {
  const rows = [...own, ...GIVEN];
  const at = byOption(`-t ${template}`);
  const found: [string, string][] = [];
  const refuse = (arg: string): Result<never> => fail({ code: "option.unknown", at, text: `the template ${template} does not know '${arg}'`, remedy: `lxc-create -t ${template} -h lists its options` });
  const words = [...args];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--") continue;
    const [, dashes, name = "", joined] = /^(--?)([^=]*)(?:=([\s\S]*))?$/.exec(word) ?? [];
    const row = dashes === "--" ? match(rows, name) : dashes === "-" ? rows.find(({ short }) => short !== undefined && short === word?.charAt(1)) : undefined;
    if (row === undefined || word === "-") return refuse(word);
    const rest = dashes === "--" ? joined : word.length > 2 ? word.slice(2) : undefined;
    if (row.metavar === undefined) {
      if (rest !== undefined && dashes === "--") return fail({ code: "option.value", at, text: `'--${row.long}' takes no value` });
      if (rest !== undefined) words.unshift(`-${rest}`);
      found.push([row.long, ""]);
      continue;
    }
    const value = rest ?? words.shift();
    if (value === undefined) return fail({ code: "option.missing", at, text: `'${word}' needs a value` });
    found.push([row.long, value]);
  }
  const all = (long: string): readonly string[] => found.filter(([name]) => name === long).map(([, value]) => value);
  return ok({ all, has: (long) => all(long).length > 0, last: (long) => all(long).at(-1) });
}

/** The template's own help. */
export const templateHelpText = (about: string, rows: readonly TemplateOption[]): string =>
  `${about}\n\nOptions:\n${rows.map(({ long, short, metavar, help }) => `  ${`${short === undefined ? "    " : `-${short}, `}--${long}${metavar === undefined ? "" : ` ${metavar}`}`.padEnd(30)} ${help}`).join("\n")}\n`;
