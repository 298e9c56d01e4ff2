// Owns lxc-destroy(1).
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, withLine } from "../command-line.ts";
import { NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";
import { hookLines } from "../hook-text.ts";
import { say } from "../say.ts";

const rows = [
  NAME,
  { long: "snapshots", short: "s", help: "its snapshots too" },
  { long: "force", short: "f", help: "kill it first when it is running" },
  RCFILE,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-destroy", synopsis: "[-n] NAME [-f] [-s]", hasName: true, rows,
  about: "Remove a container: its config, and the root file system that lxc-create made for it. What lxc-create did not make stays.",
  examples: [["lxc-destroy web", "a stopped container"], ["lxc-destroy -f web", "also when it runs"]],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target, voice } = line;
  const { destroy } = await import("../../runtime/destroy.ts");
  const result = await destroy(request, target, { isForced: options.has("force"), withSnapshots: options.has("snapshots"), onHook: (run) => hookLines(run).forEach((text) => voice.log.add("DEBUG", text)) });
  return result.ok ? done(0, { err: say(voice, result.warnings ?? []) }) : failed(line, result.problems);
});
