// Owns the monitor's list: what is made on the host, the child, the long watch, and what is left to do after it.
import type { Op, Slot, Text } from "../../isa/op.ts";
import { FLAGS } from "../../isa/schema.ts";
import { AT_REMOVEDIR, O_APPEND, O_CREAT, O_NOCTTY, O_NONBLOCK, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from "../../linux/fs.ts";
import { CLONE_NEWNS } from "../../linux/clone.ts";
import { SIGKILL } from "../../linux/signals.ts";
import { GET_CONFIG_ITEM } from "../../linux/command-protocol.ts";
import { messageHex } from "../../linux/netlink.ts";
import { commandSocket } from "../../linux/socket-name.ts";
import type { NicType } from "../../model/nic.ts";
import { byDefault, byOption } from "../../model/origin.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import { BELIEVED, GO, LINKS, MAPPED, NETNS, READY } from "../barriers.ts";
import type { CgroupPart } from "../cgroups/names.ts";
import { freezerFile, placeOption } from "../cgroups/names.ts";
import { legacyMonitorOps, payloadOps } from "../cgroups/together.ts";
import { planDelegation } from "../cgroups/delegate.ts";
import { planHooks, planNetScripts, planStopHooks } from "../hooks.ts";
import { writeIdmap } from "../idmap.ts";
import { shareAround } from "../namespaces.ts";
import { announced, planLimits } from "../process.ts";
import { detachFromHost } from "../rootfs.ts";
import { writeRecord } from "../record.ts";
import type { LateRecord } from "../record.ts";
import type { Scope } from "../scope.ts";
import { receiveListener } from "../security.ts";
import { loadApparmor } from "../security/labels.ts";
import { idmapOf, isRoot, stateDirectory } from "../scope.ts";
import { openConsolePath, receiveTerminals, useConsolePath } from "../terminals.ts";
import { planChild } from "./child.ts";
import { restoreInit } from "./checkpoint.ts";
import type { Container } from "./container.ts";
import type { StartInputs } from "./inputs.ts";
import { beginInForeground, watchInForeground } from "./foreground.ts";

const BARRIER = byDefault("barrier");
const MONITOR = byDefault("monitor");

/** Away from the caller's terminal and descriptors. Its standard ones stay until the hooks have spoken. */
function detach({ inputs, scope }: Container): readonly Op[] {
  const { env } = scope.facts.caller;
  // socket activation: descriptors 3 to 2+LISTEN_FDS are meant for init
  const except = Array.from({ length: announced(env) }, (_, i) => 3 + i);
  const close: Op = { op: "closeInherited", from: inputs.isDaemon ? MONITOR : byOption("--close-all-fds"), except };
  if (inputs.isReboot) return [];
  const { unshare } = scope.spec.monitor;
  const own: readonly Op[] = unshare?.value === true ? [{ op: "unshare", from: unshare.from, flags: CLONE_NEWNS }, detachFromHost()] : [];
  if (!inputs.isDaemon) return [...(inputs.closeAllFds ? [close] : []), ...own];
  return [{ op: "setsid", from: MONITOR }, close, ...own];
}

const UNCHANGED = 0xffffffff;

/** Where root starts the container of a user, the user's group keeps its hand on the records. */
function stateDirectoryOps({ spec, facts }: Scope): readonly Op[] {
  const path = stateDirectory(spec);
  const group = facts.paths[`${spec.lxcpath}/${spec.name}`]?.gid ?? 0;
  const isShared = isRoot(facts) && group !== 0;
  const made: Op = { op: "mkdir", from: MONITOR, path, mode: isShared ? 0o775 : 0o755 };
  return isShared ? [made, { op: "chown", from: MONITOR, path, uid: UNCHANGED, gid: group, note: "the group of the container's directory" }] : [made];
}

/** lxc.ephemeral: the last of all undo, when the container has stopped as it should; its name is free by then. A start that failed leaves it, to be looked at. */
function destroyAfterwards({ spec, facts }: Scope, listen: Slot): readonly Op[] {
  if (!spec.isEphemeral) return [];
  const from = byDefault("lxc.ephemeral");
  const argv = [facts.install.engine, "lxc-destroy", "-P", spec.lxcpath, "-n", spec.name];
  return [{ op: "close", from, slot: listen, when: "stop" }, { op: "spawn", from, argv, flags: FLAGS.SPAWN_INHERIT_ENV, when: "stop", note: "the container goes with its last run" }];
}

/** One run at a time: the name of the command socket is the lock. Then the trace that a kill leaves. */
function claim({ scope }: Container, record: LateRecord): { readonly ops: readonly Op[]; readonly listen: Slot } {
  const { spec, slots } = scope;
  const listen = slots.take();
  const directory = stateDirectory(spec);
  const home = `${spec.lxcpath}/${spec.name}`;
  const own: readonly Op[] = [{ op: "removeTree", from: MONITOR, path: directory, onError: ["ENOENT"] }, { op: "unlink", from: MONITOR, path: home, flags: AT_REMOVEDIR, onError: ["ENOTEMPTY", "ENOENT"] }];
  return {
    listen,
    ops: [
      { op: "listen", from: byDefault("command socket"), address: commandSocket(spec.lxcpath, spec.name), into: listen, note: "its name is taken while the container runs", undo: destroyAfterwards(scope, listen) },
      { op: "mkdir", from: MONITOR, path: home, mode: 0o770, undo: own, note: "missing only for lxc-execute without a config; then it goes again" },
      ...stateDirectoryOps(scope),
      { op: "getpid", from: MONITOR, into: record.monitor },
      ...writeRecord(directory, record, true),
    ],
  };
}

/** The stop hooks see the namespaces of a container whose processes are gone. */
function holdNamespaces({ scope, namespaces }: Container, pid: Slot, monitor: Slot): { readonly ops: readonly Op[]; readonly held: ReadonlyMap<string, Text> } {
  const held = new Map<string, Text>();
  const ops: Op[] = [];
  if ((scope.spec.hooks.stop ?? []).length === 0) return { ops, held };
  for (const name of namespaces.names) {
    const into = scope.slots.take();
    ops.push({ op: "open", from: byDefault("lxc.hook.stop"), path: ["/proc/", { slot: pid }, `/ns/${name}`], flags: O_RDONLY, into, onError: ["ENOENT"] });
    held.set(name, ["/proc/", { slot: monitor }, "/fd/", { slot: into }]);
  }
  return { ops, held };
}

const isV1 = ({ hierarchy }: CgroupPart): boolean => hierarchy.version === 1;

interface Launch {
  readonly ops: readonly Op[];
  /** Once the child is in its cgroups: they may not take it any more. */
  readonly delegation: readonly Op[];
}

function launchChild(container: Container, { pid, pidfd }: { readonly pid: Slot; readonly pidfd: Slot }): Launch {
  const { scope, namespaces, cgroups, network } = container;
  const { unified } = cgroups;
  const { spec, facts } = scope;
  const delegation = planDelegation(scope, cgroups.parts, (map, child) => writeIdmap(facts, map, child));
  const undo: readonly Op[] = [{ op: "kill", from: MONITOR, pidfd, signal: SIGKILL, onError: ["ESRCH"] }, { op: "waitExit", from: MONITOR, pidfd, timeout: 10_000 }, ...delegation.undo];
  const cgroup = unified === undefined ? {} : { cgroup: unified.directory };
  // the script of a link that moves in still sees it here
  const scripts = (types: readonly NicType[]): readonly Op[] => planNetScripts(scope, { kind: "up", pid, rootfsMount: container.rootfsMount, hostNames: network.hostNames, types });
  const clone = { op: "clone", from: byDefault("namespaces"), flags: namespaces.cloneFlags, name: "init", pid, pidfd, ...cgroup, body: planChild(container), undo, note: "becomes the container's init" } as const;
  const ops: readonly Op[] = [
    ...container.rootfs.monitor, ...container.mounts.monitor, ...shareAround(scope, container.inputs.share, clone),
    ...(namespaces.has("user") ? writeIdmap(facts, idmapOf(spec), pid, spec.idmap[0]?.from) : []),
    ...planLimits(scope, pid), ...container.rootfs.mapped(pid), ...container.mounts.mapped(pid),
    { op: "post", from: BARRIER, number: MAPPED, to: pid, note: "ids are mapped" },
    // while the child makes its mounts; it moves into cgroups of its own by itself
    ...legacyMonitorOps(cgroups, isRoot(facts)),
    ...(network.hasLinks ? [{ op: "await", from: BARRIER, number: NETNS, child: pid } as const, ...scripts(["phys"]), ...network.host(pid)] : []),
    ...scripts(["empty", "veth", "macvlan", "ipvlan", "vlan", "user"]),
    ...(container.awaitsLinks ? [{ op: "post", from: BARRIER, number: LINKS, to: pid } as const] : []),
  ];
  return { ops, delegation: delegation.ops };
}

/** What cannot be opened is told of before anything is made, and with its line; supervise opens it again. Nobody is waited for who reads a FIFO. */
function tryLog({ spec, slots }: Scope): readonly Op[] {
  const { logfile } = spec.console;
  if (logfile?.value.startsWith("/") !== true) return [];
  const into = slots.take();
  slots.give(into);
  return [
    { op: "open", from: logfile.from, path: logfile.value, flags: O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_NONBLOCK, mode: 0o600, into, note: "the console's log" },
    { op: "close", from: logfile.from, slot: into },
  ];
}

/** Init is executed; what the monitor watches with its terminals. */
function launchInit(container: Container, slots: { readonly pid: Slot; readonly pidfd: Slot }, holding: readonly Op[]): { readonly ops: readonly Op[]; readonly devpts?: Slot; readonly console?: Slot; readonly ttys: readonly Slot[] } {
  const { scope, inputs, cgroups, rootfsMount } = container;
  const { pid } = slots;
  if (inputs.restore !== undefined) return { ops: [...cgroups.parts.flatMap((part) => part.late), ...restoreInit(container, inputs.restore, slots), ...holding], ttys: [] };
  const { ops: child, delegation } = launchChild(container, slots);
  const { ops: received, ...terminals } = receiveTerminals(scope, container.terminals, pid);
  const ops: readonly Op[] = [
    ...child, ...received, ...receiveListener(scope, inputs.seccomp, pid), { op: "await", from: BARRIER, number: READY, child: pid, note: "the container is set up" },
    ...delegation, ...cgroups.parts.flatMap((part) => part.late), ...holding, ...planHooks(scope, { name: "start-host", pid, rootfsMount }),
    { op: "post", from: BARRIER, number: GO, to: pid }, { op: "waitExec", from: byDefault("lxc.init.cmd"), child: pid, note: "init's program runs" },
  ];
  return { ops, ...terminals };
}

interface Watch { readonly pid: Slot; readonly pidfd: Slot; readonly listen: Slot; readonly devpts?: Slot; readonly console?: Slot; readonly ttys: readonly Slot[] }

function superviseOp({ scope, inputs, isExecute, cgroups, consolePath }: Container, { devpts, ...watch }: Watch): Op {
  const { spec } = scope;
  const memory = cgroups.parts.find(({ hierarchy }) => hierarchy.controllers.includes("memory"));
  const options: readonly Text[] = [
    ...(inputs.isDaemon && !inputs.isReboot ? [`notify=${BELIEVED}`] : []), ...(inputs.isDaemon ? [] : ["foreground", "propagate=1"]), ...(inputs.isDaemon && consolePath !== undefined ? ["terminal"] : []),
    // without a cgroup of its own systemd gives up in its first moments, after it has slept
    ...(cgroups.parts.length === 0 ? ["doubt=systemd:3000"] : []),
    ...(spec.console.bufferSize > 0 ? [`ring=${spec.console.bufferSize}`] : []), ...(spec.console.size > 0 ? [`logsize=${spec.console.size}`] : []), ...(spec.console.rotate ? ["logrotate=1"] : []),
    ...(spec.signals.stop.value === SIGKILL ? [] : [`stopsignal=${spec.signals.stop.value}`]),
    ...cgroups.parts.flatMap(({ laterMonitor }) => (laterMonitor === undefined ? [] : [`enter=${laterMonitor}`])),
    ...(memory === undefined ? [] : [`cgroup=${memory.directories.at(-1) ?? ""}`]), ...cgroups.parts.map((part) => placeOption(part, cgroups.names)),
    // LXC's own lxc-attach asks for it, and loads it too
    ...(inputs.seccomp?.file === undefined ? [] : [`answer=${GET_CONFIG_ITEM}:lxc.seccomp.profile=${inputs.seccomp.file}`]),
    ...(devpts === undefined ? [] : [["devpts=", { slot: devpts }] as const]),
    `title=[lxc monitor] ${spec.lxcpath} ${spec.name}`, `lxcpath=${spec.lxcpath}`, `name=${spec.name}`,
  ];
  const log = spec.console.logfile === undefined ? {} : { log: spec.console.logfile.value };
  return { op: "supervise", from: isExecute ? byDefault("lxc-execute") : MONITOR, ...watch, record: `${stateDirectory(spec)}/exit`, ...log, options, note: "until init ends" };
}

/** From here on nothing of the caller's is needed. */
function letGo(container: Container): readonly Op[] {
  const { inputs, scope, consolePath } = container;
  if (inputs.isReboot) return []; // they are what they were
  const console = consolePath === undefined ? [] : useConsolePath(scope, consolePath);
  if (!inputs.isDaemon) return [...console, ...watchInForeground(container)];
  if (consolePath !== undefined) return [...console, { op: "chdir", from: MONITOR, path: "/" }];
  const slot = scope.slots.take();
  scope.slots.give(slot);
  return [
    { op: "open", from: MONITOR, path: "/dev/null", flags: O_RDWR, into: slot }, ...[0, 1, 2].map((fd): Op => ({ op: "dup", from: MONITOR, slot, fd })),
    { op: "close", from: MONITOR, slot }, { op: "chdir", from: MONITOR, path: "/" },
  ];
}

/** Time and output of each hook, for berth why; those of the run that a reboot has ended stay beside them. */
function keepHooks({ spec }: Scope, run?: Pick<StartInputs, "isReboot">): readonly Op[] {
  const hasHooks = Object.values(spec.hooks).some((hooks) => hooks.length > 0) || spec.nics.some(({ scriptUp, scriptDown }) => scriptUp !== undefined || scriptDown !== undefined);
  const path = `${stateDirectory(spec)}/hooks`;
  const kept: Op = { op: "rename", from: MONITOR, path, to: `${path}.before`, onError: "ignore" };
  const before: readonly Op[] = run === undefined ? [] : [run.isReboot ? kept : { op: "unlink", from: MONITOR, path: `${path}.before`, onError: "ignore" }];
  return hasHooks ? [...before, { op: "keepEvents", from: MONITOR, path, onError: "ignore" }] : [];
}

/** What a command that finds this monitor killed has to take out of the kernel. */
function apparmorRecord({ apparmor }: StartInputs): Pick<LateRecord, "apparmor"> {
  const own = apparmor?.own;
  return own === undefined ? {} : { apparmor: { profile: own.profile, ...(own.namespace === undefined ? {} : { namespace: own.namespace }) } };
}

/** In the background, of what is there after its end. */
const policyOf = ({ inputs, isExecute, scope: { spec } }: Container): ContainerSpec["restart"] => (inputs.isDaemon && !isExecute && !spec.isEphemeral && spec.restart?.value !== "no" ? spec.restart : undefined);

export function planMonitor(container: Container): readonly Op[] {
  const { scope, cgroups, namespaces, network, inputs, rootfsMount } = container;
  const { spec, facts, slots } = scope;
  const [monitor, pid, pidfd] = [slots.take(), slots.take(), slots.take()];
  const directory = stateDirectory(spec);
  const policy = policyOf(container);
  const freezer = freezerFile(cgroups.parts, cgroups.names);
  const record: LateRecord = {
    state: "STARTING", bootId: inputs.bootId, monitor, startedAt: facts.now, namespaces: namespaces.names, ...(inputs.seccomp?.program === undefined ? {} : { seccomp: inputs.seccomp.program, ...(inputs.seccomp.isNotified === true ? { isSeccompNotified: true } : {}) }), ...apparmorRecord(inputs),
    cgroups: cgroups.parts.flatMap((part) => part.directories), ...(freezer === undefined ? {} : { freezer }), links: network.links,
    ...(network.leftovers.length === 0 ? {} : { leftovers: network.leftovers.map(messageHex) }), ...(network.ovsPorts.length === 0 ? {} : { ovsPorts: network.ovsPorts }),
    ...(network.egress.length === 0 ? {} : { egress: network.egress }), ...(policy === undefined ? {} : { hasPolicy: true }),
  };
  const { ops: claimed, listen } = claim(container, record);
  const { ops: holding, held } = holdNamespaces(container, pid, monitor);
  const { ops: launched, ...terminals } = launchInit(container, { pid, pidfd }, holding);
  const call = { pid, rootfsMount } as const;
  const pidfile: readonly Op[] = inputs.pidfile === undefined ? [] : [{
    op: "writeFile", from: byOption("--pidfile"), path: inputs.pidfile, data: [{ slot: monitor }, "\n"], flags: O_CREAT | O_TRUNC, mode: 0o644,
    undo: [{ op: "unlink", from: byOption("--pidfile"), path: inputs.pidfile, onError: ["ENOENT"] }],
  }];
  return [
    ...beginInForeground(container), ...detach(container), ...claimed, ...(container.consolePath === undefined || inputs.isReboot ? [] : openConsolePath(scope, container.consolePath)),
    ...tryLog(scope),
    ...planHooks(scope, { name: "pre-start", rootfsMount, ...(inputs.isReboot ? { target: "reboot" } : {}) }),
    ...loadApparmor(spec, facts.install.share, inputs.apparmor),
    ...cgroups.parts.filter((part) => !isV1(part)).flatMap((part) => part.monitor), ...payloadOps(cgroups),
    ...launched,
    ...writeRecord(directory, { ...record, state: "RUNNING", init: pid }, false), ...pidfile, ...keepHooks(scope, inputs), ...letGo(container),
    superviseOp(container, { pid, pidfd, listen, ...terminals }),
    ...planStopHooks(scope, call, held, planNetScripts(scope, { kind: "down", ...call, hostNames: network.hostNames })), ...keepHooks(scope),
    { op: "replan", from: MONITOR, request: inputs.replan, when: "reboot", note: "the next start" },
    ...(policy === undefined ? [] : [{ op: "replan", from: policy.from, request: [["ended=", { slot: monitor }, " ", { startTime: monitor }], ...inputs.replan], when: "stop", onError: "ignore", note: "whether it starts again" } as const]),
  ];
}
