// Owns lxc-ps, of LXC 0.9 and older.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, withLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { withOwnOptions } from "./pass-on.ts";

const rows = [
  { long: "name", short: "n", argument: "required", metavar: "NAMES", help: "processes of these containers, separated by commas" },
  { long: "lxc", help: "processes of all containers" },
  { long: "lxcpath", short: "P", argument: "required", metavar: "PATH", help: "directory of the containers" },
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-ps", synopsis: "[-n NAMES|--lxc] [--] [ARGUMENT of ps...]", hasName: false, isOld: true, rows,
  about: "Run the host's ps(1), and say before each process which container it is of. Without -n and --lxc the host's own are shown, too. The command of LXC 0.9 and older.",
  examples: [["lxc-ps -n web -ef", "web's processes, with the ids of the host; today: lxc-attach web -- ps -ef"], ["lxc-ps --lxc aux", "those of all containers"]],
};

const NARROWEST = 9;

export const main = (called: Request): Promise<Answer> => {
  const request = withOwnOptions(called, [...rows, { long: "help", short: "h", help: "" }, { long: "usage", help: "" }, { long: "version", help: "" }]);
  return withLine(tool, request, async (line) => {
    const { options, target: { lxcpath }, words } = line;
    const { processList, runningNames } = await import("../../runtime/process-list.ts");
    const names = options.has("name") ? options.all("name").flatMap((text) => text.split(",")).filter((name) => name !== "") : options.has("lxc") ? await runningNames(lxcpath) : undefined;
    const result = await processList(request, { lxcpath, names, args: words });
    if (!result.ok) return failed(line, result.problems);
    const { header, processes } = result.value;
    const width = Math.max(NARROWEST, ...processes.map(({ container }) => container.length));
    return done(0, { out: [{ container: "CONTAINER", line: header }, ...processes].map(({ container, line: text }) => `${container.padEnd(width)} ${text}\n`).join("") });
  });
};
