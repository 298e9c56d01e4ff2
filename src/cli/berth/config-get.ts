// Owns `berth config get`: a config's value as bare text, for people and scripts; a system key's too.
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { systemConfig } from "../../runtime/system-config.ts";
import type { ConfigValue } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import { FORMAT } from "../options.ts";
import type { Tool } from "../options.ts";
import { terminalText } from "../terminal-text.ts";
import { SUBJECT, subjectOf } from "./config-subject.ts";

const rows = [...SUBJECT, { ...FORMAT, help: "print JSON instead of text" }] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "berth config get", synopsis: "NAME KEY... | --file FILE KEY... | SYSTEM-KEY", hasName: false, rows,
  about: "Print the effective value of a key: what the config and the files it includes leave of it, or its default. A list is printed one item per line, several keys as KEY = VALUE.",
  examples: [
    ["berth config get web lxc.uts.name", "one value, bare"], ["berth config get web lxc.mount.entry", "a list: one item per line"],
    ["berth config get --file /etc/lxc/default.conf lxc.net.0.link", "of any config file"], ["berth config get lxc.lxcpath", "a system key, of lxc.conf(5)"],
    ["berth config get web lxc.cap.drop --format json", "as data"],
  ],
  notes: ["A running container keeps what its config was when it started."],
};

const NO_KEY: Problem = { code: "option.missing", text: "no key is given", remedy: "for example: berth config get NAME lxc.uts.name; berth config list NAME shows what is set" };

/** LXC's own system keys are all there are: the first word may be one, as no verb takes a name without a key. */
async function systemAnswer({ request, options, words: [key = ""], voice }: CommandLine<Row>): Promise<Answer> {
  const { systemKeys, systemKeyProblem } = await import("../../runtime/system-keys.ts");
  if (!systemKeys.includes(key)) return misuse({ voice }, systemKeyProblem(key));
  const value = systemConfig(request, key) ?? "";
  return done(0, { out: options.has("format") ? asJson({ key, value }) : `${value}\n` });
}

const lineOf = ({ key, values }: ConfigValue): string => (values.length === 0 ? `${key} =\n` : values.map((value) => (value === "" ? `${key} =\n` : `${key} = ${value}\n`)).join(""));

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  if (!line.options.has("file") && !line.options.has("name") && line.words.length === 1 && line.words[0]?.startsWith("lxc.") === true) return systemAnswer(line);
  const subject = subjectOf(line);
  if (!subject.ok) return misuse(line, ...subject.problems);
  const { words: keys, called } = subject.value;
  if (keys.length === 0) return misuse(line, NO_KEY);
  const { configGet } = await import("../../runtime/config-get.ts");
  const found = await Promise.all(keys.map((key) => configGet(request, subject.value.subject, key)));
  const problems = found.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return failed({ voice: { ...line.voice, name: called } }, problems);
  const values = found.flatMap((result) => (result.ok ? [result.value] : []));
  if (line.options.has("format")) {
    const data = values.map(({ key, isList, values: items }) => ({ key, value: isList ? items : (items[0] ?? "") }));
    return done(0, { out: asJson(data.length === 1 ? data[0] : data) });
  }
  const out = keys.length === 1 ? values.flatMap((one) => one.values).map((value) => `${value}\n`).join("") : values.map(lineOf).join("");
  return done(0, { out: terminalText(request, out) });
});
