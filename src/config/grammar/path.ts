// Owns values that are places: architecture names, cgroup directories, the root file system.
import { didYouMean } from "../nearest.ts";
import { good, wrong, type Grammar } from "./grammar.ts";

/** Architecture names and whether they are 64 bit. */
const ARCHITECTURES: Readonly<Record<string, 32 | 64>> = {
  arm: 32, armel: 32, armhf: 32, armv7l: 32, athlon: 32, i386: 32, i486: 32, i586: 32, i686: 32, linux32: 32, mips: 32, mipsel: 32, ppc: 32, powerpc: 32, x32: 32, x86: 32,
  aarch64: 64, amd64: 64, arm64: 64, linux64: 64, loongarch64: 64, loong64: 64, mips64: 64, mips64el: 64, ppc64: 64, ppc64el: 64, ppc64le: 64, powerpc64: 64, riscv64: 64, s390x: 64, x86_64: 64,
};

export const architecture: Grammar<string> = {
  expects: "an architecture: x86, i686, x86_64, amd64, arm64, …",
  facts: { choices: Object.keys(ARCHITECTURES) },
  read: (text) => {
    if (Object.hasOwn(ARCHITECTURES, text)) return good(text);
    return wrong(`'${text}' is not an architecture`, 0, didYouMean(text, Object.keys(ARCHITECTURES), `use one of ${Object.keys(ARCHITECTURES).join(" ")}`));
  },
  // LXC's getter knows two answers.
  show: (name) => [ARCHITECTURES[name] === 32 ? "i686" : "x86_64"],
};

const MAX_DEV_DIRECTORY = 255;

/** A directory beneath something: nobody climbs out of it. */
export const relativePath = (what: string): Grammar<string> => ({
  expects: `${what}, a relative path without ..`,
  facts: { pattern: "^(?!/)(?!(?:.*/)?\\.\\.(?:/|$))" },
  read: (text) => {
    if (text.startsWith("/")) return wrong(`'${text}' starts with '/'`, 0, "write the path relative to the cgroup root");
    return text.split("/").includes("..") ? wrong(`'${text}' contains '..'`) : good(text);
  },
});

/** A directory beneath /dev inside, which the terminals are made in. */
export const devDirectory: Grammar<string> = {
  expects: `a directory beneath /dev, at most ${MAX_DEV_DIRECTORY} characters, without ..`,
  facts: { pattern: `^(?!(?:.*/)?\\.\\.(?:/|$)).{0,${MAX_DEV_DIRECTORY}}$` },
  read: (text) => {
    if (text.length > MAX_DEV_DIRECTORY) return wrong(`'${text}' has ${text.length} characters, at most ${MAX_DEV_DIRECTORY} are possible`);
    return text.split("/").includes("..") ? wrong(`'${text}' contains '..'`) : good(text);
  },
};

export const oneDirectory = (what: string): Grammar<string> => ({
  expects: `${what}, one directory name`,
  facts: { pattern: "^(?!\\.{1,2}$)[^/]*$" },
  read: (text) => (text.includes("/") || text === ".." || text === "." ? wrong(`'${text}' is not the name of one directory`) : good(text)),
});

const DRIVERS = ["aufs", "btrfs", "dir", "loop", "lvm", "nbd", "overlay", "overlayfs", "rbd", "zfs"] as const;

export interface RootfsPath { readonly type: string; readonly path: string }

/** `[TYPE:]PATH`. A path that starts with `/` has no type, also when it holds a colon. */
export const rootfsPath: Grammar<RootfsPath> = {
  expects: `[TYPE:]PATH with TYPE one of ${DRIVERS.join(" ")}`,
  facts: { pattern: `^/|^[^:]*$|^(?:${DRIVERS.join("|")}):.`, offers: DRIVERS.map((name) => `${name}:`) },
  read: (text) => {
    const colon = text.startsWith("/") ? -1 : text.indexOf(":");
    if (colon < 0) return good({ type: "dir", path: text });
    const name = text.slice(0, colon);
    const driver = DRIVERS.find((candidate) => candidate === name);
    const path = text.slice(colon + 1);
    if (driver === undefined) return wrong(`'${name}' is not a kind of storage`, 0, didYouMean(name, DRIVERS, `use one of ${DRIVERS.join(" ")}, or a path that starts with '/'`));
    return path === "" ? wrong(`no path stands after '${name}:'`, colon + 1) : good({ type: driver === "overlayfs" ? "overlay" : driver, path });
  },
  show: ({ path }) => [path],
};
