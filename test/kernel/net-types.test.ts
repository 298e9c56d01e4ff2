// Every type of interface that this kernel has, with packets through it: the host, other containers and the world, over IPv4 and IPv6.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, berth, create, ended, eventually, initPid, inside, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";
import { leaveRoom, makeRoom, must, run } from "./net-room.ts";
import type { Room } from "./net-room.ts";

let place: Place;
let room: Room;
beforeAll(async () => {
  room = await makeRoom();
  place = { ...makePlace("root-owned"), into: room.into };
  must(room.into, "ip link add br0 type bridge; ip addr add 10.9.0.1/24 dev br0; ip addr add fd09::1/64 dev br0 nodad; ip link set br0 up; sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
  must(room.into, "ip link add eth0 type bridge"); // as on most hosts: the container's own name for its link is taken here
  must(room.world, "ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8::1");
  create(place);
});
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
  leaveRoom(room);
});

const defines = (lines: readonly string[], index = 0): readonly string[] => lines.flatMap((line) => ["-s", `lxc.net.${index}.${line}`]);
async function cycle(lines: readonly string[], look: () => void | Promise<void>): Promise<void> {
  start(place, defines(lines));
  try { await look(); } finally { works(place, "lxc-stop", ["-n", place.name, "-k"]); }
}
/** A new IPv6 address is tried before it is used. */
const reaches = (address: string): Promise<void> => eventually(`${address} answers`, () => berth(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", "ping", "-c1", "-W1", address]).status === 0);
const reachedFrom = (prefix: readonly string[], address: string): Promise<void> => eventually(`${address} is reached`, () => run(prefix, ["busybox", "ping", "-c1", "-W1", address]).status === 0);
const links = (): string => must(room.into, "ls /sys/class/net");
const monitorPid = (): number => Number(/"monitorPid":(\d+)/.exec(must(room.into, `cat ${place.lxcpath}/${place.name}/.berth/state`))?.[1]);
const refused = (lines: readonly string[]): string => {
  const before = links();
  const ran = berth(place, "lxc-start", ["-n", place.name, "-d", ...defines(lines)]);
  expect([lines, ran.status, state(place), links()]).toEqual([lines, 1, "STOPPED", before]);
  return ran.stderr;
};

test("veth in a bridge: MTU of the bridge, queues, gateways auto, both families out to the world", async () => {
  await cycle(["type=veth", "link=br0", "flags=up", "veth.n_rxqueues=2", "veth.n_txqueues=3", "ipv4.address=10.9.0.7/24", "ipv4.gateway=auto", "ipv6.address=fd09::7/64", "ipv6.gateway=auto"], async () => {
    expect(inside(place, "ls -d /sys/class/net/eth0/queues/* | wc -l")).toBe("5");
    expect(inside(place, "ip route | head -1; ip -6 route show default")).toMatch(/^default via 10\.9\.0\.1 dev eth0[^\n]*\ndefault via fd09::1 dev eth0/);
    for (const address of ["10.9.0.1", "fd09::1", "192.0.2.9", "2001:db8::9"]) await reaches(address);
    const [host = ""] = must(room.into, "ls /sys/class/net/br0/brif").split("\n");
    expect(must(room.into, `cat /proc/sys/net/ipv6/conf/${host}/disable_ipv6`)).toBe("1");
    expect(works(place, "lxc-info", ["-n", place.name, "-S"])).toContain(host);
    expect(works(place, "lxc-ls", ["-f", "-F", "IPV4,IPV6,INTERFACE"])).toMatch(/10\.9\.0\.7 +fd09::7 +(eth0, lo|lo, eth0)/);
  });
  expect(must(room.into, "ls /sys/class/net/br0/brif")).toBe("");
});

test("what is made on the host is gone after a stop, a kill of init and one of the monitor; no program ip is started", async () => {
  const lines = [...defines(["type=veth", "link=br0", "flags=up", "ipv4.address=10.9.0.7/24", "ipv4.gateway=auto"]), ...defines(["type=veth", "veth.mode=router", "link=up0", "flags=up", "ipv4.address=192.0.2.50/32"], 1), ...defines(["type=macvlan", "link=up0", "flags=up"], 2)];
  const before = links();
  // the kernel takes its time with a bridge whose last port has gone
  const routes = (): string => must(room.into, "ip route; ip neigh show proxy").replaceAll(" linkdown", "");
  const ways = routes();
  for (const end of ["stop", "init", "monitor"]) {
    start(place, lines);
    expect(links().split("\n").filter((link) => link.startsWith("veth"))).toHaveLength(2);
    if (end === "stop") works(place, "lxc-stop", ["-n", place.name, "-k"]);
    else process.kill(end === "init" ? initPid(place) : monitorPid(), "SIGKILL");
    await eventually(`${end}: it is stopped`, () => state(place) === "STOPPED");
    await eventually(`${end}: all is gone`, () => links() === before && routes() === ways);
  }
  // it follows the monitor to its end
  const traced = spawn("env", [...room.into, "strace", "-f", "-e", "trace=execve", "-e", "signal=none", "-o", "/run/execs", join(DIST, "bin/lxc-start"), "-P", place.lxcpath, "-n", place.name, "-d", ...lines], { stdio: "ignore" });
  await eventually("it runs", () => state(place) === "RUNNING");
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  expect(await ended(traced)).toBe(0);
  expect(must(room.into, "grep -c execve /run/execs; grep -E 'execve.\"[^\"]*/(ip|ifconfig|route|brctl|tc)\"' /run/execs || true")).toMatch(/^[1-9]\d*$/);
});

test("a gateway that is the interface itself", async () => {
  await cycle(["type=veth", "link=br0", "flags=up", "ipv4.address=10.9.0.7/32", "ipv4.gateway=dev", "ipv6.address=fd09::7/128", "ipv6.gateway=dev"], async () => {
    expect(inside(place, "ip route; ip -6 route show default")).toMatch(/default dev eth0[\s\S]*default dev eth0/);
    for (const address of ["10.9.0.1", "fd09::1"]) await reaches(address);
  });
});

test("broadcast addresses are those of the line", async () => {
  await cycle(["type=veth", "link=br0", "flags=up", "ipv4.address=10.9.0.8/24 10.9.0.200"], () => { expect(inside(place, "ip -4 addr show eth0")).toContain("brd 10.9.0.200"); });
});

test("veth in mode router: the host answers for the gateway, routes lead in, further networks too", async () => {
  await cycle(["type=veth", "veth.mode=router", "link=up0", "flags=up", "ipv4.address=192.0.2.50/32", "ipv4.gateway=192.0.2.1", "ipv6.address=2001:db8::50/128", "ipv6.gateway=2001:db8::1", "veth.ipv4.route=198.51.100.0/24", "veth.ipv6.route=2001:db8:1::/48"], async () => {
    for (const address of ["192.0.2.1", "2001:db8::1"]) await reaches(address);
    const [host = ""] = must(room.into, "ls /sys/class/net | grep ^veth").split("\n");
    const routes = must(room.into, "ip route; ip -6 route");
    for (const there of ["192.0.2.50", "198.51.100.0/24", "2001:db8::50", "2001:db8:1::/48"]) expect(routes).toContain(`${there} dev ${host}`);
  });
  expect(must(room.into, "ip route; ip -6 route")).not.toMatch(/50|198\.51|db8:1:/);
});

test("l2proxy: the world finds the container as if it were there; nothing is left, not even after the monitor is killed", async () => {
  const lines = ["type=veth", "veth.mode=router", "link=up0", "l2proxy=1", "flags=up", "ipv4.address=192.0.2.51/32", "ipv4.gateway=192.0.2.1", "ipv6.address=2001:db8::51/128", "ipv6.gateway=2001:db8::1"];
  expect(refused(lines)).toContain('Requires sysctl "net.ipv6.conf.up0.proxy_ndp" to be set to 1');
  must(room.into, "sysctl -qw net.ipv6.conf.up0.proxy_ndp=1");
  const answers = (): string => must(room.into, "ip neigh show proxy; ip -6 neigh show proxy");
  await cycle(lines, async () => {
    await reachedFrom(room.world, "192.0.2.51");
    await reachedFrom(room.world, "2001:db8::51");
    await reaches("192.0.2.9");
    expect(answers()).toContain("192.0.2.51 dev up0");
  });
  expect(answers()).toBe("");
  start(place, defines(lines));
  process.kill(monitorPid(), "SIGKILL");
  await eventually("the container is gone", () => state(place) === "STOPPED");
  expect(answers()).toBe("");
});

test("macvlan, mode bridge: two interfaces of one container and the world on one link", async () => {
  await cycle(["type=macvlan", "link=up0", "macvlan.mode=bridge", "flags=up", "name=lan0", "hwaddr=00:16:3e:00:00:07", "ipv4.address=192.0.2.60/24", "ipv6.address=2001:db8::60/64"], async () => {
    expect(inside(place, "cat /sys/class/net/lan0/address")).toBe("00:16:3e:00:00:07");
    for (const address of ["192.0.2.9", "2001:db8::9"]) await reaches(address);
    expect(must(room.into, `nsenter -t ${initPid(place)} -n ip -d link show lan0`)).toContain("macvlan mode bridge");
  });
});
test.each(["private", "vepa", "passthru"])("macvlan, mode %s", async (mode) => {
  await cycle(["type=macvlan", "link=up0", `macvlan.mode=${mode}`, "flags=up", "mtu=1400", "ipv4.address=192.0.2.61/24"], async () => {
    expect(must(room.into, `nsenter -t ${initPid(place)} -n ip -d link show eth0`)).toMatch(new RegExp(`mtu 1400[\\s\\S]*macvlan mode ${mode}`));
    await reaches("192.0.2.9");
  });
});

test.each([["ipvlan", "CONFIG_IPVLAN"], ["vlan", "CONFIG_VLAN_8021Q"]])("%s: this kernel has none, and the refusal says so", (type, option) => {
  if (run(room.into, ["ip", "link", "add", "try0", "link", "up0", "type", type, ...(type === "vlan" ? ["id", "5"] : [])]).status === 0) {
    must(room.into, "ip link del try0");
    start(place, defines([`type=${type}`, "link=up0", "flags=up"]));
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    return;
  }
  const said = refused([`type=${type}`, "link=up0", ...(type === "vlan" ? ["vlan.id=5"] : [])]);
  expect(said).toContain(option);
  expect(said).toContain("lxc.net.0.type");
});

test("phys: moved in under another name, with its own MTU and address, and given back as it was, also when init is killed", async () => {
  must(room.into, "ip link add phy0 type veth peer name phy1; ip link set phy1 up; ip addr add 10.8.0.1/24 dev phy1; ip link property add dev phy0 altname berth-phys-altname; ip link set phy0 address 02:00:00:00:00:01");
  const lines = ["type=phys", "link=phy+", "name=wan0", "flags=up", "mtu=1400", "hwaddr=00:16:3e:00:00:09", "ipv4.address=10.8.0.2/24"];
  const seen = (): string => must(room.into, "ip -o link show phy0 | sed 's/.*mtu \\([0-9]*\\).*link.ether \\([0-9a-f:]*\\).*altname \\([a-z-]*\\).*/\\1 \\2 \\3/'");
  await cycle(lines, async () => {
    expect(inside(place, "cat /sys/class/net/wan0/mtu /sys/class/net/wan0/address")).toBe("1400\n00:16:3e:00:00:09");
    await reaches("10.8.0.1");
    inside(place, "ip link set wan0 down; ip link set wan0 name other0");
    expect(links()).not.toContain("phy0");
  });
  expect(seen()).toBe("1500 02:00:00:00:00:01 berth-phys-altname");
  start(place, defines(lines));
  process.kill(initPid(place), "SIGKILL");
  await eventually("phy0 is back", () => links().includes("phy0"));
  expect(seen()).toBe("1500 02:00:00:00:00:01 berth-phys-altname");
  must(room.into, "ip link set phy0 master br0");
  expect(refused(["type=phys", "link=phy0"])).toContain("'phy0' is busy: it is a port of 'br0'");
  must(room.into, "ip link del phy0");
  expect(refused(["type=phys", "link=phy0"])).toContain("link 'phy0' does not exist");
  expect(refused(["type=phys", "link=lo"])).toContain("'lo' cannot be moved");
});

test("several interfaces, their names and scripts of both versions, with what LXC tells them", async () => {
  const log = `${place.lxcpath}/script.log`;
  writeFileSync(`${place.lxcpath}/script`, `#!/bin/sh\necho "$@ / $LXC_HOOK_TYPE $LXC_HOOK_SECTION $LXC_NET_TYPE $LXC_NET_PARENT $LXC_NET_PEER $LXC_NAME" >> ${log}\n`, { mode: 0o755 });
  const both = (version: number): readonly string[] => ["-s", `lxc.hook.version=${version}`, ...defines(["type=veth", "link=br0", "veth.pair=pair0", `script.up=${place.lxcpath}/script`, `script.down=${place.lxcpath}/script`]), ...defines(["type=macvlan", "link=up0", "name=mac0", `script.up=${place.lxcpath}/script`], 3), ...defines(["type=empty", `script.up=${place.lxcpath}/script`], 5)];
  for (const version of [0, 1]) {
    start(place, both(version));
    expect(inside(place, "ls /sys/class/net")).toBe("eth0\nlo\nmac0");
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
  }
  const { name } = place;
  const told = must(room.into, `cat ${log}; rm ${log} ${place.lxcpath}/script`);
  expect(told.split("\n").map((line) => line.replace(/ +/g, " ").trim())).toEqual([
    `${name} net up veth br0 pair0 / ${name}`, `${name} net up macvlan up0 / ${name}`, `${name} net up empty / ${name}`, `${name} net down veth br0 pair0 / ${name}`,
    `veth br0 pair0 / up net veth br0 pair0 ${name}`, `macvlan up0 / up net macvlan up0 ${name}`, `empty / up net empty ${name}`, `veth br0 pair0 / down net veth br0 pair0 ${name}`,
  ]);
});

test("Open vSwitch: ovs-vsctl adds the port with its VLANs, and takes it away", async () => {
  must(room.into, `mount -t tmpfs tmpfs /usr/local/bin; printf '#!/bin/sh\necho "$@" >> /run/ovs.log\n' > /usr/local/bin/ovs-vsctl; chmod 755 /usr/local/bin/ovs-vsctl; ip link add ovs0 type veth peer name ovs1`);
  await cycle(["type=veth", "link=ovs0", "veth.pair=port0", "flags=up", "veth.vlan.id=5", "veth.vlan.tagged.id=6", "veth.vlan.tagged.id=7"], () => undefined);
  expect(must(room.into, "cat /run/ovs.log; umount /usr/local/bin; ip link del ovs0")).toBe("add-port ovs0 port0 vlan_mode=native-untagged tag=5 trunks=[6,7]\n--if-exists del-port ovs0 port0");
});

test("bad input: one message with the key, the line and the remedy, and nothing left", () => {
  must(room.into, "ip link add taken0 type veth peer name taken1; ip link set taken1 master br0");
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["type=veth", "link=nobr0"], "bridge 'nobr0' does not exist"], [["type=veth", "link=up0"], "'up0' is not a bridge"], [["type=veth", "link=br0", "veth.pair=taken0"], "the name 'taken0' is taken on this host"],
    [["type=veth", "link=br0", "mtu=9000"], "an MTU of 9000 is too large for the bridge 'br0'"], [["type=macvlan", "link=up0", "mtu=9000"], "an MTU of 9000 is too large: that of 'up0'"], [["type=veth", "mtu=70000"], "an MTU of 70000 is too large for a veth"],
    [["type=veth", "link=br0", "ipv4.address=10.9.0.1/24"], "the address 10.9.0.1 is in use: 'br0' of this host has it"], [["type=macvlan"], "lxc.net.0.link names none"], [["type=veth", "name=lo"], "'lo' is the name of the loopback"],
    [["type=veth", "ipv4.gateway=auto"], "lxc.net.0.link names none"], [["type=macvlan", "link=taken0", "ipv4.gateway=auto"], "'taken0' has no IPv4 address"],
    [["type=veth", "link=br0", "veth.vlan.id=5"], run(room.into, ["test", "-e", "/sys/class/net/br0/bridge/vlan_filtering"]).status === 0 ? "does not filter VLANs" : "CONFIG_BRIDGE_VLAN_FILTERING"],
    [["type=veth", "link=br0", "flags=up", "ipv4.address=10.9.0.9/24", "ipv4.gateway=10.9.0.1", "ipv4.address=10.9.0.9/24"], "lxc.net.0.ipv4.address"],
  ];
  for (const [lines, text] of cases) {
    const said = refused(lines);
    expect(said).toContain(text);
    expect(said).toContain("remedy:");
  }
  must(room.into, "ip link del taken0");
});
