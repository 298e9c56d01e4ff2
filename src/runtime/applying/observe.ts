// Owns the look at what a project is about: its containers with their configs, the networks and volumes that are there.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { effectiveKeys, presentKey } from "../../config/index.ts";
import { configFile, recordDir } from "../../host/store/layout.ts";
import { portsOf } from "../../host/probe/published.ts";
import { readStateRecord } from "../../host/store/records.ts";
import { waitingMonitor } from "../../host/store/restarts.ts";
import { runningState } from "../../host/store/running.ts";
import type { Project } from "../../model/project.ts";
import type { Request } from "../../model/request.ts";
import { openDocument, syntaxOf } from "../config-document.ts";
import { valuesOf } from "../config-set.ts";
import { loadConfig } from "../container-config.ts";
import { listNetworks } from "../networks.ts";
import type { Target } from "../verbs.ts";
import { volumePath, type Seen, type SeenContainer } from "./steps.ts";

export type Applied = ReadonlyMap<string, readonly string[]>;
const recordFile = (target: Target): string => `${recordDir(target)}/applied`;

/** What the last apply has set in a container's config; nothing where that cannot be read. */
function readApplied(target: Target): Applied {
  try {
    const value: unknown = JSON.parse(readFileSync(recordFile(target), "utf8"));
    if (typeof value !== "object" || value === null) return new Map();
    return new Map(Object.entries(value).flatMap(([key, values]: [string, unknown]) => (Array.isArray(values) ? [[key, values.map(String)] as const] : [])));
  } catch {
    return new Map();
  }
}
export function writeApplied(target: Target, applied: Applied): void {
  mkdirSync(recordDir(target), { recursive: true });
  writeFileSync(recordFile(target), `${JSON.stringify(Object.fromEntries(applied))}\n`);
}

const isList = (key: string): boolean => {
  const found = presentKey(key);
  return found.ok && found.value.row.isRepeatable;
};
const NOTHING: SeenContainer = { exists: false, isRunning: false, hasIds: false, values: () => [], isList, applied: new Map(), published: [] };

/** What is asked for is looked up, once. */
function once<T>(look: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => (found ??= { value: look() }).value;
}

function seeContainer(request: Request, target: Target): SeenContainer {
  if (!existsSync(configFile(target))) return NOTHING;
  const keys = once(() => { const document = openDocument(request, target); return document.ok ? effectiveKeys(syntaxOf(request, document.value)) : []; });
  const hasIds = once(() => { const loaded = loadConfig(request, target); return loaded.ok && loaded.value.spec.idmap.length > 0; });
  const published = once(() => { const { monitorPid: pid, monitorStart: start } = readStateRecord(target) ?? waitingMonitor(target) ?? {}; return pid === undefined || start === undefined ? [] : portsOf({ pid, start }); });
  return {
    exists: true, isRunning: runningState(target).state !== "STOPPED" || waitingMonitor(target) !== undefined, isList, applied: readApplied(target),
    get hasIds() { return hasIds(); }, get published() { return published(); }, values: (key) => valuesOf(keys(), key).map(({ value }) => value),
  };
}

/** Where volumes lie that have no path of their own. */
const volumeFolder = (lxcpath: string): string => `${lxcpath}/.volumes`;

/** A look as of now: what nobody asks about is not read. */
export function see(request: Request, lxcpath: string, project: Project): Seen {
  const folder = volumeFolder(lxcpath);
  const networks = once(() => { const listing = listNetworks(request); return new Set(listing.ok ? listing.value.networks.map(({ name }) => name) : []); });
  const containers = new Map(project.containers.map(({ name }) => [name, once(() => seeContainer(request, { name, lxcpath }))]));
  return {
    isRoot: request.euid === 0, volumeFolder: folder, container: (name) => containers.get(name)?.() ?? NOTHING, get networks() { return networks(); },
    paths: new Set(project.volumes.map((volume) => volumePath(volume, project, { volumeFolder: folder })).filter((path) => existsSync(path))),
  };
}
