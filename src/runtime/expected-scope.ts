// Owns what --explain believes of the scope that a start would get: it asks nobody for one.
import { existsSync } from "node:fs";
import { userBuses } from "../host/bus/systemd.ts";
import { readText } from "../host/read-text.ts";
import type { CgroupHierarchy, HostFacts } from "../model/facts.ts";
import type { Request } from "../model/request.ts";

/** Where systemd has the user's manager, and below it his scopes. */
function expectedIn(hierarchy: CgroupHierarchy, request: Request, name: string): CgroupHierarchy {
  const manager = `/user.slice/user-${request.euid}.slice/user@${request.euid}.service`;
  const directory = `${hierarchy.mountpoint}${manager}`;
  const isManaged = hierarchy.version === 2 || hierarchy.controllers.includes("name=systemd");
  if (!isManaged || !existsSync(directory)) return hierarchy;
  const controllers = hierarchy.version === 1 ? hierarchy.controllers : (readText(`${directory}/cgroup.controllers`) ?? "").split(/\s+/).filter((word) => word !== "");
  const { isElsewhere: _, ...rest } = hierarchy;
  return { ...rest, base: `${manager}/app.slice/lxc-${name}-${request.pid}.scope`, controllers, isWritable: true };
}

export function expected(request: Request, name: string, facts: HostFacts): HostFacts {
  if (userBuses(request.euid, request.env).length === 0) return facts;
  return { ...facts, cgroups: { ...facts.cgroups, hierarchies: facts.cgroups.hierarchies.map((hierarchy) => expectedIn(hierarchy, request, name)) } };
}
