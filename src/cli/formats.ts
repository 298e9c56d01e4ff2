// Owns --format yaml and --format table of all commands that know json: yaml is what json says, table is what is printed
// without the option.
import type { Answer } from "./answer.ts";
import type { OptionRow, Scan } from "./getopt.ts";
import { shapeStream } from "./stream.ts";
import { yamlText } from "./yaml-text.ts";

const isFormat = ({ row }: { readonly row: OptionRow }): boolean => row.long === "format";
const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
/** Several objects, one a line, are several documents. */
const inYaml = (text: string): string => (isJson(text) ? yamlText(JSON.parse(text)) : text.split("\n").filter((line) => line !== "").map((line) => (isJson(line) ? `---\n${yamlText(JSON.parse(line))}` : `${line}\n`)).join(""));

type Run = (scan: Scan<OptionRow>) => Promise<Answer>;
/** `said` is yaml or table. */
export async function formatted(said: string, scan: Scan<OptionRow>, run: Run): Promise<Answer> {
  const known = scan.found.find(isFormat)?.row.metavar ?? "";
  if (!known.includes("yaml") || (said === "table" && known.startsWith("table"))) return run(scan);
  if (said === "table") return run({ ...scan, found: scan.found.filter((one) => !isFormat(one)) });
  shapeStream((text) => (isJson(text) ? `---\n${yamlText(JSON.parse(text))}` : text));
  const answer = await run({ ...scan, found: scan.found.map((one) => (isFormat(one) ? { ...one, value: "json" } : one)) });
  return answer.kind === "done" && answer.out !== undefined ? { ...answer, out: inYaml(answer.out) } : answer;
}
