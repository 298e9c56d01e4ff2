// Owns networks of a test's own: a host of its own as containers see it, and a world outside of it. The machine's network is never touched.
import { expect } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { Ran } from "./place.ts";

export interface Room {
  /** In front of a command that is to run on the room's host. */
  readonly into: readonly string[];
  /** In front of one that is to run in the world. */
  readonly world: readonly string[];
  readonly worldPid: number;
  readonly holders: readonly ChildProcess[];
}

/** Its own /sys, which shows its own links, and what programs leave below /run. */
export const SETTLED = "mount --rbind /sys/fs/cgroup /mnt && mount -t sysfs sysfs /sys && mount --rbind /mnt /sys/fs/cgroup && umount -l /mnt && mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/lib/misc && ip link set lo up";
const SETTLE = `${SETTLED} && echo ready && exec sleep infinity`;

async function held(argv: readonly string[]): Promise<ChildProcess> {
  const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
  for await (const said of child.stdout ?? []) if (String(said).includes("ready")) return child;
  throw new Error(`${argv.join(" ")}: ended early`);
}

export function run(prefix: readonly string[], argv: readonly string[], input = ""): Ran {
  const [program = "", ...rest] = [...prefix, ...argv];
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", input, timeout: 120_000 });
  return { status: status ?? 143, stdout, stderr };
}

/** It must work: what it printed. */
export function must(prefix: readonly string[], line: string): string {
  const ran = run(prefix, ["sh", "-ec", line]);
  expect({ line, status: ran.status, stderr: ran.status === 0 ? "" : ran.stderr }).toEqual({ line, status: 0, stderr: "" });
  return ran.stdout.trim();
}

/** A host with `up0` (192.0.2.1/24, 2001:db8::1/64), whose other end is `w0` of the world (192.0.2.9, 2001:db8::9). */
export async function makeRoom(): Promise<Room> {
  const host = await held(["unshare", "-n", "-m", "sh", "-ec", SETTLE]);
  const into = ["nsenter", "-t", String(host.pid), "-n", "-m", "--"];
  const outside = await held([...into, "unshare", "-n", "sh", "-ec", "ip link set lo up; echo ready; exec sleep infinity"]);
  // nsenter does not fork: the holder is the world itself
  const world = ["nsenter", "-t", String(outside.pid), "-n", "--"];
  const room = { into, world, worldPid: outside.pid ?? 0, holders: [host, outside] };
  must(into, `ip link add up0 type veth peer name w0 netns ${outside.pid}; ip addr add 192.0.2.1/24 dev up0; ip addr add 2001:db8::1/64 dev up0 nodad; ip link set up0 up`);
  must(world, "ip addr add 192.0.2.9/24 dev w0; ip addr add 2001:db8::9/64 dev w0 nodad; ip link set w0 up");
  return room;
}

export function leaveRoom(room: Room): void {
  for (const holder of room.holders.toReversed()) holder.kill("SIGKILL");
}
