// Owns `berth config lint`: findings by file and line, the line with its token marked, and how many there are.
import type { Finding, Severity } from "../../model/finding.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import type { Tool } from "../options.ts";
import { JSON_ROW } from "./config-output.ts";
import { SUBJECT, subjectOf } from "./config-subject.ts";

const rows = [
  ...SUBJECT,
  { long: "strict", help: "exit with 1 for warnings, too; names of LXC 2 and older are errors" },
  { long: "text-only", help: "judge only the text, not this host" },
  JSON_ROW,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth config lint", synopsis: "NAME | --file FILE", hasName: false, rows,
  about: "Say what in a config will fail, does nothing or not what it seems, or opens the wall to the host, with the line and a remedy. Nothing is changed or started. The exit status is 1 if there is an error.",
  examples: [
    ["berth config lint web", "a container's config, on this host"], ["berth config lint --file web.conf --text-only", "a file that is meant for another host"],
    ["berth config lint web --strict", "for a script that accepts no warning"], ["berth config lint web --format json", "with rule, file, line, column and fix"],
  ],
  notes: ["docs/reference/lint.md explains every rule. A line '# berth: ignore RULE' silences a rule on the next line; what belongs to no line is silenced anywhere in the file."],
};

const SEVERITIES: readonly Severity[] = ["error", "warning", "hint"];
const countOf = (findings: readonly Finding[], severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
const counted = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;
const closing = (findings: readonly Finding[]): string => `${SEVERITIES.map((severity) => counted(countOf(findings, severity), severity)).join(", ")}\n`;

/** Control characters would move the cursor of a terminal. */
// oxlint-disable-next-line no-control-regex
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`);

export function findingText({ severity, text, cause, remedy, excerpt, rule, at: { file, line, column } }: Finding): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  const more = (label: string, words: string | undefined): string => (words === undefined ? "" : `    ${label}: ${printable(words)}\n`);
  const marked = excerpt === undefined ? "" : `    ${excerpt.text}\n    ${" ".repeat(excerpt.start)}${"^".repeat(excerpt.length)}\n`;
  return `${printable(place)}: ${severity}: ${printable(text)} [${rule}]\n${marked}${more("cause", cause)}${more("remedy", remedy)}`;
}

/** --strict: what is otherwise translated is refused. */
const strictly = (finding: Finding): Finding => (finding.rule === "key-legacy" || finding.rule === "cgroup-translated" ? { ...finding, severity: "error" } : finding);

const dataOf = ({ at: { file, line, column }, ...rest }: Finding): Readonly<Record<string, unknown>> => ({ ...rest, file, line, column });

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options } = line;
  const subject = subjectOf(line);
  if (!subject.ok) return misuse(line, ...subject.problems);
  const { configLint } = await import("../../runtime/config-lint.ts");
  const result = await configLint(request, subject.value.subject, { isTextOnly: options.has("text-only") });
  if (!result.ok) return failed({ voice: { ...line.voice, name: subject.value.called } }, result.problems);
  const isStrict = options.has("strict");
  const findings = isStrict ? result.value.findings.map(strictly) : result.value.findings;
  const isBad = countOf(findings, "error") > 0 || (isStrict && countOf(findings, "warning") > 0);
  const out = options.has("format") ? asJson({ file: result.value.file, findings: findings.map(dataOf) }) : findings.map(findingText).join("") + closing(findings);
  return done(isBad ? 1 : 0, { out });
});
