// Owns `berth config set`.
import type { Problem, Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { ConfigAssignment, ConfigKeyChange, ConfigSetAnswer } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { terminalText } from "../terminal-text.ts";
import { changeData, CHANGING, diffOf, runningNote } from "./config-output.ts";
import { subjectOf } from "./config-subject.ts";

const rows = [...CHANGING, { long: "replace", help: "a list becomes the given values; without it they are added to it" }] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth config set", synopsis: "NAME KEY VALUE... | NAME KEY=VALUE...", hasName: false, rows,
  about: "Set keys of a config. A single value takes the place of the old one, a list gets one more item. All is checked first, the whole config with the change in it: what would not load is refused, and the file stays as it was. Everything else in the file stays byte for byte.",
  examples: [
    ["berth config set web lxc.uts.name www", "one key"], ["berth config set web lxc.start.auto=1 lxc.start.delay=5", "several, all or none"],
    ["berth config set web lxc.mount.entry '/srv srv none bind,create=dir'", "one more mount"], ["berth config set web lxc.group --replace onboot db", "a list anew"],
    ["berth config set web lxc.tty.max 8 --dry-run", "show the change only"], ["berth config set --file /etc/lxc/default.conf lxc.net.0.link br0", "any config file"],
  ],
  notes: ["A running container takes the change at its next start."],
};

const noValue = (words: readonly string[]): Problem => ({
  code: "option.missing", text: words.length === 0 ? "no key and no value are given" : `no value is given for '${words[0] ?? ""}'`, remedy: "for example: berth config set NAME lxc.uts.name www; berth config unset takes a key away",
});

/** `K=V K=V`, or one key and its values. */
function assignmentsOf(words: readonly string[]): Result<readonly ConfigAssignment[]> {
  const [key = "", ...values] = words;
  if (!key.includes("=")) return values.length === 0 ? fail(noValue(words)) : ok([{ key: key.trim(), values }]);
  const bad = words.find((word) => !word.includes("="));
  if (bad !== undefined) return fail({ code: "option.value", text: `'${bad}' is not KEY=VALUE`, remedy: "give either KEY=VALUE for each key, or one key and its values; quote a value that has blanks" });
  const byKey = new Map<string, string[]>();
  for (const word of words) {
    const [name, value] = [word.slice(0, word.indexOf("=")).trim(), word.slice(word.indexOf("=") + 1).trim()];
    byKey.set(name, [...(byKey.get(name) ?? []), value]);
  }
  return ok([...byKey].map(([name, several]) => ({ key: name, values: several })));
}

const shown = (values: readonly string[]): string => (values.length === 0 ? "(not set)" : values.map((value) => (value === "" ? "''" : value)).join(", "));
const keyLine = ({ key, before, after }: ConfigKeyChange): string =>
  (before.join("\n") === after.join("\n") ? `${key}: ${shown(after)}, as before\n` : before.length > 0 && before.every((value, index) => value === after[index]) ? `${key}: ${shown(after.slice(before.length))} added\n` : `${key}: ${shown(before)} -> ${shown(after)}\n`);

/** The end of set and unset. */
export function changedAnswer(answer: ConfigSetAnswer, { isJson, isDryRun, called }: { readonly isJson: boolean; readonly isDryRun: boolean; readonly called: string }): string {
  if (isJson) return asJson(changeData(answer));
  if (isDryRun) return diffOf(answer);
  return answer.keys.map(keyLine).join("") + runningNote(answer, called);
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options } = line;
  const subject = subjectOf(line);
  if (!subject.ok) return misuse(line, ...subject.problems);
  const { called, words } = subject.value;
  const assignments = assignmentsOf(words);
  if (!assignments.ok) return misuse(line, ...assignments.problems);
  const voice = { ...line.voice, name: called };
  const isDryRun = options.has("dry-run");
  const { configSet } = await import("../../runtime/config-set.ts");
  const result = await configSet(request, subject.value.subject, assignments.value, { isReplace: options.has("replace"), isDryRun });
  if (!result.ok) return failed({ voice }, result.problems);
  return done(0, { out: terminalText(request, changedAnswer(result.value, { isJson: options.has("format"), isDryRun, called })), err: say(voice, result.warnings ?? []) });
});
