// Owns "is anything left?": what a container may leave on a machine, looked at before and after.
// Things that carry the mark (part of the container's name or lxcpath) always count. Alone on the
// machine (BERTH_TEST_ALONE=1: one file that is run by name), everything new counts.
import { existsSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** What carries a mark of `others` is not looked at. `isAlone`: nobody else works here, and everything new counts. */
export interface Watch { readonly mark: string; readonly folders: readonly string[]; readonly others?: readonly string[]; readonly isAlone?: boolean }
export type Kind = "mounts" | "cgroups" | "processes" | "links" | "sockets" | "files" | "loops";
export type Snapshot = Readonly<Record<Kind, readonly string[]>>;

const isAloneHere = process.env["BERTH_TEST_ALONE"] === "1";
const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
function attempt<T>(look: () => T, otherwise: T): T {
  try { return look(); } catch { return otherwise; } // gone while we looked
}

function mounts(mark: string, isAlone: boolean): string[] {
  const fields = lines(readFileSync("/proc/self/mountinfo", "utf8")).map((line) => line.split(" "));
  const named = fields.map((field) => `${field[4]} ${field.slice(field.indexOf("-") + 1).join(" ")}`);
  return named.filter((line) => isAlone || line.includes(mark));
}

function directories(top: string, depth: number): string[] {
  if (depth === 0) return [];
  return attempt(() => readdirSync(top, { withFileTypes: true }), []).filter((entry) => entry.isDirectory())
    .flatMap((entry) => [join(top, entry.name), ...directories(join(top, entry.name), depth - 1)]);
}
const cgroups = (mark: string, isAlone: boolean): string[] =>
  directories("/sys/fs/cgroup", 6).filter((path) => path.includes(mark) || (isAlone && /\/(lxc|berth)[^/]*$/.test(path)));

interface Seen { readonly pid: string; readonly state: string; readonly text: string; readonly isForeign: boolean }
const ownPids = readlinkSync("/proc/self/ns/pid");
function look(pid: string): Seen | undefined {
  return attempt(() => {
    const state = /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "?";
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    const where = readFileSync(`/proc/${pid}/cgroup`, "utf8");
    const isForeign = attempt(() => readlinkSync(`/proc/${pid}/ns/pid`), ownPids) !== ownPids;
    return { pid, state, text: `${command} ${where}`, isForeign };
  }, undefined);
}
function processes(mark: string, isAlone: boolean): string[] {
  const isOurs = ({ text, isForeign }: Seen): boolean => text.includes(mark) || (isAlone && (isForeign || /berth-(engine|planner)|\[lxc monitor\]/.test(text)));
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).map(look)
    .filter((seen) => seen !== undefined && seen.state !== "Z" && isOurs(seen))
    .map((seen) => `${seen?.pid} ${seen?.text.split("\n")[0]}`);
}

const links = (mark: string, isAlone: boolean): string[] => readdirSync("/sys/class/net").filter((name) => name.includes(mark) || (isAlone && /^(veth|lxc|berth)/.test(name)));
const sockets = (mark: string, isAlone: boolean): string[] => lines(readFileSync("/proc/net/unix", "utf8")).map((line) => line.split(" ").at(-1) ?? "").filter((path) => path.includes(mark) || (isAlone && path.startsWith("@") && path.endsWith("/command")));
const loops = (mark: string, isAlone: boolean): string[] => directories("/sys/block", 1).filter((path) => path.includes("/loop"))
  .map((path) => attempt(() => readFileSync(join(path, "loop/backing_file"), "utf8").trim(), "")).filter((file) => isAlone ? file !== "" : file.includes(mark));

/** Files below the watched folders, and what carries the mark in the places for temporary files. */
function files({ mark, folders }: Watch): string[] {
  const own = folders.filter((folder) => existsSync(folder)).flatMap((folder) => attempt(() => readdirSync(folder, { encoding: "utf8" }), []).map((name) => join(folder, name)));
  const marked = ["/tmp", "/run", "/run/lxc", "/run/lxc/lock", "/var/lock", "/dev/shm"].filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).filter((name) => name.includes(mark)).map((name) => join(folder, name)));
  return [...own, ...marked].filter((path) => !folders.includes(path));
}

export function snapshot(watch: Watch): Snapshot {
  const { mark, isAlone = isAloneHere } = watch;
  return {
    mounts: mounts(mark, isAlone), cgroups: cgroups(mark, isAlone), processes: processes(mark, isAlone), links: links(mark, isAlone), sockets: sockets(mark, isAlone),
    files: files(watch), loops: loops(mark, isAlone),
  };
}

/** What is there now that was not there before: `KIND: THING`. */
export function leaks(before: Snapshot, watch: Watch): string[] {
  const now = snapshot(watch);
  const kinds: readonly Kind[] = ["mounts", "cgroups", "processes", "links", "sockets", "files", "loops"];
  const isOf = (thing: string): boolean => watch.others?.some((mark) => thing.includes(mark)) !== true;
  return kinds.flatMap((kind) => now[kind].filter((thing) => !before[kind].includes(thing) && isOf(thing)).map((thing) => `${kind}: ${thing}`));
}

const PATIENCE_MS = 5000;
/** The last process of a stopped container may still be on its way out: looks until nothing is left, or gives up. */
export async function leaksAtLast(before: Snapshot, watch: Watch, patience = PATIENCE_MS): Promise<string[]> {
  const end = performance.now() + patience;
  let found = leaks(before, watch);
  while (found.length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    found = leaks(before, watch);
  }
  return found;
}
