// Owns the verb execute: one program in a container whose pid 1 is the engine's own.
import type { Plan } from "../isa/op.ts";
import { bootId } from "../host/probe/kernel.ts";
import { planExecute } from "../plan/lifecycle/execute.ts";
import type { Result } from "../model/problem.ts";
import { fail } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { lateFacts } from "./late-facts.ts";
import { settleForStart } from "./half-made.ts";
import { asStartOptions, replanEntries } from "./reboot-request.ts";
import { resolveShares, withSharedIds } from "./share.ts";
import { loadForStart, noted, startFacts, wantedConfinement, withLoaded, withWarnings } from "./start.ts";
import { seat } from "./start-cgroup.ts";
import { strictly } from "./strict.ts";
import type { ExecuteVerb, StartOptions, Target } from "./verbs.ts";

export async function planExecuteOf(request: Request, target: Target, options: StartOptions, isReboot: boolean): Promise<Result<Plan>> {
  const loaded = await loadForStart(request, target, { ...options, mayBeMissing: true, isReboot });
  if (!loaded.ok) return loaded;
  if (options.command.length === 0 && (loaded.value.spec.executeCmd?.value ?? []).length === 0) return fail({ code: "option.missing", text: "missing command to execute", remedy: "give it after --, or set lxc.execute.cmd" });
  const share = await resolveShares(target, options.share, loaded.value.spec.namespaces.share);
  if (!share.ok) return share;
  const settled = withSharedIds(loaded.value.spec, share.value);
  if (!settled.ok) return withLoaded(loaded, settled);
  const spec = settled.value;
  const late = await lateFacts(spec);
  const { facts, problems } = await seat(request, spec, { ...options, isReboot }, (caller) => ({ ...startFacts(caller, spec), ...late }));
  const confinement = await wantedConfinement(request, spec, facts);
  const plan = planExecute(spec, facts, {
    isDaemon: options.isDaemon, bootId: bootId(), command: options.command, closeAllFds: options.closeAllFds, share: share.value,
    replan: replanEntries("execute", target, options), isReboot, ...confinement,
  });
  return withLoaded(loaded, withWarnings(plan, problems));
}

/** One command in a container whose pid 1 is the engine's own; the plan ends with the command's status. Source: lxc-execute(1). Problems: those of `start`, and `option.missing`. */
export const execute: ExecuteVerb = async (request, target, options) => {
  const settled = await settleForStart(request, target);
  const plan = settled.ok ? strictly(options.isStrict, await planExecuteOf(request, target, asStartOptions(options), false)) : settled;
  return options.isExplained === true ? plan : noted(request, target, plan, "execute");
};
