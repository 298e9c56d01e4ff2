// Owns lxc-snapshot(1).
import { readFileSync } from "node:fs";
import { byOption } from "../../model/origin.ts";
import type { Problem, Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { targetOf } from "../../runtime/lxcpath.ts";
import type { Snapshot } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { absolute, done, failed, withLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import { FORMAT, NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";
import { progressPrinter } from "../progress.ts";
import { say } from "../say.ts";
import { terminalText } from "../terminal-text.ts";
import { optional } from "../values.ts";

const rows = [
  NAME,
  { long: "list", short: "L", help: "list the snapshots" },
  { long: "showcomments", short: "C", help: "with -L: and their comments" },
  { long: "comment", short: "c", argument: "required", metavar: "FILE", help: "note what is in FILE with the new snapshot" },
  { long: "restore", short: "r", argument: "required", metavar: "SNAPSHOT", help: "put the container back to this snapshot" },
  { long: "newname", short: "N", argument: "required", metavar: "NAME", help: "with -r: make a new container of it; may also be the last word" },
  { long: "destroy", short: "d", argument: "required", metavar: "SNAPSHOT", help: "remove this snapshot, or ALL" },
  FORMAT, RCFILE,
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-snapshot", synopsis: "[-n] NAME [-c FILE] | -L [-C] | -r SNAPSHOT [-N NEWNAME] | -d SNAPSHOT", hasName: true, rows,
  about: "Keep a stopped container as it is now, list what is kept, put it back, remove it. Snapshots are snap0, snap1, …; they are whole containers below LXCPATH/NAME/snaps.",
  examples: [
    ["lxc-snapshot web", "keep it as it is"], ["lxc-snapshot web -L -C", "what is kept, and why"],
    ["lxc-snapshot web -r snap0", "web is as it was"], ["lxc-snapshot web -r snap0 -N old", "a new container of it"], ["lxc-snapshot web -d ALL", "remove them"],
  ],
};

function listText({ options, request }: CommandLine<Row>, list: readonly Snapshot[]): string {
  const noted = (comment: string | undefined): string => (comment !== undefined && options.has("showcomments") ? terminalText(request, comment) : "");
  if (list.length === 0) return "No snapshots\n";
  return list.map(({ name, lxcpath, time, comment }) => `${name} (${lxcpath}) ${terminalText(request, time ?? "")}\n${noted(comment)}`).join("");
}

function commentOf({ options, request }: CommandLine<Row>): Result<Uint8Array | undefined> {
  const file = options.last("comment");
  if (file === undefined) return ok(undefined);
  try {
    return ok(readFileSync(absolute(request, file)));
  } catch (error) {
    return fail({ code: "option.value", at: byOption("--comment"), text: `cannot read '${file}': ${error instanceof Error ? error.message : ""}`, remedy: "name a file that holds the comment" });
  }
}

const conflict = (text: string, remedy: string): Problem => ({ code: "option.conflict", text, remedy });

/** What would be passed over otherwise, and a snapshot made that nobody asked for. */
function optionProblem({ options, words }: CommandLine<Row>): Problem | undefined {
  const [action, other] = (["list", "restore", "destroy"] as const).filter((long) => options.has(long));
  if (action !== undefined && other !== undefined) return conflict(`--${action} and --${other} exclude each other`, "one at a time");
  if (options.has("comment") && action !== undefined) return conflict(`--comment is for a new snapshot, not for --${action}`, "leave one of them out");
  if (options.has("showcomments") && action !== "list") return conflict("--showcomments is for --list", "add -L");
  if (options.has("newname") && action !== "restore") return conflict("--newname is for --restore", "add -r SNAPSHOT; a snapshot's own name is chosen for it");
  const stray = words[action === "restore" && !options.has("newname") ? 1 : 0];
  return stray === undefined ? undefined : conflict(`'${stray}' is one word too many`, "lxc-snapshot --help shows what there is");
}

const answered = (line: CommandLine<Row>, result: Result<unknown>): Answer => (result.ok ? done(0, { err: say(line.voice, result.warnings ?? []) }) : failed(line, result.problems));

async function list(line: CommandLine<Row>): Promise<Answer> {
  const { snapshots } = await import("../../runtime/snapshot.ts");
  const found = await snapshots(line.request, line.target);
  if (!found.ok) return failed(line, found.problems);
  return done(0, { out: line.options.has("format") ? asJson(found.value) : listText(line, found.value) });
}

async function putBack(line: CommandLine<Row>, snapshot: string): Promise<Answer> {
  const { options, request, target, words, voice } = line;
  const newName = options.last("newname") ?? words[0];
  const to = newName === undefined ? ok(undefined) : targetOf(request, newName, target.lxcpath);
  if (!to.ok) return failed(line, to.problems);
  const { restore } = await import("../../runtime/restore.ts");
  return answered(line, await restore(request, target, { snapshot, ...optional("to", to.value), ...(voice.isQuiet ? {} : { onProgress: progressPrinter(request.isTty[2]) }) }));
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target, voice } = line;
  const misused = optionProblem(line);
  if (misused !== undefined) return failed(line, [misused]);
  const [restored, destroyed] = [options.last("restore"), options.last("destroy")];
  if (options.has("list")) return list(line);
  if (restored !== undefined) return putBack(line, restored);
  const { snapshot, destroySnapshot } = await import("../../runtime/snapshot.ts");
  if (destroyed !== undefined) return answered(line, await destroySnapshot(request, target, destroyed));
  const comment = commentOf(line);
  if (!comment.ok) return failed(line, comment.problems);
  const made = await snapshot(request, target, { ...optional("comment", comment.value), ...(voice.isQuiet ? {} : { onProgress: progressPrinter(request.isTty[2]) }) });
  return made.ok && options.has("format") ? done(0, { out: asJson(made.value), err: say(voice, made.warnings ?? []) }) : answered(line, made);
});
