// Owns what the verbs of `berth config` that change a config have in common: their options, and how a change is told.
import type { ConfigChange } from "../../runtime/verbs.ts";
import { unifiedDiff } from "../diff.ts";
import type { OptionRow } from "../getopt.ts";
import { FORMAT } from "../options.ts";
import { SUBJECT } from "./config-subject.ts";

const DRY_RUN = { long: "dry-run", help: "print the change as a diff, and make none" } as const satisfies OptionRow;
export const JSON_ROW = { ...FORMAT, help: "print JSON or YAML instead of text (table)" } as const satisfies OptionRow;
export const CHANGING = [...SUBJECT, DRY_RUN, JSON_ROW] as const;

export const diffOf = ({ file, before, after }: ConfigChange): string => unifiedDiff(before, after, { before: file, after: file });

/** The last line of a change that was made. */
export const runningNote = ({ isRunning, isWritten }: ConfigChange, called: string): string => (isRunning && isWritten ? `${called} is running: it takes this at its next start\n` : "");

/** JSON without the texts, which the diff tells shorter. */
export const changeData = (change: ConfigChange): Readonly<Record<string, unknown>> => {
  const { before: _, after: __, ...rest } = change;
  return { ...rest, diff: diffOf(change) };
};
