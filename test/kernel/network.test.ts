// Networks: none of its own, shared with the host, and a veth into a bridge (root).
import { afterAll, beforeAll, expect, test } from "bun:test";
import { berth, create, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Place } from "./place.ts";
import { leaveRoom, makeRoom, must, run } from "./net-room.ts";
import type { Room } from "./net-room.ts";

let place: Place;
let room: Room;
const bridge = "lan0br";
const isThere = (path: string): boolean => run(room.into, ["test", "-e", path]).status === 0;
beforeAll(async () => {
  room = await makeRoom();
  place = { ...makePlace("root-owned"), into: room.into };
  must(room.into, `ip link add ${bridge} type bridge; ip link set ${bridge} up`);
  create(place);
});
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
  leaveRoom(room);
});

const cycle = (defines: readonly string[], look: () => void): void => {
  start(place, defines.flatMap((define) => ["-s", define]));
  try { look(); } finally { works(place, "lxc-stop", ["-n", place.name, "-k"]); }
};

test("empty: a loopback of its own, nothing else", () => {
  cycle([], () => expect(inside(place, "ls /sys/class/net; cat /sys/class/net/lo/operstate")).toStartWith("lo\n"));
});

test("none: the host's network", () => {
  cycle(["lxc.net.0.type = none"], () => expect(inside(place, "ls /sys/class/net").split("\n")).toContain(bridge));
});

test("veth: a pair with one end in the bridge, up, with its address; gone at stop", () => {
  const pair = `${place.mark}v`;
  const defines = ["lxc.net.0.type = veth", `lxc.net.0.link = ${bridge}`, "lxc.net.0.flags = up", `lxc.net.0.veth.pair = ${pair}`, "lxc.net.0.name = eth7", "lxc.net.0.hwaddr = 00:16:3e:12:34:56", "lxc.net.0.ipv4.address = 10.123.4.5/24"];
  cycle(defines, () => {
    expect(isThere(`/sys/class/net/${bridge}/brif/${pair}`)).toBe(true);
    expect(inside(place, "cat /sys/class/net/eth7/address; cat /sys/class/net/eth7/operstate")).toBe("00:16:3e:12:34:56\nup");
    expect(inside(place, "ip -4 addr show eth7")).toContain("10.123.4.5/24");
    expect(works(place, "lxc-info", ["-n", place.name, "-iH"]).trim()).toBe("10.123.4.5");
    expect(works(place, "lxc-info", ["-n", place.name, "-S"])).toContain(pair);
  });
  expect(isThere(`/sys/class/net/${pair}`)).toBe(false);
});

test("busybox does not ask for another address where the config gives one", () => {
  cycle(["lxc.net.0.type = veth", `lxc.net.0.link = ${bridge}`, "lxc.net.0.flags = up", "lxc.net.0.ipv4.address = 10.123.4.6/24"], () => {
    // one that looks for a DHCP server takes all addresses away first
    inside(place, "until pidof syslogd >/dev/null && ! pidof -x rcS >/dev/null; do :; done");
    expect(inside(place, "pidof udhcpc || ip -4 addr show eth0")).toContain("10.123.4.6/24");
  });
});

test("veth into a bridge that does not exist: one message with the name, nothing left", () => {
  const ran = berth(place, "lxc-start", ["-n", place.name, "-d", "-s", "lxc.net.0.type = veth", "-s", "lxc.net.0.link = nosuchbridge0"]);
  expect(ran.status).toBe(1);
  expect(ran.stderr).toContain("nosuchbridge0");
  expect(works(place, "lxc-info", ["-n", place.name, "-sH"]).trim()).toBe("STOPPED");
});
