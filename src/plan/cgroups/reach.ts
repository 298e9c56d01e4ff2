// Owns what the host lets us do with cgroups: which hierarchies are used, and what is said of the rest.
import type { CgroupHierarchy } from "../../model/facts.ts";
import { byDefault } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import type { Scope } from "../scope.ts";
import { isRoot } from "../scope.ts";
import type { Limit } from "./names.ts";
import { controllerOf } from "./names.ts";

export const writable = (scope: Scope): readonly CgroupHierarchy[] => scope.facts.cgroups.hierarchies.filter((hierarchy) => hierarchy.isWritable);

/** Our own cgroup, for a message: that of the unified hierarchy, else the first line. */
function ownCgroup(scope: Scope): string {
  const lines = scope.facts.cgroups.self.split("\n").filter((line) => line !== "");
  const line = lines.find((candidate) => candidate.startsWith("0::")) ?? lines[0] ?? "0::/";
  return line.split(":").slice(2).join(":");
}

const limitsOf = (scope: Scope): readonly Limit[] => [...scope.spec.cgroup.v1, ...scope.spec.cgroup.v2];

const nameOf = ({ caller }: Scope["facts"]): string => caller.user ?? `uid ${caller.uid}`;

/** Where the session is, whose that is, and what was tried to get another. */
function whereWeAre(scope: Scope): string {
  const { facts } = scope;
  const { search } = facts.cgroups;
  const here = `this session is in cgroup ${ownCgroup(scope)}, which `;
  if (search === undefined) return `${here}is not delegated to ${nameOf(facts)}`;
  return `${here}belongs to ${search.owner}${search.tried.length === 0 ? "" : `; ${search.tried.join("; ")}`}`;
}

function undelegated(scope: Scope): Problem {
  const { facts } = scope;
  const asked = limitsOf(scope);
  const without = asked.length === 0 ? "" : `; not applied: ${[...new Set(asked.map(({ value }) => value.file))].join(", ")}`;
  const isMounted = facts.cgroups.layout !== "none";
  return {
    code: "cgroup.undelegated", severity: "warning", at: asked[0]?.from ?? byDefault("lxc.cgroup.dir"),
    text: `no cgroup may be made here, so the container runs without limits of its own${without}`,
    cause: isMounted ? whereWeAre(scope) : "no cgroup file system is mounted",
    remedy: isMounted ? facts.cgroups.search?.mend ?? `sudo berth setup ${nameOf(facts)}` : "mount one: mount -t cgroup2 none /sys/fs/cgroup",
  };
}

/** Where a controller is that a limit needs, when it is only not ours. */
function unreachedWhy(scope: Scope, controller: string): Pick<Problem, "cause" | "remedy"> {
  const { facts } = scope;
  const isOthers = facts.cgroups.hierarchies.some((hierarchy) => !hierarchy.isWritable && hierarchy.controllers.includes(controller));
  if (isOthers) return { cause: `controller '${controller}' is not delegated to ${nameOf(facts)}: ${whereWeAre(scope)}`, remedy: facts.cgroups.search?.mend ?? `sudo berth setup ${nameOf(facts)}` };
  if (isRoot(facts) || facts.cgroups.layout === "none") return { cause: `controller '${controller}' is not available here, in neither version of cgroups`, remedy: "remove the line, or enable the controller on the host" };
  const unified = writable(scope).find(({ version }) => version === 2);
  return { cause: `controller '${controller}' is not handed down to ${unified === undefined ? "any cgroup" : `cgroup ${unified.base}, in which the container is`}`, remedy: `sudo berth setup ${nameOf(facts)}; where the kernel lacks it, remove the line` };
}

function unreached(scope: Scope, limit: Limit, version: 1 | 2): Problem | undefined {
  const controller = controllerOf(limit.value.file);
  const isThere = writable(scope).some((hierarchy) => hierarchy.version === version && (controller === "cgroup" || hierarchy.controllers.includes(controller)));
  if (isThere) return undefined;
  const key = version === 1 ? "lxc.cgroup" : "lxc.cgroup2";
  return { code: "cgroup.limit", severity: "warning", at: limit.from, text: `${key}.${limit.value.file} is not applied`, ...unreachedWhy(scope, controller) };
}

/** hostLimits has chosen one version's rules; left are those that the host takes from nobody, or from root alone, wherever the cgroup is delegated to. */
function checkDeviceRules(scope: Scope): void {
  const { spec, facts, problems } = scope;
  const own = [...spec.cgroup.v2, ...spec.cgroup.v1].find((limit) => controllerOf(limit.value.file) === "devices");
  const hierarchies = writable(scope);
  const isPossible = hierarchies.some(({ version, controllers }) => version === 2 || controllers.includes("devices"));
  if (own === undefined || (isPossible && isRoot(facts))) return;
  problems.push({
    code: "cgroup.limit", severity: "warning", at: own.from, text: "the device rules are not applied",
    cause: isPossible ? "only root may give device rules to the kernel" : "there is neither a unified cgroup hierarchy here nor one with the devices controller",
    remedy: "an id map (lxc.idmap) keeps devices from being made at all; include userns.conf after common.conf to take the rules away",
  });
}

/** Warnings: a container runs without limits rather than not at all. */
export function checkCgroups(scope: Scope): void {
  const { spec, problems, facts } = scope;
  for (const name of facts.cgroups.missing ?? []) {
    problems.push({ code: "cgroup.limit", at: { kind: "config", file: "lxc.conf", key: "lxc.cgroup.use" }, text: `'${name}' is no cgroup controller of this host`, cause: "lxc.cgroup.use names it, and no mounted hierarchy has it", remedy: "take it out of lxc.cgroup.use, or mount its hierarchy" });
  }
  if (writable(scope).length === 0) { problems.push(undelegated(scope)); return; }
  const isDevice = (limit: Limit): boolean => controllerOf(limit.value.file) === "devices";
  for (const version of [1, 2] as const) {
    for (const limit of version === 1 ? spec.cgroup.v1 : spec.cgroup.v2) {
      const problem = isDevice(limit) ? undefined : unreached(scope, limit, version);
      if (problem !== undefined) problems.push(problem);
    }
  }
  checkDeviceRules(scope);
}
