// Owns why a back end cannot be had on this machine, and which of several is taken.
import { byOption, type Origin } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { backendOf, BACKENDS, DEFAULT_FSTYPE, ROOT_MOUNTS, type Backend, type BackendFacts } from "../../model/storage.ts";

type Refusal = Pick<Problem, "text" | "cause" | "remedy"> & { readonly isPrivilege?: boolean };

const without = (facts: BackendFacts, program: string): boolean => !facts.programs.includes(program);
const install = (program: string, debian: string | undefined): Refusal => ({ text: `the program '${program}' is missing`, remedy: debian === undefined ? `install the package that holds ${program}` : `apt install ${debian}` });

/** Where each program of storage comes from, in Debian. */
const MKFS: Readonly<Record<string, string>> = { ext2: "e2fsprogs", ext3: "e2fsprogs", ext4: "e2fsprogs", xfs: "xfsprogs", btrfs: "btrfs-progs", f2fs: "f2fs-tools" };
const mkfs = (facts: BackendFacts, fstype: string): Refusal | undefined =>
  (without(facts, `mkfs.${fstype}`) ? install(`mkfs.${fstype}`, MKFS[fstype]) : undefined);

const rootOnly = (backend: Backend): Refusal => ({ isPrivilege: true, text: `Unprivileged users cannot create ${backend} containers`, cause: backend === "loop" ? ROOT_MOUNTS : `only root may use ${backend}`, remedy: "use -B dir (files share blocks where the file system can), -B overlay, or -B btrfs where the containers lie on btrfs" });

type Check = (facts: BackendFacts, fstype: string) => Refusal | undefined;
const CHECKS: Readonly<Record<Backend, Check>> = {
  dir: () => undefined,
  overlay: (facts) => (/[:\\]/.test(facts.place) ? { text: `layers cannot be named in '${facts.place}'`, cause: "lxc.rootfs.path separates them by colons", remedy: "use a directory without one, or -B dir" } : undefined),
  btrfs: (facts) => {
    if (!facts.isOnBtrfs) return { text: `'${facts.place}' does not lie on btrfs`, remedy: "put the containers on one with -P, or use -B dir" };
    return without(facts, "btrfs") ? install("btrfs", "btrfs-progs") : undefined;
  },
  loop: (facts, fstype) => {
    if (!facts.isRoot) return rootOnly("loop");
    return facts.hasLoop ? mkfs(facts, fstype) : { text: "this kernel has no loop devices", cause: "there is no /dev/loop-control", remedy: "modprobe loop, or use -B dir" };
  },
  lvm: (facts, fstype) => {
    if (!facts.isRoot) return rootOnly("lvm");
    if (without(facts, "lvcreate")) return install("lvcreate", "lvm2");
    return facts.hasDeviceMapper ? mkfs(facts, fstype) : { text: "this kernel has no device mapper", cause: "there is no /dev/mapper/control", remedy: "modprobe dm-mod, or use -B loop" };
  },
  zfs: (facts) => {
    if (!facts.isRoot) return rootOnly("zfs");
    if (without(facts, "zfs")) return install("zfs", "zfsutils-linux zfs-dkms");
    return facts.hasZfs ? undefined : { text: "this kernel has no file system 'zfs'", remedy: "modprobe zfs" };
  },
  rbd: (facts, fstype) => {
    if (!facts.isRoot) return rootOnly("rbd");
    return without(facts, "rbd") ? install("rbd", "ceph-common") : mkfs(facts, fstype);
  },
};

/** Why this machine, or this user, cannot have it; undefined: it can be tried. */
export function backendProblem(backend: Backend, facts: BackendFacts, { fstype = DEFAULT_FSTYPE, at }: { readonly fstype?: string | undefined; readonly at: Origin }): Problem | undefined {
  const refusal = CHECKS[backend](facts, fstype);
  if (refusal === undefined) return undefined;
  const { isPrivilege, ...words } = refusal;
  return { code: isPrivilege === true ? "privilege" : "storage.unsupported", at, ...words, text: isPrivilege === true ? words.text : `cannot use '-B ${backend}': ${words.text}` };
}

/** LXC's order. */
const BEST: readonly Backend[] = ["btrfs", "zfs", "lvm", "dir"];
/** What has snapshots; that of a directory is made of layers. */
const BEST_SNAPSHOT: readonly Backend[] = ["btrfs", "zfs", "lvm", "overlay"];
/** The words of a list, in their turn. */
export const wordsOf = (list: string, best: "new" | "snapshot" = "new"): readonly string[] => list.split(",").flatMap((word): readonly string[] => (word === "best" ? (best === "new" ? BEST : BEST_SNAPSHOT) : [word]));
/** Is the choice left to us? Then it is said what it came to. */
export const isChoice = (wanted: string | undefined): boolean => /,|^best$/.test(wanted ?? "");

/** What of a list cannot be had, and why. */
export interface Refused { readonly word: string; readonly problem: Problem }
const MARK = "\0";
const listed = (words: readonly string[]): string => [words.slice(0, -1).join(", "), ...words.slice(-1)].filter((part) => part !== "").join(" or ");

/** Those that differ in nothing but the name of the back end are one; in quotes it is a program's or an option's. */
export function toldOnce(refused: readonly Refused[]): readonly Problem[] {
  const kinds = new Map<string, { readonly problem: Problem; readonly words: string[]; readonly causes: Map<string, string[]> }>();
  for (const { word, problem } of refused) {
    const unnamed = (text: string): string => (backendOf(word) === undefined ? text : text.replaceAll(new RegExp(`(?<!')\\b${word}\\b(?!')`, "g"), MARK));
    const [text, cause] = [unnamed(problem.text), unnamed(problem.cause ?? "")];
    const kind = kinds.get(text) ?? { problem: { ...problem, text }, words: [], causes: new Map<string, string[]>() };
    if (!kind.words.includes(word)) kind.words.push(word);
    kind.causes.set(cause, [...kind.causes.get(cause) ?? [], word]);
    kinds.set(text, kind);
  }
  return [...kinds.values()].map(({ problem, words, causes }): Problem => {
    const cause = [...causes].map(([text, of]) => text.replaceAll(MARK, listed([...new Set(of)]))).filter((text) => text !== "").join("; ");
    return { ...problem, text: problem.text.replaceAll(MARK, listed(words)), ...(cause === "" ? {} : { cause }) };
  });
}

/** The reason for what was taken, and why none before it. */
export function choiceReason(backend: Backend, refused: readonly Refused[]): string {
  const left = toldOnce(refused).map(({ text }) => text).join("; ");
  return MERITS[backend] + (left === "" ? "" : ` (${left})`);
}

/** Why it is the one. */
const MERITS: Readonly<Record<Backend, string>> = {
  dir: "a directory works everywhere", overlay: "layers above a directory", btrfs: "copies and snapshots take no time there", loop: "an image has a size of its own",
  lvm: "the volume group is there", zfs: "the pool is there", rbd: "the cluster is there",
};

export interface Candidate {
  readonly backend: Backend;
  /** In words for the user: why it is this one, and why no earlier one. */
  readonly reason: string;
}

/** What -B comes to, best first: one name, a list, or `best`. Those that cannot be are left out, each with its reason. */
export function candidatesOf(wanted: string | undefined, facts: BackendFacts, fstype: string | undefined): Result<readonly Candidate[]> {
  const at = byOption("--bdev");
  if (wanted === undefined) return ok([{ backend: "dir", reason: MERITS.dir }]);
  const refused: Refused[] = [];
  const found: Candidate[] = [];
  for (const word of wordsOf(wanted)) {
    const backend = backendOf(word);
    const problem = backend === undefined ? unknown(word) : backendProblem(backend, facts, { fstype, at });
    if (problem !== undefined) refused.push({ word, problem });
    else if (backend !== undefined) found.push({ backend, reason: choiceReason(backend, refused) });
  }
  const [first, ...others] = toldOnce(refused);
  return found.length > 0 || first === undefined ? ok(found) : fail(first, ...others);
}

const unknown = (word: string): Problem => (word === "nbd"
  ? { code: "storage.unsupported", at: byOption("--bdev"), text: "cannot use '-B nbd': an image of qemu cannot be made by lxc-create", cause: "LXC cannot either: nbd is for images that are there already", remedy: "qemu-img create and mkfs, then lxc.rootfs.path = nbd:FILE; or -B loop" }
  : { code: "option.value", at: byOption("--bdev"), text: `${word} is not a valid backing storage type`, remedy: `one of ${BACKENDS.join(", ")}, best` });
