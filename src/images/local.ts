// Owns the arguments of the template `local`: `--fstree FILE [--metadata FILE] [--no-dev]`.
import { byOption } from "../model/origin.ts";
import { fail, ok, type Result } from "../model/problem.ts";

export interface LocalArgs { readonly fstree: string; readonly metadata?: string }

const NAMES: Readonly<Record<string, "fstree" | "metadata">> = { "--fstree": "fstree", "-f": "fstree", "--metadata": "metadata", "-m": "metadata" };
/** Accepted because LXC's template has them; devices are left out whenever they cannot be made. */
const WITHOUT_MEANING = ["--no-dev"];

const from = byOption("--template");

export function parseLocalArgs(args: readonly string[], cwd: string): Result<LocalArgs> {
  const given: { fstree?: string; metadata?: string } = {};
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    const [word, joined] = arg.startsWith("--") && arg.includes("=") ? [arg.slice(0, arg.indexOf("=")), arg.slice(arg.indexOf("=") + 1)] : [arg, undefined];
    const name = NAMES[word];
    if (name === undefined) {
      if (WITHOUT_MEANING.includes(word)) continue;
      return fail({ code: "option.unknown", at: from, text: `the template local does not know '${arg}'`, remedy: "-t local -- --fstree FILE [--metadata FILE]" });
    }
    const value = joined ?? args[++i];
    if (value === undefined || value === "") return fail({ code: "option.missing", at: from, text: `'${arg}' needs a file` });
    given[name] = value.startsWith("/") ? value : `${cwd}/${value}`;
  }
  const { fstree, metadata } = given;
  if (fstree === undefined) return fail({ code: "option.missing", at: from, text: "the template local needs --fstree", remedy: "-t local -- --fstree rootfs.tar.xz [--metadata meta.tar.xz]" });
  return ok({ fstree, ...(metadata === undefined ? {} : { metadata }) });
}
