// lxc.net.N.egress: what is permitted leaves, nothing else does, and root inside, with every capability and packets of its own making, cannot lift it.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, DIST, eventually, initPid, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";
import { leaveRoom, makeRoom, must, run } from "./net-room.ts";
import type { Room } from "./net-room.ts";

let place: Place;
let user: Place;
let room: Room;
let world: ChildProcess;
/** What has come to the world out of the containers' network, as `4 6 8`: family, protocol, port. */
const seen = new Set<string>();
/** Serves ports 7 and 8 of both families, and tells of each packet. */
const WORLD = `
import socket, threading
def serve(port):
    s = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    while True:
        c, who = s.accept(); c.sendall(b"hello"); c.close()
for port in (7, 8): threading.Thread(target=serve, args=(port,), daemon=True).start()
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3)); s.bind(("w0", 0))
print("ready", flush=True)
while True:
    b, at = s.recvfrom(70000)
    if at[2] == 4 or len(b) < 24: continue
    if b[0] >> 4 == 4 and b[12:14] == bytes([10, 9]): print(4, b[9], int.from_bytes(b[22:24], "big"), flush=True)
    if b[0] >> 4 == 6 and b[8:10] == bytes([0xfd, 9]): print(6, b[6], int.from_bytes(b[42:44], "big"), flush=True)`;
const CALL = `
import concurrent.futures, socket, sys
def call(to):
    try: s = socket.create_connection((to, int(sys.argv[1])), 1); s.settimeout(1); return s.recv(9).decode()
    except OSError: return "no"
print(*concurrent.futures.ThreadPoolExecutor(9).map(call, sys.argv[2:]))`;
const granted = (): string => `${user.name}2`;
const pidOf = (where: Place, name: string): number => Number(works(where, "lxc-info", ["-n", name, "-pH"]));
const within = (pid = initPid(place)): readonly string[] => [...room.into, "nsenter", "-t", String(pid), "-U", "-n", "-S", "0", "-G", "0", "--"];
const call = (hosts: string, port: number, from = within()): string => run(from, ["python3", "-c", CALL, String(port), ...hosts.split(" ")]).stdout.trim();
const tables = (): string => must(room.into, "nft list tables netdev");
const two = (): string => `${place.name}2`;
const address = (last: number): readonly string[] => ["type=veth", "link=br0", "flags=up", `ipv4.address=10.9.0.${last}/24`, "ipv4.gateway=10.9.0.1", `ipv6.address=fd09::${last}/64`, "ipv6.gateway=fd09::1"].map((line) => `lxc.net.0.${line}`);
const only = (...permitted: readonly string[]): readonly string[] => permitted.flatMap((one) => ["-s", `lxc.net.0.egress=${one}`]);

beforeAll(async () => {
  room = await makeRoom();
  place = { ...makePlace("root-owned"), into: room.into };
  user = { ...makePlace("user-owned"), into: room.into };
  must(room.into, `ip link add br0 type bridge; ip addr add 10.9.0.1/24 dev br0; ip addr add fd09::1/64 dev br0 nodad; ip link set br0 up; sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    mount -t tmpfs tmpfs /mnt; echo '192.0.2.9 world.test' > /mnt/hosts; mount --bind /mnt/hosts /etc/hosts; echo nameserver 127.0.0.1 > /mnt/resolv; mount --bind /mnt/resolv /etc/resolv.conf
    test -d /dev/net || mkdir /dev/net; mount -t tmpfs tmpfs /dev/net; mknod -m 666 /dev/net/tun c 10 200; ip route add default via 192.0.2.9; ip -6 route add default via 2001:db8::9
    mkdir -p /etc/lxc; mount -t tmpfs tmpfs /etc/lxc; echo '${user.user?.name} veth br0 9' > /etc/lxc/lxc-usernet`);
  must(room.world, "ip route add 10.9.0.0/24 via 192.0.2.1; ip -6 route add fd09::/64 via 2001:db8::1");
  world = spawn("env", [...room.world, "python3", "-c", WORLD], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve) => { world.stdout?.on("data", (text: Uint8Array) => { for (const line of String(text).trim().split("\n")) seen.add(line); if (seen.has("ready")) resolve(); }); });
  create(place, address(7));
  create(place, address(8), two());
  create(user, ["lxc.net.0.type = user"]);
  create(user, address(7), granted());
});
const all = (): readonly (readonly [Place, string])[] => [[place, place.name], [place, two()], [user, user.name], [user, granted()]];
afterEach(() => { for (const [where, name] of all()) berth(where, "lxc-stop", ["-n", name, "-k"]); });
afterAll(async () => {
  for (const [where, name] of all()) berth(where, "lxc-destroy", ["-n", name, "-f"]);
  world.kill("SIGKILL");
  await leavePlace(user);
  await leavePlace(place);
  leaveRoom(room);
});

/** What has come, once a last packet of the host's own has. */
async function arrived(): Promise<readonly string[]> {
  must(room.into, `python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("10.9.0.1", 0)); s.sendto(b"last", ("192.0.2.9", 4242))'`);
  await eventually("the last one has come", () => seen.has("4 17 4242"));
  return [...seen].filter((one) => one !== "4 17 4242").toSorted();
}

/** Packets of root's own making, to where none may go: TCP that pretends to answer, UDP whole and in pieces, ICMP, a tagged frame, a tunnel. */
const FORGE = `
import fcntl, socket, struct
bridge = bytes.fromhex(BRIDGE.replace(":", "")); own = fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8927, b"eth0" + bytes(36))[18:24]
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); raw.bind(("eth0", 0))
def v4(proto, body, frag=0): return struct.pack("!BBHHHBBH4s4s", 69, 0, 20 + len(body), 1, frag, 64, proto, 0, socket.inet_aton("10.9.0.7"), socket.inet_aton("192.0.2.9"))[:20] + body
def sum16(b): t = sum(struct.unpack("!%dH" % (len(b) // 2), b)); t = (t >> 16) + (t & 0xffff); return ~((t >> 16) + t) & 0xffff
def whole(p): return p[:10] + struct.pack("!H", sum16(p[:20])) + p[12:]
ack = struct.pack("!HHIIBBHHH", 7, 8, 1, 1, 80, 16, 99, 0, 0); udp = struct.pack("!HHHH", 53, 9, 16, 0) + b"secret!!"
nd = struct.pack("!BBHI16s", 135, 0, 0, 0, socket.inet_pton(socket.AF_INET6, "2001:db8::9"))
def v6(proto, body): return struct.pack("!IHBB16s16s", 6 << 28, len(body), proto, 255, socket.inet_pton(socket.AF_INET6, "fd09::7"), socket.inet_pton(socket.AF_INET6, "2001:db8::9")) + body
for packet in (v4(6, ack), v4(17, udp), v4(17, udp, 1), v4(17, udp, 0x2000), v4(1, b"\\x08\\0\\xf7\\xff\\0\\0\\0\\0"), v4(41, v6(17, udp)), v4(47, ack)):
    raw.send(bridge + own + b"\\x08\\0" + whole(packet)); raw.send(bridge + own + b"\\x81\\0\\0\\x05\\x08\\0" + whole(packet))
for packet in (v6(6, ack), v6(17, udp), v6(58, nd)): raw.send(bridge + own + b"\\x86\\xdd" + packet)
`;

test("what is permitted leaves, by name, address and port, of both families; nothing else: no other port, no neighbour, not the host", async () => {
  start(place, only("world.test:7/tcp", "[2001:db8::9]:7"));
  works(place, "lxc-start", ["-n", two(), "-d"]);
  const neighbour = spawn("env", [...within(Number(works(place, "lxc-info", ["-n", two(), "-pH"]))), "python3", "-c", WORLD.replace('"w0"', '"eth0"')], { stdio: "ignore" });
  const server = spawn("env", [...room.into, "python3", "-c", WORLD.replace('"w0"', '"br0"')], { stdio: "ignore" });
  seen.clear();
  await eventually("IPv6 has settled", () => call("2001:db8::9", 7) === "hello");
  expect(call("192.0.2.9 2001:db8::9", 7)).toBe("hello hello");
  expect(call("192.0.2.9 2001:db8::9", 8)).toBe("no no");
  expect(call("10.9.0.8 fd09::8 10.9.0.1 192.0.2.1", 7)).toBe("no no no no");
  expect(await arrived()).toEqual(["4 6 7", "6 6 7"]);
  expect(explained(place)).toEqual([0, expect.stringMatching(/rules: +lxc\.net\.0\.egress: only what it names leaves, all else is dropped here: world\.test:7\/tcp, \[2001:db8::9\]:7 \(nft list table netdev berth_egress_\S+\)\nhost: +this host forwards from br0 to up0/)]);
  expect(explained(place, "world.test:7")).toEqual([0, expect.stringMatching(/lxc\.net\.0\.egress = world\.test:7\/tcp: world\.test \(192\.0\.2\.9\) tcp port 7 passes\nhost: +this host forwards/)]);
  expect(explained(place, "[2001:db8::9]:7/udp")).toEqual([0, expect.stringMatching(/lxc\.net\.0\.egress = \[2001:db8::9\]:7: 2001:db8::9 udp port 7 passes\nhost: +it goes by IPv6/)]);
  expect(explained(place, "world.test:8")).toEqual([1, expect.stringMatching(/STOP lxc\.net\.0\.egress: world\.test \(192\.0\.2\.9\) tcp port 8 is dropped: no line permits it \(world[\s\S]*remedy: start it again: names are looked up at the start.*\n$/)]);
  expect(explained(place, "10.9.0.8")).toEqual([1, expect.stringMatching(/STOP .*10\.9\.0\.8 tcp port 443 is dropped[\s\S]*remedy: lxc\.net\.0\.egress = 10\.9\.0\.8:443\/tcp, and start it again\n$/)]);
  for (const [text, why] of [["10.0.0.0/8", "is more than one destination"], ["none", "is no destination"], ["no-such-name.test", "cannot be resolved"], ["a b", "is not HOST"]] as const) expect([text, berth(place, "berth", ["net", "-P", place.lxcpath, "explain", place.name, text])]).toEqual([text, { status: 1, stdout: "", stderr: expect.stringContaining(why) }]);
  // the same calls work for who has no list
  expect(call("10.9.0.7 10.9.0.1 192.0.2.9 10.9.0.8", 7, within(Number(works(place, "lxc-info", ["-n", two(), "-pH"]))))).toBe("no hello hello hello");
  for (const child of [neighbour, server]) child.kill("SIGKILL");
}, 60_000);

/** As root sees it: status and text. */
function explained(where: Place, ...to: readonly string[]): readonly [number, string] {
  const { status, stdout } = berth(where, "berth", ["net", "-P", where.lxcpath, "explain", where.name, ...to], { isFromRoot: true });
  return [status, stdout];
}

/** What root may do with his own end, and tries with the other one: the list of what may leave it is there. */
const ATTEMPTS = `ip link add link eth0 name v5 type vlan id 5; ip link add mv0 link eth0 type macvlan; ip link set mv0 up; ip addr add 10.9.0.77/24 dev mv0; nft add table netdev t; tc qdisc add dev eth0 clsact; sysctl -w net.ipv4.ip_forward=1
  ip link add way link-netnsid 0 type veth peer name out; ip link add way link eth0 link-netnsid 0 type macvlan; ip link set eth0 netns 1; ip netns exec 0 true; ip -n 0 link; ip link set dev eth0 link-netnsid 0 down`;

test.each(["root", "a user, by lxc-user-nic"])("root inside cannot lift it: the container is that of %s", async (who) => {
  const [where, name] = who === "root" ? [place, place.name] : [user, granted()];
  works(where, "lxc-start", ["-n", name, "-d", ...only("192.0.2.9:7/tcp")]);
  const inside = within(pidOf(where, name));
  must(inside, "nft flush ruleset; ip link set eth0 down; ip link set eth0 address 02:00:00:00:00:99 name eth1; ip link set eth1 name eth0 up; ip addr replace 10.9.0.7/24 dev eth0; ip addr replace fd09::7/64 dev eth0 nodad; ip route replace default via 10.9.0.1; ip -6 route replace default via fd09::1");
  run(inside, ["sh", "-c", ATTEMPTS]);
  expect(run(inside, ["nft", "list", "tables", "netdev"]).stdout).not.toContain("berth");
  expect(call("192.0.2.9", 7, inside)).toBe("hello");
  seen.clear();
  expect(run(inside, ["python3", "-c", `BRIDGE = "${must(room.into, "cat /sys/class/net/br0/address")}"\n${FORGE}`])).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(call("192.0.2.9 2001:db8::9", 8, inside)).toBe("no no");
  expect(call("192.0.2.9", 7, inside)).toBe("hello");
  expect(await arrived()).toEqual(["4 6 7"]);
}, 60_000);

test("without the list the forged packets do arrive", async () => {
  start(place);
  seen.clear();
  expect(run(within(), ["python3", "-c", `BRIDGE = "${must(room.into, "cat /sys/class/net/br0/address")}"\n${FORGE}`]).status).toBe(0);
  expect(await arrived()).toEqual(expect.arrayContaining(["4 6 8", "4 17 9"]));
  await eventually("those of IPv6, too", () => ["6 6 8", "6 17 9"].every((one) => seen.has(one)));
}, 60_000);

const pastas = (): string => must(room.into, `pgrep -f '[p]asta -f .*${user.lxcpath}' || true`);
/** Network namespaces that belong to the user's namespaces, and not to his container: those in between. */
const between = (): string => must(room.into, `for p in $(pgrep -u ${user.user?.uid}); do ls -l /proc/$p/fd 2>/dev/null; done | grep -o 'net:.*' | sort -u || true`);

test("a user's, by pasta: the same list, the host's own addresses inside; root inside cannot lift it; nothing is left, however it ends, and a reboot brings it back", async () => {
  const list = only("world.test:7/tcp", "[2001:db8::9]:7");
  works(user, "lxc-start", ["-n", user.name, "-d", ...list, "--publish", "8080:80"]);
  const inside = within(pidOf(user, user.name));
  expect(must(inside, "ip -o addr show dev eth0 scope global; ip route | head -1; ip link show eth0")).toMatch(/inet 192\.0\.2\.1\/24[\s\S]*inet6 2001:db8::1\/64[\s\S]*default via 192\.0\.2\.9 dev eth0[\s\S]*mtu 65520/);
  // one by one, and again: the passt of Debian 12 loses what is said first by who is called
  for (const host of ["2001:db8::9", "192.0.2.9"]) await eventually(`${host} answers`, () => call(host, 7, inside) === "hello");
  expect(call("192.0.2.9 2001:db8::9 10.9.0.1", 8, inside)).toBe("no no no");
  must(inside, "nft flush ruleset; ip link set eth0 down; ip link set eth0 name eth1; ip link set eth1 name eth0 up; ip addr replace 192.0.2.1/24 dev eth0; ip route replace default via 192.0.2.9");
  run(inside, ["sh", "-c", ATTEMPTS]);
  expect([run(inside, ["nft", "list", "tables", "netdev"]).stdout.includes("berth"), call("192.0.2.9", 8, inside)]).toEqual([false, "no"]);
  await eventually("what is permitted still leaves", () => call("192.0.2.9", 7, inside) === "hello");
  expect(explained(user, "world.test:7")).toEqual([0, expect.stringMatching(/world\.test:7\/tcp: world\.test \(192\.0\.2\.9\) tcp port 7 passes\nhost: +pasta sends what leaves/)]);
  expect(explained(user, "[2001:db8::9]:8")).toEqual([1, expect.stringMatching(/STOP lxc\.net\.0\.egress: 2001:db8::9 tcp port 8 is dropped: no line permits it \(world\.test:7\/tcp, \[2001:db8::9\]:7; nsenter --net=\/proc\/\d+\/fd\/\d+ nft list table/)]);
  expect(between()).toMatch(/^net:\[\d+\]$/);
  works(user, "lxc-stop", ["-n", user.name, "-r", "-t", "30"]);
  const again = within(pidOf(user, user.name));
  await eventually("it is back", () => call("192.0.2.9", 7, again) === "hello");
  expect([call("192.0.2.9", 8, again), pastas()]).toEqual(["no", expect.stringMatching(/^\d+$/)]);
  process.kill(Number(/"monitorPid":(\d+)/.exec(readFileSync(join(user.lxcpath, user.name, ".berth/state"), "utf8"))?.[1]), "SIGKILL");
  await eventually("after a kill of the monitor nothing is left", () => state(user) === "STOPPED" && pastas() === "" && between() === "");
  works(user, "lxc-start", ["-n", user.name, "-d", ...only("none")]);
  expect(call("192.0.2.9 2001:db8::9", 7, within(pidOf(user, user.name)))).toBe("no no");
  works(user, "lxc-stop", ["-n", user.name, "-k"]);
  expect([pastas(), between()]).toEqual(["", ""]);
}, 60_000);

test("the rules go with the run, however it ends, and come back with a reboot", async () => {
  for (const end of ["stop", "init", "monitor"]) {
    start(place, only("none"));
    expect(tables()).toContain("berth_egress_");
    if (end === "stop") works(place, "lxc-stop", ["-n", place.name, "-k"]);
    else process.kill(end === "init" ? initPid(place) : Number(/"monitorPid":(\d+)/.exec(readFileSync(join(place.lxcpath, place.name, ".berth/state"), "utf8"))?.[1]), "SIGKILL");
    await eventually(`${end}: it is stopped`, () => state(place) === "STOPPED");
    if (end === "monitor") { works(place, "lxc-start", ["-n", place.name, "-d"]); works(place, "lxc-stop", ["-n", place.name, "-k"]); } // who finds it dead cleans
    await eventually(`${end}: no rules`, () => tables() === "");
  }
  start(place, only("none"));
  const before = initPid(place);
  works(place, "lxc-stop", ["-n", place.name, "-r", "-t", "30"]);
  await eventually("it is back", () => state(place) === "RUNNING" && initPid(place) !== before);
  expect([call("192.0.2.9", 7), tables().split("\n").length]).toEqual(["no", 1]);
}, 120_000);

test("the library: what a sandbox's list permits leaves", () => {
  const program = `const { sandbox } = await import(${JSON.stringify(join(DIST, "lib/index.js"))});
    const box = await sandbox({ lxcpath: ${JSON.stringify(place.lxcpath)}, name: "${place.name}3", network: { bridge: "br0", egress: ["world.test:7"] }, config: ${JSON.stringify(Object.fromEntries(address(9).slice(3, 5).map((line) => line.split("="))))} });
    try {
      for (const port of ["7", "8"]) console.log(port, (await (await box.exec(["nc", "-w", "1", "192.0.2.9", port])).output()).stdout);
    } finally { await box.destroy({ force: true }); }`;
  const ran = run([...room.into, "node"], ["--input-type=module", "-e", program]);
  expect(ran).toEqual({ status: 0, stdout: "7 hello\n8 \n", stderr: "" });
  expect(tables()).toBe("");
}, 60_000);

test("what cannot be kept is refused, and nothing is left", () => {
  const refused = (where: Place, args: readonly string[], text: string): void => {
    const ran = berth(where, "lxc-start", ["-n", where.name, "-d", ...args]);
    expect([args, ran.status, ran.stderr, state(where), tables()]).toEqual([args, 1, expect.stringContaining(text), "STOPPED", ""]);
  };
  refused(place, only("no-such-name.test:7"), "'no-such-name.test' cannot be resolved");
  refused(place, only("10.0.0.0/40"), "'40' is not a prefix length from 0 to 32");
  refused(place, ["-s", "lxc.net.0.type=macvlan", "-s", "lxc.net.0.link=up0", ...only("none")], "egress cannot be kept for an interface of type macvlan");
  refused(place, ["-s", "lxc.net.0.type=none", ...only("none")], "egress cannot be kept: the container has no network of its own");
  refused(user, only("no-such-name.test:7"), "'no-such-name.test' cannot be resolved");
  must(room.into, "mkdir /mnt/u /mnt/w; mount -t overlay overlay -o lowerdir=/usr/sbin,upperdir=/mnt/u,workdir=/mnt/w /usr/sbin; mv /usr/sbin/nft /usr/sbin/nft.away");
  const ran = berth(place, "lxc-start", ["-n", place.name, "-d", ...only("none")]);
  const his = berth(user, "lxc-start", ["-n", user.name, "-d", ...only("none")]);
  must(room.into, "umount -l /usr/sbin");
  for (const { status, stderr } of [ran, his]) expect([status, stderr]).toEqual([1, expect.stringContaining("nft is missing, which makes the rules")]);
}, 60_000);
