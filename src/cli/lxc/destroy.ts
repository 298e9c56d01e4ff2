// Owns lxc-destroy(1).
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, failed, withLine } from "../command-line.ts";
import { NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";
import { hookLines } from "../hook-text.ts";
import { say } from "../say.ts";

const rows = [
  NAME,
  { long: "snapshots", short: "s", help: "its snapshots too" },
  { long: "force", short: "f", help: "kill it first when it is running" },
  { long: "dry-run", help: "list what would be removed, and remove nothing", isOurs: true },
  { long: "trash", help: "keep it for seven days: berth undelete brings it back (default of berth rm)", isOurs: true },
  { long: "purge", help: "remove it for good (default of lxc-destroy)", isOurs: true },
  RCFILE,
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-destroy", synopsis: "[-n] NAME [-f] [-s]", hasName: true, rows,
  about: "Remove a container: its config, and the root file system that lxc-create made for it. What lxc-create did not make stays.",
  examples: [["lxc-destroy web", "a stopped container"], ["lxc-destroy -f web", "also when it runs"], ["lxc-destroy web --dry-run", "what would go"], ["berth rm web", "into the trash; berth undelete web brings it back"]],
};

async function preview(line: CommandLine<Row>): Promise<Answer> {
  const { options, target, voice, request } = line;
  const { previewDestroy } = await import("../../runtime/destroy.ts");
  const found = await previewDestroy(request, target, { isForced: options.has("force"), withSnapshots: options.has("snapshots") });
  return found.ok ? done(0, { out: found.value.map((path) => `${path}\n`).join(""), err: say(voice, found.warnings ?? []) }) : failed(line, found.problems);
}

async function toTrash(line: CommandLine<Row>): Promise<Answer> {
  const { options, target, voice, request } = line;
  const { trash } = await import("../../runtime/trash.ts");
  const result = await trash(request, target, { isForced: options.has("force"), withSnapshots: options.has("snapshots") });
  if (!result.ok) return failed(line, result.problems);
  const told = result.value === undefined || voice.isQuiet ? "" : `${target.name} is in the trash until ${result.value.keptUntil.slice(0, 10)}: berth undelete ${target.name}\n`;
  return done(0, { err: say(voice, result.warnings ?? []) + told });
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target, voice } = line;
  if (options.has("dry-run")) return preview(line);
  if (options.lastOf("trash", "purge") === "trash") return toTrash(line);
  const { destroy } = await import("../../runtime/destroy.ts");
  const result = await destroy(request, target, { isForced: options.has("force"), withSnapshots: options.has("snapshots"), onHook: (run) => hookLines(run).forEach((text) => voice.log.add("DEBUG", text)) });
  return result.ok ? done(0, { err: say(voice, result.warnings ?? []) }) : failed(line, result.problems);
});
