// Owns `berth restore`: lxc-snapshot -r with its words in their natural order.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { misuse, withLine } from "../command-line.ts";
import { main as snapshot } from "../lxc/snapshot.ts";
import { NAME } from "../options.ts";
import type { Tool } from "../options.ts";

const rows = [NAME, { long: "newname", short: "N", argument: "required", metavar: "NAME", help: "make another container of the snapshot instead" }] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth restore", synopsis: "NAME SNAPSHOT [-N NEWNAME]", hasName: true, rows,
  about: "Put a container back to one of its snapshots; what has been written since is gone. It must be stopped.",
  examples: [["berth snapshot web -L", "the snapshots there are"], ["berth restore web snap0", "as it was then"], ["berth restore web snap0 -N web-then", "as another container"]],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, (line) => {
  const [name, ...more] = line.words;
  if (name === undefined || more.length > 0) return Promise.resolve(misuse(line, { code: "option.missing", text: "one SNAPSHOT is needed", remedy: `berth snapshot ${line.target.name} -L lists them` }));
  const newName = line.options.last("newname");
  return snapshot({ ...request, argv: [tool.name, "-n", line.target.name, "-P", line.target.lxcpath, ...(line.voice.isQuiet ? ["-q"] : []), "-r", name, ...(newName === undefined ? [] : ["-N", newName])] });
});
