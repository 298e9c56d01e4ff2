// Owns `berth undelete`: what `berth rm` has put into the trash, listed, brought back, or removed for good.
import type { Request } from "../../model/request.ts";
import { checkedName } from "../../runtime/lxcpath.ts";
import type { Trashed } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import { FORMAT } from "../options.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";

const rows = [
  { long: "purge", help: "remove it, or without a name all that is in the trash, for good" },
  FORMAT,
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "berth undelete", synopsis: "[NAME] [--purge]", hasName: false, rows,
  about: "Bring back a container that berth rm has removed, as it was. Without a name: list what is in the trash. It is kept there for seven days, in LXCPATH/.trash.",
  examples: [["berth undelete", "what is there"], ["berth undelete web", "web is back"], ["berth undelete --purge web", "gone for good, now"]],
};

const minute = (time: string): string => time.slice(0, 16).replace("T", " ");
const listText = (list: readonly Trashed[]): string =>
  (list.length === 0 ? "The trash is empty\n" : list.map(({ name, removedAt, keptUntil }) => `${name}  removed ${minute(removedAt)}, kept until ${minute(keptUntil)} UTC\n`).join(""));

async function run(line: CommandLine<Row>): Promise<Answer> {
  const { options, request, target: { lxcpath }, words: [name, ...more], voice } = line;
  if (more.length > 0) return misuse(line, { code: "option.missing", text: "one NAME at a time" });
  const { purge, trashList, undelete } = await import("../../runtime/trash.ts");
  if (name === undefined && !options.has("purge")) return done(0, { out: options.has("format") ? asJson(trashList(lxcpath)) : listText(trashList(lxcpath)) });
  const checked = name === undefined ? undefined : checkedName(name);
  if (checked !== undefined && !checked.ok) return failed(line, checked.problems);
  const result = options.has("purge") || name === undefined
    ? await purge(request, lxcpath, { isOldOnly: false, ...(name === undefined ? {} : { name }) })
    : await undelete(request, { lxcpath, name });
  return result.ok ? done(0, { err: say(voice, result.warnings ?? []) }) : failed(line, result.problems);
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, run);
