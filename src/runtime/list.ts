// Owns the verb list: the containers of an lxcpath, as deep as the caller wants to know.
import { existsSync } from "node:fs";
import { ipv4Addresses, ipv6Addresses, linkNames } from "../host/probe/addresses.ts";
import type { CgroupUsage } from "../host/probe/cgroup-usage.ts";
import { cgroupUsage } from "../host/probe/cgroup-usage.ts";
import { cgroupPlaces } from "../host/probe/init.ts";
import { configFile, restartsFile } from "../host/store/layout.ts";
import { activeContainers, definedContainers } from "../host/store/listing.ts";
import { mayMention } from "../host/store/mentions.ts";
import type { FileAnswer } from "../host/store/read-config.ts";
import { readConfigFile } from "../host/store/read-config.ts";
import { listeningSockets, runningState } from "../host/store/running.ts";
import type { Running } from "../host/store/running.ts";
import { ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { StateRecord } from "../model/state.ts";
import { withForeign } from "./running-container.ts";
import type { ListedContainer, ListOptions, ListVerb, Target } from "./verbs.ts";

type Row = Omit<ListedContainer, "name" | "isDefined">;
type Need = ListOptions["needs"][number];
type Reader = (path: string) => FileAnswer;

const EMPTY: Row = { state: "STOPPED", isAutostart: false, groups: [], interfaces: [], ipv4: [], ipv6: [], isUnprivileged: false };

/** Hundreds of configs include the same few files. */
function rememberingReader(): Reader {
  const known = new Map<string, FileAnswer>();
  return (path) => {
    const answer = known.get(path) ?? readConfigFile(path);
    known.set(path, answer);
    return answer;
  };
}

/** The keys that a row shows, and their older name. */
const KEYS = ["lxc.start.auto", "berth.restart", "lxc.group", "lxc.idmap", "lxc.id_map"];

/** A config that cannot be read leaves its columns empty: the container is listed all the same. */
async function fromConfig(request: Request, target: Target, read: Reader): Promise<Partial<Row>> {
  if (!mayMention(configFile(target), KEYS, read)) return {};
  const { loadConfig } = await import("./container-config.ts");
  const loaded = loadConfig(request, target, { read });
  if (!loaded.ok) return {};
  const { spec } = loaded.value;
  return { isAutostart: spec.start.isAuto, groups: spec.groups, isUnprivileged: spec.idmap.length > 0 };
}

const memoryOf = ({ memoryBytes, swapBytes }: CgroupUsage): Partial<Row> =>
  ({ ...(memoryBytes === undefined ? {} : { ramBytes: memoryBytes }), ...(swapBytes === undefined ? {} : { swapBytes }) });

function fromRecord(record: StateRecord | undefined, needs: readonly Need[]): Partial<Row> {
  const pid = record?.initPid;
  if (record === undefined || pid === undefined) return {};
  return {
    pid,
    ...(needs.includes("memory") ? memoryOf(cgroupUsage(cgroupPlaces(pid, record.cgroups))) : {}),
    ...(needs.includes("ips") ? { interfaces: linkNames(pid), ipv4: ipv4Addresses(pid), ipv6: ipv6Addresses(pid) } : {}),
  };
}

/** The containers of an lxcpath. Source: lxc-ls(1). Problems: `lxcpath.unwritable`. */
export const list: ListVerb = async (request, lxcpath, { needs }) => {
  const sockets = listeningSockets();
  const read = rememberingReader();
  const defined = new Set(definedContainers(lxcpath));
  const names = [...new Set([...defined, ...activeContainers(lxcpath, sockets)])].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const isStateWanted = needs.some((need) => need !== "config");
  const rows: ListedContainer[] = [];
  for (const name of names) {
    const target = { name, lxcpath };
    const isDefined = defined.has(name);
    const running: Running = isStateWanted ? await withForeign(target, runningState(target, () => sockets)) : { state: "STOPPED", isForeign: false };
    const config = needs.includes("config") && isDefined ? await fromConfig(request, target, read) : {};
    const restarts = isStateWanted && existsSync(restartsFile(target)) ? (await import("../host/store/restarts.ts")).restartsOf(target, running.record) : undefined;
    rows.push({ ...EMPTY, ...config, ...fromRecord(running.record, needs), name, isDefined, state: running.state, ...(restarts === undefined ? {} : { restarts }) });
  }
  return ok(rows);
};
