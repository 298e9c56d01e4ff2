// Owns lxc-list, of Ubuntu 12.04.
import type { Request } from "../../model/request.ts";
import type { State } from "../../model/state.ts";
import { list } from "../../runtime/list.ts";
import type { ListedContainer } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { done, failed, withLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";

const rows = [{ long: "lxcpath", short: "P", argument: "required", metavar: "PATH", help: "directory of the containers" }] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-list", synopsis: "[-P PATH]", hasName: false, isOld: true, rows,
  about: "List containers by their states. The command of Ubuntu 12.04; today it is lxc-ls -f.",
  examples: [["lxc-list", "today: lxc-ls -f"]],
};

const HEADINGS: readonly (readonly [string, (state: State) => boolean])[] = [
  ["RUNNING", (state) => state !== "STOPPED" && state !== "FROZEN"], ["FROZEN", (state) => state === "FROZEN"], ["STOPPED", (state) => state === "STOPPED"],
];

export const listText = (containers: readonly ListedContainer[]): string => HEADINGS
  .map(([heading, isIn]) => [heading, ...containers.filter(({ state }) => isIn(state)).map(({ name, isAutostart }) => `  ${name}${isAutostart ? " (auto)" : ""}`)].join("\n"))
  .join("\n\n");

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const result = await list(request, line.target.lxcpath, { needs: ["state", "config"] });
  return result.ok ? done(0, { out: `${listText(result.value)}\n`, err: say(line.voice, result.warnings ?? []) }) : failed(line, result.problems);
});
