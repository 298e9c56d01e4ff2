// Owns lxc-wait(1).
import { STATES } from "../../model/state.ts";
import type { State } from "../../model/state.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { secondsOf } from "../values.ts";

const rows = [
  NAME,
  { long: "state", short: "s", argument: "required", metavar: "STATES", help: `one or more, separated by |: ${STATES.join(" ")}` },
  { long: "timeout", short: "t", argument: "required", metavar: "SECONDS", help: "give up after so long; 0 looks once, -1 waits for ever (default)" },
  RCFILE,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-wait", synopsis: "[-n] NAME -s STATES [-t SECONDS]", hasName: true, rows,
  about: "Wait until a container is in one of some states. Status 1: it was not, in that time. A container that does not exist counts as STOPPED.",
  examples: [["lxc-wait web -s RUNNING -t 30", "until it runs, at most 30 seconds"], ["lxc-wait web -s 'STOPPED|FROZEN'", "until either"]],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target } = line;
  const list = options.last("state");
  if (list === undefined) return misuse(line, { code: "option.missing", text: "Missing state option to wait for", remedy: `for example: lxc-wait -n ${target.name} -s RUNNING` });
  const timeout = secondsOf("timeout", options.last("timeout"), -1);
  if (!timeout.ok) return misuse(line, ...timeout.problems);
  const wanted = list.split("|");
  const states = STATES.filter((state: State) => wanted.includes(state));
  const unknown = wanted.find((word) => !STATES.some((state) => state === word));
  if (unknown !== undefined) return failed(line, [{ code: "option.value", text: `invalid state '${unknown}'`, remedy: `the states are ${STATES.join(" ")}` }]);
  const { wait } = await import("../../runtime/wait.ts");
  const result = await wait(request, target, states, timeout.value);
  return result.ok ? done(result.value ? 0 : 1, { err: say(line.voice, result.warnings ?? []) }) : failed(line, result.problems);
});
