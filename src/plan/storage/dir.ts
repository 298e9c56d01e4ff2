// Owns how a root file system that is a plain directory is filled from an archive: the tar command line,
// and a mount namespace in which only that directory can be written.
import { AT_EMPTY_PATH, AT_RECURSIVE, OPEN_TREE_CLONE } from "../../linux/fs.ts";
import { MOUNT_ATTR_RDONLY, MS_PRIVATE } from "../../linux/mount-flags.ts";
import type { Origin } from "../../model/origin.ts";
import type { Op, Slot } from "../../isa/op.ts";

export type Compression = "none" | "gzip" | "bzip2" | "xz" | "zstd" | "lz4";

const PROGRAMS: Readonly<Record<Compression, readonly string[]>> = {
  none: [], gzip: ["--gzip"], bzip2: ["--bzip2"], xz: ["--xz"], zstd: ["--zstd"], lz4: ["--use-compress-program=lz4"],
};

export interface UnpackWish {
  readonly compression: Compression;
  /** The ids of the archive are ids of a user namespace: no device can be made there. */
  readonly isMapped: boolean;
  /** Further patterns to leave out. */
  readonly exclude: readonly string[];
  /** What the names in the archive begin with, which falls away; plain letters. */
  readonly prefix?: string;
}

/** Unpacks standard input into the current directory. Where names have a prefix it is an export, whose ACLs are among the
 * attributes: tar would take names in its own records for those of this host. Absolute names and `..` are tar's own defence. */
export const unpackCommand = (wish: UnpackWish): readonly string[] => [
  "tar", "--extract", "--file=-", "--record-size=128K", ...PROGRAMS[wish.compression],
  "--numeric-owner", "--preserve-permissions", "--same-owner", "--delay-directory-restore",
  "--xattrs", "--xattrs-include=*", ...(wish.prefix === undefined ? ["--acls"] : []), "--warning=no-timestamp",
  ...(wish.isMapped ? ["--anchored", "--exclude=./dev/*", "--exclude=dev/*"] : []),
  ...(wish.prefix === undefined ? [] : [`--transform=flags=rSh;s,^${wish.prefix.replaceAll(".", "\\.")},.,`]),
  ...wish.exclude.map((pattern) => `--exclude=${pattern}`),
];

/** Packs the current directory to standard output, without what is mounted below it. `isOwnedByCaller`: an ordinary
 * user's own files, who could own nothing as root; they become root's. */
export const packCommand = (isOwnedByCaller: boolean): readonly string[] => [
  "tar", "--create", "--file=-", "--numeric-owner", "--one-file-system", "--sparse",
  "--xattrs", "--xattrs-include=*", "--acls", ...(isOwnedByCaller ? ["--owner=0", "--group=0"] : []), ".",
];

/** In a chroot / is no mount of its own: tar's own defences must do there. */
const CHROOT = ["EINVAL"] as const;

/** The current directory becomes a mount of its own, and the only one that can be written. For a process in a new
 * mount namespace; needs no right on the directories above it. */
export function confineOps(tree: Slot, from: Origin): readonly Op[] {
  return [
    { op: "mountSetattr", path: "/", flags: AT_RECURSIVE, propagation: MS_PRIVATE, from, onError: CHROOT, note: "nothing mounted here is seen by the host" },
    { op: "openTree", path: ".", flags: OPEN_TREE_CLONE, into: tree, from },
    { op: "mountSetattr", path: "/", flags: AT_RECURSIVE, set: MOUNT_ATTR_RDONLY, from, onError: CHROOT, note: "whatever the archive holds, it cannot write elsewhere" },
    { op: "moveMount", tree, path: ".", from },
    { op: "mountSetattr", at: tree, path: "", flags: AT_EMPTY_PATH, clear: MOUNT_ATTR_RDONLY, from },
    { op: "chdir", at: tree, path: "", from },
  ];
}
