// berth publish: a world outside reaches a container by ports of this host, and the container sees who calls.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, ended, eventually, leavePlace, makePlace, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";
import { leaveRoom, makeRoom, must, run } from "./net-room.ts";
import type { Room } from "./net-room.ts";

let place: Place;
let room: Room;
const two = (): string => `${place.name}2`;
const address = (last: number): readonly string[] => ["type=veth", "link=br0", "flags=up", `ipv4.address=10.9.0.${last}/24`, "ipv4.gateway=10.9.0.1", `ipv6.address=fd09::${last}/64`, "ipv6.gateway=fd09::1"].map((line) => `lxc.net.0.${line}`);

beforeAll(async () => {
  room = await makeRoom();
  place = { ...makePlace("root-owned"), into: room.into };
  must(room.into, "ip link add br0 type bridge; ip addr add 10.9.0.1/24 dev br0; ip addr add fd09::1/64 dev br0 nodad; ip link set br0 up; sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; ip addr add 192.0.2.2/24 dev up0");
  create(place, address(7));
  create(place, address(8), two());
});
afterEach(() => { for (const server of servers.splice(0)) server.kill("SIGKILL"); for (const name of [place.name, two()]) berth(place, "lxc-stop", ["-n", name, "-k"]); });
afterAll(async () => {
  for (const name of [place.name, two()]) berth(place, "lxc-destroy", ["-n", name, "-f"]);
  await leavePlace(place);
  leaveRoom(room);
});

const start = (name = place.name): void => { works(place, "lxc-start", ["-n", name, "-d"]); };
const publishFor = (name: string, ...words: readonly string[]): Ran => berth(place, "berth", ["publish", "-P", place.lxcpath, name, ...words]);
const publish = (...words: readonly string[]): Ran => publishFor(place.name, ...words);
const published = (...words: readonly string[]): string => { const ran = publish(...words); expect([words, ran.status, ran.stderr]).toEqual([words, 0, ""]); return ran.stdout; };
const tables = (): string => must(room.into, "nft list tables | grep berth_ || true");
const pidOf = (name: string): string => works(place, "lxc-info", ["-n", name, "-pH"]).trim();
const within = (name: string): readonly string[] => [...room.into, "nsenter", "-t", pidOf(name), "-n"];
const servers: ChildProcess[] = [];
/** In the container's network: tells each caller his address, over TCP and UDP, on 80 and 53. */
const SERVER = `
import socket, threading
def tcp():
    with socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True) as s:
        while True:
            c, who = s.accept()
            c.sendall(who[0].encode()); c.close()
def udp():
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0); s.bind(("::", 53))
    while True:
        _, who = s.recvfrom(99); s.sendto(who[0].encode(), who)
threading.Thread(target=tcp).start(); udp()`;
const CLIENT = `
import socket, sys
kind, host, port = sys.argv[1:]
s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
s.settimeout(2); s.connect((host, int(port)))
if kind == "udp": s.send(b"hello")
print(s.recv(99).decode())`;
const serve = (name: string): void => { servers.push(spawn("env", [...within(name), "python3", "-c", SERVER], { stdio: "ignore" })); };
/** Who the container says has called; "" when nobody answers. */
const call = (prefix: readonly string[], host: string, port: number, kind = "tcp"): string => run([...prefix, "python3"], ["-c", CLIENT, kind, host, String(port)]).stdout.trim();
const monitorPid = (): number => Number(/"monitorPid":(\d+)/.exec(readFileSync(join(place.lxcpath, place.name, ".berth/state"), "utf8"))?.[1]);

test("--explain, and the name as an option: what would be done, and nothing is", () => {
  start();
  const named = (...words: readonly string[]): string => works(place, "berth", ["publish", "-P", place.lxcpath, "--name", place.name, ...words]);
  const told = named("8080:80", "--explain");
  expect([told.includes("nft") || told.includes("netlink"), /^ *\d+ /m.test(told), named(), tables()]).toEqual([true, true, "", ""]);
  named("8080:80");
  const both = "8080:80 -> 10.9.0.7\n8080:80 -> fd09::7\n";
  expect([named(), /^ *\d+ /m.test(named("--remove", "--explain")), named()]).toEqual([both, true, both]);
  named("--remove");
  expect(named()).toBe("");
});

test("the world reaches it over IPv4, the container sees the world's own address; neighbours and this host reach it, too", async () => {
  start();
  start(two());
  serve(place.name);
  expect(published("8080:80")).toBe("");
  expect(published()).toBe("8080:80 -> 10.9.0.7\n8080:80 -> fd09::7\n");
  await eventually("the world is answered, and seen", () => call(room.world, "192.0.2.1", 8080) === "::ffff:192.0.2.9");
  expect(call(room.world, "192.0.2.2", 8080)).toBe("::ffff:192.0.2.9");
  expect(call(room.into, "192.0.2.1", 8080)).toBe("::ffff:192.0.2.1");
  expect(call(room.into, "10.9.0.1", 8080)).toBe("::ffff:10.9.0.1");
  expect(call(within(two()), "192.0.2.1", 8080)).toBe("::ffff:10.9.0.1");
});

test("IPv6, UDP and single addresses of this host", async () => {
  start();
  serve(place.name);
  published("192.0.2.2:8081:80", "[2001:db8::1]:8081:80", "5353:53/udp");
  must(room.world, "ip -6 route replace default via 2001:db8::1");
  await eventually("over IPv6", () => call(room.world, "2001:db8::1", 8081) === "2001:db8::9");
  expect(call(room.world, "192.0.2.2", 8081)).toBe("::ffff:192.0.2.9");
  expect(call(room.world, "192.0.2.1", 8081)).toBe("");
  expect(call(room.world, "192.0.2.1", 5353, "udp")).toBe("::ffff:192.0.2.9");
  expect(JSON.parse(published("--format", "json"))).toContainEqual({ address: "192.0.2.2", port: 8081, to: "10.9.0.7", toPort: 80, protocol: "tcp" });
  published("8081:81");
  expect(published()).toBe("5353:53/udp -> 10.9.0.7\n5353:53/udp -> fd09::7\n8081:81 -> 10.9.0.7\n8081:81 -> fd09::7\n");
  published("8081:81", "--remove");
  expect(published()).not.toContain("8081");
  published("--remove");
  expect([published(), tables()]).toEqual(["", ""]);
  published("8080:80");
  expect(call(room.world, "192.0.2.1", 8080)).toBe("::ffff:192.0.2.9");
});

test("they go with the run: at a stop, after a kill of init or of the monitor; a reboot keeps them", async () => {
  for (const end of ["stop", "init", "monitor"]) {
    start();
    published("8080:80");
    expect(tables()).toContain("berth_");
    if (end === "stop") works(place, "lxc-stop", ["-n", place.name, "-k"]);
    else process.kill(end === "init" ? Number(works(place, "lxc-info", ["-n", place.name, "-pH"])) : monitorPid(), "SIGKILL");
    await eventually(`${end}: the rules are gone`, () => tables() === "");
    await eventually("it is stopped", () => works(place, "lxc-info", ["-n", place.name, "-sH"]).trim() === "STOPPED");
  }
  start();
  published("8080:80");
  works(place, "lxc-stop", ["-n", place.name, "-r", "-t", "30"]);
  expect(published()).toContain("8080:80");
});

test("where monitor and keeper were killed, the next command cleans: one of the container, or berth publish of another", async () => {
  const kill = (): void => {
    const keepers = must(room.into, `pgrep -f '[p]ublish -P ${place.lxcpath} ${place.name} 8080:80'`).split("\n");
    expect(keepers).toHaveLength(1);
    for (const pid of keepers) process.kill(Number(pid), "SIGKILL");
    process.kill(monitorPid(), "SIGKILL");
  };
  start();
  published("8080:80");
  kill();
  expect(tables()).toContain("berth_");
  await eventually("it is stopped", () => berth(place, "lxc-start", ["-n", place.name, "-d"]).status === 0);
  expect(tables()).toBe("");
  start(two());
  published("8080:80");
  kill();
  expect(publishFor(two(), "9090:90").status).toBe(0);
  expect(tables().split("\n")).toHaveLength(1);
  expect(publishFor(two()).stdout).toContain("9090:90");
});

test("what is in the way is said, and nothing changes", async () => {
  expect(publish("8080:80").stderr).toContain("is not running");
  start();
  start(two());
  expect(publishFor(two(), "7070:70").status).toBe(0);
  const squatter: ChildProcess = spawn("env", [...room.into, "busybox", "nc", "-l", "-p", "6060"]);
  await eventually("the port is taken", () => run(room.into, ["grep", "-q", ":17AC ", "/proc/net/tcp", "/proc/net/tcp6"]).status === 0);
  for (const [words, text] of [
    [["7070:80"], "7070:80: the port is published for another container"], [["6060:80"], `6060:80: the port is taken by busybox (pid ${squatter.pid})`], [["8080"], "'8080' is no port to publish"], [["0:80"], "is no port to publish"], [["8080:65536"], "is no port to publish"],
    [["1.2.3:80:80"], "is no port to publish"], [["80:80/sctp"], "is no port to publish"], [["5:5", "--remove"], "5:5 is not published"],
    [["127.0.0.1:8080:80"], "127.0.0.1:8080:80: the kernel lets no packet of this host's loopback out"], [["[::1]:8080:80/udp"], "[::1]:8080:80/udp: the kernel lets no packet"],
  ] as const) {
    const ran = publish(...words);
    expect([words, ran.status, ran.stderr]).toEqual([words, 1, expect.stringContaining(text)]);
  }
  squatter.kill("SIGKILL");
  await ended(squatter);
  must(room.into, "sysctl -qw net.ipv4.ip_forward=0");
  expect(publish("8080:80").stderr).toContain("this host does not forward: net.ipv4.ip_forward is 0");
  must(room.into, "sysctl -qw net.ipv4.ip_forward=1");
  expect(published()).toBe("");
});
