// Owns View: a config as the rules look at it: lines in the order in which they take effect, settings, meaning, host.
import type { LintFacts } from "../../model/lint-facts.ts";
import type { Origin } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import type { Row } from "../keys/row.ts";
import { interpret, type ResolveInput } from "../resolve.ts";
import type { Setting, Settings } from "../settings.ts";
import type { Line, Syntax } from "../syntax.ts";
import { findKey, type Found } from "../table.ts";

export interface LintInput extends Omit<ResolveInput, "syntax" | "overrides"> {
  readonly syntax: Syntax;
  /** A container's own config: what is missing in it counts, too. */
  readonly isContainer: boolean;
}

/** A line and the lxc.include lines that lead to it, outermost first. */
export interface Placed { readonly line: Line; readonly includes: readonly Line[] }

/** A line that sets or clears something. */
export interface Entry extends Placed {
  readonly found: Found;
  /** The key in its present form. */
  readonly key: string;
  readonly value: string;
}

export interface View {
  /** The file that is looked at. */
  readonly main: string;
  readonly syntax: Syntax;
  readonly lines: readonly Placed[];
  readonly byPlace: ReadonlyMap<string, Placed>;
  readonly entries: readonly Entry[];
  readonly settings: Settings;
  /** What can be understood of it; wrong lines are left out. */
  readonly spec: ContainerSpec;
  /** What the loader has to say. */
  readonly problems: readonly Problem[];
  /** A whole container: then what is not said is said, too. */
  readonly isWhole: boolean;
  readonly facts?: LintFacts;
}

export const placeOf = ({ file, line }: Pick<Origin, "file" | "line">): string => `${file ?? ""}:${line ?? 0}`;

function placedLines(syntax: Syntax, includes: readonly Line[], into: Placed[]): readonly Placed[] {
  for (const [index, line] of syntax.lines.entries()) {
    into.push({ line, includes });
    for (const included of syntax.includes[index] ?? []) placedLines(included, [...includes, line], into);
  }
  return into;
}

function entriesOf(lines: readonly Placed[], settings: Settings): readonly Entry[] {
  const translated = new Map(settings.translations.map(({ from, key }) => [placeOf(from), key]));
  return lines.flatMap(({ line, includes }): readonly Entry[] => {
    if (line.kind !== "entry") return [];
    const found = findKey(translated.get(placeOf(line)) ?? line.key);
    return found === undefined ? [] : [{ line, includes, found, key: found.key, value: line.value }];
  });
}

export function viewOf(input: LintInput): View {
  const { syntax } = input;
  const lines = placedLines(syntax, [], []);
  const { spec, settings, problems } = interpret({ ...input, overrides: [] });
  const byPlace = new Map(lines.map((placed) => [placeOf(placed.line), placed]));
  return { main: syntax.file, syntax, lines, byPlace, entries: entriesOf(lines, settings), settings, spec, problems, isWhole: input.isContainer || spec.rootfs !== undefined };
}

export const originOf = (line: Line): Origin => ({ kind: "config", file: line.file, line: line.line, column: line.column, key: line.key });
/** The file as a whole. */
export const wholeFile = (view: View, key: string): Origin => ({ kind: "config", file: view.main, key });

/** What is left of a key after all lines. */
export const effective = (view: View, row: Row<unknown>): readonly Setting[] => view.settings.byRow.get(row.key) ?? [];

/** Files that a package brought along: their lines are not the user's to change. */
export const isShipped = (file: string): boolean => file.startsWith("/usr/share/") || file.includes("/share/lxc/config/");

/** Without an id map the container's root is the host's. A part of a config does not say which containers include it. */
export const isPrivileged = (view: View): boolean => view.isWhole && view.spec.idmap.length === 0;
