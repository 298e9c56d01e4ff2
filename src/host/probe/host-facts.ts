// Owns HostFacts: one look at the machine, as deep as a verb needs.
import { parseSubIds } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import type { Request } from "../../model/request.ts";
import { readText } from "../read-text.ts";
import { probeCaller } from "./caller.ts";
import { probeCgroups, type CgroupSources } from "./cgroups.ts";
import { hasNamespace, probeKernel, probeLsms, randomHex } from "./kernel.ts";
import { probeLinks, probeUserNic } from "./links.ts";
import { probeUserMode } from "./user-mode.ts";
import type { LinksWanted } from "./links.ts";
import { probePaths } from "./paths.ts";
import { probeStorage } from "./storage.ts";
import { isInUserns, probeIdMapHelper, probeUserns } from "./userns.ts";

export interface Wanted {
  readonly paths?: readonly string[];
  /** newuidmap, newgidmap, /etc/subuid, /etc/subgid. */
  readonly idmap?: boolean;
  readonly links?: LinksWanted;
  readonly lsms?: boolean;
  /** The image, device or directory that a container's root is on. */
  readonly storage?: string;
  /** lxc.cgroup.relative. */
  readonly isCgroupRelative?: boolean;
  /** lxc.cgroup.use. */
  readonly cgroupUse?: readonly string[];
  /** Cgroup names that a container may take, see CgroupSources. */
  readonly cgroups?: CgroupSources["candidates"];
}

const subIds = (path: string): HostFacts["subuid"] => parseSubIds(readText(path) ?? "");

function idMapHelpers(euid: number): Pick<HostFacts, "newuidmap" | "newgidmap"> {
  if (euid === 0) return {};
  const [newuidmap, newgidmap] = [probeIdMapHelper("newuidmap"), probeIdMapHelper("newgidmap")];
  return { ...(newuidmap === undefined ? {} : { newuidmap }), ...(newgidmap === undefined ? {} : { newgidmap }) };
}

export const enginePath = (prefix: string): string => `${prefix}/libexec/berth/berth-engine`;

export function probeHost(request: Request, wanted: Wanted = {}): HostFacts {
  const isRoot = request.euid === 0;
  const storage = wanted.storage === undefined ? undefined : probeStorage(wanted.storage);
  const caller = probeCaller(request);
  return {
    caller,
    kernel: probeKernel(),
    cgroups: probeCgroups({
      mountinfo: readText("/proc/self/mountinfo") ?? "", self: request.cgroup, first: readText("/proc/1/cgroup") ?? "",
      isBelowOwn: !isRoot || wanted.isCgroupRelative === true, ...(wanted.cgroupUse === undefined ? {} : { use: wanted.cgroupUse }), ...(wanted.cgroups === undefined ? {} : { candidates: wanted.cgroups }),
      ...(isRoot || caller.user === undefined ? {} : { user: caller.user }),
    }),
    subuid: wanted.idmap === true ? subIds("/etc/subuid") : [],
    subgid: wanted.idmap === true ? subIds("/etc/subgid") : [],
    ...(wanted.idmap === true ? idMapHelpers(request.euid) : {}),
    lsms: wanted.lsms === true ? probeLsms() : [],
    hasCgroupNamespace: hasNamespace("cgroup"),
    hasTimeNamespace: hasNamespace("time"),
    userns: probeUserns(request.euid),
    ...(isRoot && isInUserns(readText("/proc/self/uid_map") ?? "") ? { isInUserns: true as const } : {}),
    paths: probePaths(wanted.paths ?? []),
    ...(storage === undefined ? {} : { storage }),
    ...(wanted.links === undefined ? { links: {} } : probeLinks(wanted.links)),
    ...(wanted.links === undefined || isRoot ? {} : probeUserNic(request.prefix)),
    ...(wanted.links?.hasUserMode === true && !isRoot ? probeUserMode(request.euid, wanted.links.hasEgress === true) : {}),
    install: { engine: enginePath(request.prefix), share: `${request.prefix}/share` },
    now: Math.floor(Date.now() / 1000),
    random: randomHex(),
  };
}
