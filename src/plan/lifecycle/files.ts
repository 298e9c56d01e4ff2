// Owns the plan of berth cp's inner end: a process of ours with the container's ids, whose only way to files is the
// container's root, open as one descriptor. It never runs a program of the container, nor looks a path up outside.
import { CLONE_NEWUSER } from "../../linux/clone.ts";
import { O_DIRECTORY, O_PATH } from "../../linux/fs.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { Op, Plan, Text } from "../../isa/op.ts";
import type { HostFacts } from "../../model/facts.ts";
import type { InitFacts } from "../../model/init.ts";
import { byHost, byOption } from "../../model/origin.ts";
import { becomeUser } from "../attach/identity.ts";
import { isRoot } from "../scope.ts";
import { readOps, type Reading, type ReadPlace } from "../storage/mounted.ts";
import { inside, type Made } from "./create.ts";

/** Layers that are written to: their upper one, and where overlayfs works. */
export interface WritableLayers { readonly kind: "written layers"; readonly lower: readonly string[]; readonly upper: string; readonly work: string }
export type FilesPlace = { readonly kind: "running"; readonly init: InitFacts } | { readonly kind: "stopped"; readonly place: ReadPlace | WritableLayers; readonly idmap: readonly IdMapEntry[]; readonly isWritten: boolean };
/** The program and its first argument; the descriptor that it finds the root at. */
export interface Helper { readonly program: string; readonly word: string; readonly rootFd: number; /** What it runs for extended attributes, and the descriptor that it finds it at. */ readonly engine: string; readonly engineFd: number }

const from = byOption("berth cp");
const INIT = byHost("init of the container");
const SLOT = { root: 3, init: 4, program: 5, engine: 7, child: 1 } as const;
const FIRST_LAYER = 64;

const openPrograms = ({ program, engine }: Helper): readonly Op[] => ([[program, SLOT.program], [engine, SLOT.engine]] as const).map(([path, into]): Op => ({ op: "open", path, flags: O_PATH, into, from, note: "the container's root may not walk there" }));
const become = ({ word, rootFd, engineFd }: Helper): readonly Op[] => [
  { op: "dup", slot: SLOT.engine, fd: engineFd, from },
  { op: "dup", slot: SLOT.root, fd: rootFd, from, note: "the only way to files that it has" },
  { op: "exec", path: ["/proc/self/fd/", { slot: SLOT.program }], argv: ["berth-files", word], env: ["BUN_JSC_useJIT=0"], from },
];

function inRunning(init: InitFacts, helper: Helper): readonly Op[] {
  const hasIds = init.namespaces.includes("user");
  const body: readonly Op[] = [
    ...(hasIds ? [{ op: "setns", slot: SLOT.init, flags: CLONE_NEWUSER, from: INIT } as const, ...becomeUser(init, { joinsUser: true })] : []), ...become(helper),
  ];
  return [
    ...openPrograms(helper), { op: "open", path: `/proc/${init.pid}/root`, flags: O_PATH | O_DIRECTORY, into: SLOT.root, from: INIT },
    { op: "pidfdOpen", pid: init.pid, startTime: init.startTime, into: SLOT.init, from: INIT, note: "it is its root that was opened" },
    { op: "clone", flags: 0, name: "files", pid: SLOT.child, body, from }, { op: "exitWith", child: SLOT.child, from },
  ];
}

/** As a start mounts them: by root of the container, where it has ids of its own. */
function writeOps({ lower, upper, work }: WritableLayers, isMapped: boolean): Reading {
  const opened = [...lower, upper, work].map((path, i): Op => ({ op: "open", path, flags: O_PATH | O_DIRECTORY, into: FIRST_LAYER + i, from }));
  const at = (i: number): Text => ["/proc/self/fd/", { slot: FIRST_LAYER + i }];
  const names = lower.flatMap((_, i) => [i === 0 ? "lowerdir=/proc/self/fd/" : ":/proc/self/fd/", { slot: FIRST_LAYER + i }]);
  const named = (word: string, i: number): Text => [word, ...[at(i)].flat()];
  const options = ["source=overlay", names, named("upperdir=", lower.length), named("workdir=", lower.length + 1), ...(isMapped ? ["userxattr"] : [])];
  return { before: [], early: opened, inside: [{ op: "fsMount", type: "overlay", options, into: SLOT.root, from }], after: [] };
}

/** What lies on blocks is mounted in no namespace, only open: it is gone with the last of these processes, whatever ends them. */
function inStopped(facts: HostFacts, { place, idmap, isWritten }: Extract<FilesPlace, { readonly kind: "stopped" }>, helper: Helper): readonly Op[] {
  const isMapped = idmap.length > 0;
  const read = place.kind === "written layers" ? writeOps(place, isMapped) : readOps(place, SLOT.root, { isMapped, isRoot: isRoot(facts), isWritten, from });
  return [...openPrograms(helper), ...read.before, ...inside(facts, { idmap, name: "files", from, early: read.early }, [...read.inside, ...become(helper)]), ...read.after, { op: "exitWith", child: 1, from }];
}

/** Standard input and output are the words with the process. */
export const planFiles = (made: Made, facts: HostFacts, { place, helper }: { readonly place: FilesPlace; readonly helper: Helper }): Plan =>
  ({ verb: "files", ...made, ops: place.kind === "running" ? inRunning(place.init, helper) : inStopped(facts, place, helper) });
