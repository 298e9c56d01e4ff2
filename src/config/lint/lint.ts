// Owns the linter: every rule of the table over one config, findings in the order of the files.
import type { Finding, Severity } from "../../model/finding.ts";
import type { LintFacts } from "../../model/lint-facts.ts";
import type { Line } from "../syntax.ts";
import { silenceOf } from "./ignore.ts";
import type { Rule, Sighting } from "./rule.ts";
import { rules } from "./table.ts";
import { isShipped, originOf, viewOf, type LintInput, type View } from "./view.ts";

interface Sources { readonly lines: ReadonlyMap<string, Line>; readonly rank: ReadonlyMap<string, number> }

const placeOf = (file: string, line: number | undefined): string => `${file}:${line ?? 0}`;

function sourcesOf(view: View): Sources {
  const rank = new Map<string, number>([[view.main, 0]]);
  const lines = new Map<string, Line>();
  for (const { line } of view.lines) {
    if (!rank.has(line.file)) rank.set(line.file, rank.size);
    lines.set(placeOf(line.file, line.line), line);
  }
  return { lines, rank };
}

/** Where the token stands: in the value first, since keys hold many words; a token that is not there marks the key. */
function mark(line: Line, token: string | undefined, column: number): { readonly column: number; readonly token: string } {
  const { text } = line;
  if (token !== undefined && token !== "") {
    const inValue = line.kind === "entry" ? text.indexOf(token, line.valueColumn - 1) : -1;
    const index = inValue >= 0 ? inValue : text.indexOf(token);
    if (index >= 0) return { column: index + 1, token };
  }
  if (column > line.column) return { column, token: /^\S+/.exec(text.slice(column - 1))?.[0] ?? "" };
  return { column: line.column, token: line.key === "" ? text.trim() : line.key };
}

function findingOf(rule: Rule, sighting: Sighting, sources: Sources): Finding {
  const { at, text, cause, fix, code = "config.smell" } = sighting;
  const file = at.file ?? "";
  const line = at.line === undefined ? undefined : sources.lines.get(placeOf(file, at.line));
  const marked = line === undefined ? undefined : mark(line, sighting.token, at.column ?? 1);
  return {
    rule: rule.id, code, severity: rule.severity, text, remedy: sighting.remedy ?? rule.remedy,
    at: { ...at, file, ...(marked === undefined ? {} : { column: marked.column }) },
    token: marked?.token ?? "", source: line?.text ?? "",
    ...(cause === undefined ? {} : { cause }), ...(fix === undefined || fix.length === 0 ? {} : { fix }),
  };
}

/** What a package's files say is theirs, unless it breaks the config or they are what is looked at. */
const concerns = (view: View, { at: { file }, severity }: Finding): boolean => file === view.main || severity === "error" || !isShipped(file);

function inOrder(findings: readonly Finding[], { rank }: Sources): readonly Finding[] {
  const seen = new Set<string>();
  const place = ({ at }: Finding): readonly number[] => [rank.get(at.file) ?? rank.size, at.line ?? 0, at.column ?? 0];
  const compare = (a: Finding, b: Finding): number => {
    const [here, there] = [place(a), place(b)];
    return here.map((number, index) => number - (there[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
  };
  return findings.toSorted(compare).filter((finding) => {
    const name = [finding.rule, finding.at.file, finding.at.line, finding.at.column, finding.text].join("\n");
    return seen.has(name) ? false : seen.add(name) !== undefined;
  });
}

const UNUSED = "ignore-unused";

/** A rule about the host may be needed on another host; one that does not exist is a slip everywhere. */
function unusedComments(view: View, silence: ReturnType<typeof silenceOf>): readonly Sighting[] {
  return silence.unused().flatMap(({ line, rule: id }): readonly Sighting[] => {
    const rule = rules.find((candidate) => candidate.id === id);
    if (rule?.needsHost === true) return [];
    const text = rule === undefined ? `there is no rule '${id}'` : `'${id}' finds nothing here: the comment silences nothing`;
    return [{ at: { ...originOf(line), key: "#" }, token: id, text, ...(rule === undefined ? { remedy: "take the name from a finding, or from docs/reference/lint.md" } : {}) }];
  });
}

export interface LintDraft { readonly view: View }

/** The first half: what the config says, so that its reader can find out what the host is asked about. */
export const beginLint = (input: LintInput): LintDraft => ({ view: viewOf(input) });

export function finishLint({ view: bare }: LintDraft, facts?: LintFacts): readonly Finding[] {
  const view: View = facts === undefined ? bare : { ...bare, facts };
  const sources = sourcesOf(view);
  const silence = silenceOf(view);
  const all = rules.flatMap((rule) => [...rule.look(view)].map((sighting) => findingOf(rule, sighting, sources)));
  const heard = all.filter((finding) => concerns(view, finding) && !silence.isSilent(finding));
  const row = rules.find(({ id }) => id === UNUSED);
  const unused = row === undefined ? [] : unusedComments(view, silence).map((sighting) => findingOf(row, sighting, sources));
  return inOrder([...heard, ...unused], sources);
}

export const lint = (input: LintInput, facts?: LintFacts): readonly Finding[] => finishLint(beginLint(input), facts);

export const countOf = (findings: readonly Finding[], severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
