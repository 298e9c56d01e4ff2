// Owns `berth doctor`: what works here and what does not, for reading or as JSON.
import type { Check, Diagnosis } from "../../model/doctor.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, planned, withLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import type { Tool } from "../options.ts";
import { terminalText } from "../terminal-text.ts";
import { JSON_ROW } from "./config-output.ts";

const rows = [
  { long: "user", short: "u", argument: "required", metavar: "USER", help: "try it as this user, as after a login without a session (root only)" },
  { long: "all", short: "a", help: "list what works as well" },
  JSON_ROW,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth doctor", synopsis: "[--user USER] [--all]", hasName: false, rows,
  about: "Try each thing that containers need, here and now: namespaces, mounts, limits of cgroups, seccomp, the network. For what does not work it says why, what that costs, and the command that mends it. Nothing is left or changed.",
  examples: [["berth doctor", "for this user, in this session"], ["berth doctor --user alice --all", "as root, for another; everything"], ["berth doctor --format json", "for programs"]],
  notes: ["The exit status is 0 if all that a container cannot do without works, else 1. lxc-checkconfig(1) only reads the kernel's configuration."],
};

const WORDS: Readonly<Record<Check["state"], string>> = { works: "ok", fails: "no", none: "--" };
function checkText({ state, title, why, costs, remedy, isNeeded }: Check): string {
  const word = state === "fails" && isNeeded ? "NO" : WORDS[state];
  const more = (label: string, words: string | undefined): string => (words === undefined ? "" : `      ${label}: ${words}\n`);
  if (state !== "fails") return `  ${word}  ${title}${why === undefined ? "" : `: ${why}`}\n`;
  return `  ${word}  ${title}${why === undefined ? "" : `: ${why}`}\n${more("costs", costs)}${more("remedy", remedy)}`;
}

function diagnosisText({ user, uid, kernel, isReady, checks }: Diagnosis, isWhole: boolean): string {
  const groups = [...new Set(checks.map(({ group }) => group))];
  const shown = (group: Check["group"]): string => {
    const all = checks.filter((check) => check.group === group);
    const working = all.filter(({ state }) => state === "works").length;
    const told = isWhole ? all : all.filter(({ state }) => state === "fails");
    return `${group}: ${working} of ${all.filter(({ state }) => state !== "none").length} work\n${told.map(checkText).join("")}`;
  };
  const needed = checks.filter(({ state, isNeeded: must }) => must && state === "fails").length;
  const end = isReady ? `${user} is ready for containers.\n` : `${user} is not ready: ${needed} ${needed === 1 ? "thing" : "things"} that every container needs (NO) ${needed === 1 ? "is" : "are"} missing.\n`;
  return `${user} (uid ${uid}), Linux ${kernel}\n\n${groups.map(shown).join("")}\n${end}`;
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, format, words: [word] } = line;
  if (word !== undefined) return misuse(line, { code: "option.unknown", text: `'${word}' is one word too many`, remedy: `berth doctor --user ${word}` });
  const user = options.last("user");
  const args = [...(options.has("all") ? ["--all"] : []), ...(format === undefined ? [] : ["--format", format])];
  const { doctor } = await import("../../runtime/doctor.ts");
  const result = await doctor(request, { args, ...(user === undefined ? {} : { user }) });
  if (!result.ok) return failed(line, result.problems);
  if (result.value.kind === "plan") return planned(line, { ok: true, value: result.value.plan });
  const { diagnosis } = result.value;
  return done(diagnosis.isReady ? 0 : 1, { out: options.has("format") ? asJson(diagnosis) : terminalText(request, diagnosisText(diagnosis, options.has("all"))) });
});
