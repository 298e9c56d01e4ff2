// Owns lxc-monitor(1).
import { byOption } from "../../model/origin.ts";
import type { StateEvent } from "../../model/state.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, withLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { ereOf } from "../regex.ts";
import { openStream } from "../stream.ts";

const rows = [
  { long: "name", short: "n", argument: "required", metavar: "REGEX", help: "only containers whose whole name this extended regular expression matches (default: .*)" },
  { long: "quit", short: "Q", help: "nothing: it tells LXC's lxc-monitord to end, and there is none here" },
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-monitor", synopsis: "[-n REGEX] [-P PATH...]", hasName: false, hasPaths: true, rows,
  about: "Tell each state that containers come to, a line for each, until it is ended. Containers that are made later are told of, too.",
  examples: [["lxc-monitor", "all containers"], ["lxc-monitor -n 'web|db'", "two of them"], ["lxc-monitor -P /var/lib/lxc -P ~/.local/share/lxc", "those of several directories"]],
};

/** Once for each run, as soon as it is known: while it stops, or when it has. As in LXC a signal counts as 0. */
function linesOf({ name, lxcpath, state, exit }: StateEvent, told: Set<string>): string {
  const place = `${lxcpath}/${name}`;
  if (state === "STARTING") told.delete(place);
  const isNews = exit !== undefined && !told.has(place);
  if (isNews) told.add(place);
  return `${isNews ? `'${name}' exited with status [${exit.code ?? 0}]\n` : ""}'${name}' changed state to [${state}]\n`;
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, lxcpaths } = line;
  if (options.has("quit")) return done(0);
  const source = options.last("name") ?? ".*";
  const pattern = ereOf(`^(?:${source})$`);
  if (pattern === null) return failed(line, [{ code: "option.value", at: byOption("--name"), text: `--name: '${source}' is not a regular expression`, remedy: "for example: -n 'web|db'" }]);
  const { events } = await import("../../runtime/events.ts");
  const stream = openStream();
  const told = new Set<string>();
  await events(request, { lxcpaths, isWanted: (name) => pattern.test(name), on: (event) => stream.write(linesOf(event, told)), end: stream.end });
  await stream.close();
  return done(0);
});
