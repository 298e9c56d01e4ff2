// Owns the verb `logs`: what a container's console has said, and says.
import { followConsole } from "../host/store/console-feed.ts";
import { LogFile } from "../host/store/log-file.ts";
import { errorCode } from "../host/read-text.ts";
import { readExitRecord } from "../host/store/records.ts";
import type { Problem } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { loadConfig } from "./container-config.ts";
import { nextEnd, nextRun } from "./next-end.ts";
import { lookAt } from "./running-container.ts";
import type { LogsOptions, LogsVerb, Target } from "./verbs.ts";

const noLog = (target: Target, isRunning: boolean): Problem => ({
  code: "unsupported", text: `what the console of ${target.name} has said is not kept`,
  cause: isRunning ? "its monitor is not Berth's, and lxc.console.logfile is not set" : "it is stopped, and lxc.console.logfile is not set",
  remedy: `berth config set ${target.name} lxc.console.logfile /var/log/lxc/${target.name}.console, and start it again`,
});

/** From the monitor's memory, which is empty when a run begins. */
async function fromMonitor(request: Request, target: Target, { on, caughtUp, isFollow, end }: LogsOptions): Promise<boolean> {
  const enough = new AbortController();
  const stop = AbortSignal.any([end, enough.signal]);
  const wasAnswered = await new Promise<boolean>((resolve) => followConsole(target, { bytes: on, caughtUp: () => { caughtUp(); if (!isFollow) enough.abort(); }, over: resolve }, stop));
  while (wasAnswered && isFollow && await nextRun(request, target, end)) {
    await new Promise<boolean>((resolve) => followConsole(target, { bytes: (bytes) => on(bytes, true), over: resolve }, end));
  }
  return wasAnswered;
}

/** What a run that has ended said last is in its record. */
function fromRecord(target: Target, { on }: LogsOptions): readonly Problem[] | undefined {
  const exit = readExitRecord(target);
  if (exit === undefined) return undefined;
  on(Buffer.from(exit.console), false);
  return [{ code: "unsupported", severity: "warning", text: `only the last lines of its last run are kept`, remedy: `lxc.console.logfile keeps all of them` }];
}

/** From lxc.console.logfile. */
async function fromFile(request: Request, target: Target, log: LogFile, { on, caughtUp, isFollow, end }: LogsOptions): Promise<void> {
  log.read((bytes) => on(bytes, false));
  caughtUp();
  if (isFollow && lookAt(target).state !== "STOPPED") {
    log.follow((bytes) => on(bytes, true));
    await nextEnd(request, target, end);
    log.read((bytes) => on(bytes, true));
  }
  log.close();
}

function openLog(file: string): LogFile | Problem {
  try {
    return new LogFile(file);
  } catch (error) {
    return { code: "config.unreadable", text: `cannot read '${file}': ${errorCode(error)}`, cause: "it is lxc.console.logfile of the container", remedy: "run this as the user who may read it" };
  }
}

/** What its console has said, and says. Problems: `container.missing`. */
export const logs: LogsVerb = async (request, target, wish) => {
  const loaded = loadConfig(request, target);
  const file = loaded.ok ? loaded.value.spec.console.logfile?.value : undefined;
  const { state, isForeign } = lookAt(target);
  const isRunning = state !== "STOPPED";
  if (!loaded.ok && !isRunning) return loaded;
  const log = file === undefined ? undefined : openLog(file);
  if (log instanceof LogFile) return ok(await fromFile(request, target, log, wish));
  if (isRunning && !isForeign) return (await fromMonitor(request, target, wish)) || wish.end.aborted ? ok(undefined) : fail(noLog(target, true));
  if (log !== undefined) return fail(log);
  const warnings = isRunning ? undefined : fromRecord(target, wish);
  return warnings === undefined ? fail(noLog(target, isRunning)) : ok(undefined, warnings);
};
