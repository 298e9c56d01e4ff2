// Owns why a user namespace could not be made or its ids not be mapped.
import { parseSubIds } from "../../linux/idmap.ts";
import { userName } from "../../host/probe/caller.ts";
import { probeUserns } from "../../host/probe/userns.ts";
import { readText } from "../../host/read-text.ts";
import { programLines } from "./failure.ts";
import type { Failure, Finding } from "./failure.ts";

export function cloneFinding(failure: Failure): Finding {
  const userns = probeUserns(failure.euid);
  if (failure.errno === "EPERM") {
    if (userns.reason !== undefined) return { code: "host.feature", cause: `user namespaces are restricted on this host: ${userns.reason}`, remedy: setupRemedy(failure) };
    return failure.euid === 0
      ? { code: "privilege", cause: "this process lacks CAP_SYS_ADMIN, or runs in a chroot", remedy: "start it from outside the restricted environment" }
      : { code: "privilege", cause: "an ordinary user gets namespaces only together with a user namespace, and none from within a chroot", remedy: "give the container an lxc.idmap" };
  }
  if (failure.errno === "ENOSPC") return { code: "host.feature", cause: userns.reason ?? "the limit of namespaces of this user is reached (user.max_*_namespaces), or they are nested more than 32 deep", remedy: "as root: sysctl -w user.max_user_namespaces=15000" };
  if (failure.errno === "EINVAL") return { code: "host.feature", cause: "this kernel lacks one of the namespaces asked for", remedy: "leave it out: lxc.namespace.keep" };
  if (failure.errno === "EAGAIN") return { code: "host.feature", cause: "the limit of processes is reached (RLIMIT_NPROC, pids cgroup or kernel.pid_max)", remedy: "end some processes, or raise the limit" };
  return {};
}

const userOf = ({ euid, env }: Failure): string => userName(readText("/etc/passwd") ?? "", euid, env) ?? String(euid);
/** Sysctls, set-user-ID bits and ranges of ids are what it mends; of root's own there is no more than the sysctl. */
const setupRemedy = (failure: Failure): string => (failure.euid === 0 ? "sysctl -w user.max_user_namespaces=15000" : `as root: berth setup ${userOf(failure)}`);

const rangesOf = (file: string, failure: Failure): string => {
  const [user, { euid }] = [userOf(failure), failure];
  const own = parseSubIds(readText(file) ?? "").filter(({ owner }) => owner === user || owner === String(euid));
  return own.length === 0 ? `${file} grants ${user} nothing` : `${file} grants ${user} ${own.map(({ start, count }) => `${start}:${count}`).join(", ")}`;
};

const isHelper = (failure: Failure): boolean => /\bnew[ug]idmap$/.test(failure.op.subject);

/** newuidmap or newgidmap refused. */
export function idMapHelperFinding(failure: Failure): Finding | undefined {
  if (failure.op.op !== "spawn" || !isHelper(failure)) return undefined;
  const helper = failure.op.subject;
  const file = helper.endsWith("newuidmap") ? "/etc/subuid" : "/etc/subgid";
  const output = programLines(failure);
  if (failure.errno === "ENOENT") return { code: "idmap.helper", text: `${helper} is missing`, remedy: "as root: apt install uidmap" };
  if (output.some((line) => /Operation not permitted|must be run as root|write to uid_map failed|write to gid_map failed/.test(line))) {
    return { code: "idmap.helper", text: `${helper} could not write the id map`, cause: "it is not setuid root, its file system is mounted nosuid, or this process has no_new_privs set", remedy: `as root: berth setup ${userOf(failure)}, for the set-user-ID bit; an admin's own mount -o remount,suid for the rest`, output };
  }
  return { code: "idmap.range", text: `${helper} refused the id map`, cause: rangesOf(file, failure), remedy: `use only those ids in lxc.idmap; where there are none, as root: berth setup ${userOf(failure)}`, output };
}

export function mapWriteFinding(failure: Failure): Finding | undefined {
  const path = failure.op.subject || failure.text;
  if (failure.op.op !== "writeFile" || failure.op.origin.includes("lxc.proc.") || !/\/(uid_map|gid_map|setgroups)$/.test(path)) return undefined;
  if (failure.errno === "EINVAL") return { code: "idmap.invalid", text: "the kernel refused the id map", cause: "ranges of lxc.idmap overlap, are empty, or there are more than 340 of them" };
  return { code: "idmap.invalid", text: "the kernel refused the id map", cause: "the caller may not map these ids: they are not all in its own user namespace", remedy: "look at /proc/self/uid_map for what is mapped here" };
}
