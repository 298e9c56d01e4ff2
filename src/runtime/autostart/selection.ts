// Owns which containers lxc-autostart is about, and in which order.
import { readdirSync, realpathSync } from "node:fs";
import { configFile } from "../../host/store/layout.ts";
import { definedContainers } from "../../host/store/listing.ts";
import { mayMention } from "../../host/store/mentions.ts";
import { readExitRecord } from "../../host/store/records.ts";
import { readRestarts } from "../../host/store/restarts.ts";
import { listeningSockets, runningState } from "../../host/store/running.ts";
import { ok } from "../../model/problem.ts";
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { loadConfig } from "../container-config.ts";
import type { AutostartItem, AutostartListVerb, AutostartWishes, Target } from "../verbs.ts";

/** Links of LXC 0.8 to the configs of containers that start at boot. */
const AUTO_LINKS = "/etc/lxc/auto";

function attempt<T>(look: () => T, otherwise: T): T {
  try { return look(); } catch { return otherwise; }
}
const linkedConfigs = (request: Request): ReadonlySet<string> => new Set(request.euid !== 0 ? [] : attempt(() => readdirSync(AUTO_LINKS), []).map((name) => attempt(() => realpathSync(`${AUTO_LINKS}/${name}`), "")));

interface Candidate extends AutostartItem { readonly groups: readonly string[] }
interface Found { readonly candidates: readonly Candidate[]; readonly broken: readonly { readonly name: string; readonly problems: readonly Problem[] }[] }

/** By a user; not with the machine. */
const wasStopped = (target: Target): boolean => readExitRecord(target)?.asked === "user" || readRestarts(target)?.end === "asked" && readExitRecord(target)?.asked === undefined;

/** Configs that say nothing of autostart are not read. A config that is broken keeps no container running. */
function find(request: Request, lxcpath: string, { isAutoIgnored, action }: AutostartWishes): Found {
  const [links, sockets] = [linkedConfigs(request), listeningSockets()];
  const candidates: Candidate[] = [];
  const broken: { readonly name: string; readonly problems: readonly Problem[] }[] = [];
  for (const name of definedContainers(lxcpath)) {
    const target: Target = { name, lxcpath };
    const isLinked = links.size > 0 && links.has(attempt(() => realpathSync(configFile(target)), ""));
    if (!isAutoIgnored && !isLinked && !mayMention(configFile(target), ["lxc.start.auto", "berth.restart"])) continue;
    const [loaded, { state }] = [loadConfig(request, target), runningState(target, () => sockets)];
    if (!loaded.ok) {
      if (action === "start" || action === "reboot") broken.push({ name, problems: loaded.problems });
      else candidates.push({ name, groups: [], order: 0, delay: 0, state });
      continue;
    }
    const { start, groups, restart } = loaded.value.spec;
    const isKeptDown = action === "start" && restart?.value === "unless-stopped" && wasStopped(target);
    if (isAutoIgnored || isLinked || (start.isAuto && !isKeptDown)) candidates.push({ name, groups, order: start.order, delay: start.delay, state });
  }
  return { candidates, broken };
}

/** The lowest number first; of equal ones by name, as strcmp(3) sorts. */
const inOrder = (a: AutostartItem, b: AutostartItem): number => (a.order === b.order ? (a.name < b.name ? -1 : 1) : a.order - b.order);

/** A container of several groups has its turn with the first of them. */
function byGroups(candidates: readonly Candidate[], { groups, isAll }: AutostartWishes): readonly (readonly Candidate[])[] {
  if (isAll) return [candidates];
  const left = new Set(candidates);
  return groups.map((group) => [...left].filter((one) => {
    const isOf = group === "" ? one.groups.length === 0 : one.groups.includes(group);
    return isOf && left.delete(one);
  }));
}

/** What `autostart` would take, in its order; nothing is done. Source: lxc-autostart -L. Problems: `lxcpath.unwritable`, `config.value`. */
export const autostartList: AutostartListVerb = async (request, lxcpath, wishes) => {
  const { candidates, broken } = find(request, lxcpath, wishes);
  const isStop = wishes.action === "shutdown" || wishes.action === "kill";
  const isDue = ({ state }: AutostartItem): boolean => (wishes.action === "start" ? state === "STOPPED" : state !== "STOPPED");
  const items = byGroups(candidates.filter(isDue), wishes).flatMap((members) => {
    const sorted = members.toSorted(inOrder).map(({ name, order, delay, state }): AutostartItem => ({ name, order, delay, state }));
    return isStop ? sorted.toReversed() : sorted;
  });
  return ok({ items, broken });
};
