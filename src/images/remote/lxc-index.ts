// Owns the index of an image server in the linuxcontainers layout: `dist;release;arch;variant;build;path`, one image a line.
import type { ImageEntry } from "./entry.ts";

/** Such a word becomes part of a path. */
const isWord = (word: string): boolean => /^[A-Za-z0-9][\w.+~:@-]*$/.test(word);
const isPath = (path: string): boolean => /^[\w.+~:@%/-]+$/.test(path) && !path.split("/").includes("..");

/** Lines that are no image are passed over, as LXC does. */
export function parseLxcIndex(text: string): readonly ImageEntry[] {
  return text.split("\n").flatMap((line): ImageEntry[] => {
    const [dist = "", release = "", arch = "", variant = "", build = "", path = ""] = line.trim().split(";");
    if (![dist, release, arch, variant, build].every(isWord) || !isPath(path)) return [];
    const folder = `/${path.replace(/^\/+|\/+$/g, "")}`;
    return [{ dist, release, arch, variant, build, aliases: [], sums: `${folder}/SHA256SUMS`, rootfs: { path: `${folder}/rootfs.tar.xz` }, metadata: { path: `${folder}/meta.tar.xz` } }];
  });
}
