// Owns Rule: one row of the linter's table. Findings, the reference page and the tests all read rows.
import type { LineFix, Severity } from "../../model/finding.ts";
import type { LintFacts } from "../../model/lint-facts.ts";
import type { Origin } from "../../model/origin.ts";
import type { ProblemCode } from "../../model/problem.ts";
import type { View } from "./view.ts";

/** One place where a rule applies. */
export interface Sighting {
  /** A line of the config, or its file. */
  readonly at: Origin;
  /** What is marked: looked for in the line. Absent: the key. */
  readonly token?: string;
  readonly text: string;
  readonly cause?: string;
  /** Absent: the rule's own. */
  readonly remedy?: string;
  readonly code?: ProblemCode;
  readonly fix?: readonly LineFix[];
}

/** A config, and what else is there: the test of a rule, and its illustration in the reference. */
export interface Example {
  readonly text: string;
  /** Included files and directories. */
  readonly files?: Readonly<Record<string, string | readonly string[]>>;
  /** What the machine is like; absent: it is not looked at. */
  readonly host?: Partial<LintFacts>;
  /** The same in words: `on a host where …`. */
  readonly where?: string;
}

export interface Rule {
  /** Stable: written in `# berth: ignore`. */
  readonly id: string;
  readonly severity: Severity;
  /** One sentence each. */
  readonly sees: string;
  readonly why: string;
  readonly remedy: string;
  readonly trips: Example | string;
  readonly passes: Example | string;
  /** It looks at the machine: without facts it says nothing. */
  readonly needsHost?: boolean;
  readonly look: (view: View) => Iterable<Sighting>;
}

export const exampleOf = (example: Example | string): Example => (typeof example === "string" ? { text: example } : example);
