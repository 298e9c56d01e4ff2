// Owns the listing of an image server, in LXC's columns.
import type { ImageEntry } from "./entry.ts";

const row = (...[dist = "", release = "", arch = "", variant = "", build = ""]: readonly string[]): string =>
  `${dist.padEnd(15)}  ${release.padEnd(10)}  ${arch.padEnd(5)}  ${variant.padEnd(7)}  ${build.padEnd(14)}`;

export const imageTable = (entries: readonly ImageEntry[]): string =>
  ["", "---", row("DIST", "RELEASE", "ARCH", "VARIANT", "BUILD"), "---", ...entries.map(({ dist, release, arch, variant, build }) => row(dist, release, arch, variant, build)), "---", ""].join("\n");
