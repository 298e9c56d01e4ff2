// Owns what the verbs of `berth config` have in common: their options, the config that is meant, and how a change is told.
import type { Problem, Result } from "../../model/problem.ts";
import { fail } from "../../model/problem.ts";
import type { ConfigChange } from "../../runtime/verbs.ts";
import { unifiedDiff } from "../diff.ts";
import type { OptionRow } from "../getopt.ts";
import { FORMAT } from "../options.ts";
import type { Options } from "../options.ts";
import { SUBJECT, subjectOf } from "./config-subject.ts";
import type { Subject, SubjectLine } from "./config-subject.ts";

const DRY_RUN = { long: "dry-run", help: "print the change as a diff, and make none" } as const satisfies OptionRow;
export const JSON_ROW = { ...FORMAT, help: "print JSON or YAML instead of text (table)" } as const satisfies OptionRow;
export const CHANGING = [...SUBJECT, DRY_RUN, JSON_ROW] as const;

export const badFormat = (format: string | undefined): Problem | undefined =>
  (format === undefined || format === "json" ? undefined : { code: "option.value", text: `--format knows json, yaml and table, not '${format}'` });

/** The config that is meant, where --format is one that is known. */
export function subjectAndFormat(line: SubjectLine & { readonly options: Options<typeof JSON_ROW> }): Result<Subject> {
  const format = badFormat(line.options.last("format"));
  return format === undefined ? subjectOf(line) : fail(format);
}

export const diffOf = ({ file, before, after }: ConfigChange): string => unifiedDiff(before, after, { before: file, after: file });

/** The last line of a change that was made. */
export const runningNote = ({ isRunning, isWritten }: ConfigChange, called: string): string => (isRunning && isWritten ? `${called} is running: it takes this at its next start\n` : "");

/** JSON without the texts, which the diff tells shorter. */
export const changeData = (change: ConfigChange): Readonly<Record<string, unknown>> => {
  const { before: _, after: __, ...rest } = change;
  return { ...rest, diff: diffOf(change) };
};
