// Many containers at once on one bridge: each gets an address of its own.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, berth, berthStarted, create, ended, eventually, leavePlace, makePlace } from "./place.ts";
import type { Place } from "./place.ts";
import { leaveRoom, makeRoom, must } from "./net-room.ts";
import type { Room } from "./net-room.ts";

const COUNT = 64;
let place: Place;
let room: Room;
const names = (): readonly string[] => Array.from({ length: COUNT }, (_, i) => `${place.name}${i}`);

/** All of them on the root file system of the first: what they write there is nothing that matters. */
beforeAll(async () => {
  room = await makeRoom();
  place = { ...makePlace("root-owned"), into: room.into };
  must(room.into, `mount -t tmpfs tmpfs /etc/default; echo LXC_DHCP_PING=false > /etc/default/lxc-net; ${join(DIST, "bin/lxc-net")} start`);
  create(place, ["lxc.net.0.type = veth", "lxc.net.0.link = lxcbr0", "lxc.net.0.flags = up"]);
  const config = readFileSync(join(place.lxcpath, place.name, "config"), "utf8");
  for (const name of names()) {
    mkdirSync(join(place.lxcpath, name));
    writeFileSync(join(place.lxcpath, name, "config"), config.replace(/^lxc\.uts\.name.*$/m, `lxc.uts.name = ${name}`));
  }
});
afterAll(async () => {
  await Promise.all(names().map((name) => ended(berthStarted(place, "lxc-stop", ["-n", name, "-k"]))));
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  must(room.into, `${join(DIST, "bin/lxc-net")} stop`);
  await leavePlace(place);
  leaveRoom(room);
});

test(`${COUNT} containers that are started at once each get an address`, async () => {
  expect(await Promise.all(names().map((name) => ended(berthStarted(place, "lxc-start", ["-n", name, "-d"]))))).toEqual(names().map(() => 0));
  const leases = (): readonly string[] => must(room.into, "cat /var/lib/misc/dnsmasq.lxcbr0.leases").split("\n").filter((line) => line.includes(" 10.0.3."));
  await eventually("each has a lease", () => leases().length === COUNT);
  const addresses = (): readonly string[] => berth(place, "lxc-ls", ["--running", "-f", "-F", "NAME,IPV4"]).stdout.match(/10\.0\.3\.\d+/g) ?? [];
  await eventually("each has an address of its own", () => new Set(addresses()).size === COUNT);
  expect(must(room.into, "ls /sys/class/net/lxcbr0/brif | wc -l")).toBe(String(COUNT));
});
