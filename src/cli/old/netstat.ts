// Owns lxc-netstat, of LXC 0.9 and older.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { withLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { flag, given, passOn, withOwnOptions } from "./pass-on.ts";

const rows = [
  { long: "name", short: "n", argument: "required", metavar: "NAME", help: "the container" },
  { long: "lxcpath", short: "P", argument: "required", metavar: "PATH", help: "directory of the containers" },
  { long: "quiet", short: "q", help: "print nothing on stderr" },
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-netstat", synopsis: "-n NAME [--] [ARGUMENT of netstat...]", hasName: true, isOld: true, rows,
  about: "Run the host's netstat(8) in a container's network. The command of LXC 0.9 and older; today it is lxc-attach -s NETWORK.",
  examples: [["lxc-netstat -n web -tln", "today: lxc-attach web -s NETWORK -- ss -tln"]],
};

export const main = (called: Request): Promise<Answer> => {
  const request = withOwnOptions(called, [...rows, { long: "help", short: "h", help: "" }, { long: "?", short: "?", help: "" }, { long: "usage", help: "" }, { long: "version", help: "" }]);
  // a user's own network belongs to the container's ids
  return withLine(tool, request, (line) => passOn(request, "lxc-attach", [
    ...given("name", line.target.name), ...given("lxcpath", line.options.last("lxcpath")), ...flag("quiet", line.options.has("quiet")),
    `--namespaces=${request.euid === 0 ? "NETWORK" : "USER|NETWORK"}`, "--", "netstat", ...line.words,
  ]));
};
