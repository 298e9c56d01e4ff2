// Owns lxc-restart, of LXC 0.9 and older: it was to bring a checkpoint back.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { absolute, failed, withLine } from "../command-line.ts";
import { NAME } from "../options.ts";
import type { Tool } from "../options.ts";
import { flag, given, passOn } from "./pass-on.ts";

const rows = [
  NAME,
  { long: "statefile", short: "S", argument: "required", metavar: "DIRECTORY", help: "what lxc-checkpoint has written" },
  { long: "directory", short: "d", argument: "required", metavar: "DIRECTORY", help: "the same, as in LXC 0.7" },
  { long: "pause", short: "p", help: "not supported: leave it frozen" },
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-restart", synopsis: "-n NAME -S DIRECTORY", hasName: true, rows,
  about: "Bring a container back from a checkpoint. The command of LXC 0.9 and older, where no kernel could do it; today it is lxc-checkpoint -r. To restart a container: lxc-stop -r.",
  examples: [["lxc-restart -n web -S /srv/web.checkpoint", "today: lxc-checkpoint -r -n web -D /srv/web.checkpoint"], ["lxc-stop -r web", "stop web and start it again"]],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, (line) => {
  const { options, target } = line;
  const directory = options.last("statefile") ?? options.last("directory");
  if (directory === undefined) return Promise.resolve(failed(line, [{ code: "option.missing", text: "lxc-restart brings back a checkpoint, and none is named", remedy: `lxc-restart -n ${target.name} -S DIRECTORY; to restart the container: lxc-stop -r -n ${target.name}` }]));
  if (options.has("pause")) return Promise.resolve(failed(line, [{ code: "unsupported", text: "--pause: a container that is brought back runs", remedy: `leave it out, and lxc-freeze -n ${target.name} afterwards` }]));
  return passOn(request, "lxc-checkpoint", ["--restore", `--name=${target.name}`, ...given("lxcpath", options.last("lxcpath")), ...flag("quiet", options.has("quiet")), `--checkpoint-dir=${absolute(request, directory)}`]);
});
