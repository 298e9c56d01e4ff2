// Owns the verb stats: what running containers have used, in one look.
import { hostCounters } from "../host/probe/addresses.ts";
import { cgroupCounters } from "../host/probe/cgroup-counters.ts";
import { cgroupsOf } from "../host/probe/init.ts";
import { readText } from "../host/read-text.ts";
import { activeContainers, definedContainers } from "../host/store/listing.ts";
import { listeningSockets, runningState } from "../host/store/running.ts";
import type { Problem } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { StateRecord } from "../model/state.ts";
import type { ContainerStats, LinkTraffic } from "../model/stats.ts";
import { configFile } from "../host/store/layout.ts";
import { existsSync } from "node:fs";
import { stopped, withForeign } from "./running-container.ts";
import type { StatsVerb } from "./verbs.ts";

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

/** undefined: it does not run, or its monitor is not to be asked. */
async function statsOf(lxcpath: string, name: string, look: Look): Promise<ContainerStats | undefined> {
  const { record, state } = await withForeign({ name, lxcpath }, runningState({ name, lxcpath }, look.sockets));
  const pid = record?.initPid;
  if (record === undefined || pid === undefined) return undefined;
  const cgroup = readText(`/proc/${pid}/cgroup`);
  if (cgroup === undefined) return undefined;
  const counters = cgroupCounters(cgroupsOf(cgroup, look.mountinfo(), record.cgroups));
  return { name, state, pid, at: Date.now(), ...(record.startedAt === undefined ? {} : { startedAt: record.startedAt }), ...counters, nics: trafficOf(record) };
}

const missing = (lxcpath: string, name: string): Problem => (existsSync(configFile({ lxcpath, name }))
  ? stopped({ lxcpath, name }) : { code: "container.missing", text: `${name} doesn't exist`, cause: `there is no ${configFile({ lxcpath, name })}`, remedy: "lxc-ls lists the containers of this lxcpath; -P names another" });

/** Without names: of every container that runs. A name that does not run is a problem, told with the rest. Problems: `container.missing`. */
export const stats: StatsVerb = async (_request, lxcpath, names) => {
  const look = newLook();
  const wanted = names.length > 0 ? [...new Set(names)] : [...new Set([...definedContainers(lxcpath), ...activeContainers(lxcpath, look.sockets())])].sort();
  const found = await Promise.all(wanted.map(async (name) => ({ name, value: await statsOf(lxcpath, name, look) })));
  const problems = names.length === 0 ? [] : found.filter(({ value }) => value === undefined).map(({ name }) => missing(lxcpath, name));
  const values = found.flatMap(({ value }) => value ?? []);
  return problems.length > 0 && values.length === 0 ? fail(...problems) : ok(values, problems.map((problem) => ({ ...problem, severity: "warning" as const })));
};
