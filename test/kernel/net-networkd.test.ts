// A real systemd-networkd in a container of Debian asks lxc-net's dnsmasq for its address, and has it again, whatever it calls itself.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { debianImage } from "../../scripts/demo-image.ts";
import { DIST, berth, eventually, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Place } from "./place.ts";
import { leaveRoom, makeRoom, must } from "./net-room.ts";
import type { Room } from "./net-room.ts";

const SETTINGS = ["LXC_DOMAIN=berth.test", "LXC_DHCP_PING=false", "LXC_IPV6_ADDR=fd42::1", "LXC_IPV6_MASK=64", "LXC_IPV6_NETWORK=fd42::/64", "LXC_IPV6_NAT=true"];
const CONFIG = ["lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed", "lxc.net.0.type = veth", "lxc.net.0.link = lxcbr0", "lxc.net.0.flags = up", "lxc.net.0.hwaddr = 00:16:3e:xx:xx:xx"];
const SERVER = `
import socket
s = socket.create_server(("::", 7), family=socket.AF_INET6, dualstack_ipv6=True)
while True:
    c, who = s.accept()
    c.sendall(who[0].encode()); c.close()`;
let place: Place;
let room: Room;
let world: ChildProcess;

beforeAll(async () => {
  const image = await debianImage((line) => console.log(line));
  room = await makeRoom();
  place = { ...makePlace("root-owned"), into: room.into };
  must(room.into, `mount -t tmpfs tmpfs ${place.lxcpath}; mount -t tmpfs tmpfs /etc/default; printf '%s\\n' ${SETTINGS.join(" ")} > /etc/default/lxc-net; ${join(DIST, "bin/lxc-net")} start; printf '%s\\n' ${[...place.config, ...CONFIG, `lxc.uts.name = ${place.name}`].map((line) => `'${line}'`).join(" ")} > /run/x.conf`);
  world = spawn("env", [...room.world, "python3", "-c", SERVER], { stdio: "ignore" });
  works(place, "lxc-create", ["-n", place.name, "-t", image, "-f", "/run/x.conf"]);
}, 600_000);
afterAll(async () => {
  berth(place, "lxc-stop", ["-n", place.name, "-k"]);
  must(room.into, `${join(DIST, "bin/lxc-net")} stop`);
  world.kill("SIGKILL");
  leaveRoom(room);
  await leavePlace(place);
}, 120_000);

const address = (): string => works(place, "lxc-info", ["-n", place.name, "-iH"]).split("\n").find((line) => line.startsWith("10.0.3.")) ?? "";
const called = (host: string): string => inside(place, `bash -c 'exec 3<>/dev/tcp/${host}/7 && cat <&3' 2>/dev/null || true`);

test("an address by DHCP and one by router advertisement, a name, the way out; the same address whatever it calls itself", async () => {
  start(place, ["--wait=booted", "--timeout", "100"]);
  inside(place, "printf '[Match]\\nName=eth0\\n[Network]\\nDHCP=ipv4\\nIPv6AcceptRA=yes\\n' > /etc/systemd/network/eth0.network; systemctl enable systemd-networkd 2>/dev/null; systemctl restart systemd-networkd");
  await eventually("it has an address", () => address() !== "");
  await eventually("networkd says that it is configured", () => inside(place, "networkctl --no-pager status eth0").includes("(configured)"));
  // networkd may call itself configured before the router has spoken
  await eventually("it has both addresses", () => /Address: 10\.0\.3\.\d+ \(DHCP4 via 10\.0\.3\.1\)\n +fd42::/.test(inside(place, "networkctl --no-pager status eth0")));
  await eventually("the world sees the host", () => called("192.0.2.9") === "::ffff:192.0.2.1");
  await eventually("over IPv6, too", () => called("2001:db8::9") === "2001:db8::1");
  const first = address();
  expect(must(room.into, `busybox nslookup ${place.name}.berth.test 10.0.3.1`)).toContain(first);
  // its DHCP client id is made of this
  inside(place, "systemctl stop systemd-networkd; ip addr flush dev eth0; systemd-id128 new > /etc/machine-id; systemctl start systemd-networkd");
  await eventually("it has an address again", () => address() !== "");
  expect(address()).toBe(first);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  start(place, ["--wait=network", "--timeout", "100"]);
  expect(address()).toBe(first);
}, 300_000);
