// Owns `berth shift`: a container's files get other ids.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { NAME } from "../options.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";

const rows = [NAME, { long: "to", argument: "required", metavar: "START[:COUNT]|USER|none", help: "the first id of the host that it gets, and how many (default: 65536); a user, whose range it gets; none: the host's own ids" }] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth shift", synopsis: "NAME --to START[:COUNT]|USER|none", hasName: true, rows,
  about: "Give a stopped container and its snapshots another range of ids: also one that had none before, so that a privileged container becomes an unprivileged one. Owners, ACLs and capabilities come along. An ordinary user moves it among the ids that are the user's. It may lie in a directory, a subvolume, an image or layers of its own. It is done beside the container and takes its place in one step; killed, it is started again and goes on with what is left.",
  examples: [["berth shift web --to 200000", "its root is 200000 on the host"], ["berth shift web --to alice", "the range that alice has in /etc/subuid"], ["berth shift web --to none", "a privileged container"]],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const to = line.options.last("to");
  if (to === undefined) return misuse(line, { code: "option.missing", text: "--to is needed", remedy: `berth shift ${line.target.name} --to 200000` });
  const { shift } = await import("../../runtime/shift.ts");
  const result = await shift(request, line.target, { to });
  return result.ok ? done(0, { err: say(line.voice, result.warnings ?? []) }) : failed(line, result.problems);
});
