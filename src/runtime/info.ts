// Owns the verb info: what lxc-info(1) tells of one container.
import { existsSync } from "node:fs";
import { hostCounters, ipv4Addresses, ipv6Addresses } from "../host/probe/addresses.ts";
import { cgroupUsage } from "../host/probe/cgroup-usage.ts";
import { cgroupPlaces } from "../host/probe/init.ts";
import { configFile, restartsFile } from "../host/store/layout.ts";
import { readExitRecord, readGrantedLinks } from "../host/store/records.ts";
import { fail, ok } from "../model/problem.ts";
import type { StateRecord } from "../model/state.ts";
import { settledState } from "./running-container.ts";
import type { ContainerInfo, InfoVerb, NicStatistics, Target } from "./verbs.ts";

/** The container's view: what the host's end received, it sent. */
const nicsOf = (links: readonly string[]): readonly NicStatistics[] => links.flatMap((link) => {
  const counters = hostCounters(link);
  return counters === undefined ? [] : [{ link, txBytes: counters.rxBytes, rxBytes: counters.txBytes }];
});

function liveInfo(target: Target, record: StateRecord | undefined, needs: { readonly stats: boolean; readonly ips: boolean }): Partial<ContainerInfo> {
  const pid = record?.initPid;
  if (record === undefined || pid === undefined) return {};
  const { swapBytes: _, ...usage } = needs.stats ? cgroupUsage(cgroupPlaces(pid, record.cgroups)) : {};
  return { pid, ...usage, ...(needs.ips ? { ips: [...ipv4Addresses(pid), ...ipv6Addresses(pid)] } : {}), ...(needs.stats ? { nics: nicsOf([...record.links, ...readGrantedLinks(target)]) } : {}) };
}

/** Only a container with a restart policy has any. */
async function restartsNow(target: Target, record: StateRecord | undefined): Promise<Pick<ContainerInfo, "restarts">> {
  const restarts = existsSync(restartsFile(target)) ? (await import("../host/store/restarts.ts")).restartsOf(target, record) : undefined;
  return restarts === undefined ? {} : { restarts };
}

/** State, addresses and use of a container. Source: lxc-info(1). Problems: `container.missing`. */
export const info: InfoVerb = async (request, target, needs) => {
  const running = await settledState(request, target);
  if (running.state === "STOPPED" && !existsSync(configFile(target))) {
    return fail({ code: "container.missing", text: `${target.name} doesn't exist`, cause: `there is no ${configFile(target)}`, remedy: "lxc-ls lists the containers of this lxcpath; -P names another" });
  }
  const lastExit = running.record === undefined ? readExitRecord(target) : undefined;
  return ok({ name: target.name, state: running.state, ips: [], nics: [], ...liveInfo(target, running.record, needs), ...(lastExit === undefined ? {} : { lastExit }), ...await restartsNow(target, running.record) });
};
