// Owns namespaces of others: --share-net and its sisters, lxc.namespace.share.*. A container's name or a pid becomes a namespace file.
import { existsSync, readlinkSync } from "node:fs";
import { readText } from "../host/read-text.ts";
import { mapText, parseIdMap, plainMap } from "../linux/idmap.ts";
import type { Origin } from "../model/origin.ts";
import { byOption } from "../model/origin.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { ContainerSpec, NamespaceName } from "../model/spec.ts";
import { lookAt, requireRunning, withForeign } from "./running-container.ts";
import type { StartOptions, Target } from "./verbs.ts";

type Shares = Partial<Record<NamespaceName, string>>;

const unknown = (at: Origin, value: string): Problem => (/^\d+$/.test(value) && existsSync(`/proc/${value}`) ? {
  code: "privilege", at, text: `the namespaces of process ${value} may not be entered`, cause: "it belongs to somebody else, or its namespaces are above those of this process", remedy: "do it as root of the host, or name a container",
} : {
  code: at.kind === "option" ? "option.value" : "config.value", at, text: `"${value}" is neither a running container nor the pid of a process`, remedy: "start that container first",
});

async function fileOf(target: Target, name: NamespaceName, value: string): Promise<string | undefined> {
  if (value.startsWith("/proc/")) return existsSync(value) ? value : undefined;
  const file = (pid: number | string): string => `/proc/${pid}/ns/${name}`;
  if (/^\d+$/.test(value)) return existsSync(file(value)) ? file(value) : undefined;
  if (value === "" || value.includes("/")) return undefined;
  const other = { name: value, lxcpath: target.lxcpath };
  const live = requireRunning(other, await withForeign(other, lookAt(other)));
  return live.ok && live.value.initPid !== undefined ? file(live.value.initPid) : undefined;
}

const NAMES: readonly NamespaceName[] = ["net", "ipc", "uts", "pid", "cgroup", "mnt", "user", "time"];
const OPTIONS: readonly (keyof StartOptions["share"])[] = ["net", "ipc", "uts", "pid"];

/** An option wins over the config's line for the same namespace. */
export async function resolveShares(target: Target, options: StartOptions["share"], config: ContainerSpec["namespaces"]["share"]): Promise<Result<Shares>> {
  const shares: Shares = {};
  const problems: Problem[] = [];
  for (const name of NAMES) {
    const option = OPTIONS.find((candidate) => candidate === name);
    const given = option === undefined ? undefined : options[option];
    const wish = given === undefined ? config[name] : { value: given, from: byOption(`--share-${name}`) };
    if (wish === undefined) continue;
    const file = await fileOf(target, name, wish.value);
    if (file === undefined) problems.push(unknown(wish.from, wish.value));
    else shares[name] = file;
  }
  return problems.length > 0 ? fail(...problems) : ok(shares);
}

const OWN = "/proc/self/ns/user";
const linkOf = (path: string): string | undefined => { try { return readlinkSync(path); } catch { return undefined; } };

/** lxc.namespace.share.user: the ids are those of the namespace. A config that says others is refused: its files would be nobody's. */
export function withSharedIds(spec: ContainerSpec, { user: path }: Shares): Result<ContainerSpec> {
  const at = spec.namespaces.share.user?.from;
  if (path === undefined || at === undefined) return ok(spec);
  if (linkOf(path) === linkOf(OWN)) return fail({ code: "config.value", at, text: `'${spec.namespaces.share.user?.value ?? path}' has no user namespace of its own that could be shared`, cause: "it has the ids of the host", remedy: "take the line out: without lxc.idmap the host's user namespace is shared anyhow; or name a container that has lxc.idmap" });
  const process = path.replace(/\/ns\/user$/, "");
  const map = plainMap([...parseIdMap(readText(`${process}/uid_map`) ?? "", "u"), ...parseIdMap(readText(`${process}/gid_map`) ?? "", "g")]);
  if (spec.idmap.length === 0) return ok({ ...spec, idmap: map.map((value) => ({ value, from: at })) });
  const own = plainMap(spec.idmap.map(({ value }) => value));
  const differs = (["u", "g"] as const).find((kind) => mapText(own, kind) !== mapText(map, kind));
  if (differs === undefined) return ok(spec);
  const first = spec.idmap.find(({ value }) => value.kind === differs) ?? spec.idmap[0];
  const lines = map.filter(({ kind }) => kind === differs).map(({ inside, outside, count }) => `lxc.idmap = ${differs} ${inside} ${outside} ${count}`);
  return fail({ code: "config.conflict", at: first?.from ?? at, text: "lxc.idmap is not the map of the user namespace that lxc.namespace.share.user names", cause: `that has: ${lines.join("; ")}`, remedy: "write these lines, or none: then they count by themselves" });
}
