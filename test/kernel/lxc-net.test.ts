// lxc-net with containers that ask for addresses: DHCP, names, the way out, both families, and what is in its way.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { DIST, berth, create, eventually, inside, leavePlace, makePlace, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";
import { leaveRoom, makeRoom, must, run } from "./net-room.ts";
import type { Room } from "./net-room.ts";

let place: Place;
let room: Room;
const two = (): string => `${place.name}2`;
const net = (...words: string[]): Ran => run(room.into, [join(DIST, "bin/lxc-net"), ...words]);
const up = (word = "start"): void => { const ran = net(word); expect([ran.status, ran.stderr]).toEqual([0, ""]); };
const settings = (lines: readonly string[]): string => must(room.into, `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} > /etc/default/lxc-net`);
const IPV6 = ["LXC_DOMAIN=berth.test", "LXC_DHCP_PING=false", "LXC_IPV6_ADDR=fd42::1", "LXC_IPV6_MASK=64", "LXC_IPV6_NETWORK=fd42::/64", "LXC_IPV6_NAT=true"];
const address = (name: string): string => works(place, "lxc-info", ["-n", name, "-iH"]).split("\n").find((line) => line.startsWith("10.0.3.")) ?? "";

beforeAll(async () => {
  room = await makeRoom();
  place = { ...makePlace("root-owned"), into: room.into };
  must(room.into, "mount -t tmpfs tmpfs /etc/default");
  const config = ["lxc.net.0.type = veth", "lxc.net.0.link = lxcbr0", "lxc.net.0.flags = up", "lxc.net.0.hwaddr = 00:16:3e:xx:xx:xx"];
  create(place, config);
  create(place, config, two());
});
afterAll(async () => {
  for (const name of [place.name, two()]) berth(place, "lxc-destroy", ["-n", name, "-f"]);
  net("stop");
  await leavePlace(place);
  leaveRoom(room);
});

test("status, stop and nonsense before anything is up", () => {
  expect(net("status").status).toBe(3);
  expect([net("stop").status, net("stop").stderr]).toEqual([1, expect.stringContaining("lxc-net isn't running")]);
  expect([net("dance").status, net("dance").stderr]).toEqual([2, expect.stringContaining("Usage: lxc-net {start|stop|restart|reload|force-reload|status}")]);
  const told = net("start", "--explain");
  expect([told.status, told.stdout.includes("lxcbr0"), told.stdout.includes("dnsmasq"), /^ *\d+ /m.test(told.stdout)]).toEqual([0, true, true, true]);
  expect([net("status").status, run(room.into, ["test", "-e", "/sys/class/net/lxcbr0"]).status]).toEqual([3, 1]);
  settings(["USE_LXC_BRIDGE=false"]);
  up();
  expect(run(room.into, ["test", "-e", "/sys/class/net/lxcbr0"]).status).toBe(1);
});

test("berth run makes the bridge where it alone is missing, unless lxc-net is not wished for", () => {
  const [file, archive] = [join(place.lxcpath, "run.conf"), join(place.lxcpath, "image.tar")];
  writeFileSync(file, [...place.config, "lxc.net.0.type = veth", "lxc.net.0.link = lxcbr0", "lxc.net.0.flags = up", "lxc.init.cmd = /bin/sleep 1000", "lxc.signal.halt = SIGKILL", ""].join("\n"));
  must([], `tar -C ${join(place.lxcpath, place.name, "rootfs")} --owner=0 --group=0 -cf ${archive} .`);
  const once = (): Ran => berth(place, "berth", ["run", "-P", place.lxcpath, "-f", file, "-B", "dir", "--image", `file:${archive}`, "--", "sh", "-c", "ip link show eth0 | grep -o UP | head -n1"]);
  expect([once().status, once().stderr]).toEqual([1, expect.stringContaining("bridge 'lxcbr0' does not exist")]);
  settings(IPV6);
  const { status, stdout, stderr } = once();
  expect([status, stdout, stderr.includes("lxcbr0 is made, as lxc-net start does; lxc-net stop takes it away\n"), net("status").status]).toEqual([0, "UP\n", true, 0]);
  expect(once().stderr).not.toContain("is made");
  up("stop");
}, 60_000);

test("containers get addresses, find each other by name, and the world sees only the host", async () => {
  settings(IPV6);
  up();
  expect([net("start").status, net("start").stderr]).toEqual([1, expect.stringContaining("lxc-net is already running")]);
  for (const name of [place.name, two()]) works(place, "lxc-start", ["-n", name, "-d"]);
  for (const name of [place.name, two()]) await eventually(`${name} has an address`, () => address(name) !== "");
  await eventually("it is reached by name", () => berth(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", "ping", "-c1", "-W1", `${two()}.berth.test`]).status === 0);
  expect(must(room.into, `busybox nslookup ${two()}.berth.test 10.0.3.1`)).toContain(address(two()));
  inside(place, "ping -c1 -W5 192.0.2.9");
  await eventually("an address of IPv6 by router advertisement", () => [place.name, two()].every((name) => works(place, "lxc-info", ["-n", name, "-iH"]).includes("fd42:")));
  const [, six = ""] = /(fd42:\S+)/.exec(works(place, "lxc-info", ["-n", two(), "-iH"])) ?? [];
  await eventually("the other answers over IPv6", () => berth(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", "ping", "-c1", "-W1", six]).status === 0);
  await eventually("the world answers over IPv6", () => berth(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", "ping", "-c1", "-W1", "2001:db8::9"]).status === 0);
  expect(must(room.into, "nft list table ip lxc")).toMatch(/counter packets [1-9]\d* bytes \d+ masquerade/);
});

test("a restart with containers in the bridge: they stay attached, and get the same address again, whatever they call themselves", async () => {
  const before = address(place.name);
  for (const word of ["restart", "reload", "force-reload"]) up(word);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  works(place, "lxc-start", ["-n", place.name, "-d"]);
  await eventually("it has an address", () => address(place.name) !== "");
  expect(address(place.name)).toBe(before);
  inside(place, "udhcpc -q -n -i eth0 -C -x 0x3d:ff0102030405 -s /etc/udhcpc/default.script");
  expect(address(place.name)).toBe(before);
  expect(net("status").stdout).toMatch(/^lxcbr0: up\naddress: 10\.0\.3\.1\/24\ndnsmasq: pid \d+\n$/);
});

test("stop takes all of it away but a bridge with containers in it; leases stay", () => {
  up("stop");
  expect(must(room.into, "nft list tables; cat /run/lxc/network_up 2>/dev/null || true; cat /run/lxc/dnsmasq.pid 2>/dev/null || true")).toBe("");
  expect(must(room.into, "ls /sys/class/net/lxcbr0/brif | wc -l; wc -l < /var/lib/misc/dnsmasq.lxcbr0.leases")).toMatch(/^2\n[1-9]/);
  for (const name of [place.name, two()]) works(place, "lxc-stop", ["-n", name, "-k"]);
  up();
  up("stop");
  expect(run(room.into, ["test", "-e", "/sys/class/net/lxcbr0"]).status).toBe(1);
});

test("what is in the way is named, and nothing is left", async () => {
  const refused = (text: string): void => {
    const ran = net("start");
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining(text)]);
    expect(must(room.into, "ls /sys/class/net; nft list tables 2>/dev/null || true")).not.toMatch(/lxc/);
  };
  must(room.into, "ip addr add 10.0.3.77/24 dev up0");
  refused("the network 10.0.3.0/24 is in use: 'up0' has addresses of it");
  must(room.into, "ip addr del 10.0.3.77/24 dev up0");
  const squatter = spawn(room.into[0] ?? "", [...room.into.slice(1), "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=/run/squatter.pid", "--no-resolv", "-u", "root"]);
  await eventually("port 53 is taken", () => run(room.into, ["grep", "-q", "00000000:0035", "/proc/net/udp"]).status === 0);
  refused(`port 53 of 10.0.3.1 is taken by dnsmasq (pid ${squatter.pid})`);
  squatter.kill("SIGKILL");
  await eventually("port 53 is free", () => run(room.into, ["grep", "-q", "00000000:0035", "/proc/net/udp"]).status === 1);
  settings(["LXC_DHCP_RANGE=nonsense"]);
  refused("dnsmasq refused");
  must(room.into, "printf 'listen-address=192.0.2.77\\n' > /run/own.conf");
  settings(["LXC_DHCP_CONFILE=/run/own.conf"]);
  refused("192.0.2.77: Cannot assign requested address");
  settings([]);
  must(room.into, "mkdir /run/over /run/over.work; mount -t overlay overlay -o lowerdir=/usr/sbin,upperdir=/run/over,workdir=/run/over.work /usr/sbin; rm -f /usr/sbin/dnsmasq");
  refused("remedy: apt install dnsmasq-base");
  must(room.into, "rm -f /usr/sbin/nft /usr/sbin/iptables");
  refused("remedy: apt install nftables (or iptables)");
  must(room.into, "umount -l /usr/sbin");
  settings(["LXC_USE_NFT=false"]);
  if (run(room.into, ["test", "-e", "/usr/sbin/iptables"]).status === 1) refused("iptables is missing, and LXC_USE_NFT = false asks for it");
  settings(["LXC_NETMASK=255.0.255.0"]);
  refused("LXC_NETMASK are no address with its mask");
});
