// Owns `berth config list`: the keys that are set, in the words of a config file.
import type { Request } from "../../model/request.ts";
import type { ConfigListing } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { terminalText } from "../terminal-text.ts";
import { JSON_ROW } from "./config-output.ts";
import { SUBJECT, subjectOf } from "./config-subject.ts";

const rows = [
  ...SUBJECT,
  { long: "own", help: "only what the file sets itself, not what it includes" },
  { long: "all", short: "a", help: "keys that are not set, too, with their defaults" },
  JSON_ROW,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth config list", synopsis: "NAME [PREFIX]", hasName: false, rows,
  about: "List the keys that a config and its included files set, with what is left of their values. The output is a config again: one file that means the same.",
  examples: [
    ["berth config list web", "all that is set"], ["berth config list web lxc.net.0", "one interface"], ["berth config list web --own", "without included files"],
    ["berth config list web lxc.signal --all", "defaults too"], ["berth config list web --format json", "as data"],
  ],
};

const dataOf = ({ keys }: ConfigListing, withDefaults: boolean): readonly unknown[] => keys.filter(({ values }) => withDefaults || values.length > 0).map(({ key, isList, values }) => ({ key, value: isList ? values.map(({ value }) => value) : (values[0]?.value ?? "") }));

/** What is wrong with the config is told after what could be read of it; the status says so. */
export const statusOf = ({ problems }: ConfigListing): number => (problems.some(({ severity }) => severity !== "warning") ? 1 : 0);

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options } = line;
  const subject = subjectOf(line);
  if (!subject.ok) return misuse(line, ...subject.problems);
  const { called, words: [prefix] } = subject.value;
  const voice = { ...line.voice, name: called };
  const { configList } = await import("../../runtime/config-list.ts");
  const withDefaults = options.has("all");
  const result = await configList(request, subject.value.subject, { isOwn: options.has("own"), withDefaults, ...(prefix === undefined ? {} : { prefix }) });
  if (!result.ok) return failed({ voice }, result.problems);
  const out = options.has("format") ? asJson(dataOf(result.value, withDefaults)) : result.value.text;
  return done(statusOf(result.value), { out: terminalText(request, out), err: say(voice, result.value.problems) });
});
