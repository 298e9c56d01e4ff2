// Owns `berth config unset`.
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { ConfigUnsetAnswer } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { terminalText } from "../terminal-text.ts";
import { CHANGING } from "./config-output.ts";
import { changedAnswer } from "./config-set.ts";
import { subjectOf } from "./config-subject.ts";

const rows = [...CHANGING, { long: "clear", help: "where an included file still sets the key, add a line that clears it" }] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth config unset", synopsis: "NAME KEY...", hasName: false, rows,
  about: "Take the lines of keys out of a config. lxc.net.0, lxc.hook and their like stand for all keys below them. What included files set stays in force, and is told.",
  examples: [
    ["berth config unset web lxc.mount.entry", "all mounts of this config"], ["berth config unset web lxc.net.1", "one network interface"],
    ["berth config unset web lxc.cap.drop --clear", "also what included files drop"], ["berth config unset web lxc.hook --dry-run", "show the change only"],
  ],
  notes: ["A running container takes the change at its next start."],
};

const NO_KEY: Problem = { code: "option.missing", text: "no key is given", remedy: "berth config list NAME --own shows the keys that the config sets itself" };

/** Nothing of this went wrong, but the key is not unset either. */
const stillSet = ({ stillSet: lines }: ConfigUnsetAnswer): readonly Problem[] => lines.map((from) => ({
  code: "config.conflict", severity: "warning", at: from, text: `${from.key} is still set here`, remedy: "--clear adds a line that clears it",
}));

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options } = line;
  const subject = subjectOf(line);
  if (!subject.ok) return misuse(line, ...subject.problems);
  const { called, words } = subject.value;
  if (words.length === 0) return misuse(line, NO_KEY);
  const voice = { ...line.voice, name: called };
  const isDryRun = options.has("dry-run");
  const { configUnset } = await import("../../runtime/config-unset.ts");
  const result = await configUnset(request, subject.value.subject, words, { isClear: options.has("clear"), isDryRun });
  if (!result.ok) return failed({ voice }, result.problems);
  const isNothing = result.value.keys.length === 0 && !options.has("format");
  const nothing = isNothing ? words.map((word) => `${word}: not set\n`).join("") : "";
  return done(0, { out: terminalText(request, nothing + changedAnswer(result.value, { isJson: options.has("format"), isDryRun, called })), err: say(voice, [...stillSet(result.value), ...(result.warnings ?? [])]) });
});
