// Owns where lxc-user-nic is tried: a host of its own with bridges, users, a network namespace of theirs, and a copy that is set-user-ID root.
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { leaveRoom, makeRoom, must, run } from "./net-room.ts";
import type { Room } from "./net-room.ts";
import { DIST } from "./place.ts";
import type { Ran } from "./place.ts";
import { makeUser, removeUser } from "./users.ts";
import type { User } from "./users.ts";

export const OURS = "/run/nic/lxc-user-nic", DEBIANS = "/usr/libexec/lxc/lxc-user-nic";

export interface NicRoom { readonly room: Room; readonly user: User; readonly other: User; /** A process of the user in a network of his. */ readonly pid: number; readonly holders: ChildProcess[] }

export const as = ({ room }: NicRoom, user: User): readonly string[] => [...room.into, "setpriv", "--reuid", String(user.uid), "--regid", String(user.gid), "--init-groups"];

/** A process that stays; its pid once its line has said `ready`. */
export async function hold(nics: NicRoom, prefix: readonly string[], line: string): Promise<number> {
  const child = spawn("env", [...prefix, "sh", "-c", `${line} 'echo ready $$; exec sleep infinity'`], { stdio: ["ignore", "pipe", "inherit"] });
  nics.holders.push(child);
  for await (const said of child.stdout) {
    const [, pid] = /ready (\d+)/.exec(String(said)) ?? [];
    if (pid !== undefined) return Number(pid);
  }
  throw new Error(`${line}: ended early`);
}

export async function makeNicRoom(): Promise<NicRoom> {
  const room = await makeRoom();
  const mark = `btn${process.pid.toString(36)}`;
  const [user, other] = [makeUser(`${mark}a`, { subuid: [], subgid: [] }), makeUser(`${mark}b`, { subuid: [], subgid: [] })];
  must(room.into, `mkdir -p /etc/lxc; mount -t tmpfs tmpfs /etc/lxc; mkdir /run/nic; install -m 4755 ${join(DIST, "libexec/berth/lxc-user-nic")} ${OURS}; ip link add br0 type bridge; ip link set br0 mtu 1400; ip link add br1 type bridge; ip link set br0 up`);
  const nics: NicRoom = { room, user, other, pid: 0, holders: [] };
  return { ...nics, pid: await hold(nics, as(nics, user), "exec unshare -Urn sh -c") };
}

export function leaveNicRoom(nics: NicRoom): void {
  for (const holder of nics.holders) holder.kill("SIGKILL");
  leaveRoom(nics.room);
  for (const user of [nics.user, nics.other]) { spawnSync("pkill", ["-KILL", "-u", String(user.uid)]); removeUser(user); }
}

export const grants = ({ room }: NicRoom, lines: string): void => { must(room.into, `printf '${lines}' > /etc/lxc/lxc-usernet`); };
export const words = (nics: NicRoom, more: { readonly pid?: number | string; readonly bridge?: string; readonly type?: string; readonly nic?: readonly string[] } = {}): readonly string[] =>
  ["create", "/path", "name", String(more.pid ?? nics.pid), more.type ?? "veth", more.bridge ?? "br0", ...(more.nic ?? [])];
export const call = (nics: NicRoom, args: readonly string[], { user = nics.user, program = OURS }: { readonly user?: User; readonly program?: string } = {}): Ran => run(as(nics, user), [program, ...args]);

export const database = ({ room }: NicRoom): string => must(room.into, "cat /run/lxc/nics 2>/dev/null || true");
/** Ends on the host. */
export const links = ({ room }: NicRoom): string => must(room.into, "ls /sys/class/net | grep ^veth || true");
export const clear = ({ room }: NicRoom): void => { must(room.into, "for l in $(ls /sys/class/net | grep ^veth); do ip link del $l; done; rm -rf /run/lxc"); };
