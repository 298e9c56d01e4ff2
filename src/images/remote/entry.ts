// Owns what an index says of an image, whatever layout it has, and which of them are meant.

export interface RemoteFile {
  /** From the server's root, with a slash. */
  readonly path: string;
  readonly sha256?: string;
  readonly size?: number;
}
export interface ImageEntry {
  readonly dist: string;
  readonly release: string;
  readonly arch: string;
  readonly variant: string;
  /** `20241101_05:24`: a later one is newer. */
  readonly build: string;
  /** Other names: `debian/12`. */
  readonly aliases: readonly string[];
  readonly rootfs: RemoteFile;
  readonly metadata?: RemoteFile;
  /** A file of checksums that may lie beside. */
  readonly sums?: string;
}
export interface Wanted { readonly dist: string; readonly release: string; readonly arch: string; readonly variant: string }

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The newest one. A release may also be named by an alias of it: `debian/12` is `debian/bookworm`. */
export function findEntry(entries: readonly ImageEntry[], { dist, release, arch, variant }: Wanted): ImageEntry | undefined {
  const names = [`${dist}/${release}`, ...(variant === "default" ? [] : [`${dist}/${release}/${variant}`])];
  return entries
    .filter((entry) => entry.arch === arch && entry.variant === variant && ((isSame(entry.dist, dist) && entry.release === release) || entry.aliases.some((alias) => names.some((name) => isSame(alias, name)))))
    .toSorted((a, b) => (a.build < b.build ? 1 : a.build > b.build ? -1 : 0))[0];
}

/** Names of one kind among the entries that are left: for prompts and remedies. */
export const namesOf = (entries: readonly ImageEntry[], key: "dist" | "release" | "arch" | "variant"): readonly string[] => [...new Set(entries.map((entry) => entry[key]))].sort();

/** What Debian calls the machine: `amd64`. */
const ARCHS: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64", arm: "armhf", ia32: "i386", ppc64: "ppc64el", riscv64: "riscv64", s390x: "s390x" };
export const archOf = (nodeArch: string): string => ARCHS[nodeArch] ?? nodeArch;
