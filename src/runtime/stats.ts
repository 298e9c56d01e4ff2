// Owns the verb stats: what running containers have used, in one look.
import { hostCounters } from "../host/probe/addresses.ts";
import { cgroupCounters } from "../host/probe/cgroup-counters.ts";
import { cgroupsOf } from "../host/probe/init.ts";
import { readText } from "../host/read-text.ts";
import { activeContainers, definedContainers } from "../host/store/listing.ts";
import { listeningSockets, runningState } from "../host/store/running.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { StateRecord } from "../model/state.ts";
import type { ContainerStats, LinkTraffic } from "../model/stats.ts";
import { configFile } from "../host/store/layout.ts";
import { existsSync } from "node:fs";
import { foreign, stopped, withForeign } from "./running-container.ts";
import type { StatsVerb, Target } from "./verbs.ts";

/** The container's view: what the host's end received, it sent. */
const trafficOf = (record: StateRecord): readonly LinkTraffic[] => record.links.flatMap((link) => {
  const counters = hostCounters(link);
  return counters === undefined ? [] : [{ link, txBytes: counters.rxBytes, rxBytes: counters.txBytes }];
});

interface Look { readonly sockets: () => ReadonlySet<string>; readonly mountinfo: () => string }

/** What all containers have in common is read once. */
function newLook(): Look {
  let [sockets, mountinfo]: [ReadonlySet<string> | undefined, string | undefined] = [undefined, undefined];
  return { sockets: () => (sockets ??= listeningSockets()), mountinfo: () => (mountinfo ??= readText("/proc/self/mountinfo") ?? "") };
}

/** Fails when it does not run, or its monitor is not to be asked. */
async function statsOf(target: Target, look: Look): Promise<Result<ContainerStats>> {
  const { name } = target;
  const { record, state, isForeign } = await withForeign(target, runningState(target, look.sockets));
  const pid = record?.initPid;
  const cgroup = pid === undefined ? undefined : readText(`/proc/${pid}/cgroup`);
  if (record === undefined || pid === undefined || cgroup === undefined) return fail(isForeign && record === undefined ? foreign(target) : notThere(target));
  const counters = cgroupCounters(cgroupsOf(cgroup, look.mountinfo(), record.cgroups));
  return ok({ name, state, pid, at: Date.now(), ...(record.startedAt === undefined ? {} : { startedAt: record.startedAt }), ...counters, nics: trafficOf(record) });
}

const notThere = (target: Target): Problem => (existsSync(configFile(target))
  ? stopped(target) : { code: "container.missing", text: `${target.name} doesn't exist`, cause: `there is no ${configFile(target)}`, remedy: "lxc-ls lists the containers of this lxcpath; -P names another" });

/** Without names: of every container that runs. A name that does not run is a problem, told with the rest. Problems: `container.missing`. */
export const stats: StatsVerb = async (_request, lxcpath, names) => {
  const look = newLook();
  const wanted = names.length > 0 ? [...new Set(names)] : [...new Set([...definedContainers(lxcpath), ...activeContainers(lxcpath, look.sockets())])].sort();
  const found = await Promise.all(wanted.map((name) => statsOf({ name, lxcpath }, look)));
  const problems = names.length === 0 ? [] : found.flatMap((one) => (one.ok ? [] : one.problems));
  const values = found.flatMap((one) => (one.ok ? [one.value] : []));
  return problems.length > 0 && values.length === 0 ? fail(...problems) : ok(values, problems.map((problem) => ({ ...problem, severity: "warning" as const })));
};
