// Owns lxc-version, of LXC 0.9 and older.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, withLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { LXC_LEVEL } from "../version.ts";

export const tool: Tool = {
  name: "lxc-version", synopsis: "", hasName: false, isOld: true, rows: [],
  about: "Print the LXC release that these commands are compatible with. The command of LXC 0.9 and older; today each command has --version.",
  examples: [["lxc-version", "today: lxc-start --version"]],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, () => Promise.resolve(done(0, { out: `lxc version: ${LXC_LEVEL}\n` })));
