// Owns lxc-backup, of Ubuntu 12.04.
import type { Problem, Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { targetOf } from "../../runtime/lxcpath.ts";
import type { Target } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import type { CommandLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";

const rows = [
  { long: "allowrunning", short: "a", help: "also while it runs: its files as they are" },
  { long: "lxcpath", short: "P", argument: "required", metavar: "PATH", help: "directory of the containers" },
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-backup", synopsis: "[NAME [NUMBER]] [-a]", hasName: false, isOld: true, rows,
  about: "Keep a container's root file system as LXCPATH/NAME/rootfs.backup.NUMBER, one archive that any tar can read; without a number the next one, without a name all containers that are stopped. lxc-restore brings it back. The command of Ubuntu 12.04; today it is berth export, or lxc-snapshot.",
  examples: [["lxc-backup web", "today: berth export web -o FILE"], ["lxc-backup web 3", "in the place of backup 3, if there is one"], ["lxc-restore web", "the latest one comes back"]],
};

/** `NUMBER` of lxc-backup and lxc-restore. */
export function numberOf(word: string | undefined): Result<number | undefined> {
  if (word === undefined) return ok(undefined);
  return /^[1-9]\d{0,8}$/.test(word) ? ok(Number(word)) : fail({ code: "option.value", text: `'${word}' is no number of a backup`, remedy: "write 1, 2, 3 ...; without one it is the next or the latest" });
}

async function everybody(line: CommandLine<Row>): Promise<Result<readonly Target[]>> {
  const { list } = await import("../../runtime/list.ts");
  const { lxcpath } = line.target;
  const listed = await list(line.request, lxcpath, { needs: ["state"] });
  return listed.ok ? ok(listed.value.filter(({ state }) => state === "STOPPED" || line.options.has("allowrunning")).map(({ name }) => ({ lxcpath, name }))) : listed;
}

async function run(line: CommandLine<Row>): Promise<Answer> {
  const { request, options, words: [name, word, ...more], voice } = line;
  const number = numberOf(word);
  if (!number.ok) return misuse(line, ...number.problems);
  if (more.length > 0) return misuse(line, { code: "option.missing", text: "one NAME and one NUMBER at a time" });
  const one = name === undefined ? undefined : targetOf(request, name, options.last("lxcpath"));
  const targets = one === undefined ? await everybody(line) : one.ok ? ok([one.value]) : one;
  if (!targets.ok) return failed(line, targets.problems);
  const { backUp } = await import("../../runtime/rootfs-backup.ts");
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  let out = "";
  for (const target of targets.value) {
    const made = await backUp(request, target, { mayRun: options.has("allowrunning"), ...(number.value === undefined ? {} : { number: number.value }) });
    if (made.ok) out += `${target.name} is kept as ${made.value.path}\n`;
    if (made.ok) warnings.push(...made.warnings ?? []);
    else problems.push(...made.problems);
  }
  const answer = problems.length === 0 ? done(0, { err: say(voice, warnings) }) : failed(line, [...warnings, ...problems]);
  return answer.kind === "done" ? { ...answer, out } : answer;
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, run);
