// Owns what lxc-checkpoint asks of criu(8): a container's processes written to a directory, and brought back to life by a new monitor.
import type { Op, Plan, Slot } from "../../isa/op.ts";
import { CLONE_NEWNS } from "../../linux/clone.ts";
import { AT_RECURSIVE, AT_REMOVEDIR, MNT_DETACH, OPEN_TREE_CLONE } from "../../linux/fs.ts";
import { SIGKILL } from "../../linux/signals.ts";
import { byDefault, byOption } from "../../model/origin.ts";
import { detachFromHost } from "../rootfs.ts";
import { stateDirectory } from "../scope.ts";
import type { Container } from "./container.ts";

export interface DumpWishes {
  /** Absolute. */
  readonly directory: string;
  /** The memory alone; the container goes on, and the next dump writes what has changed since. */
  readonly isPreDump: boolean;
  /** Of an earlier pre-dump, relative to the directory. */
  readonly predumpDirectory?: string;
  readonly isStop: boolean;
  readonly isVerbose: boolean;
  readonly actionScript?: string;
}
export interface Criu { readonly program: string; /** There is no iptables-restore(8) with which it would hold the network still; it can ask nftables itself. */ readonly isNftables: boolean }
export interface DumpInputs extends DumpWishes { readonly name: string; readonly lxcpath: string; readonly init: { readonly pid: number; readonly startTime: number }; readonly criu: Criu }


/** An earlier dump, to be brought back to life. */
export interface RestoreWishes extends Pick<DumpInputs, "directory" | "isVerbose" | "actionScript" | "criu"> {}

const INIT = 0;
const ENV = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"];
/** What criu(8) must be told of any container: connections are kept, mounts of the host are found again by their place. */
const COMMON = ["--tcp-established", "--file-locks", "--link-remap", "--manage-cgroups=soft"];
const MOUNTS = ["--ext-mount-map", "auto", "--enable-external-sharing", "--enable-external-masters", "--enable-fs", "hugetlb", "--enable-fs", "tracefs"];

const logged = (directory: string, name: string, isVerbose: boolean): readonly string[] => ["--images-dir", directory, "--log-file", name, isVerbose ? "-vvvv" : "-v2"];
const locked = ({ isNftables }: Criu): readonly string[] => (isNftables ? ["--network-lock", "nftables"] : []);
const scripted = (script: string | undefined): readonly string[] => (script === undefined ? [] : ["--action-script", script]);
/** Behind its last blank: where criu writes why. */
const noted = (what: string, directory: string, log: string): string => `${what}; its log: ${directory}/${log}`;

function dump(inputs: DumpInputs): Op {
  const { directory, isPreDump, predumpDirectory, isStop, isVerbose, actionScript } = inputs;
  const log = isPreDump ? "predump.log" : "dump.log";
  const argv = [
    inputs.criu.program, isPreDump ? "pre-dump" : "dump", "--tree", String(inputs.init.pid), ...logged(directory, log, isVerbose), ...COMMON, ...locked(inputs.criu), ...(isPreDump ? [] : MOUNTS),
    ...(isPreDump || predumpDirectory !== undefined ? ["--track-mem"] : []), ...(predumpDirectory === undefined ? [] : ["--prev-images-dir", predumpDirectory]), ...scripted(actionScript), ...(isPreDump || isStop ? [] : ["--leave-running"]),
  ];
  return { op: "spawn", from: byOption("--checkpoint-dir"), argv, env: ENV, note: noted(isPreDump ? "its memory is written" : "its processes are written", directory, log) };
}

export function planDump(inputs: DumpInputs): Plan {
  const { name, lxcpath, directory, init, isPreDump, isStop } = inputs;
  const ops: readonly Op[] = [
    { op: "pidfdOpen", from: byDefault("init"), pid: init.pid, startTime: init.startTime, into: INIT, note: "still the init that was recorded" },
    { op: "mkdir", from: byOption("--checkpoint-dir"), path: directory, mode: 0o700, parents: 1, note: "the memory of its processes is nobody else's business" },
    dump(inputs),
    ...(isStop && !isPreDump ? [{ op: "waitExit", from: byOption("--stop"), pidfd: INIT } as const] : []),
  ];
  return { verb: "checkpoint", name, lxcpath, ops };
}

/** In the place of clone: criu makes init and its namespaces, as a child of the monitor. It wants the root as a mount, which only the monitor sees. */
export function restoreInit({ scope }: Container, wishes: RestoreWishes, { pid, pidfd }: { readonly pid: Slot; readonly pidfd: Slot }): readonly Op[] {
  const { spec, slots } = scope;
  const from = byOption("--restore");
  const [root, file] = [`${stateDirectory(spec)}/root`, `${stateDirectory(spec)}/init.pid`];
  const tree = slots.take();
  slots.give(tree);
  const argv = [
    wishes.criu.program, "restore", ...logged(wishes.directory, "restore.log", wishes.isVerbose), ...COMMON, ...locked(wishes.criu), ...MOUNTS, "--root", root, "--restore-detached", "--restore-sibling", "--pidfile", file, ...scripted(wishes.actionScript),
  ];
  const rootfs = spec.rootfs;
  return [
    { op: "unshare", from, flags: CLONE_NEWNS }, detachFromHost(),
    { op: "mkdir", from, path: root, mode: 0o700, undo: [{ op: "unlink", from, path: root, flags: AT_REMOVEDIR, onError: "ignore" }] },
    ...(rootfs === undefined ? [] : [
      { op: "openTree", from: rootfs.from, path: rootfs.path, flags: OPEN_TREE_CLONE | AT_RECURSIVE, into: tree } as const,
      { op: "moveMount", from: rootfs.from, tree, path: root, undo: [{ op: "umount", from, path: root, flags: MNT_DETACH, onError: "ignore" }] } as const,
      { op: "close", from, slot: tree } as const,
    ]),
    { op: "spawn", from, argv, env: ENV, note: noted("its processes live again, children of the monitor", wishes.directory, "restore.log") },
    {
      op: "pidfdOpen", from, pid: 0, file, number: pid, into: pidfd,
      undo: [{ op: "kill", from, pidfd, signal: SIGKILL, onError: ["ESRCH"] }, { op: "waitExit", from, pidfd, timeout: 10_000 }],
    },
    { op: "unlink", from, path: file },
  ];
}
