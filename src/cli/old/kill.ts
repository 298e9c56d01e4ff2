// Owns lxc-kill, of LXC 0.9 and older.
import { signalNumber } from "../../linux/signals.ts";
import { byOption } from "../../model/origin.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { failed, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN, NAME } from "../options.ts";
import type { Tool } from "../options.ts";

const rows = [NAME, EXPLAIN] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-kill", synopsis: "-n NAME [SIGNAL]", hasName: true, rows,
  about: "Send a signal to a container's init: a number or a name, SIGKILL if none is given. The command of LXC 0.9 and older. Status 255: there is no such signal.",
  examples: [["lxc-kill -n web", "today: lxc-stop -k web"], ["lxc-kill -n web SIGHUP", "another signal"]],
};

const NO_SIGNAL = 255;
const SIGKILL = "9";

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const [word = SIGKILL, ...more] = line.words;
  const signal = more.length > 0 ? undefined : signalNumber(/^[A-Z]/.test(word) && !word.startsWith("SIG") ? `SIG${word}` : word);
  if (signal === undefined) return failed(line, [{ code: "option.value", at: byOption("SIGNAL"), text: `'${line.words.join(" ")}' is not a signal`, remedy: "give its number or its name, for example 15 or SIGTERM" }], { status: NO_SIGNAL });
  const { kill } = await import("../../runtime/kill.ts");
  return runOrExplain(line, await kill(request, line.target, signal));
});
