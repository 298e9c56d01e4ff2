// Owns the verb attach: a command in a running container.
import { probeCaller } from "../host/probe/caller.ts";
import { mayEnter } from "../host/probe/cgroups.ts";
import { probeInit } from "../host/probe/init.ts";
import { probeKernel } from "../host/probe/kernel.ts";
import { readText } from "../host/read-text.ts";
import { configFile } from "../host/store/layout.ts";
import { mayMention } from "../host/store/mentions.ts";
import { planAttach } from "../plan/lifecycle/attach.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok } from "../model/problem.ts";
import type { Problem } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { InitFacts } from "../model/init.ts";
import type { StateRecord } from "../model/state.ts";
import { absolutePath } from "./lxcpath.ts";
import { decidedState, frozen, requireRunning, stopped } from "./running-container.ts";
import type { LiveContainer } from "./running-container.ts";
import type { AttachOptions, AttachVerb, Target } from "./verbs.ts";

/** lxc.environment of the config; a config that cannot be read any more is no reason to stay outside. */
async function configuredEnvironment(request: Request, target: Target, rcfile: string | undefined): Promise<readonly string[]> {
  const file = rcfile === undefined ? configFile(target) : absolutePath(request, rcfile);
  if (!mayMention(file, ["lxc.environment"])) return [];
  const { loadConfig } = await import("./container-config.ts");
  const loaded = loadConfig(request, target, rcfile === undefined ? {} : { rcfile });
  return loaded.ok ? [...loaded.value.spec.environment, ...loaded.value.spec.environmentRuntime].map(({ value }) => value) : [];
}

function initFacts(live: LiveContainer, options: AttachOptions): InitFacts | undefined {
  const { record, initPid, initStart } = live;
  const shellOf = options.command.length === 0 ? { shellOf: options.uid ?? 0 } : {};
  return probeInit({ pid: initPid, startTime: initStart, cgroups: record.cgroups, namespaces: record.namespaces, ...shellOf });
}

type Filter = Pick<StateRecord, "seccomp" | "isSeccompNotified">;
const filterOf = ({ seccomp, isSeccompNotified }: StateRecord): Filter => (seccomp === undefined ? {} : { seccomp, ...(isSeccompNotified === true ? { isSeccompNotified: true } : {}) });

/** Another LXC's monitor does not say what filter init has: as LXC does, it is what the config names. */
async function foreignFilter(request: Request, target: Target, init: InitFacts): Promise<Filter> {
  if (!init.hasSeccompFilter) return {};
  const { loadConfig } = await import("./container-config.ts");
  const { seccompInput } = await import("./seccomp.ts");
  const loaded = loadConfig(request, target);
  const input = loaded.ok ? await seccompInput(request, loaded.value.spec.security, probeKernel().machine) : undefined;
  return input?.program === undefined ? {} : { seccomp: input.program, ...(input.isNotified === true ? { isSeccompNotified: true } : {}) };
}

async function archProblem(arch: string | undefined): Promise<Problem | undefined> {
  if (arch === undefined) return undefined;
  const { architecture } = await import("../config/index.ts");
  const reading = architecture.read(arch);
  return reading.ok ? undefined : { code: "option.value", at: byOption("--arch"), text: `--arch: ${reading.text}`, ...(reading.remedy === undefined ? {} : { remedy: reading.remedy }) };
}

/** An ordinary user's command, below the container's limits from wherever it is called; root gets in by itself. */
async function within(request: Request, init: InitFacts, { elevated }: AttachOptions): Promise<{ readonly init: InitFacts; readonly problems: readonly Problem[] }> {
  if (request.euid === 0 || elevated.includes("CGROUP")) return { init, problems: [] };
  const mountinfo = readText("/proc/self/mountinfo") ?? "";
  const closed = init.cgroups.filter(({ version, directory, inner }) => version === 2 && (inner !== undefined || !mayEnter(mountinfo, request.cgroup, directory)));
  return closed.length === 0 ? { init, problems: [] } : (await import("./attach-cgroup.ts")).reach(request, init, closed);
}

/** A command in a running container, as confined as its init. The plan ends with the command's status. Source: lxc-attach(1). Problems: `container.missing`, `container.stopped`, `container.frozen`, `option.value`, `host.feature`. */
export const attach: AttachVerb = async (request, target, options) => {
  const unknown = await archProblem(options.arch);
  if (unknown !== undefined) return fail(unknown);
  const running = await decidedState(request, target);
  const live = requireRunning(target, running);
  if (!live.ok) return live;
  if ((running.state === "FROZEN" || running.state === "FREEZING") && !options.elevated.includes("CGROUP")) return fail(frozen(target));
  const facts = initFacts(live.value, options);
  if (facts === undefined) return fail(stopped(target));
  const { init, problems } = options.isExplained === true ? { init: facts, problems: [] } : await within(request, facts, options);
  const { ptyLog, ...rest } = options;
  const plan = planAttach({
    ...rest, name: target.name, lxcpath: target.lxcpath, caller: probeCaller(request), init,
    configured: await configuredEnvironment(request, target, options.rcfile),
    ...(running.isForeign ? await foreignFilter(request, target, init) : filterOf(live.value.record)),
    ...(ptyLog === undefined ? {} : { ptyLog: absolutePath(request, ptyLog) }),
  });
  return plan.ok ? ok(plan.value, [...(plan.warnings ?? []), ...problems]) : plan;
};
