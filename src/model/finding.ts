// Owns Finding: what the linter says of one place in a config.
import type { Origin } from "./origin.ts";
import type { Problem } from "./problem.ts";

/** `error`: it will fail, or not do what it says. `warning`: probably not what was meant, or unsafe. `hint`: good to know. */
export type Severity = "error" | "warning" | "hint";

/** One line as it should be; `text` undefined: the line goes. */
export interface LineFix { readonly file: string; readonly line: number; readonly text: string | undefined }

/** What a rule of the linter has to say about a config. */
export interface Finding extends Omit<Problem, "severity" | "at"> {
  /** Id of a row of the rule table: stable, documented in docs/reference/lint.md. */
  readonly rule: string;
  readonly severity: Severity;
  /** Always a file; without a line where a whole file is meant. */
  readonly at: Origin & { readonly file: string };
  /** What is marked, beginning at at.column; empty: nothing. */
  readonly token: string;
  /** Lines that mend it without changing anything else; absent: a person has to choose. */
  readonly fix?: readonly LineFix[];
}
