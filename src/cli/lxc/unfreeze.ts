// Owns lxc-unfreeze(1).
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN, NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";

const rows = [NAME, RCFILE, EXPLAIN] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-unfreeze", synopsis: "[-n] NAME", hasName: true, rows,
  about: "Let a container go on that lxc-freeze has frozen. One that is not frozen, or not running, is no failure.",
  examples: [["lxc-unfreeze web", "its processes go on"]],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { freeze } = await import("../../runtime/freeze.ts");
  const result = await freeze(request, line.target, { isFrozen: false });
  // as in LXC
  if (!result.ok && result.problems.every(({ code }) => code === "container.stopped")) return done(0);
  return runOrExplain(line, result);
});
