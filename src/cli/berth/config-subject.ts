// Owns how the verbs of `berth config` are told which config is meant: NAME as the first word or with -n, or --file FILE.
import { byOption } from "../../model/origin.ts";
import type { Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import { checkedName } from "../../runtime/lxcpath.ts";
import type { ConfigSubject } from "../../runtime/verbs.ts";
import type { CommandLine } from "../command-line.ts";
import { absolute } from "../command-line.ts";
import type { OptionRow } from "../getopt.ts";
import { NAME } from "../options.ts";

export const FILE = { long: "file", short: "f", argument: "required", metavar: "FILE", help: "this config file instead of a container's" } as const satisfies OptionRow;
/** The rows that every verb has. */
export const SUBJECT = [NAME, FILE] as const;
export type SubjectLine = Pick<CommandLine<(typeof SUBJECT)[number]>, "request" | "options" | "words" | "target" | "voice">;

export interface Subject {
  readonly subject: ConfigSubject;
  /** The words that follow the name. */
  readonly words: readonly string[];
  /** The container's name, or the file. */
  readonly called: string;
}

export function subjectOf({ request, options, words, target: { lxcpath } }: SubjectLine): Result<Subject> {
  const file = options.last("file");
  const byName = options.last("name");
  if (file !== undefined && byName !== undefined) return fail({ code: "option.conflict", at: byOption("--file"), text: "--file and --name are given", remedy: "name a container or a file, not both" });
  if (file !== undefined) return ok({ subject: { file: absolute(request, file) }, words, called: file });
  const [name = "", ...rest] = byName === undefined ? words : [byName, ...words];
  if (name === "") return fail({ code: "name.missing", text: "No container name specified", remedy: "give a container's name, or --file FILE" });
  const checked = checkedName(name);
  return checked.ok ? ok({ subject: { name, lxcpath }, words: rest, called: name }) : checked;
}
