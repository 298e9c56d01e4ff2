// lxc.net.N.type = user: an ordinary user's container without root and without a bridge, by pasta; and which way is taken when.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, eventually, initPid, inside, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";
import { leaveRoom, makeRoom, must, run } from "./net-room.ts";
import type { Room } from "./net-room.ts";

let place: Place;
let room: Room;
let world: ChildProcess;
/** Tells each caller his address, once he has said something: the passt of Debian 12 loses what is said first by who is called. */
const SERVER = (port: number): string => `
import socket
s = socket.create_server(("", ${port}))
while True:
    c, who = s.accept()
    c.recv(9); c.sendall(("hello " + who[0]).encode()); c.close()`;
const call = (prefix: readonly string[], host: string, port: number): string => run([...prefix, "python3"], ["-c", `import socket; s = socket.create_connection(("${host}", ${port}), 2); s.settimeout(2); s.sendall(bytes(1)); print(s.recv(99).decode())`]).stdout.trim();
const pastas = (): string => must(room.into, `pgrep -f '[p]asta -f .*${place.lxcpath}' || true`);

beforeAll(async () => {
  room = await makeRoom();
  place = { ...makePlace("user-owned"), into: room.into };
  must(room.into, `test -d /dev/net || mkdir /dev/net; mount -t tmpfs tmpfs /dev/net; mknod -m 666 /dev/net/tun c 10 200; ip route add default via 192.0.2.9
    mkdir -p /etc/lxc; mount -t tmpfs tmpfs /etc/lxc; ip link add br0 type bridge; ip link set br0 up`);
  world = spawn("env", [...room.world, "python3", "-c", SERVER(7)], { stdio: "ignore" });
  create(place, ["lxc.net.0.type = user"]);
});
afterEach(() => { berth(place, "lxc-stop", ["-n", place.name, "-k"]); });
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  world.kill("SIGKILL");
  await leavePlace(place);
  leaveRoom(room);
});

test("the world is reached as the host's own, and reaches published ports; nothing else of the host is there", async () => {
  start(place, ["--publish", "8080:80", "--publish", "192.0.2.1:8081:80"]);
  expect(inside(place, "cat /sys/class/net/eth0/operstate; ip route | head -1")).toMatch(/default via 192\.0\.2\.9 dev eth0/);
  const within = [...room.into, "nsenter", "-t", String(initPid(place)), "-n"];
  await eventually("the world answers", () => call(within, "192.0.2.9", 7) === "hello 192.0.2.1");
  const server = spawn("env", [...within, "python3", "-c", SERVER(80)], { stdio: "ignore" });
  await eventually("the world reaches it", () => call(room.world, "192.0.2.1", 8080).startsWith("hello"));
  expect([call(room.world, "192.0.2.1", 8080), call(room.world, "192.0.2.1", 8081)]).toEqual(["hello 192.0.2.9", "hello 192.0.2.9"]);
  const own = spawn("env", [...room.into, "python3", "-c", SERVER(9)], { stdio: "ignore" });
  await eventually("the host serves", () => call(room.into, "127.0.0.1", 9) !== "");
  expect([call(within, "127.0.0.1", 9), call(room.world, "192.0.2.1", 80)]).toEqual(["", ""]);
  for (const child of [server, own]) child.kill("SIGKILL");
  expect(pastas()).toMatch(/^\d+$/);
});

test("pasta goes with the container: at a stop, after a kill of init or of the monitor; a reboot brings it back with its ports", async () => {
  for (const end of ["stop", "init", "monitor"]) {
    start(place);
    expect(pastas()).not.toBe("");
    if (end === "stop") works(place, "lxc-stop", ["-n", place.name, "-k"]);
    else process.kill(end === "init" ? initPid(place) : Number(/"monitorPid":(\d+)/.exec(readFileSync(join(place.lxcpath, place.name, ".berth/state"), "utf8"))?.[1]), "SIGKILL");
    await eventually(`${end}: it is gone`, () => pastas() === "");
    await eventually("it is stopped", () => state(place) === "STOPPED");
  }
  start(place, ["--publish", "8080:80"]);
  const before = pastas();
  works(place, "lxc-stop", ["-n", place.name, "-r", "-t", "30"]);
  await eventually("it is back", () => pastas() !== "" && pastas() !== before);
  expect(must(room.into, `tr '\\0' ' ' < /proc/${pastas()}/cmdline`)).toContain("-t 8080:80");
});

test("addresses and names of one's own", () => {
  start(place, ["-s", "lxc.net.0.name=lan0", "-s", "lxc.net.0.ipv4.address=10.7.7.7/24", "-s", "lxc.net.0.ipv4.gateway=10.7.7.1", "-s", "lxc.net.0.hwaddr=02:00:00:00:00:07", "-s", "lxc.net.0.mtu=1400"]);
  expect(inside(place, "ip addr show lan0; ip route; cat /sys/class/net/lan0/address /sys/class/net/lan0/mtu")).toMatch(/inet 10\.7\.7\.7\/24[\s\S]*default via 10\.7\.7\.1 dev lan0[\s\S]*02:00:00:00:00:07\n1400/);
});

test("with a bridge: lxc-user-nic where it is granted, else pasta, else nothing; each but the first is said", async () => {
  const link = ["-s", "lxc.net.0.link=br0"];
  const said = (more: readonly string[] = []): string => { const ran = berth(place, "lxc-start", ["-n", place.name, "-d", ...link, ...more]); expect([ran.stderr, ran.status]).toEqual([ran.stderr, 0]); return ran.stderr; };
  const links = (): string => inside(place, "ls /sys/class/net");
  must(room.into, `echo '${place.user?.name} veth br0 1' > /etc/lxc/lxc-usernet`);
  expect([said(), pastas(), must(room.into, "ls /sys/class/net/br0/brif | wc -l")]).toEqual([expect.not.stringContaining("pasta"), "", "1"]);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  expect(said(["--publish", "8080:80"])).toContain("the container is connected by pasta, not by the bridge 'br0'");
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  must(room.into, "rm /etc/lxc/lxc-usernet");
  expect([said(), pastas() === ""]).toEqual([expect.stringContaining("no line of /etc/lxc/lxc-usernet grants a veth on 'br0'"), false]);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  must(room.into, "mount -t tmpfs tmpfs /mnt; mkdir /mnt/u /mnt/w; mount -t overlay overlay -o lowerdir=/usr/bin,upperdir=/mnt/u,workdir=/mnt/w /usr/bin; rm /usr/bin/pasta");
  expect([said(), links()]).toEqual([expect.stringMatching(/eth0 is not made: the container has only a loopback[\s\S]*apt install passt/), "lo"]);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  const refused = berth(place, "lxc-start", ["-n", place.name, "-d", "--publish", "8080:80"]);
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("ports cannot be published")]);
  must(room.into, "umount -l /usr/bin /mnt");
});

test("bad input: one message, nothing left", () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["--publish", "80"], "--publish: '80' is no port to publish"], [["--publish", "8080:80", "-s", "lxc.net.0.type=empty"], "--publish is for an interface of type user"],
    [["--publish", "192.0.2.77:8080:80"], "pasta did not connect the container"],
  ];
  for (const [args, text] of cases) {
    const ran = berth(place, "lxc-start", ["-n", place.name, "-d", ...args]);
    expect([args, ran.status, ran.stderr, state(place), pastas()]).toEqual([args, 1, expect.stringContaining(text), "STOPPED", ""]);
  }
  for (const [change, back, text] of [
    ["ip route del default", "ip route add default via 192.0.2.9", "cause: pasta needs a default route of this host, and there is none"], ["chmod 600 /dev/net/tun", "chmod 666 /dev/net/tun", "remedy: as root: chmod 666 /dev/net/tun"],
    ["rm /dev/net/tun", "mknod -m 666 /dev/net/tun c 10 200", "pasta needs /dev/net/tun, which is not there"],
  ] as const) {
    must(room.into, change);
    const refused = berth(place, "lxc-start", ["-n", place.name, "-d", "--publish", "8080:80"]);
    expect([change, refused.status, refused.stderr, state(place)]).toEqual([change, 1, expect.stringMatching(new RegExp(`ports cannot be published[\\s\\S]*${text}`)), "STOPPED"]);
    const without = berth(place, "lxc-start", ["-n", place.name, "-d"]);
    expect([change, without.status, without.stderr]).toEqual([change, 0, expect.stringMatching(new RegExp(`eth0 is not made: the container has only a loopback[\\s\\S]*${text}`))]);
    expect(inside(place, "ls /sys/class/net")).toBe("lo");
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    must(room.into, back);
  }
});

test("ports are listed: all of them for root, his own for a user; none in another network, where they are not this host's", () => {
  const { into: _, ...elsewhere } = place;
  start(place, ["--publish", "8080:80", "--publish", "192.0.2.1:5353:53/udp"]);
  for (const isFromRoot of [true, false]) {
    expect(works(place, "berth", ["net", "-P", place.lxcpath, "list"], { isFromRoot })).toEndWith(`\nPublished:\n8080:80 -> ${place.name}, by pasta\n192.0.2.1:5353:53/udp -> ${place.name}, by pasta\n`);
    expect(JSON.parse(works(place, "berth", ["net", "-P", place.lxcpath, "list", "--format", "json"], { isFromRoot })).published).toContainEqual({ lxcpath: place.lxcpath, container: place.name, port: 8080, toPort: 80, protocol: "tcp" });
    expect(works(elsewhere, "berth", ["net", "-P", place.lxcpath, "list"], { isFromRoot })).not.toContain(place.name);
  }
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  expect(works(place, "berth", ["net", "-P", place.lxcpath, "list"])).not.toContain("8080");
});

test("who asks for nothing in particular has the same ways", () => {
  const name = `${place.name}2`;
  works(place, "lxc-create", ["-n", name, "-t", "busybox"]);
  expect(readFileSync(join(place.lxcpath, name, "config"), "utf8")).toContain("lxc.net.0.type = user\nlxc.net.0.link = lxcbr0\nlxc.net.0.flags = up\n");
  const said = (): string => { const ran = berth(place, "lxc-start", ["-n", name, "-d"]); expect([ran.stderr, ran.status]).toEqual([ran.stderr, 0]); return ran.stderr; };
  const stop = (): void => { works(place, "lxc-stop", ["-n", name, "-k"]); };
  expect(said()).toMatch(/connected by pasta, not by the bridge 'lxcbr0'[\s\S]*this host has no link 'lxcbr0'/);
  stop();
  must(room.into, `ip link add lxcbr0 type bridge; ip link set lxcbr0 up; echo '${place.user?.name} veth lxcbr0 1' > /etc/lxc/lxc-usernet`);
  expect([said().includes("pasta"), must(room.into, "ls /sys/class/net/lxcbr0/brif | wc -l")]).toEqual([false, "1"]);
  stop();
  must(room.into, "rm /etc/lxc/lxc-usernet");
  expect(said()).toContain("no line of /etc/lxc/lxc-usernet grants a veth on 'lxcbr0'");
  stop();
  must(room.into, "ip link del lxcbr0");
  works(place, "lxc-destroy", ["-n", name]);
});
