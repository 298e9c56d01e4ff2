// Owns where firewalls of Debian's packages are tried: a room with a world that tells callers their address, a container on the
// bridge `lab` and one more for another bridge; and what is proved of each firewall.
import { expect } from "bun:test";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { berth, create, eventually, leavePlace, makePlace, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";
import { coverRoom, unpackInto } from "./net-programs.ts";
import { leaveRoom, makeRoom, must, run } from "./net-room.ts";
import type { Room } from "./net-room.ts";

const SERVER = `
import socket
s = socket.create_server(("", 7))
while True:
    c, who = s.accept()
    c.sendall(who[0].encode()); c.close()`;

export interface FirewallRoom { readonly place: Place; readonly room: Room; readonly world: ChildProcess; /** A container that is not started yet. */ readonly two: string }

export async function makeFirewallRoom(packages: readonly string[]): Promise<FirewallRoom> {
  const room = await makeRoom();
  const place = { ...makePlace("root-owned"), into: room.into };
  const two = `${place.name}2`;
  coverRoom(room);
  unpackInto(room, packages);
  must(room.into, "mkdir -p /etc/berth; mount -t tmpfs tmpfs /etc/berth; echo USE_LXC_BRIDGE=false > /etc/default/lxc-net; ip route add default via 192.0.2.9");
  const world = spawn("env", [...room.world, "python3", "-c", SERVER], { stdio: "ignore" });
  for (const [name, link] of [[place.name, "lab"], [two, "dmz"]] as const) create(place, ["lxc.net.0.type = veth", `lxc.net.0.link = ${link}`, "lxc.net.0.flags = up"], name);
  const fire = { place, room, world, two };
  good(fire, "create", "lab", "--address", "10.7.0.1/24");
  await up(fire, place.name);
  await eventually("the world is there", () => called(fire) === "192.0.2.1");
  return fire;
}

/** No rule but those of `lab`, whatever a test has left. */
export function freshRules(fire: FirewallRoom): void {
  must(fire.room.into, "[ ! -e /usr/sbin/nft.away ] || mv /usr/sbin/nft.away /usr/sbin/nft; [ ! -e /usr/sbin/ufw ] || ufw --force disable; for name in iptables-legacy iptables; do $name -P FORWARD ACCEPT; $name -F; $name -X; done; nft flush ruleset");
  for (const word of ["down", "up"]) net(fire, word, "lab");
}

export async function leaveFirewallRoom(fire: FirewallRoom): Promise<void> {
  const { place, room, world, two } = fire;
  for (const name of [place.name, two]) berth(place, "lxc-stop", ["-n", name, "-k"]);
  for (const name of ["lab", "dmz"]) net(fire, "delete", name);
  for (const name of [place.name, two]) berth(place, "lxc-destroy", ["-n", name, "-f"]);
  world.kill("SIGKILL");
  await leavePlace(place);
  leaveRoom(room);
}

export const net = ({ place }: FirewallRoom, ...words: readonly string[]): Ran => berth(place, "berth", ["net", "-P", place.lxcpath, ...words]);
export const good = (fire: FirewallRoom, ...words: readonly string[]): string => { const ran = net(fire, ...words); expect([words, ran.status, ran.stderr]).toEqual([words, 0, ""]); return ran.stdout; };
export const addressOf = ({ place }: FirewallRoom, name: string): string => works(place, "lxc-info", ["-n", name, "-iH"]).split("\n").find((line) => line.startsWith("10.")) ?? "";
const within = ({ place }: FirewallRoom, name: string, line: string): Ran => berth(place, "lxc-attach", ["-n", name, "--clear-env", "--", "sh", "-c", line]);
export const pings = (fire: FirewallRoom, from: string, to: string): boolean => within(fire, from, `ping -c1 -W1 ${to}`).status === 0;
/** Who the world says has called; "" when it is not reached. */
export const called = (fire: FirewallRoom, name: string = fire.place.name): string => within(fire, name, "nc -w 2 192.0.2.9 7 < /dev/null").stdout.trim();
const asksAgain = (fire: FirewallRoom): boolean => within(fire, fire.place.name, "udhcpc -q -n -t 5 -T 1 -i eth0 -s /bin/true").status === 0;
export async function up(fire: FirewallRoom, name: string): Promise<void> {
  works(fire.place, "lxc-start", ["-n", name, "-d"]);
  await eventually(`${name} has an address`, () => addressOf(fire, name) !== "");
}

/** Before: all is well. Between: something is dropped, and is told in these words. After what helps: all is well again. */
export async function mended(fire: FirewallRoom, forbid: () => Promise<void> | void, told: readonly RegExp[]): Promise<void> {
  await eventually("the world is reached", () => called(fire) === "192.0.2.1");
  expect(asksAgain(fire)).toBe(true);
  await forbid();
  expect(called(fire)).toBe("");
  const ran = net(fire, "doctor", "lab");
  for (const text of told) expect([ran.status, ran.stdout]).toEqual([1, expect.stringMatching(text)]);
  expect(net(fire, "explain", fire.place.name).stdout).toContain("STOP out: ");
  good(fire, "doctor", "lab", "--fix");
  expect(net(fire, "doctor", "lab").stdout).toMatch(/^(ok .*\n)+$/);
  await eventually("the world is reached again", () => called(fire) === "192.0.2.1");
  expect(asksAgain(fire)).toBe(true);
}
export const shell = ({ room }: FirewallRoom, line: string) => (): void => { must(room.into, line); };
export const runs = ({ room }: FirewallRoom, argv: readonly string[]): Ran => run(room.into, argv);
