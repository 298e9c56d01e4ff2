// Owns what an archive of a root file system may hold. tar(1) has defences of its own, and it runs where only the root file
// system can be written; here an archive that means harm is refused as a whole, by the name of the member.
import type { Problem } from "../../model/problem.ts";
import { TYPE, shown, type TarEntry } from "./header.ts";
import type { OnEntry } from "./reader.ts";

export interface JudgeWish {
  /** The ids are those of a user namespace: no device can be made there, those below /dev are left out. */
  readonly isMapped: boolean;
  readonly most?: number;
}

/** A desktop of Debian has 300,000 files, an ext4 of 64 GB no room for more than these. What an export of Berth holds is not counted. */
export const ENTRIES_MAX = 4_000_000;
/** /var/log/lastlog, the longest sparse file of honest systems, has 1.25 TB when all user ids are in use. */
const SIZE_MAX = 2 ** 42;

const refusal = (entry: TarEntry, text: string, cause: string): Problem => ({ code: "image.invalid", text: `the archive's member '${shown(entry.name)}' ${text}`, cause, remedy: "nothing of the archive is kept: get it from somebody you trust" });

const parts = (path: string): readonly string[] => path.split("/").filter((part) => part !== "" && part !== ".");

/** Where a link leads, from the directory that it lies in: undefined when that is outside, or only known from /. */
function leadsTo(folder: readonly string[], target: string): readonly string[] | undefined {
  if (target.startsWith("/")) return undefined;
  const at = [...folder];
  for (const part of parts(target)) {
    if (part !== "..") at.push(part);
    else if (at.pop() === undefined) return undefined;
  }
  return at;
}

/** Devices that are of no danger: null zero full random urandom kmsg, terminals, net/tun, fuse. */
const HARMLESS: Readonly<Record<number, readonly number[] | "all">> = { 1: [3, 5, 7, 8, 9, 11], 4: "all", 5: "all", 10: [200, 229], 136: "all", 137: "all" };
function isHarmless({ type, major, minor }: TarEntry): boolean {
  const minors = HARMLESS[major];
  return type === TYPE.char && minors !== undefined && (minors === "all" || minors.includes(minor));
}

/** The shortest beginning of the path that is one of these links. */
function linkIn(links: ReadonlyMap<string, string>, path: readonly string[]): string | undefined {
  let before = "";
  for (let i = 0; i < path.length - 1; i++) {
    before = before === "" ? path[i] ?? "" : `${before}/${path[i] ?? ""}`;
    if (links.has(before)) return before;
  }
  return undefined;
}

export function tarJudge(wish: JudgeWish): OnEntry {
  /** Symbolic links that lead out, or start at /. */
  const links = new Map<string, string>();
  const most = wish.most ?? ENTRIES_MAX;
  let count = 0;

  const ofPath = (entry: TarEntry, path: string, what: string): Problem | undefined => {
    if (links.size === 0 && !path.startsWith("/") && !path.includes("..")) return undefined;
    if (path.startsWith("/")) return refusal(entry, `${what} an absolute path`, `it would lead to '${shown(path)}' of the host`);
    const words = parts(path);
    if (words.includes("..")) return refusal(entry, `${what} a path with ..`, "it would lead out of the root file system");
    const link = links.size === 0 ? undefined : linkIn(links, words);
    return link === undefined ? undefined : refusal(entry, "goes through a symbolic link of the archive", `'${shown(link)}' leads to '${shown(links.get(link) ?? "")}'`);
  };

  const ofDevice = (entry: TarEntry): Problem | undefined => {
    if ((wish.isMapped && parts(entry.name)[0] === "dev") || isHarmless(entry)) return undefined;
    return refusal(entry, `is a device (${entry.type === TYPE.block ? "block" : "character"} ${entry.major}:${entry.minor})`, wish.isMapped ? "there are none in a user namespace" : "it would be a door to the host's hardware");
  };

  return (entry) => {
    if (++count > most) return { ...refusal(entry, `is one of more than ${most}`, "no system has so many files"), remedy: "nothing of the archive is kept; if you trust it, unpack it with tar(1) and name the directory: -t DIRECTORY" };
    const path = ofPath(entry, entry.name, "has");
    if (path !== undefined) return path;
    if (entry.realSize > SIZE_MAX) return refusal(entry, `would be ${entry.realSize} bytes long`, "no file of a system is so long: it is mostly a hole");
    if (entry.type === TYPE.hardLink) return ofPath(entry, entry.link, "is a hard link to");
    if (entry.type === TYPE.char || entry.type === TYPE.block) return ofDevice(entry);
    if (entry.type !== TYPE.symlink && links.size === 0) return undefined;
    const words = parts(entry.name);
    const name = words.join("/");
    if (name === "" && entry.type === TYPE.symlink) return refusal(entry, "is a symbolic link in the place of the root file system", `it leads to '${shown(entry.link)}'`);
    if (entry.type !== TYPE.symlink) links.delete(name);
    else if (leadsTo(words.slice(0, -1), entry.link) === undefined) links.set(name, entry.link);
    return undefined;
  };
}
