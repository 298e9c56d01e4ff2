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
    .filter((entry) => archOf(entry.arch) === archOf(arch) && entry.variant === variant && ((isSame(entry.dist, dist) && isSame(entry.release, release)) || entry.aliases.some((alias) => names.some((name) => isSame(alias, name)))))
    .toSorted((a, b) => (a.build < b.build ? 1 : a.build > b.build ? -1 : 0))[0];
}

/** Names of one kind among the entries that are left: for prompts and remedies. */
export const namesOf = (entries: readonly ImageEntry[], key: "dist" | "release" | "arch" | "variant"): readonly string[] => [...new Set(entries.map((entry) => entry[key]))].sort();

/** By the names of Node, uname(1), rpm and OCI. */
const ARCHS: Readonly<Record<string, string>> = {
  x64: "amd64", x86_64: "amd64", aarch64: "arm64", arm: "armhf", armv7l: "armhf", armhfp: "armhf", ia32: "i386", i686: "i386", i586: "i386", x86: "i386", "386": "i386",
  ppc64: "ppc64el", ppc64le: "ppc64el", loongarch64: "loong64",
};
/** What Debian calls a machine that somebody calls `x86_64`: `amd64`. A name that nobody else has is kept. */
export const archOf = (name: string): string => (Object.hasOwn(ARCHS, name) ? ARCHS[name] : undefined) ?? name;
