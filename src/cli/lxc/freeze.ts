// Owns lxc-freeze(1).
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN, NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";

const rows = [NAME, RCFILE, EXPLAIN] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-freeze", synopsis: "[-n] NAME", hasName: true, rows,
  about: "Freeze all processes of a container: they keep their memory and get no processor until lxc-unfreeze. Ends when the last of them has stopped.",
  examples: [["lxc-freeze web", "stop it where it is"], ["lxc-info web -sH", "FROZEN"], ["lxc-unfreeze web", "let it go on"]],
  notes: ["A container whose processes do not stop within ten seconds (they wait for a disk) is let go again, and this command fails."],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { freeze } = await import("../../runtime/freeze.ts");
  return runOrExplain(line, await freeze(request, line.target, { isFrozen: true }));
});
