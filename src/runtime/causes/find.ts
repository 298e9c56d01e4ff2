// Owns the table: which rules look at a failure, by the kind of op.
import { profileFinding } from "./apparmor-profile.ts";
import { cgroupFinding, deviceRulesFinding } from "./cgroups.ts";
import { criuFinding } from "./criu.ts";
import { execFinding } from "./exec.ts";
import { freezeFinding } from "./freezer.ts";
import type { Failure, Finding, Rule } from "./failure.ts";
import { labelFinding } from "./labels.ts";
import { consoleLogFinding, consolePathFinding, fileFinding } from "./files.ts";
import { attributeFinding, mountSourceFinding, mountTargetFinding, newMountFinding, pivotFinding, umountFinding } from "./mounts.ts";
import { coreFinding, hookFinding, idsFinding, listenFinding, lockFinding, monitorFinding, pidfdFinding, ptyFinding, setnsFinding, superviseFinding, waitFinding } from "./processes.ts";
import { networkFinding, networkProgramFinding } from "./network.ts";
import { proxyFinding, seccompFinding } from "./seccomp.ts";
import { idmapFinding, imageLockFinding, loopFinding, nbdFinding, storageFinding } from "./storage.ts";
import { cloneFinding, idMapHelperFinding, mapWriteFinding } from "./user-namespace.ts";

/** The first rule with an answer is believed. */
const RULES: Readonly<Record<string, readonly Rule[]>> = {
  clone: [cloneFinding], unshare: [cloneFinding],
  spawn: [criuFinding, nbdFinding, profileFinding, idMapHelperFinding, networkProgramFinding, hookFinding],
  writeFile: [labelFinding, mapWriteFinding, cgroupFinding, fileFinding],
  mkdir: [cgroupFinding, fileFinding], mknod: [fileFinding], symlink: [fileFinding], rename: [fileFinding], open: [idmapFinding, consolePathFinding, consoleLogFinding, cgroupFinding, fileFinding], chown: [cgroupFinding, fileFinding],
  openTree: [mountSourceFinding], moveMount: [mountTargetFinding], fsMount: [storageFinding, newMountFinding], mountSetattr: [idmapFinding, attributeFinding], loopDevice: [loopFinding], umount: [umountFinding], pivotRoot: [pivotFinding],
  exec: [execFinding], initLoop: [execFinding], supervise: [superviseFinding],
  listen: [listenFinding], askMonitor: [freezeFinding, monitorFinding], lock: [imageLockFinding, lockFinding],
  netlink: [networkFinding], ifIndex: [networkFinding],
  prctl: [coreFinding], seccomp: [seccompFinding], seccompNotify: [proxyFinding], bpfDevice: [deviceRulesFinding],
  pidfdOpen: [pidfdFinding], kill: [pidfdFinding], waitExit: [waitFinding], setns: [setnsFinding], setIds: [idsFinding], openPty: [ptyFinding],
};

export function findCause(failure: Failure): Finding {
  for (const rule of RULES[failure.op.op] ?? []) {
    const finding = rule(failure);
    if (finding !== undefined) return finding;
  }
  return failure.errno === "ENOSYS" ? { code: "host.feature", cause: "this kernel is too old for it (Linux 5.15 or later is needed)" } : {};
}
