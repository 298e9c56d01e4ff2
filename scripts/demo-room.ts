// Owns where the demo's container lives and which ids it gets: for root, or for an ordinary user.
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { firstClosed } from "./open-tree.ts";

export interface Room {
  readonly user: string;
  readonly isRoot: boolean;
  readonly lxcpath: string;
  /** First host id and count of the container's ids. */
  readonly uids: readonly [number, number];
  readonly gids: readonly [number, number];
  /** Sentences about what this place cannot give. */
  readonly remarks: readonly string[];
}

const NEEDED = 65536;
interface Range { readonly owner: string; readonly first: number; readonly count: number }
function ranges(file: string): Range[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").map((line) => line.split(":")).filter((parts) => parts.length === 3)
    .map(([owner = "", first = "", count = ""]) => ({ owner, first: Number(first), count: Number(count) }));
}

/** Root's own range, or one behind everything that is granted to somebody. */
function rangeForRoot(all: readonly Range[]): readonly [number, number] {
  const own = all.find(({ owner, count }) => (owner === "root" || owner === "0") && count >= NEEDED);
  if (own !== undefined) return [own.first, NEEDED];
  const behind = Math.max(100_000, ...all.map(({ first, count }) => first + count));
  return [Math.ceil(behind / NEEDED) * NEEDED, NEEDED];
}
function rangeOf(user: string, uid: number, file: string): readonly [number, number] {
  const own = ranges(file).find(({ owner, count }) => (owner === user || owner === String(uid)) && count >= NEEDED);
  if (own !== undefined) return [own.first, NEEDED];
  const option = file.endsWith("subuid") ? "--add-subuids" : "--add-subgids";
  throw new Error(`${user} has no range of ${NEEDED} ids in ${file}\n  the administrator grants one with: usermod ${option} 100000-165535 ${user}`);
}

export function findRoom(): Room {
  const [uid, user] = [process.getuid?.() ?? 0, spawnSync("id", ["-un"], { encoding: "utf8" }).stdout.trim()];
  if (uid === 0) return { user, isRoot: true, lxcpath: "/var/lib/berth-demo", uids: rangeForRoot(ranges("/etc/subuid")), gids: rangeForRoot(ranges("/etc/subgid")), remarks: [] };
  const [uids, gids] = [rangeOf(user, uid, "/etc/subuid"), rangeOf(user, uid, "/etc/subgid")];
  const home = join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local/share"), "berth-demo");
  const closed = firstClosed(home);
  if (closed === undefined) return { user, isRoot: false, lxcpath: home, uids, gids, remarks: [] };
  return { user, isRoot: false, lxcpath: `/var/tmp/berth-demo-${user}`, uids, gids, remarks: [`${closed} lets nobody pass (chmod o+x would), so the container lives below /var/tmp`] };
}

export interface Delegation { readonly isComplete: boolean; readonly text: string }
/** May this caller make cgroups where it is? Looked at in every hierarchy. */
export function delegation(): Delegation {
  const rows = readFileSync("/proc/self/cgroup", "utf8").trim().split("\n").map((line) => line.split(":"));
  const places = rows.map(([, controllers = "", path = ""]) => {
    const folder = controllers === "" ? (existsSync("/sys/fs/cgroup/unified") ? "unified" : "") : controllers.replace("name=", "");
    return { name: controllers === "" ? "v2" : controllers, path: join("/sys/fs/cgroup", folder, path) };
  }).filter(({ path }) => existsSync(path));
  const closed = places.filter(({ path }) => { try { accessSync(path, constants.W_OK); return false; } catch { return true; } });
  if (closed.length === 0) return { isComplete: true, text: `cgroups are delegated (${places.map(({ name }) => name).join(" ")})` };
  return { isComplete: false, text: `not delegated to this session: cgroups ${closed.map(({ name }) => name).join(" ")}` };
}

export function makeRoom(room: Room): void {
  mkdirSync(room.lxcpath, { recursive: true, mode: 0o755 });
}
