// Owns what lxc-checkpoint asks of criu(8): a container's processes written to a directory, and brought back to life by a new monitor.
import type { Op, Plan, Slot } from "../../isa/op.ts";
import { CLONE_NEWNET, CLONE_NEWNS } from "../../linux/clone.ts";
import { AT_RECURSIVE, AT_REMOVEDIR, MNT_DETACH, O_RDONLY, OPEN_TREE_CLONE } from "../../linux/fs.ts";
import { SIGKILL } from "../../linux/signals.ts";
import { byDefault, byOption } from "../../model/origin.ts";
import { rootPath } from "../cgroups/names.ts";
import { detachFromHost } from "../rootfs.ts";
import { hasUserns, idmapOf, stateDirectory } from "../scope.ts";
import { usernsOps } from "../usernsexec.ts";
import type { Container } from "./container.ts";
import { endAsked } from "./end-asked.ts";

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
export interface DumpInputs extends DumpWishes { readonly name: string; readonly lxcpath: string; readonly init: Recorded; /** Absent where it is not ours. */ readonly monitor?: Recorded; /** A restart policy would start it again. */ readonly hasPolicy?: true; readonly criu: Criu }
interface Recorded { readonly pid: number; readonly startTime: number }


/** An earlier dump, to be brought back to life. */
export interface RestoreWishes extends Pick<DumpInputs, "directory" | "isVerbose" | "actionScript" | "criu"> {
  /** What CRIU reads, or passes on its way from one dump to the one before: absolute, without symbolic links, what lies in another behind it. */
  readonly shown: readonly string[];
  /** Tables of nftables with which CRIU held the network still as it wrote it, and nft(8), which takes them away. */
  readonly locks: readonly string[];
  readonly nft?: string;
}

const [INIT, MONITOR] = [0, 1];
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
  const { name, lxcpath, directory, init, monitor, isPreDump, isStop } = inputs;
  const isLast = isStop && !isPreDump;
  const ops: readonly Op[] = [
    { op: "pidfdOpen", from: byDefault("init"), pid: init.pid, startTime: init.startTime, into: INIT, note: "still the init that was recorded" },
    ...(isLast && monitor !== undefined ? [{ op: "pidfdOpen", from: byDefault("monitor"), pid: monitor.pid, startTime: monitor.startTime, into: MONITOR } as const] : []),
    { op: "mkdir", from: byOption("--checkpoint-dir"), path: directory, mode: 0o700, parents: 1, note: "the memory of its processes is nobody else's business" },
    ...(isLast && inputs.hasPolicy === true ? endAsked(inputs, 1) : []),
    dump(inputs),
    ...(isLast ? [{ op: "waitExit", from: byOption("--stop"), pidfd: monitor === undefined ? INIT : MONITOR, note: "until its links and cgroups are gone, too" } as const] : []),
  ];
  return { verb: "checkpoint", name, lxcpath, ops };
}

interface Images { readonly before: readonly Op[]; readonly after: readonly Op[]; /** Where criu writes its log: no file can be made in what shows other owners. */ readonly work: string }

/** CRIU reads them as root of the container, whose id on the host is another than that of their owner, and nobody else may:
 * so the monitor, which alone sees it, puts over each directory the same one with the owners that root inside has. */
function imagesFor({ scope }: Container, { directory, shown }: RestoreWishes): Images {
  const { spec, facts, slots } = scope;
  if (!hasUserns(spec)) return { before: [], after: [], work: directory };
  const from = byOption("--checkpoint-dir");
  const [pid, userns, own, ...trees] = [slots.take(), slots.take(), slots.take(), ...shown.map(() => slots.take())];
  slots.give(pid, userns, own, ...trees);
  const work = `${stateDirectory(spec)}/images`;
  const away = (path: string): Op => ({ op: "umount", from, path, flags: MNT_DETACH, onError: "ignore" });
  const gone: Op = { op: "unlink", from, path: work, flags: AT_REMOVEDIR, onError: "ignore" };
  const over = (tree: Slot, path: string): readonly Op[] => [{ op: "moveMount", from, tree, path, undo: [away(path)] }, { op: "close", from, slot: tree }];
  return {
    work,
    before: [
      { op: "mkdir", from, path: work, mode: 0o700, undo: [gone] }, { op: "openTree", from, path: directory, flags: OPEN_TREE_CLONE, into: own }, ...over(own, work),
      ...usernsOps(facts, { idmap: idmapOf(spec), flags: 0, name: "ids", from, pid, uid: 0, gid: 0, body: [{ op: "await", from, number: RELEASED }] }),
      { op: "open", from, path: ["/proc/", { slot: pid }, "/ns/user"], flags: O_RDONLY, into: userns },
      // all before the first is covered
      ...trees.flatMap((tree, i): readonly Op[] => [
        { op: "openTree", from, path: shown[i] ?? directory, flags: OPEN_TREE_CLONE, into: tree },
        { op: "mountSetattr", from, at: tree, path: "", flags: 0, userns, note: "root of the container may read what root has written" },
      ]),
      ...trees.flatMap((tree, i) => over(tree, shown[i] ?? directory)),
      { op: "close", from, slot: userns }, { op: "post", from, number: RELEASED, to: pid },
    ],
    after: [...shown.toReversed(), work].map(away).concat(gone),
  };
}
/** The process that had the container's ids for a moment may end. */
const RELEASED = 60;

/** Its cgroups are those that this start has made, also where they were called something else when it was written. */
function cgroupRoots({ cgroups }: Container): readonly string[] {
  const roots = cgroups.parts.map((part) => ({ controllers: part.hierarchy.controllers, version: part.hierarchy.version, path: rootPath(part, cgroups.names) }));
  const [first] = roots;
  if (first === undefined) return [];
  return new Set(roots.map(({ path }) => path)).size === 1 ? ["--cgroup-root", first.path] : roots.flatMap(({ controllers, version, path }) => ["--cgroup-root", version === 2 ? path : `${controllers.join(",")}:${path}`]);
}

/** CRIU 3.17 brings back what it has locked the network with, and lets nothing through for ever. Later ones take it away themselves. */
function unlocked({ scope: { slots } }: Container, { locks, nft }: RestoreWishes, init: Slot): readonly Op[] {
  if (locks.length === 0 || nft === undefined) return [];
  const from = byOption("--restore");
  const [pid, pidfd, net] = [slots.take(), slots.take(), slots.take()];
  slots.give(pid, pidfd, net);
  const body: readonly Op[] = [
    { op: "open", from, path: ["/proc/", { slot: init }, "/ns/net"], flags: O_RDONLY, into: net }, { op: "setns", from, slot: net, flags: CLONE_NEWNET, note: "the network that is back" },
    ...locks.map((table): Op => ({ op: "spawn", from, argv: [nft, "delete", "table", "inet", table], env: ENV, onError: "ignore", note: "CRIU's own, where it has left it" })),
    { op: "exitWith", from, status: 0 },
  ];
  return [{ op: "clone", from, flags: 0, name: "unlock", pid, pidfd, body }, { op: "waitExit", from, pidfd }];
}

/** In the place of clone: criu makes init and its namespaces, as a child of the monitor. It wants the root as a mount, which only the monitor sees. */
export function restoreInit(container: Container, wishes: RestoreWishes, { pid, pidfd }: { readonly pid: Slot; readonly pidfd: Slot }): readonly Op[] {
  const { spec, slots } = container.scope;
  const from = byOption("--restore");
  const [root, file] = [`${stateDirectory(spec)}/root`, `${stateDirectory(spec)}/init.pid`];
  const images = imagesFor(container, wishes);
  const tree = slots.take();
  slots.give(tree);
  const argv = [
    wishes.criu.program, "restore", ...logged(wishes.directory, "restore.log", wishes.isVerbose), "--work-dir", images.work, ...COMMON, ...locked(wishes.criu), ...MOUNTS, ...cgroupRoots(container),
    ...container.network.restored.external.flatMap((link) => ["--external", link]),
    "--root", root, "--restore-detached", "--restore-sibling", "--pidfile", file, ...scripted(wishes.actionScript),
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
    ...images.before,
    { op: "spawn", from, argv, env: ENV, note: noted("its processes live again, children of the monitor", wishes.directory, "restore.log") },
    {
      op: "pidfdOpen", from, pid: 0, file, number: pid, into: pidfd,
      undo: [{ op: "kill", from, pidfd, signal: SIGKILL, onError: ["ESRCH"] }, { op: "waitExit", from, pidfd, timeout: 10_000 }],
    },
    { op: "unlink", from, path: file }, ...images.after, ...unlocked(container, wishes, pid), ...container.network.restored.host,
  ];
}
