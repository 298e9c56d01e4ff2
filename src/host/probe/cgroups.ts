// Owns the cgroup facts: which hierarchies are mounted where, and below which directory containers may be put.
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import type { CgroupMembership } from "../../linux/proc-cgroup.ts";
import { parseCgroups } from "../../linux/proc-cgroup.ts";
import type { MountInfo } from "../../linux/proc-mountinfo.ts";
import { parseCgroupMounts } from "../../linux/proc-mountinfo.ts";
import type { CgroupHierarchy, CgroupLayout, HostFacts } from "../../model/facts.ts";
import { readText } from "../read-text.ts";

export interface CgroupSources {
  readonly mountinfo: string;
  /** /proc/self/cgroup of the caller; /proc/1/cgroup. */
  readonly self: string;
  readonly first: string;
  /** Root puts containers below pid 1's cgroup, others below their own; lxc.cgroup.relative makes root do so too. */
  readonly isBelowOwn: boolean;
  /** lxc.cgroup.use of lxc.conf: the controllers of v1 that are used; undefined: all. */
  readonly use?: readonly string[];
  /** Names a container may take, by the number of the choice: looked for until one is free everywhere, or there are no more. */
  readonly candidates?: (attempt: number) => readonly string[] | undefined;
  /** An ordinary user's name: where his own cgroup is not his to divide, another that is delegated to him will do. */
  readonly user?: string;
}

const FLAG_OPTIONS = new Set(["rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode", "favordynmods", "none"]);
const controllersOf = (mount: MountInfo): readonly string[] =>
  mount.superOptions.filter((option) => !FLAG_OPTIONS.has(option) && !option.startsWith("release_agent="));
const isSame = (mount: MountInfo, membership: CgroupMembership): boolean =>
  membership.version === 2 ? mount.fstype === "cgroup2" : mount.fstype === "cgroup" && membership.controllers.every((name) => mount.superOptions.includes(name));

/** The directory of a membership relative to the mount point, which may itself show only a part of the hierarchy. */
function relativeBase(mount: MountInfo, path: string): string {
  const below = mount.root !== "/" && (path === mount.root || path.startsWith(`${mount.root}/`)) ? path.slice(mount.root.length) : path;
  return below === "" || below.startsWith("/..") ? "/" : below;
}

const INIT_SCOPE = "/init.scope";
const withoutInitScope = (path: string): string => (path.endsWith(INIT_SCOPE) ? path.slice(0, -INIT_SCOPE.length) || "/" : path || "/");

function isWritable(path: string, mode: number = constants.W_OK | constants.X_OK): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

const directoryOf = ({ mountpoint }: MountInfo, base: string): string => (base === "/" ? mountpoint : `${mountpoint}${base}`);

/** `/a/b` of `/a/b/c` and `/a/b/d`. */
function commonAncestor(one: string, other: string): string {
  const [left, right] = [one.split("/"), other.split("/")];
  const end = left.findIndex((part, i) => part !== right[i]);
  return left.slice(0, end < 0 ? left.length : end).join("/") || "/";
}

/** v2 lets a process be moved only by who may write cgroup.procs of the directory that both places lie below. */
const mayMove = (mountpoint: string, from: string, to: string): boolean => isWritable(`${mountpoint}${commonAncestor(from, to)}/cgroup.procs`, constants.W_OK);

/** The caller, in `self`, may put a process of his own into a directory of the unified hierarchy. */
export function mayEnter(mountinfo: string, self: string, directory: string): boolean {
  const mount = parseCgroupMounts(mountinfo).find(({ fstype, mountpoint }) => fstype === "cgroup2" && directory.startsWith(`${mountpoint}/`));
  const own = parseCgroups(self).find(({ version }) => version === 2);
  if (mount === undefined || own === undefined) return false;
  return isWritable(`${directory}/cgroup.procs`, constants.W_OK) && mayMove(mount.mountpoint, relativeBase(mount, own.path), directory.slice(mount.mountpoint.length));
}

/** Trees that were made for a user: by berth setup, or by libpam-cgfs at a login (docs/decisions/0008-contexts.md). */
function treesOf(mount: MountInfo, user: string): readonly string[] {
  const logins = `/user/${user}`;
  const names = existsSync(directoryOf(mount, logins)) ? readdirSync(directoryOf(mount, logins), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name) : [];
  return [`/berth/${user}`, ...names.map((name) => `${logins}/${name}`)];
}

/** The base itself, or where it is not the user's another cgroup of his that he can get into. */
function usableBase(mount: MountInfo, { version }: CgroupMembership, base: string, user: string | undefined): { readonly base: string; readonly isWritable: boolean; readonly isElsewhere?: true } {
  if (isWritable(directoryOf(mount, base))) return { base, isWritable: true };
  const tree = user === undefined ? undefined : treesOf(mount, user).find((path) => isWritable(directoryOf(mount, path)) && (version === 1 || mayMove(mount.mountpoint, base, path)));
  return tree === undefined ? { base, isWritable: false } : { base: tree, isWritable: true, isElsewhere: true };
}

function hierarchy(mount: MountInfo, membership: CgroupMembership, own: string, user: string | undefined): CgroupHierarchy {
  const shared = { mountpoint: mount.mountpoint, ...usableBase(mount, membership, own, user) };
  const directory = directoryOf(mount, shared.base);
  if (membership.version === 2) return { version: 2, controllers: (readText(`${directory}/cgroup.controllers`) ?? "").trim().split(" ").filter((name) => name !== ""), ...shared };
  const controllers = controllersOf(mount);
  if (!controllers.includes("cpuset")) return { version: 1, controllers, ...shared };
  const read = (file: string): string => (readText(`${directory}/cpuset.${file}`) ?? "").trim();
  return { version: 1, controllers, ...shared, cpusetCpus: read("cpus"), cpusetMems: read("mems") };
}

function layoutOf(hierarchies: readonly CgroupHierarchy[]): CgroupLayout {
  const hasOld = hierarchies.some(({ version }) => version === 1);
  const hasNew = hierarchies.some(({ version }) => version === 2);
  if (hasOld) return hasNew ? "hybrid" : "v1";
  return hasNew ? "v2" : "none";
}

const exists = ({ mountpoint, base }: CgroupHierarchy, name: string): boolean => existsSync(`${mountpoint}/${base}/${name}`);

/** Names that are in use, up to the first choice of which none is. */
function takenOf(hierarchies: readonly CgroupHierarchy[], candidates: CgroupSources["candidates"]): readonly string[] {
  const taken: string[] = [];
  for (let attempt = 0; ; attempt++) {
    const names = candidates?.(attempt);
    if (names === undefined) break;
    const found = names.filter((name) => hierarchies.some((candidate) => candidate.isWritable && exists(candidate, name)));
    if (found.length === 0) break;
    taken.push(...found);
  }
  return taken;
}

/** @all: every hierarchy; @kernel: those that have a controller. */
function isUsed({ version, controllers }: CgroupHierarchy, use: readonly string[]): boolean {
  return version === 2 || use.includes("@all") || controllers.some((name) => use.includes(name) || (use.includes("@kernel") && !name.startsWith("name=")));
}

/** What cgroup v2 has without a controller of that name. */
const CORE = ["devices", "freezer", "cpuacct", "blkio"];
function missingOf(hierarchies: readonly CgroupHierarchy[], use: readonly string[]): readonly string[] {
  const isThere = (name: string): boolean => name.startsWith("@") || hierarchies.some(({ version, controllers }) => controllers.includes(name) || (version === 2 && CORE.includes(name)));
  return use.filter((name) => !isThere(name));
}

export function probeCgroups(sources: CgroupSources): HostFacts["cgroups"] {
  const mounts = parseCgroupMounts(sources.mountinfo).filter(({ fstype }) => fstype === "cgroup" || fstype === "cgroup2");
  const first = parseCgroups(sources.first);
  const { use } = sources;
  const found = parseCgroups(sources.self).flatMap((own): readonly CgroupHierarchy[] => {
    const mount = mounts.find((candidate) => isSame(candidate, own));
    if (mount === undefined) return [];
    const init = first.find((candidate) => candidate.version === own.version && candidate.controllers.join() === own.controllers.join());
    const path = sources.isBelowOwn || init === undefined ? own.path : withoutInitScope(init.path);
    return [hierarchy(mount, own, relativeBase(mount, path), sources.user)];
  });
  const hierarchies = use === undefined ? found : found.map((one) => (isUsed(one, use) ? one : { ...one, isWritable: false }));
  const missing = use === undefined ? [] : missingOf(found, use);
  return { layout: layoutOf(hierarchies), hierarchies, self: sources.self, taken: takenOf(hierarchies, sources.candidates), ...(missing.length === 0 ? {} : { missing }) };
}
