// Owns the verb `autostart`: what starts and stops with the machine, each in its turn; one that fails keeps no other one back.
import type { Plan } from "../isa/op.ts";
import type { Result } from "../model/problem.ts";
import { ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { autostartList } from "./autostart/selection.ts";
import { pause } from "./pause.ts";
import { BACKGROUND_START, PLAIN_STOP } from "./plain-options.ts";
import { run } from "./run.ts";
import { lookAt } from "./running-container.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";
import type { AutostartItem, AutostartOptions, AutostartVerb, Target } from "./verbs.ts";

function planFor(request: Request, target: Target, { action, timeout }: AutostartOptions): Promise<Result<Plan>> {
  if (action === "start") return start(request, target, BACKGROUND_START);
  return stop(request, target, { ...PLAIN_STOP, isReboot: action === "reboot", isKill: action === "kill", isHost: true, timeout });
}

async function act(request: Request, target: Target, options: AutostartOptions): Promise<Result<void>> {
  const plan = await planFor(request, target, options);
  if (!plan.ok) return plan;
  const ran = await run(request, plan.value);
  return ran.ok ? ok(undefined, plan.warnings) : { ok: false, problems: [...(plan.warnings ?? []), ...ran.problems] };
}

/** Somebody else was quicker. */
const isDone = (result: Result<void>, { action }: AutostartOptions): boolean =>
  !result.ok && result.problems.some(({ code }) => code === (action === "start" ? "container.running" : "container.stopped"));

/** Neighbours with the same lxc.start.order go down side by side: each may take its time to shut down. Those that come up do so one by one. */
function turns(items: readonly AutostartItem[], { action }: AutostartOptions): readonly (readonly AutostartItem[])[] {
  if (action === "start" || action === "reboot") return items.map((item) => [item]);
  const result: AutostartItem[][] = [];
  for (const item of items) {
    const last = result.at(-1);
    if (last?.[0]?.order === item.order) last.push(item);
    else result.push([item]);
  }
  return result;
}

/** Starts, stops or restarts what lxc.start.auto and groups select, in order and with their delays. Source: lxc-autostart(1). Problems: those of `start` and `stop`, each with the container's name. */
export const autostart: AutostartVerb = async (request, lxcpath, options) => {
  const selected = await autostartList(request, lxcpath, options);
  if (!selected.ok) return selected;
  const { items, broken } = selected.value;
  let failed = broken.length;
  for (const { name, problems } of broken) options.ends(name, { ok: false, problems });
  const take = async ({ name }: AutostartItem): Promise<boolean> => {
    options.begins(name);
    const result = await act(request, { name, lxcpath }, options);
    const wasDone = isDone(result, options);
    options.ends(name, wasDone ? ok(undefined) : result);
    if (!result.ok && !wasDone) failed++;
    return result.ok;
  };
  // side by side: each may have to wait for its address
  const publishOf = async ({ name }: AutostartItem): Promise<void> => {
    const target: Target = { name, lxcpath };
    const published = options.end.aborted || lookAt(target).state !== "RUNNING" ? ok(undefined) : await (await import("./applying/ports.ts")).publishConfigured(request, target);
    if (published.ok) return;
    failed++;
    options.ends(name, { ok: false, problems: published.problems });
  };
  for (const turn of turns(items, options)) {
    if (options.end.aborted) break;
    const haveWorked = await Promise.all(turn.map(take));
    const delay = haveWorked[0] === true && (options.action === "start" || options.action === "reboot") ? turn[0]?.delay ?? 0 : 0;
    if (delay > 0) await pause(delay * 1000, options.end);
  }
  if (options.action === "start") await Promise.all(items.map(publishOf));
  return ok({ all: items.length + broken.length, failed });
};
