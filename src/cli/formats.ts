// Owns --format of all commands that have it: which words it takes, yaml (what json says) and table (what is printed
// without the option). A door sees the option only where JSON, or a format of its own, is wanted.
import { byOption } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import type { Answer } from "./answer.ts";
import type { FoundOption, OptionRow, Scan } from "./getopt.ts";

const isFormat = ({ row }: { readonly row: OptionRow }): boolean => row.long === "format";
const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
type AsYaml = (value: unknown) => string;
/** Several objects, one a line, are several documents. */
const inYaml = (text: string, yaml: AsYaml): string => (isJson(text) ? yaml(JSON.parse(text)) : text.split("\n").filter((line) => line !== "").map((line) => (isJson(line) ? `---\n${yaml(JSON.parse(line))}` : `${line}\n`)).join(""));

/** `json|yaml|table`, as the help has it. */
const wordsOf = (found: readonly FoundOption<OptionRow>[]): readonly string[] => (found.find(isFormat)?.row.metavar ?? "").split("|");
const unknown = (said: string, words: readonly string[]): Problem => ({ code: "option.value", at: byOption("--format"), text: `--format: '${said}' is not known`, remedy: `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}` });

interface Ways { readonly refuse: (problem: Problem) => Answer; readonly run: (scan: Scan<OptionRow>) => Promise<Answer> }
/** `said` is the last one given. */
export async function formatted(said: string, scan: Scan<OptionRow>, { refuse, run }: Ways): Promise<Answer> {
  const words = wordsOf(scan.found);
  if (!words.includes(said)) return refuse(unknown(said, words));
  const others = scan.found.filter((one) => !isFormat(one));
  if (said === "table" || said === "text") return run({ ...scan, found: others });
  const format = scan.found.find(isFormat);
  const asked = { ...scan, found: format === undefined ? others : [...others, { ...format, value: said === "yaml" ? "json" : said }] };
  if (said !== "yaml") return run(asked);
  const [{ shapeStream }, { yamlText }] = await Promise.all([import("./stream.ts"), import("./yaml-text.ts")]);
  shapeStream((text) => (isJson(text) ? `---\n${yamlText(JSON.parse(text))}` : text));
  const answer = await run(asked);
  return answer.kind === "done" && answer.out !== undefined ? { ...answer, out: inYaml(answer.out, yamlText) } : answer;
}
