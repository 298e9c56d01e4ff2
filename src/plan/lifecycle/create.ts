// Owns the plans of create: reserving a name, giving the container's directory to its root user, filling the rootfs.
import type { IdMapEntry } from "../../linux/idmap.ts";
import { toHost } from "../../linux/idmap.ts";
import { CLONE_NEWNS } from "../../linux/clone.ts";
import { AT_RECURSIVE, O_RDWR, RENAME_NOREPLACE } from "../../linux/fs.ts";
import { MS_PRIVATE } from "../../linux/mount-flags.ts";
import { SIGKILL } from "../../linux/signals.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byDefault, byOption, type Origin } from "../../model/origin.ts";
import type { Op, Plan } from "../../isa/op.ts";
import { FLAGS } from "../../isa/schema.ts";
import { usernsOps, withSelf } from "../usernsexec.ts";
import { layerOps, type LayersPlace } from "../storage/mounted.ts";
import { confineOps, packCommand, unpackCommand, type UnpackWish } from "../storage/dir.ts";

export interface Made { readonly name: string; readonly lxcpath: string }

/** A descriptor number no engine reaches by itself. */
export const HELD_FD = 100;
/** What a helper program gets as environment. */
export const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface Naming {
  readonly path: string;
  readonly to: string;
  /** For file systems (NFS) that cannot refuse an existing name: one that is not empty is refused even so. */
  readonly isPlain?: boolean;
}

const renameOp = ({ path, to, isPlain }: Naming, from: Origin): Op => ({
  op: "rename", path, to, ...(isPlain === true ? {} : { flags: RENAME_NOREPLACE }), from, note: "the name is taken from here on", undo: [{ op: "rename", path: to, to: path, from }],
});

/** A directory gets another name, unless there is one already. */
export const planRename = (made: Made, naming: Naming): Plan => ({ verb: "rename", ...made, ops: [{ op: "rename", path: naming.path, to: naming.to, flags: RENAME_NOREPLACE, from: byOption("--newname") }] });

/** The end of a plan that holds what its slot 0 has, until its input ends. */
export const holdingOps = (from: Origin): readonly Op[] => [
  { op: "dup", slot: 0, fd: HELD_FD, from },
  { op: "exec", path: "cat", argv: ["cat"], env: [PATH], flags: FLAGS.EXEC_SEARCH_PATH, from },
];

/** Locks `file` (made when missing), renames `directory.from` if told to, then echoes what it reads:
 * the lock is held exactly as long as whoever started it keeps the other end open. */
export function planHold(made: Made, file: string, rename?: Naming): Plan {
  return holdWith(made, [
    { op: "lock", path: file, into: 0, nowait: 1, from: PARTIAL, note: "says to everybody that the container is being made" },
    ...(rename === undefined ? [] : [renameOp(rename, PARTIAL)]),
  ]);
}

const PARTIAL = byDefault("partial");
const holdWith = (made: Made, lock: readonly Op[]): Plan => ({ verb: "create", ...made, ops: [{ op: "setsid", from: PARTIAL, note: "a terminal's ^C must not drop the lock" }, ...lock, ...holdingOps(PARTIAL)] });

const OPENED = 1;
const OPENED_FD = 101;
/** The same of a file that has to be there: whoever had it may have ended, and then what it stood for is no half-made one. */
export const planHoldExisting = (made: Made, file: string): Plan => holdWith(made, [
  { op: "open", path: file, flags: O_RDWR, into: OPENED, from: PARTIAL },
  { op: "dup", slot: OPENED, fd: OPENED_FD, from: PARTIAL },
  { op: "lock", path: `/proc/self/fd/${OPENED_FD}`, into: 0, nowait: 1, from: PARTIAL, note: "by its name it would be made anew when it has gone" },
]);

/** Chowns the container's directory as LXC does: owner is the container's root, group stays the creator's. `roots`: what is wholly the container's. */
export function planOwn(made: Made, facts: HostFacts, idmap: readonly IdMapEntry[], roots: readonly string[]): Plan {
  const from = byDefault("lxc.idmap");
  const directory = `${made.lxcpath}/${made.name}`;
  const chown = (uid: number, directoryGid: number, rootGid: number): Op[] => [
    { op: "chown", path: directory, uid, gid: directoryGid, from },
    ...roots.map((path): Op => ({ op: "chown", path, uid, gid: rootGid, from })),
  ];
  if (facts.caller.euid === 0) {
    return { verb: "create", ...made, ops: chown(toHost(idmap, "u", 0) ?? 0, facts.caller.egid, toHost(idmap, "g", 0) ?? 0) };
  }
  const self = withSelf(facts, idmap);
  const ops = usernsOps(facts, { idmap: self.idmap, flags: 0, name: "owner", from, pid: 0, uid: 0, gid: 0, body: [...chown(0, self.gid, 0), { op: "exitWith", status: 0, from }] });
  return { verb: "create", ...made, ops: [...ops, { op: "exitWith", child: 0, from }] };
}

/** Something in the hands of the container's root is its creator's again: a config that a template wrote, a directory that was there before. */
export function planGiveBack(made: Made, facts: HostFacts, idmap: readonly IdMapEntry[], path: string): Plan {
  const from = byDefault("lxc.idmap");
  if (facts.caller.euid === 0) return { verb: "create", ...made, ops: [{ op: "chown", path, uid: 0, gid: facts.caller.egid, from }] };
  const self = withSelf(facts, idmap);
  const body: Op[] = [{ op: "chown", path, uid: self.uid, gid: self.gid, from }, { op: "exitWith", status: 0, from }];
  return { verb: "create", ...made, ops: [...usernsOps(facts, { idmap: self.idmap, flags: 0, name: "owner", from, pid: 0, uid: 0, gid: 0, body }), { op: "exitWith", child: 0, from }] };
}

/** `body` in a mount namespace of its own, and in the user namespace of the map unless that is empty. */
export function inside(facts: HostFacts, wish: { readonly idmap: readonly IdMapEntry[]; readonly name: string; readonly from: Origin; readonly early?: readonly Op[] }, body: readonly Op[]): readonly Op[] {
  const { idmap, name, from, early = [] } = wish;
  const joined: Op[] = [{ op: "joinParent", signal: SIGKILL, from, note: "a killed lxc-create leaves nobody who still writes" }, ...body];
  if (idmap.length > 0) return usernsOps(facts, { idmap, flags: CLONE_NEWNS, name, from, pid: 1, uid: 0, gid: 0, body: joined, early });
  return [{ op: "clone", flags: CLONE_NEWNS, name, pid: 1, body: [...early, ...joined], from }];
}

export interface FillInputs { readonly idmap: readonly IdMapEntry[]; readonly rootfs: string }

/** Standard input is the archive. */
export function planUnpack(made: Made, facts: HostFacts, inputs: FillInputs & Omit<UnpackWish, "isMapped">): Plan {
  const from = byOption("--template");
  const { idmap, rootfs } = inputs;
  const argv = unpackCommand({ ...inputs, isMapped: idmap.length > 0 });
  const body: Op[] = [...confineOps(2, from), { op: "exec", path: "tar", argv, env: [PATH, "LC_ALL=C"], flags: FLAGS.EXEC_SEARCH_PATH, from }];
  return {
    verb: "create", ...made,
    ops: [
      { op: "joinParent", signal: SIGKILL, from },
      { op: "chdir", path: rootfs, from, note: "before the ids change: the container's root may not walk here" },
      ...inside(facts, { idmap, name: "tar", from }, body),
      { op: "exitWith", child: 1, from },
    ],
  };
}

export interface SubstituteInputs extends FillInputs {
  /** Relative to the rootfs. */
  readonly files: readonly string[];
  /** Word, and what is put in its place. */
  readonly pairs: readonly (readonly [string, string])[];
  readonly layers?: LayersPlace;
}

const SUBSTITUTE = 'script=$1; shift; for file; do if [ -f "$file" ] && [ ! -L "$file" ]; then sed -i -e "$script" -- "$file" || exit; fi; done';

export interface ToolInputs extends FillInputs { /** Mounted at the root file system first. */ readonly layers?: LayersPlace; readonly argv: readonly string[]; /** Of the process, in events; absent: the program's. */ readonly name?: string }

/** A tool of the host in the new root file system, as the container's root; whatever its paths lead to, only that can be written. */
export function planTool(made: Made, facts: HostFacts, inputs: ToolInputs): Plan {
  const from = byOption("--template");
  const { idmap, rootfs, argv } = inputs;
  const path = argv[0] ?? "true";
  const mounted = inputs.layers === undefined ? { early: [], inside: [] } : layerOps(inputs.layers, { isMapped: idmap.length > 0, from });
  const body: Op[] = [...mounted.inside, ...confineOps(2, from), { op: "exec", path, argv, env: [PATH, "LC_ALL=C"], flags: FLAGS.EXEC_SEARCH_PATH, from }];
  return {
    verb: "create", ...made,
    ops: [{ op: "joinParent", signal: SIGKILL, from }, { op: "chdir", path: rootfs, from }, ...inside(facts, { idmap, name: inputs.name ?? path, from, early: mounted.early }, body), { op: "exitWith", child: 1, from }],
  };
}

/** Words in files of the new root file system are replaced. */
export function planSubstitute(made: Made, facts: HostFacts, inputs: SubstituteInputs): Plan {
  const script = inputs.pairs.map(([word, value]) => `s#${word}#${value.replaceAll(/[\\&#]/g, "\\$&")}#g`).join(";");
  return planTool(made, facts, { ...inputs, name: "sed", argv: ["sh", "-c", SUBSTITUTE, "sh", script, ...inputs.files] });
}

export interface PackInputs {
  readonly directory: string;
  /** Empty: ids are taken as they are; else they are ids of this map, another container's root file system. */
  readonly idmap: readonly IdMapEntry[];
  readonly isOwnedByCaller: boolean;
}

/** Standard output is the archive. */
export function planPack(made: Made, facts: HostFacts, inputs: PackInputs): Plan {
  const from = byOption("--template");
  const { directory, idmap, isOwnedByCaller } = inputs;
  const exec: Op = { op: "exec", path: "tar", argv: packCommand(isOwnedByCaller), env: [PATH, "LC_ALL=C"], flags: FLAGS.EXEC_SEARCH_PATH, from };
  const body: readonly Op[] = idmap.length === 0 ? [exec] : [...inside(facts, { idmap, name: "tar", from }, [exec]), { op: "exitWith", child: 1, from }];
  return { verb: "create", ...made, ops: [{ op: "joinParent", signal: SIGKILL, from }, { op: "chdir", path: directory, from }, ...body] };
}

export interface TemplateInputs extends FillInputs {
  /** Absolute path of the script. */
  readonly template: string;
  readonly templateArgs: readonly string[];
}

/** LXC's calling convention; with a map, the creator's own ids are added so that the script can give files back to it. */
export function planTemplate(made: Made, facts: HostFacts, inputs: TemplateInputs): Plan {
  const from = byOption("--template");
  const { idmap, rootfs, template, templateArgs } = inputs;
  const self = withSelf(facts, idmap);
  const isMapped = idmap.length > 0;
  const argv = [
    template, `--path=${made.lxcpath}/${made.name}`, `--name=${made.name}`, `--rootfs=${rootfs}`, ...templateArgs,
    ...(isMapped ? ["--mapped-uid", String(self.uid), "--mapped-gid", String(self.gid)] : []),
  ];
  const env = Object.entries(facts.caller.env).map(([key, value]) => `${key}=${value}`);
  const body: Op[] = [
    { op: "mountSetattr", path: "/", flags: AT_RECURSIVE, propagation: MS_PRIVATE, from, onError: ["EINVAL"], note: "what a template mounts goes away with it" },
    { op: "exec", path: template, argv, env, from },
  ];
  return {
    verb: "create", ...made,
    ops: [
      { op: "joinParent", signal: SIGKILL, from },
      { op: "chdir", path: facts.caller.cwd, from, onError: "ignore" },
      ...inside(facts, { idmap: isMapped ? self.idmap : [], name: "template", from }, body),
      { op: "exitWith", child: 1, from },
    ],
  };
}

/** A template's own help: the caller's ids, its terminal. */
export function planTemplateHelp(facts: HostFacts, template: string): Plan {
  const from = byOption("--help");
  const env = Object.entries(facts.caller.env).map(([key, value]) => `${key}=${value}`);
  return { verb: "create", name: "", lxcpath: "", ops: [{ op: "exec", path: template, argv: [template, "-h"], env, from }] };
}

