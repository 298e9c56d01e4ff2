// Owns the plan that removes what a killed monitor left. It takes the command socket first: a start would do the same,
// so nothing is removed under a container that somebody is starting just now.
import type { Op, Plan } from "../../isa/op.ts";
import { byHost } from "../../model/origin.ts";
import type { StateRecord } from "../../model/state.ts";
import { unloadApparmor } from "../security/labels.ts";
import { ownNames } from "../../linux/apparmor.ts";
import { egressTable, withoutEgress } from "../../linux/nft-egress.ts";
import { withoutTable } from "../../linux/nft-publish.ts";
import { commandSocket } from "../../linux/socket-name.ts";
import { SIGKILL } from "../../linux/signals.ts";

export interface CleanInputs { readonly name: string; readonly lxcpath: string; readonly stale: StateRecord; readonly stateFile: string; readonly exitFile: string; readonly isSameBoot: boolean }

const SLOT = { socket: 0, init: 1 } as const;
const INIT_MILLISECONDS = 5000;
const from = byHost("state record of a monitor that was killed");

/** Only what lies in a cgroup file system is ever touched, whatever a record says. */
const isCgroupPath = (path: string): boolean => path.startsWith("/sys/fs/cgroup/") && !path.split("/").includes("..");

/** Of cgroup v1 a frozen process does not die. */
function thaw({ freezer }: StateRecord): readonly Op[] {
  if (freezer === undefined || !isCgroupPath(freezer)) return [];
  const [path, data] = freezer.endsWith("/cgroup.events") ? [freezer.replace(/events$/, "freeze"), "0"] : [freezer, "THAWED"];
  return [{ op: "writeFile", from, path, data, onError: "ignore" }];
}

/** Init is told to die with its monitor; here it is made sure of. */
function endInit(stale: StateRecord): readonly Op[] {
  const { initPid, initStart } = stale;
  if (initPid === undefined || initStart === undefined) return [];
  return [
    { op: "pidfdOpen", from, pid: initPid, startTime: initStart, into: SLOT.init, onError: ["ESRCH"] },
    { op: "kill", from, pidfd: SLOT.init, signal: SIGKILL, onError: ["ESRCH", "EBADF", "EPERM"] }, ...thaw(stale),
    { op: "waitExit", from, pidfd: SLOT.init, timeout: INIT_MILLISECONDS, onError: ["EBADF", "ETIMEDOUT"] },
  ];
}

/** Rules of berth publish, whose keeper may have been killed as well. Only root has any. */
function unpublish({ monitorPid: pid, monitorStart: start, links }: StateRecord): readonly Op[] {
  if (pid === undefined || start === undefined || links.length === 0) return [];
  return [{ op: "spawn", from, argv: ["nft", "-f", "-"], input: withoutTable({ pid, start }), onError: "ignore", note: "ports that were published" }];
}

/** Rules about what may leave it, which belong to a name and a path, whatever a record says. */
const noEgress = ({ name, lxcpath, stale: { egress = [] } }: CleanInputs): readonly Op[] =>
  egress.map((nic) => ({ op: "spawn", from, argv: ["nft", "-f", "-"], input: withoutEgress(egressTable({ name, lxcpath }, nic)), onError: "ignore", note: "what might leave it" }));

/** Only messages that take routes and neighbours away are sent, whatever a record says. */
const REMOVALS = /^[0-9a-f]{8}(1900|1d00)/;
function endNetwork(stale: StateRecord): readonly Op[] {
  const messages = (stale.leftovers ?? []).filter((hex) => REMOVALS.test(hex)).map((hex): Op => ({ op: "netlink", from, messages: [{ hex }], onError: "ignore" }));
  const ports = (stale.ovsPorts ?? []).map((port): Op => ({ op: "spawn", from, argv: ["ovs-vsctl", "--if-exists", "del-port", ...port.split(" ").slice(0, 2).map((word) => word.replace(/^-+/, ""))], onError: "ignore" }));
  return [...messages, ...ports, ...unpublish(stale)];
}

/** Only its own: a record may have been written by anybody, and who loses his profile is confined no more. */
function unload({ name, lxcpath, stale: { apparmor } }: CleanInputs): readonly Op[] {
  const own = ownNames({ name, lxcpath });
  if (apparmor?.profile !== own.profile) return [];
  return unloadApparmor(from, { profile: own.profile, ...(apparmor.namespace === own.namespace ? { namespace: own.namespace } : {}) });
}

export function planClean(inputs: CleanInputs): Plan {
  const { name, lxcpath, stale, stateFile, exitFile, isSameBoot } = inputs;
  const removed = [...stale.cgroups].reverse().filter(isCgroupPath).map((path): Op => ({ op: "removeTree", from, path }));
  return {
    verb: "clean", name, lxcpath, ops: [
      { op: "listen", from, address: commandSocket(lxcpath, name), into: SLOT.socket },
      ...(isSameBoot ? [...endInit(stale), ...removed, ...endNetwork(stale), ...noEgress(inputs), ...unload(inputs)] : []),
      { op: "unlink", from, path: exitFile, onError: ["ENOENT"], note: "it tells of an earlier run" },
      { op: "unlink", from, path: stateFile, onError: ["ENOENT"] },
    ],
  };
}
