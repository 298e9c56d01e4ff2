// Owns InitFacts: what /proc says of a running container's init.
import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { labelOf } from "../../linux/apparmor.ts";
import { parseCgroups } from "../../linux/proc-cgroup.ts";
import { parseCgroupMounts } from "../../linux/proc-mountinfo.ts";
import { hasSignal, parseStatus } from "../../linux/proc-status.ts";
import { RTMIN } from "../../linux/signals.ts";
import type { InitFacts } from "../../model/init.ts";
import type { NamespaceName } from "../../model/spec.ts";
import { errorCode, readText } from "../read-text.ts";
import type { CgroupPlace } from "./cgroup-usage.ts";

export interface InitSources {
  readonly pid: number;
  readonly startTime: number;
  /** Of the state record: its cgroup directories, and the namespaces to believe in when /proc does not show them. */
  readonly cgroups: readonly string[];
  readonly namespaces: readonly string[];
  /** Whose login shell is wanted: a uid inside. */
  readonly shellOf?: number;
}

const NAMES: readonly NamespaceName[] = ["user", "mnt", "pid", "uts", "ipc", "net", "cgroup", "time"];
const SYSTEMD_HALT = RTMIN + 3;
const PASSWD_MAX = 1 << 20;

const link = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

function differingNamespaces(pid: number, recorded: readonly string[]): readonly NamespaceName[] {
  return NAMES.filter((name) => {
    const theirs = link(`/proc/${pid}/ns/${name}`);
    return theirs === undefined ? recorded.includes(name) : theirs !== link(`/proc/self/ns/${name}`);
  });
}

/** The directory of the record that init is in or below, one per hierarchy: init itself may have moved deeper. */
export function cgroupsOf(cgroup: string, mountinfo: string, recorded: readonly string[]): readonly CgroupPlace[] {
  const mounts = parseCgroupMounts(mountinfo);
  return parseCgroups(cgroup).flatMap(({ version, controllers, path }) => {
    const mount = mounts.find(({ fstype, superOptions }) => (version === 2 ? fstype === "cgroup2" : fstype === "cgroup" && controllers.every((name) => superOptions.includes(name))));
    if (mount === undefined) return [];
    const whole = `${mount.mountpoint}${path}`;
    const inside = recorded.filter((directory) => whole === directory || whole.startsWith(`${directory}/`));
    const deepest = inside.reduce((best, directory) => (directory.length > best.length ? directory : best), "");
    return deepest === "" ? [] : [{ version, controllers, directory: deepest }];
  });
}

/** The container's own directories, for a running init. */
export const cgroupPlaces = (pid: number, recorded: readonly string[]): readonly CgroupPlace[] =>
  cgroupsOf(readText(`/proc/${pid}/cgroup`) ?? "", readText("/proc/self/mountinfo") ?? "", recorded);

/** cgroup v2 allows no processes in a directory that passes controllers on. */
const innerOf = (version: 1 | 2, directory: string): { readonly inner?: string } =>
  version === 2 && (readText(`${directory}/cgroup.subtree_control`) ?? "").trim() !== "" ? { inner: ".lxc" } : {};

/** The first id inside that /proc/PID/uid_map (or gid_map) knows; 0 when it maps 0. */
export function firstId(map: string): number {
  const insides = map.split("\n").map((line) => line.trim().split(/\s+/)).flatMap(([inside, , count]) => (count === undefined ? [] : [Number(inside)]));
  return insides.length === 0 || insides.includes(0) ? 0 : Math.min(...insides);
}

function hasPtmx(pid: number): boolean {
  try {
    statSync(`/proc/${pid}/root/dev/ptmx`);
    return true;
  } catch (error) {
    return errorCode(error) !== "ENOENT";
  }
}

/** Never blocks, never follows a link (an absolute one would lead to the host's files), never trusts: the container may have put anything in that place. */
function readContainerPasswd(pid: number): string {
  const opened: number[] = [];
  const open = (path: string, flags: number): number => {
    opened.push(openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY | flags));
    return opened.at(-1) ?? -1;
  };
  try {
    const etc = open(`/proc/${pid}/root/etc`, constants.O_DIRECTORY);
    const fd = open(`/proc/self/fd/${etc}/passwd`, 0);
    const found = fstatSync(fd);
    return found.isFile() && found.size <= PASSWD_MAX ? readFileSync(fd, "utf8") : "";
  } catch {
    return "";
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** Login shell of a uid in passwd(5). */
export function shellOf(passwd: string, uid: number): string | undefined {
  const shell = passwd.split("\n").map((line) => line.split(":")).find((row) => row[2] === String(uid))?.[6]?.trim();
  return shell === undefined || !shell.startsWith("/") ? undefined : shell;
}

/** Where the kernel has neither AppArmor nor SELinux there is no label. */
function probeLabel(pid: number): InitFacts["label"] {
  const own = readText(`/proc/${pid}/attr/apparmor/current`);
  const text = own ?? readText(`/proc/${pid}/attr/current`);
  if (text === undefined || text === "") return undefined;
  const isApparmor = own !== undefined || !existsSync("/sys/fs/selinux/enforce");
  return { value: labelOf(text), file: own === undefined ? "exec" : "apparmor/exec", isApparmor };
}

/** undefined: init has ended. */
export function probeInit(sources: InitSources): InitFacts | undefined {
  const { pid } = sources;
  const statusText = readText(`/proc/${pid}/status`);
  if (statusText === undefined) return undefined;
  const status = parseStatus(statusText);
  const label = probeLabel(pid);
  const shell = sources.shellOf === undefined ? undefined : shellOf(readContainerPasswd(pid), sources.shellOf);
  return {
    pid, startTime: sources.startTime,
    namespaces: differingNamespaces(pid, sources.namespaces),
    cgroups: cgroupPlaces(pid, sources.cgroups).map(({ version, directory }) => ({ version, directory, ...innerOf(version, directory) })),
    rootUid: firstId(readText(`/proc/${pid}/uid_map`) ?? ""),
    rootGid: firstId(readText(`/proc/${pid}/gid_map`) ?? ""),
    maySetGroups: (readText(`/proc/${pid}/setgroups`) ?? "allow").trim() !== "deny",
    capBounding: status.capBounding,
    hasNoNewPrivs: status.hasNoNewPrivs,
    hasSeccompFilter: status.seccompMode === 2,
    ...(label === undefined ? {} : { label }),
    personality: Number.parseInt(readText(`/proc/${pid}/personality`)?.trim() ?? "0", 16) || 0,
    hasPtmx: hasPtmx(pid),
    isSystemdHalt: hasSignal(status.signalsBlocked | status.signalsCaught, SYSTEMD_HALT),
    ...(shell === undefined ? {} : { shell }),
  };
}
