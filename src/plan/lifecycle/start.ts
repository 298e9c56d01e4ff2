// Owns the plan of a start: checks, then the launcher's list around the monitor's.
import type { Op, Plan, Slot } from "../../isa/op.ts";
import { LIMITS } from "../../isa/schema.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byDefault, byOption } from "../../model/origin.ts";
import type { Problem, Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import { SYSRQ } from "../automounts.ts";
import { BELIEVED } from "../barriers.ts";
import { cgroupCandidates } from "../cgroups/names.ts";
import { hostLimits } from "../cgroups/host-limits.ts";
import { checkCgroups } from "../cgroups/reach.ts";
import { checkIdmap } from "../idmap.ts";
import { layerPaths } from "../mounts.ts";
import { checkRootfs, rootfsPaths } from "../rootfs.ts";
import type { Scope } from "../scope.ts";
import { isRoot, newScope } from "../scope.ts";
import { checkConfinement } from "../security.ts";
import type { Container } from "./container.ts";
import { planContainer } from "./container.ts";
import { launchInForeground } from "./foreground.ts";
import type { StartInputs } from "./inputs.ts";
import { planMonitor } from "./monitor.ts";

export type { StartInputs };

/** Host paths whose PathFact a start needs in `facts.paths`. Probe all of them; one that is missing stays undefined. */
export const pathsWanted = (spec: ContainerSpec): readonly string[] => [...(spec.rootfs === undefined ? [] : rootfsPaths(spec.rootfs, spec)), `${spec.lxcpath}/${spec.name}`, SYSRQ, ...layerPaths(spec)];

/** Cgroup names that a start could take, for the same. */
export const cgroupsWanted = cgroupCandidates;

const isError = (problem: Problem): boolean => problem.severity !== "warning";

/** In the background the monitor is a child, and the launcher waits for its word; in the foreground it is the launcher, unless there is a terminal to leave. */
function launcher(scope: Scope, inputs: StartInputs, container: Container): readonly Op[] {
  const monitor = planMonitor(container);
  // a delegated cgroup hands controllers down only when it is empty: the launcher makes room too
  const room = isRoot(scope.facts) ? [] : container.cgroups.unified?.monitor ?? [];
  if (!inputs.isDaemon || inputs.isReboot) return launchInForeground(container, monitor, room);
  const pid = scope.slots.take();
  const from = byDefault("monitor");
  return [
    ...room,
    { op: "clone", from, flags: 0, name: "monitor", pid, body: monitor, note: "stays with the container" },
    ...awaitWord(inputs, pid),
  ];
}

/** A start that takes too long goes on without us. */
function awaitWord({ wait }: StartInputs, child: Slot): readonly Op[] {
  const word: Op = { op: "await", from: byDefault("monitor"), number: BELIEVED, child, note: "init runs and has not died at once" };
  if (wait === undefined) return [word];
  const from = byOption("--wait");
  return [
    wait.milliseconds === undefined ? word : { ...word, from, timeout: wait.milliseconds, onError: ["ETIMEDOUT"] },
    { op: "replan", from, request: wait.request, note: "wait until it is as far as --wait says" },
  ];
}

/** A mount namespace takes a user namespace, whose owner could not write the container's id map any more. */
function checkMonitor({ spec: { monitor: { unshare } }, facts, problems }: Scope): void {
  if (unshare?.value !== true || isRoot(facts)) return;
  problems.push({ code: "privilege", at: unshare.from, text: "an ordinary user's monitor cannot have a mount namespace of its own", cause: "the kernel gives one only to root, or together with a user namespace", remedy: "take lxc.monitor.unshare out, or start the container as root" });
}

function checkSpec(scope: Scope): void {
  checkMonitor(scope);
  checkRootfs(scope);
  scope.problems.push(...checkIdmap(scope));
  checkCgroups(scope);
  checkConfinement(scope);
}

const stepsOf = (ops: readonly Op[]): number => ops.reduce((sum, op) => sum + 1 + (op.op === "clone" ? stepsOf(op.body) : 0) + stepsOf(op.undo ?? []), 0);

function tooManySteps({ mounts, nics }: ContainerSpec, steps: number): Problem {
  const [key, count, at] = mounts.length >= nics.length ? ["lxc.mount.entry", mounts.length, mounts.at(-1)?.from] : ["lxc.net", nics.length, nics.at(-1)?.from];
  return {
    code: "unsupported", ...(at === undefined ? {} : { at }), text: `a start of ${steps} steps is too long: ${LIMITS.ops} are possible`,
    cause: `there are ${count} of ${key}`, remedy: "use fewer: a directory can be bound instead of the files in it",
  };
}

/** Without a root of its own a container sees the host's files: there the host's init would boot the host a second time,
 * empty /tmp, start its services. LXC does that; nobody has ever wanted it. */
function checkHostInit({ spec, problems }: Scope, inputs: StartInputs): void {
  if (spec.rootfs !== undefined || inputs.command.length > 0 || spec.init.cmd.from.kind !== "default") return;
  problems.push({
    code: "rootfs.missing", at: byDefault("lxc.rootfs.path"), text: "there is no lxc.rootfs.path, and no command: the host's own init would run on the host's own files",
    remedy: `set lxc.rootfs.path; or name what is to run on the host's files: lxc-start -n ${spec.name} -- COMMAND, or lxc.init.cmd`,
  });
}

/** Plans a start or an execute. Problems of the spec and of the host come together, warnings with the plan. */
export function planRun(spec: ContainerSpec, facts: HostFacts, { inputs, isExecute }: { readonly inputs: StartInputs; readonly isExecute: boolean }): Result<Plan> {
  const host = hostLimits(spec, facts);
  const scope = newScope(host.spec, facts);
  scope.problems.push(...host.problems);
  checkSpec(scope);
  if (!isExecute) checkHostInit(scope, inputs);
  scope.problems.push(...(inputs.seccomp?.problems ?? []), ...(inputs.apparmor?.problems ?? []));
  const ops = launcher(scope, inputs, planContainer(scope, inputs, isExecute));
  if (scope.slots.left < 0) scope.problems.push({ code: "unsupported", text: `too many terminals (lxc.tty.max = ${spec.ttyMax.value})`, at: spec.ttyMax.from, remedy: "use fewer" });
  if (stepsOf(ops) > LIMITS.ops) scope.problems.push(tooManySteps(spec, stepsOf(ops)));
  if (scope.problems.some(isError)) return fail(...scope.problems.filter(isError), ...scope.problems.filter((problem) => !isError(problem)));
  return ok({ verb: isExecute ? "execute" : "start", name: spec.name, lxcpath: spec.lxcpath, ops }, scope.problems);
}

export const planStart = (spec: ContainerSpec, facts: HostFacts, inputs: StartInputs): Result<Plan> => planRun(spec, facts, { inputs, isExecute: false });
