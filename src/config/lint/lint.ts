// Owns the linter: every rule of the table over one config, findings in the order of the files.
import type { Finding, Severity } from "../../model/finding.ts";
import type { LintFacts } from "../../model/lint-facts.ts";
import { excerptOf } from "../excerpt.ts";
import type { Line } from "../syntax.ts";
import { silenceOf } from "./ignore.ts";
import type { Rule, Sighting } from "./rule.ts";
import { lineAt } from "./sight.ts";
import { rules } from "./table.ts";
import { isShipped, originOf, viewOf, type LintInput, type View } from "./view.ts";

/** Files in the order in which they are first read. */
function ranksOf(view: View): ReadonlyMap<string, number> {
  const rank = new Map<string, number>([[view.main, 0]]);
  for (const { line } of view.lines) if (!rank.has(line.file)) rank.set(line.file, rank.size);
  return rank;
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

function findingOf(view: View, rule: Rule, sighting: Sighting): Finding {
  const { at, text, cause, fix, code = "config.smell" } = sighting;
  const line = at.line === undefined ? undefined : lineAt(view, at);
  const marked = line === undefined ? undefined : mark(line, sighting.token, at.column ?? 1);
  const place = { ...at, file: at.file ?? view.main, ...(marked === undefined ? {} : { column: marked.column }) };
  return {
    rule: rule.id, code, severity: rule.severity, text, remedy: sighting.remedy ?? rule.remedy, at: place, token: marked?.token ?? "",
    ...(line === undefined || marked === undefined ? {} : { excerpt: excerptOf(line.text, { code, at: place, text: `'${marked.token}'` }) }),
    ...(cause === undefined ? {} : { cause }), ...(fix === undefined || fix.length === 0 ? {} : { fix }),
  };
}

/** What a package's files say is theirs, unless it breaks the config or they are what is looked at. */
const concerns = (view: View, { at: { file }, severity }: Finding): boolean => file === view.main || severity === "error" || !isShipped(file);

function inOrder(findings: readonly Finding[], rank: ReadonlyMap<string, number>): readonly Finding[] {
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
function unusedComments(silence: ReturnType<typeof silenceOf>): readonly Sighting[] {
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
  const silence = silenceOf(view);
  const all = rules.flatMap((rule) => [...rule.look(view)].map((sighting) => findingOf(view, rule, sighting)));
  const heard = all.filter((finding) => concerns(view, finding) && !silence.isSilent(finding));
  const row = rules.find(({ id }) => id === UNUSED);
  const unused = row === undefined ? [] : unusedComments(silence).map((sighting) => findingOf(view, row, sighting));
  return inOrder([...heard, ...unused], ranksOf(view));
}

export const lint = (input: LintInput, facts?: LintFacts): readonly Finding[] => finishLint(beginLint(input), facts);

export const countOf = (findings: readonly Finding[], severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
