// Owns what becomes of a container that was made for one use: the use itself, from this program, and its end whatever ends it.
import { existsSync } from "node:fs";
import { configFile } from "../host/store/layout.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { attach } from "./attach.ts";
import { destroy } from "./destroy.ts";
import { execute } from "./execute.ts";
import { onSignals } from "./interrupt.ts";
import { BACKGROUND_START, PLAIN_ATTACH, PLAIN_STOP } from "./plain-options.ts";
import { run, type Ran, type RunOptions } from "./run.ts";
import { stop } from "./stop.ts";
import type { Target } from "./verbs.ts";

const CALLERS: RunOptions = { stdin: 0, stdout: 1, stderr: 2 };

/** How it is used: a command (none: a shell) in a system that has been booted, or what its image is for. */
export interface Use {
  readonly command: readonly string[];
  readonly isForOneCommand: boolean;
  /** What has to be said is said before the command's own words. */
  readonly boot: () => Promise<Result<unknown>>;
}

async function used(request: Request, target: Target, { command, isForOneCommand, boot }: Use): Promise<Result<Ran>> {
  if (isForOneCommand) {
    const plan = await execute(request, target, { ...BACKGROUND_START, isDaemon: false, closeAllFds: false, command });
    return plan.ok ? run(request, plan.value, CALLERS) : plan;
  }
  const booted = await boot();
  if (!booted.ok) return booted;
  const plan = await attach(request, target, { ...PLAIN_ATTACH, isClearEnv: false, command });
  return plan.ok ? run(request, plan.value, CALLERS) : plan;
}

async function kill(request: Request, target: Target): Promise<readonly Problem[]> {
  const plan = await stop(request, target, { ...PLAIN_STOP, isKill: true, timeout: -1 });
  const ended = plan.ok ? await run(request, plan.value) : plan;
  return ended.ok || ended.problems.every(({ code }) => code === "container.stopped" || code === "container.missing") ? [] : ended.problems;
}

/** Killed and removed; it is gone when this says so. */
async function gone(request: Request, target: Target): Promise<readonly Problem[]> {
  const problems = await kill(request, target);
  const removed = await destroy(request, target, { isForced: true, withSnapshots: true });
  if (!existsSync(configFile(target))) return [];
  return [...problems, ...(removed.ok ? [] : removed.problems)];
}

/** The status of what ran in it; signals of the terminal end it, and it is removed also then. A kill -9 of this program leaves it: `berth rm`. */
export async function runOnce(request: Request, target: Target, use: Use): Promise<Result<Ran>> {
  const abort = new AbortController();
  const off = onSignals(request, abort);
  abort.signal.addEventListener("abort", () => { void kill(request, target); });
  const ran = await used(request, target, use);
  const left = await gone(request, target);
  off();
  if (left.length > 0) return fail(...(ran.ok ? [] : ran.problems), ...left);
  return ran.ok ? ok(ran.value, ran.warnings ?? []) : ran;
}
