// Owns lxc-containers: what the service scripts call at boot and at shutdown. All the work is lxc-autostart's.
import { writeSync } from "node:fs";
import type { Request } from "../../model/request.ts";
import type { BootSettings } from "../../model/boot.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, failed, withLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { main as autostart } from "./autostart.ts";

export const tool: Tool = {
  name: "lxc-containers", synopsis: "start|stop|restart|reload|force-reload", hasName: false, rows: [],
  about: "Start the containers that start at boot, or shut all of them down, as /etc/default/lxc says: LXC_AUTO (true), BOOTGROUPS (onboot,), SHUTDOWNDELAY (5 seconds), OPTIONS, STOPOPTS (-a -A -s), LXC_USERS (whose containers start with root's; none).",
  examples: [["lxc-containers start", "lxc-autostart -g onboot,"], ["lxc-containers stop", "lxc-autostart -a -A -s -t 5"]],
  notes: ["The service scripts call it. With systemd the containers of users start by a unit of each user's own; elsewhere LXC_USERS=\"alice bob\" names them."],
};

/** Status of one lxc-autostart. */
async function call(request: Request, words: readonly string[]): Promise<number> {
  const answer = await autostart({ ...request, argv: ["lxc-autostart", ...words] });
  if (answer.err !== undefined && answer.err !== "") writeSync(2, answer.err);
  if (answer.kind === "done") return answer.status;
  const { run } = await import("../../runtime/run.ts");
  const ran = await run(request, answer.plan, { stdout: 1, stderr: 2 });
  return ran.ok ? ran.value.status : 1;
}

/** Root's come first and go last: users' networks may hang on them. */
async function act(request: Request, { startOptions, stopOptions, groups, shutdownSeconds, users }: BootSettings, isStart: boolean): Promise<number> {
  const words = isStart ? [...startOptions, "-g", groups] : [...stopOptions, "-t", shutdownSeconds];
  const calls = users.map((user) => [...words, "--user", user]);
  let worst = 0;
  for (const one of isStart ? [words, ...calls] : [...calls, words]) worst = Math.max(worst, await call(request, one));
  return worst;
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, (line) => body(line));

async function body(line: CommandLine): Promise<Answer> {
  const { request, words: [action] } = line;
  if (action === undefined || !["start", "stop", "restart", "reload", "force-reload"].includes(action)) {
    return failed(line, [{ code: "option.value", text: "Usage: lxc-containers {start|stop|restart|reload|force-reload}" }], { status: 2 });
  }
  if (request.euid !== 0) return failed(line, [{ code: "privilege", text: "only root starts what starts at boot", remedy: "lxc-autostart -g onboot, starts your own" }]);
  const { bootSettings } = await import("../../runtime/boot-settings.ts");
  const settings = bootSettings();
  const stopped = action === "start" ? 0 : await act(request, settings, false);
  if (action === "stop") return done(stopped);
  return done(settings.isAuto ? Math.max(stopped, await act(request, settings, true)) : stopped);
}
