// Owns lxc-cgroup(1).
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN, NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";

const rows = [NAME, RCFILE, EXPLAIN] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-cgroup", synopsis: "[-n] NAME KEY [VALUE]", hasName: true, rows,
  about: "Print or set a value of a running container's cgroup. KEY is a file of cgroup v1 or v2: on a host with the other version its counterpart is meant.",
  examples: [
    ["lxc-cgroup web memory.max", "the limit of its memory"],
    ["lxc-cgroup web memory.max 512M", "another one, until it stops"],
    ["lxc-cgroup web cpu.max '50000 100000'", "half a processor"],
    ["lxc-cgroup web devices.allow 'c 10:200 rwm'", "one more device, /dev/net/tun"],
    ["lxc-cgroup web devices.list", "the devices it may use"],
  ],
  notes: ["What is set here lasts until the container stops; lxc.cgroup.KEY and lxc.cgroup2.KEY of its config hold at each start."],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const [key, value] = line.words;
  if (key === undefined) return failed(line, [{ code: "option.missing", text: "a KEY is missing", remedy: "name a file of its cgroup: lxc-cgroup NAME memory.max" }]);
  const { cgroupGet, cgroupSet } = await import("../../runtime/cgroup-item.ts");
  if (value !== undefined) return runOrExplain(line, await cgroupSet(request, line.target, { key, value }));
  const result = await cgroupGet(request, line.target, key);
  // as in LXC, whose value ends in a newline of its own
  return result.ok ? done(0, { out: `${result.value}\n` }) : failed(line, result.problems);
});
