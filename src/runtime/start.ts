// Owns the verb start.
import { templateLine, withExcerpts } from "../config/index.ts";
import type { Plan } from "../isa/op.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { bootId } from "../host/probe/kernel.ts";
import { cgroupsWanted, pathsWanted, planStart } from "../plan/lifecycle/start.ts";
import type { StartInputs } from "../plan/lifecycle/start.ts";
import { byOption } from "../model/origin.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { ContainerSpec } from "../model/spec.ts";
import type { HostFacts } from "../model/facts.ts";
import { loadConfig, type LoadedConfig, type LoadOptions } from "./container-config.ts";
import { awaitStartEntries, replanEntries } from "./reboot-request.ts";
import { lateFacts } from "./late-facts.ts";
import { settleForStart } from "./half-made.ts";
import { resolveShares, withSharedIds } from "./share.ts";
import { seat } from "./start-cgroup.ts";
import { strictly } from "./strict.ts";
import { systemConfigProblems, usableConfig } from "./system-config.ts";
import { linksWanted } from "../plan/network/wanted.ts";
import { storagePath } from "../plan/rootfs.ts";
import type { StartOptions, StartVerb, Target } from "./verbs.ts";

/** -c and -L are config lines by another name. */
function consoleDefinitions({ console, consoleLog }: StartOptions): readonly string[] {
  return [...(console === undefined ? [] : [`lxc.console.path=${console}`]), ...(consoleLog === undefined ? [] : [`lxc.console.logfile=${consoleLog}`])];
}

/** lxc.cgroup.pattern of lxc.conf counts where the container's config chooses no place. */
function withPattern(request: Request, spec: ContainerSpec): ContainerSpec {
  const pattern = spec.cgroup.dir === undefined && spec.cgroup.containerDir === undefined ? usableConfig(request, "lxc.cgroup.pattern") : undefined;
  return pattern === undefined ? spec : { ...spec, cgroup: { ...spec.cgroup, pattern: { value: pattern, from: { kind: "config", file: "lxc.conf", key: "lxc.cgroup.pattern" } } } };
}

export function startFacts(request: Request, spec: ContainerSpec): HostFacts {
  const use = usableConfig(request, "lxc.cgroup.use")?.split(",").map((name) => name.trim()).filter((name) => name !== "");
  const storage = spec.rootfs === undefined ? undefined : storagePath(spec.rootfs);
  return probeHost(request, {
    paths: pathsWanted(spec), cgroups: cgroupsWanted(spec), idmap: request.euid !== 0 || spec.idmap.length > 0, lsms: true,
    ...(storage === undefined ? {} : { storage }),
    ...linksWanted(spec), isCgroupRelative: spec.cgroup.isRelative, ...(use === undefined ? {} : { cgroupUse: use }),
  });
}

/** AppArmor's profile and the system call filter: what makes them is loaded where there are any. */
export async function wantedConfinement(request: Request, spec: ContainerSpec, facts: HostFacts): Promise<Pick<StartInputs, "seccomp" | "apparmor">> {
  const apparmor = facts.lsms.includes("apparmor") ? { apparmor: (await import("./apparmor.ts")).apparmorInput(request, spec, facts) } : {};
  return { ...apparmor, ...await wantedFilter(request, spec, facts) };
}

async function wantedFilter(request: Request, spec: ContainerSpec, facts: HostFacts): Promise<Pick<StartInputs, "seccomp">> {
  if (spec.security.seccompProfile === undefined) return {};
  const { seccompInput } = await import("./seccomp.ts");
  const seccomp = await seccompInput(request, spec.security, facts.kernel.machine);
  return seccomp === undefined ? {} : { seccomp };
}

/** The config, with hardware addresses that will stay: its own file, unless only looked at, is the place for them. */
export async function loadForStart(request: Request, target: Target, options: LoadOptions & Pick<StartOptions, "isExplained"> & { readonly isReboot: boolean }): Promise<Result<LoadedConfig>> {
  const system = options.isReboot ? [] : await systemConfigProblems(request);
  const load = (): Result<LoadedConfig> => {
    const result = loadConfig(request, target, { ...options, forStart: true });
    return result.ok ? ok({ ...result.value, spec: withPattern(request, result.value.spec) }, [...system, ...(result.warnings ?? [])]) : result;
  };
  const loaded = load();
  const isLookedAt = options.isReboot || options.isExplained === true || options.rcfile !== undefined;
  if (!loaded.ok || isLookedAt || templateLine(loaded.value.syntax) === undefined) return loaded;
  const { keepAddresses } = await import("./keep-addresses.ts");
  const { isWritten, warnings } = await keepAddresses(request, target, loaded.value.syntax);
  const again = isWritten ? load() : loaded;
  return again.ok ? ok(again.value, [...(again.warnings ?? []), ...withExcerpts([again.value.syntax], warnings)]) : again;
}

/** The config's warnings before the plan's own; problems of either with the lines they are about. */
export function withLoaded({ value: { syntax }, warnings = [] }: Extract<Result<LoadedConfig>, { readonly ok: true }>, plan: Result<Plan>): Result<Plan> {
  return plan.ok ? ok(plan.value, [...warnings, ...withExcerpts([syntax], plan.warnings ?? [])]) : fail(...withExcerpts([syntax], plan.problems), ...warnings);
}

export const withWarnings = (plan: Result<Plan>, warnings: readonly Problem[]): Result<Plan> => (plan.ok ? ok(plan.value, [...(plan.warnings ?? []), ...warnings]) : plan);

/** The time begins now: making the plan took some milliseconds of it. */
function waitInput(target: Target, { wait, isQuiet }: StartOptions, isReboot: boolean): Pick<StartInputs, "wait"> {
  if (wait === undefined || isReboot) return {};
  const milliseconds = wait.seconds === undefined ? {} : { milliseconds: wait.seconds * 1000 };
  return { wait: { ...milliseconds, request: awaitStartEntries(target, wait, { isQuiet: isQuiet === true, now: Date.now() }) } };
}

/** --publish is about the first interface of type user, and so is berth.publish for an ordinary user: root's ports are rules made for a run. */
function withPublished(spec: ContainerSpec, options: readonly string[], isRoot: boolean): Result<ContainerSpec> {
  const own = isRoot ? [] : spec.published ?? [];
  const ports = [...own.map(({ value }) => value), ...options];
  if (ports.length === 0) return ok(spec);
  const first = spec.nics.find(({ type }) => type === "user");
  const at = own[0]?.from ?? byOption("--publish");
  if (first === undefined) return fail({ code: "option.conflict", at, text: `${at.key} is for an interface of type user, and the config has none`, remedy: "lxc.net.0.type = user; or publish ports of a running container on a bridge, as root: berth publish" });
  return ok({ ...spec, nics: spec.nics.map((nic) => (nic === first ? { ...nic, published: ports } : nic)) });
}

export async function planOf(request: Request, target: Target, options: StartOptions, isReboot: boolean): Promise<Result<Plan>> {
  const whole: StartOptions = { ...options, define: [...options.define, ...consoleDefinitions(options)] };
  const loaded = await loadForStart(request, target, { ...whole, isReboot });
  if (!loaded.ok) return loaded;
  const share = await resolveShares(target, options.share, loaded.value.spec.namespaces.share);
  if (!share.ok) return share;
  const settled = withSharedIds(loaded.value.spec, share.value);
  if (!settled.ok) return withLoaded(loaded, settled);
  const published = withPublished(settled.value, options.publish ?? [], request.euid === 0);
  if (!published.ok) return published;
  const spec = published.value;
  const late = await lateFacts(spec);
  const { facts, problems } = await seat(request, spec, { ...options, isReboot }, (caller) => ({ ...startFacts(caller, spec), ...late }));
  const confinement = await wantedConfinement(request, spec, facts);
  const plan = planStart(spec, facts, {
    isDaemon: options.isDaemon, bootId: bootId(), command: options.command, closeAllFds: options.closeAllFds, share: share.value,
    replan: replanEntries("start", target, options), isReboot, ...confinement, ...(options.pidfile === undefined ? {} : { pidfile: options.pidfile }),
    ...(options.escape === undefined ? {} : { escape: options.escape }), isQuiet: options.isQuiet === true, ...waitInput(target, options, isReboot),
  });
  return withLoaded(loaded, withWarnings(plan, problems));
}

/** What is wrong with the command line, or only with the moment, tells nothing of the container. */
const isPassing = ({ code }: Problem): boolean => /^(option|name)\./.test(code) || code === "container.running" || code === "container.missing" || code === "container.busy";
/** A start that was refused is kept for `berth why`, as one that failed is. */
export async function noted(request: Request, target: Target, plan: Result<Plan>, verb: "start" | "execute"): Promise<Result<Plan>> {
  if (plan.ok || plan.problems.some(isPassing)) return plan;
  const { writeRefusal } = await import("./failure-record.ts");
  writeRefusal(request, { ...target, verb }, plan.problems.filter(({ severity }) => severity !== "warning"));
  return plan;
}

/** The plan of a start. Source: lxc-start(1). Problems: `container.missing`, `container.running`, `config.value`, `rootfs.missing`, `idmap.range`, `network.link`, `network.unsupported`, `mount.target`; while it runs also `engine.op`, `init.missing`, `init.exited`, `hook.failed`. */
export const start: StartVerb = async (request, target, options) => {
  const settled = await settleForStart(request, target);
  const plan = settled.ok ? strictly(options.isStrict, await planOf(request, target, options, false)) : settled;
  return options.isExplained === true ? plan : noted(request, target, plan, "start");
};
