// Owns lxc-device(1).
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN, NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";
import { sayLines } from "../say.ts";

const rows = [NAME, RCFILE, EXPLAIN] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-device", synopsis: "[-n] NAME [--] add|del DEVICE [AS]", hasName: true, rows,
  about: "Give a running container a device of the host, or take it away again: the path of a device node, or the name of a network interface. AS is its path, or name, in the container; of an interface that is taken away, its name on the host. Root only.",
  examples: [
    ["lxc-device web add /dev/fuse", "a device node, and the right to use it"],
    ["lxc-device web add /dev/video0 /dev/camera", "under another path"],
    ["lxc-device web add eth1 lan0", "a network interface moves in"],
    ["lxc-device web del lan0 eth1", "and comes back"],
  ],
  notes: ["It lasts until the container stops. A container with ids of its own cannot have device nodes made: bind the host's with berth mount."],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { voice, target } = line;
  // LXC's words
  const say = (text: string): Answer => done(1, { err: sayLines(voice, [text]) });
  if (request.euid !== 0) return say("lxc-device must be run as root");
  const [action, device, as, ...more] = line.words;
  if (action === undefined || device === undefined || more.length > 0) return say("Error: no command given (Please see --help output)");
  if (action !== "add" && action !== "del") return say("Error: Please use add or del (Please see --help output)");
  const { device: verb } = await import("../../runtime/device.ts");
  const result = await verb(request, target, { action, device, ...(as === undefined ? {} : { as }) });
  if (result.ok) return runOrExplain(line, result);
  if (result.problems.some(({ code }) => code === "container.stopped" || code === "container.missing")) return failed(line, result.problems.map((problem) => ({ ...problem, text: `Container ${target.name} is not running` })));
  return failed(line, result.problems, { closing: [action === "add" ? `Failed to add ${device} to ${target.name}` : `Failed to del ${device} from ${target.name}`] });
});
