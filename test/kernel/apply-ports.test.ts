// Ports of a project, by root (rules of nft) and by an ordinary user (pasta): a world outside reaches the container, a second time
// nothing is done, what the file lists no more goes, mistakes are told by line.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chownSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, eventually, initPid, leavePlace, makePlace, works } from "./place.ts";
import type { Kind, Place, Ran } from "./place.ts";
import { leaveRoom, makeRoom, must, run } from "./net-room.ts";
import type { Room } from "./net-room.ts";

/** Says hello to each caller on 80 and 81, once he has said something. */
const SERVER = `
import socket, threading
def serve(port):
    s = socket.create_server(("", port))
    while True:
        c, who = s.accept()
        c.recv(9); c.sendall(b"hello " + str(port).encode()); c.close()
threading.Thread(target=serve, args=(80,)).start(); serve(81)`;
const CLIENT = `import socket, sys; s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 2); s.settimeout(2); s.sendall(bytes(1)); print(s.recv(99).decode())`;

const NETWORK: Readonly<Record<"root-owned" | "user-owned", string>> = {
  "root-owned": "{ lxc.net.0.type: veth, lxc.net.0.link: br0, lxc.net.0.flags: up, lxc.net.0.ipv4.address: 10.9.0.7/24, lxc.net.0.ipv4.gateway: 10.9.0.1 }",
  "user-owned": "{ lxc.net.0.type: user }",
};
const PORT_KINDS: readonly (Kind & keyof typeof NETWORK)[] = ["root-owned", "user-owned"];
describe.each([...PORT_KINDS])("%s", (kind) => {
  let place: Place;
  let room: Room;
  const servers: ChildProcess[] = [];
  const isRoot = kind === "root-owned";
  const file = (): string => join(place.lxcpath, "shop.yaml");
  const write = (ports: string): void => {
    writeFileSync(file(), `name: shop\ncontainers:\n  ${place.name}:\n    template: busybox\n    config: ${NETWORK[kind]}\n    restart: always\n    ports: ${ports}\n`);
    if (place.user !== undefined) chownSync(file(), place.user.uid, place.user.gid);
  };
  const apply = (...words: readonly string[]): Ran => berth(place, "berth", ["apply", file(), "-P", place.lxcpath, ...words]);
  const applied = (...words: readonly string[]): string => { const ran = apply(...words); expect([words, ran.status, ran.stderr]).toEqual([words, 0, ""]); return ran.stdout; };
  const serve = (): void => { servers.push(spawn("env", [...room.into, "nsenter", "-t", String(initPid(place)), "-n", "python3", "-c", SERVER], { stdio: "ignore" })); };
  const call = (port: number): string => run([...room.world, "python3"], ["-c", CLIENT, "192.0.2.1", String(port)]).stdout.trim();
  const config = (): string => readFileSync(join(place.lxcpath, place.name, "config"), "utf8");

  beforeAll(async () => {
    room = await makeRoom();
    place = { ...makePlace(kind), into: room.into };
    must(room.into, "test -d /dev/net || mkdir /dev/net; mount -t tmpfs tmpfs /dev/net; mknod -m 666 /dev/net/tun c 10 200; ip route add default via 192.0.2.9; ip link add br0 type bridge; ip addr add 10.9.0.1/24 dev br0; ip link set br0 up; sysctl -qw net.ipv4.ip_forward=1");
  });
  afterAll(async () => {
    for (const server of servers) server.kill("SIGKILL");
    berth(place, "lxc-destroy", ["-f", "-n", place.name]);
    await leavePlace(place);
    leaveRoom(room);
  });

  test("published; a second time nothing is done; a stop and an apply bring them back", async () => {
    write('["8080:80", { target: 81, published: 8081 }]');
    expect(JSON.parse(apply("--dry-run", "--format", "json").stdout).steps.map((step: { readonly do: string }) => step.do)).toEqual(["create", "configure", "start", ...(isRoot ? ["publish"] : [])]);
    expect(applied().endsWith("changed\n")).toBe(true);
    serve();
    await eventually("the world reaches it", () => call(8080) === "hello 80");
    expect([call(8081), applied(), applied("--dry-run")]).toEqual(["hello 81", "unchanged\n", "unchanged\n"]);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect(applied()).toBe(isRoot ? `> start ${place.name}\n+ port 8080:80 of ${place.name}\n+ port 8081:81 of ${place.name}\nchanged\n` : `> start ${place.name}\nchanged\n`);
    serve();
    await eventually("the world reaches it again", () => call(8080) === "hello 80");
  }, 60_000);

  test("a change: what is listed no more goes, what was published by hand stays; root's container runs on", async () => {
    const pid = initPid(place);
    if (isRoot) works(place, "berth", ["publish", "-P", place.lxcpath, place.name, "9000:80"]);
    write('["8082-8083:80-81"]');
    const dry = applied("--dry-run");
    expect(dry).toContain(`~ ${place.name}: berth.publish: 8080:80, 8081:81 -> 8082:80, 8083:81\n`);
    expect(dry).toContain(isRoot ? `- port 8080:80 of ${place.name}\n- port 8081:81 of ${place.name}\n+ port 8082:80 of ${place.name}\n` : `> restart ${place.name}\n`);
    applied();
    expect([initPid(place) === pid, config().match(/^berth\.publish.*$/gm)]).toEqual([isRoot, ["berth.publish = 8082:80", "berth.publish = 8083:81"]]);
    if (!isRoot) serve();
    await eventually("the world reaches it", () => call(8082) === "hello 80");
    expect([call(8083), call(8080), applied()]).toEqual(["hello 81", "", "unchanged\n"]);
    if (isRoot) expect(call(9000)).toBe("hello 80");
    const before = initPid(place);
    process.kill(before, "SIGKILL");
    await eventually("it is started again", () => { const now = berth(place, "lxc-info", ["-n", place.name, "-pH"]).stdout.trim(); return now !== "" && now !== String(before); });
    serve();
    await eventually("its ports are as they were", () => call(8082) === "hello 80");
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    works(place, "lxc-autostart");
    serve();
    await eventually("and after a start with the machine", () => call(8082) === "hello 80");
    expect(applied()).toBe("unchanged\n");
  }, 60_000);

  test("mistakes are told by line and column, and nothing is done", () => {
    write("[ 80, 127.0.0.1:x:80, 8080:80, 0.0.0.0:8080:81 ]");
    const { status, stdout, stderr } = apply();
    expect([status, stdout]).toEqual([1, ""]);
    for (const text of [":7:14: '80' is no port to publish", `remedy: say which port of this host leads to it: "80:80"`, ":7:18: '127.0.0.1:x:80' is no port", ":7:43: 8080:81: that port of this host is given to"]) expect(stderr).toContain(text);
    const taken = spawn("env", [...room.into, "python3", "-c", "import socket, time; s = socket.create_server(('', 7777)); time.sleep(99)"], { stdio: "ignore" });
    servers.push(taken);
    return eventually("the port is taken", () => run(room.into, ["ss", "-Hltn"]).stdout.includes(":7777")).then(() => {
      write('["7777:80"]');
      const refused = apply();
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(isRoot ? /shop\.yaml:7:13: 7777:80: the port is taken by/ : /shop\.yaml:7:13: pasta did not connect the container[\s\S]*7777[\s\S]*choose another one/)]);
      write('["127.0.0.1:8085:80"]');
      const local = apply();
      expect([local.status, local.stderr]).toEqual(isRoot ? [1, expect.stringContaining("shop.yaml:7:13: 127.0.0.1:8085:80: root's ports are rules of nft")] : [0, ""]);
      write("[]");
      applied();
      expect([config().includes("berth.publish"), call(8082)]).toEqual([false, ""]);
    });
  }, 60_000);
});
