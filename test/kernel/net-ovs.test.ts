// Open vSwitch as Debian has it, with its data path in user space: ports come with their VLANs, packets pass, and ports go with the
// container, however it ends.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { berth, create, eventually, leavePlace, makePlace, works } from "./place.ts";
import type { Place } from "./place.ts";
import { coverRoom, unpackInto } from "./net-programs.ts";
import { leaveRoom, makeRoom, must, run } from "./net-room.ts";
import type { Room } from "./net-room.ts";

let place: Place;
let room: Room;
const daemons: ChildProcess[] = [];
const daemon = (...argv: readonly string[]): void => { daemons.push(spawn("env", [...room.into, ...argv], { stdio: "ignore" })); };
const two = (): string => `${place.name}2`;

beforeAll(async () => {
  room = await makeRoom();
  place = { ...makePlace("root-owned"), into: room.into };
  coverRoom(room);
  unpackInto(room, ["openvswitch-switch"]);
  must(room.into, "test -d /dev/net || mkdir /dev/net; mount -t tmpfs tmpfs /dev/net; mknod -m 666 /dev/net/tun c 10 200; mkdir -p /run/openvswitch /etc/openvswitch; ovsdb-tool create /etc/openvswitch/conf.db /usr/share/openvswitch/vswitch.ovsschema");
  daemon("ovsdb-server", "--remote=punix:/run/openvswitch/db.sock");
  await eventually("the database answers", () => run(room.into, ["ovs-vsctl", "--timeout=1", "--no-wait", "init"]).status === 0);
  daemon("ovs-vswitchd", "--disable-system");
  must(room.into, "ovs-vsctl --timeout=60 add-br ovs0 -- set bridge ovs0 datapath_type=netdev; ip addr add 10.9.0.1/24 dev ovs0; ip link set ovs0 up");
  for (const [name, last] of [[place.name, 7], [two(), 8]] as const) create(place, ["type = veth", "link = ovs0", "flags = up", `ipv4.address = 10.9.0.${last}/24`].map((line) => `lxc.net.0.${line}`), name);
});
afterAll(async () => {
  for (const name of [place.name, two()]) { berth(place, "lxc-stop", ["-n", name, "-k"]); berth(place, "lxc-destroy", ["-n", name, "-f"]); }
  run(room.into, ["ovs-vsctl", "--timeout=10", "--if-exists", "del-br", "ovs0"]);
  for (const child of daemons.toReversed()) child.kill("SIGKILL");
  await leavePlace(place);
  leaveRoom(room);
});

const up = (name: string, lines: readonly string[] = []): void => { works(place, "lxc-start", ["-n", name, "-d", ...lines.flatMap((line) => ["-s", `lxc.net.0.${line}`])]); };
const down = (name: string): void => { works(place, "lxc-stop", ["-n", name, "-k"]); };
const ports = (): string => must(room.into, "ovs-vsctl --timeout=10 list-ports ovs0");
const pings = (name: string, to: string): boolean => berth(place, "lxc-attach", ["-n", name, "--clear-env", "--", "ping", "-c1", "-W1", to]).status === 0;

test("packets pass to the host and to each other, and not from one VLAN to another", async () => {
  up(place.name);
  up(two());
  await eventually("the host answers", () => pings(place.name, "10.9.0.1"));
  await eventually("the other answers", () => pings(place.name, "10.9.0.8"));
  down(two());
  up(two(), ["veth.vlan.id=5", "veth.vlan.tagged.id=6"]);
  const [port = ""] = ports().split("\n").filter((name) => must(room.into, `ovs-vsctl --timeout=10 get port ${name} tag`) === "5");
  expect(must(room.into, `ovs-vsctl --timeout=10 get port ${port} trunks vlan_mode`)).toBe("[6]\nnative-untagged");
  expect([pings(place.name, "10.9.0.8"), pings(two(), "10.9.0.1")]).toEqual([false, false]);
  down(place.name);
  up(place.name, ["veth.vlan.id=5"]);
  await eventually("in one VLAN they reach each other", () => pings(place.name, "10.9.0.8"));
  for (const name of [place.name, two()]) down(name);
  expect(ports()).toBe("");
});

test.each(["init", "monitor"])("its port goes when its %s is killed", async (who) => {
  up(place.name);
  expect(ports()).toMatch(/^veth\S+$/);
  const pid = who === "init" ? works(place, "lxc-info", ["-n", place.name, "-pH"]).trim() : must(room.into, `sed 's/.*"monitorPid":\\([0-9]*\\).*/\\1/' ${place.lxcpath}/${place.name}/.berth/state`);
  process.kill(Number(pid), "SIGKILL");
  await eventually("it is stopped", () => works(place, "lxc-info", ["-n", place.name, "-sH"]).trim() === "STOPPED");
  await eventually("the port is gone", () => ports() === "");
});

test("a bridge that is none of its, and a VLAN that is none", () => {
  must(room.into, "ip link add other0 type veth peer name other1");
  for (const [lines, text] of [[["link=other0"], "ovs-vsctl"], [["link=ovs0", "veth.vlan.id=4095"], "lxc.net.0.veth.vlan.id"]] as const) {
    const ran = berth(place, "lxc-start", ["-n", place.name, "-d", ...lines.flatMap((line) => ["-s", `lxc.net.0.${line}`])]);
    expect([lines, ran.status, ran.stderr, ports(), must(room.into, "ls /sys/class/net | grep ^veth || true")]).toEqual([lines, 1, expect.stringContaining(text), "", ""]);
  }
  must(room.into, "ip link del other0");
});
