// Owns the container's terminals: devpts, console, tty1 to ttyN, and their masters' way to the monitor.
import type { Op, Slot, Text } from "../isa/op.ts";
import { AT_EMPTY_PATH, O_APPEND, O_CREAT, O_NOCTTY, O_NONBLOCK, O_RDWR, OPEN_TREE_CLONE } from "../linux/fs.ts";
import { MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID } from "../linux/mount-flags.ts";
import { toHost } from "../linux/idmap.ts";
import type { Origin } from "../model/origin.ts";
import { byDefault } from "../model/origin.ts";
import { attach, copyTree, directory, emptyFile } from "./beneath.ts";
import type { Scope } from "./scope.ts";
import { hasUserns, idmapOf } from "./scope.ts";

/** The group that terminals belong to on every distribution. */
const TTY_GROUP = 5;

export interface TerminalPlan {
  /** What the child does once /dev is there. */
  readonly child: readonly Op[];
  /** The container's end of the console, in the child. */
  readonly console?: Slot;
  readonly hasConsole: boolean;
  readonly ttys: number;
}

const hasConsole = (scope: Scope): boolean => scope.spec.rootfs !== undefined && scope.spec.console.path?.value !== "none";

/** The console is also somewhere on the host: a terminal, a file. */
export const hasConsolePath = (scope: Scope): boolean => hasConsole(scope) && scope.spec.console.path !== undefined;

function devptsOptions(scope: Scope): readonly Text[] {
  const { spec } = scope;
  const isGroupMapped = !hasUserns(spec) || toHost(idmapOf(spec), "g", TTY_GROUP) !== undefined;
  const wanted = spec.ptyMax.value + spec.ttyMax.value;
  // with lxc.pty.max <= 1 LXC takes the console from the host, so it is not counted there
  const max = spec.ptyMax.value > 1 ? wanted : wanted + 1;
  return ["source=devpts", "newinstance", "ptmxmode=0666", "mode=0620", ...(isGroupMapped ? [`gid=${TTY_GROUP}`] : []), ...(spec.ptyMax.value > 0 ? [`max=${max}`] : [])];
}

function planDevpts(scope: Scope, root: Slot): readonly Op[] {
  const from = scope.spec.ptyMax.from;
  const tree = scope.slots.take();
  scope.slots.give(tree);
  return [
    { op: "fsMount", from, type: "devpts", options: devptsOptions(scope), attributes: MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, into: tree },
    { op: "sendFd", from, slot: tree, note: "who asks the monitor for it may open ptys of the container's" },
    directory(root, "dev/pts", from), attach(root, tree, "dev/pts", from),
    copyTree({ at: root, path: "dev/pts/ptmx" }, tree, from), { ...emptyFile(root, "dev/ptmx", from), onError: ["EEXIST"] }, attach(root, tree, "dev/ptmx", from),
  ];
}

/** Binds a terminal onto a name in /dev. */
function bindTerminal(scope: Scope, { root, peer, path, from }: { readonly root: Slot; readonly peer: Slot; readonly path: string; readonly from: Origin }): readonly Op[] {
  const tree = scope.slots.take();
  scope.slots.give(tree);
  return [{ op: "openTree", from, at: peer, path: "", flags: OPEN_TREE_CLONE | AT_EMPTY_PATH, into: tree }, { ...emptyFile(root, path, from), onError: ["EEXIST"] }, attach(root, tree, path, from)];
}

function oneTty(scope: Scope, root: Slot, number: number): readonly Op[] {
  const { ttyDir, ttyMax } = scope.spec;
  const [master, peer] = [scope.slots.take(), scope.slots.take()];
  const from = ttyMax.from;
  const name = `tty${number}`;
  const path = ttyDir === undefined ? `dev/${name}` : `dev/${ttyDir.value}/${name}`;
  const link: readonly Op[] = ttyDir === undefined ? [] : [{ op: "symlink", from: ttyDir.from, at: root, path: `dev/${name}`, target: `${ttyDir.value}/${name}`, onError: ["EEXIST"] }];
  const ops: readonly Op[] = [
    { op: "openPty", from, at: root, path: "dev/pts/ptmx", master, peer }, ...bindTerminal(scope, { root, peer, path, from }), ...link,
    { op: "sendFd", from, slot: master }, { op: "close", from, slot: master }, { op: "close", from, slot: peer },
  ];
  scope.slots.give(master, peer);
  return ops;
}

/** `path`: lxc.console.path, where it has just been opened. */
export function planTerminals(scope: Scope, root: Slot, path?: Slot): TerminalPlan {
  const { spec, slots } = scope;
  if (spec.rootfs === undefined) return { child: [], hasConsole: false, ttys: 0 };
  const child: Op[] = [...planDevpts(scope, root)];
  if (spec.ttyDir !== undefined) child.push(directory(root, `dev/${spec.ttyDir.value}`, spec.ttyDir.from));
  let console: Slot | undefined;
  if (hasConsole(scope)) {
    const from = spec.console.path?.from ?? byDefault("lxc.console.path");
    const master = slots.take();
    console = slots.take();
    if (path !== undefined) child.push({ op: "dup", from, slot: path, fd: 0, note: "the console has its size from the beginning" });
    child.push({ op: "openPty", from, at: root, path: "dev/pts/ptmx", master, peer: console, note: "the container's console" }, { op: "chmod", from, at: console, path: "", mode: 0o600 });
    if (spec.ttyDir !== undefined) child.push(...bindTerminal(scope, { root, peer: console, path: `dev/${spec.ttyDir.value}/console`, from: spec.ttyDir.from }));
    child.push(...bindTerminal(scope, { root, peer: console, path: "dev/console", from }), { op: "sendFd", from, slot: master }, { op: "close", from, slot: master });
    slots.give(master);
  }
  for (let number = 1; number <= spec.ttyMax.value; number++) child.push(...oneTty(scope, root, number));
  return { child, hasConsole: console !== undefined, ttys: spec.ttyMax.value, ...(console === undefined ? {} : { console }) };
}

/** lxc.console.path, before anything is started: it takes the monitor's standard descriptors, which supervise joins to the console. */
export function openConsolePath({ spec }: Scope, into: Slot): readonly Op[] {
  const { path } = spec.console;
  return path === undefined ? [] : [{ op: "open", from: path.from, path: path.value, flags: O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY, mode: 0o600, into, note: "where the console goes" }];
}

/** A daemon has a session of its own: with the terminal it learns of its size. */
export const useConsolePath = ({ spec }: Scope, slot: Slot): readonly Op[] => {
  const from = spec.console.path?.from ?? byDefault("lxc.console.path");
  return [...[0, 1, 2].map((fd): Op => ({ op: "dup", from, slot, fd })), { op: "controllingTty", from, tty: slot, onError: ["ENOTTY", "EPERM", "EINVAL"] }, { op: "close", from, slot }];
};

export interface ReceivedTerminals { readonly ops: readonly Op[]; readonly devpts?: Slot; readonly console?: Slot; readonly ttys: readonly Slot[] }

/** The monitor's side: devpts and the masters arrive in the order they were sent. */
export function receiveTerminals(scope: Scope, plan: TerminalPlan, child: Slot): ReceivedTerminals {
  const receive = (from: Origin): readonly [Op, Slot] => {
    const into = scope.slots.take();
    return [{ op: "recvFd", from, child, into }, into];
  };
  const devpts = scope.spec.rootfs === undefined ? undefined : receive(scope.spec.ptyMax.from);
  const console = plan.hasConsole ? receive(scope.spec.console.path?.from ?? byDefault("lxc.console.path")) : undefined;
  const ttys = Array.from({ length: plan.ttys }, () => receive(scope.spec.ttyMax.from));
  return {
    ops: [...(devpts === undefined ? [] : [devpts[0]]), ...(console === undefined ? [] : [console[0]]), ...ttys.map(([op]) => op)], ttys: ttys.map(([, slot]) => slot),
    ...(devpts === undefined ? {} : { devpts: devpts[1] }), ...(console === undefined ? {} : { console: console[1] }),
  };
}
