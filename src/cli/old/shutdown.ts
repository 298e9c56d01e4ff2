// Owns lxc-shutdown, of LXC 0.8 and 0.9.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import type { CommandLine } from "../command-line.ts";
import { NAME } from "../options.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { secondsOf } from "../values.ts";

const rows = [
  NAME,
  { long: "wait", short: "w", help: "wait until it has shut down" },
  { long: "reboot", short: "r", help: "ask it to restart instead" },
  { long: "timeout", short: "t", argument: "required", metavar: "SECONDS", help: "wait so long, then stop it with force" },
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-shutdown", synopsis: "-n NAME [-w] [-r] [-t SECONDS]", hasName: true, rows,
  about: "Ask a container to shut down, and do not wait unless told. The command of LXC 0.8 and 0.9; today it is lxc-stop.",
  examples: [["lxc-shutdown -n web -w", "today: lxc-stop --nokill -t -1 web"], ["lxc-shutdown -n web -t 30", "today: lxc-stop -t 30 web"]],
};

const FOR_EVER = -1;

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line: CommandLine<Row>) => {
  const { options, target } = line;
  const timeout = secondsOf("timeout", options.last("timeout"), FOR_EVER);
  if (!timeout.ok) return misuse(line, ...timeout.problems);
  const [isReboot, isWaited] = [options.has("reboot"), options.has("wait") || options.has("timeout")];
  const { PLAIN_STOP } = await import("../../runtime/plain-options.ts");
  const { stop } = await import("../../runtime/stop.ts");
  const { run } = await import("../../runtime/run.ts");
  const plan = await stop(request, target, { ...PLAIN_STOP, isReboot, isNoWait: !isWaited, isNoKill: !options.has("timeout"), isKill: false, timeout: timeout.value });
  if (!plan.ok) return failed(line, plan.problems);
  const ran = await run(request, plan.value);
  if (!ran.ok) return failed(line, ran.problems);
  return done(0, { out: isWaited && !isReboot ? `Container ${target.name} has shut down\n` : "", err: say(line.voice, plan.warnings ?? []) });
});
