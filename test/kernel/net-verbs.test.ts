// berth net: more bridges than one, kept apart; the way of a packet told; firewalls that drop it named, with what helps.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, berth, create, eventually, inside, leavePlace, makePlace, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";
import { leaveRoom, makeRoom, must, run } from "./net-room.ts";
import type { Room } from "./net-room.ts";
import { printed } from "./printed.ts";

let place: Place;
let room: Room;
const two = (): string => `${place.name}2`;
const net = (...words: readonly string[]): Ran => berth(place, "berth", ["net", "-P", place.lxcpath, ...words]);
const good = (...words: readonly string[]): string => { const ran = net(...words); expect([words, ran.status, ran.stderr]).toEqual([words, 0, ""]); return ran.stdout; };
const address = (name: string): string => works(place, "lxc-info", ["-n", name, "-iH"]).split("\n").find((line) => line.startsWith("10.")) ?? "";
const pings = (name: string, to: string): boolean => berth(place, "lxc-attach", ["-n", name, "--clear-env", "--", "ping", "-c1", "-W1", to]).status === 0;

beforeAll(async () => {
  room = await makeRoom();
  place = { ...makePlace("root-owned"), into: room.into };
  must(room.into, "mkdir -p /etc/berth; mount -t tmpfs tmpfs /etc/default; mount -t tmpfs tmpfs /etc/berth; echo USE_LXC_BRIDGE=false > /etc/default/lxc-net; ip route add default via 192.0.2.9");
  for (const [name, link] of [[place.name, "lab"], [two(), "dmz"]] as const) create(place, ["lxc.net.0.type = veth", `lxc.net.0.link = ${link}`, "lxc.net.0.flags = up"], name);
});
afterAll(async () => {
  for (const name of [place.name, two()]) berth(place, "lxc-destroy", ["-n", name, "-f"]);
  for (const name of ["lab", "dmz"]) net("delete", name);
  await leavePlace(place);
  leaveRoom(room);
});

test("the library: networks as values", () => {
  const program = `const { networks, isBerthError } = await import(${JSON.stringify(join(DIST, "lib/index.js"))});
    const all = networks();
    const made = await all.create("libnet", { address: "10.8.0.1/24" });
    await all.down("libnet");
    const seen = [made.isUp, made.address, (await all.info("libnet")).isUp, (await all.list()).networks.map(({ name }) => name)];
    await all.up("libnet");
    await all.delete("libnet");
    console.log(JSON.stringify([...seen, await all.info("libnet").catch((error) => isBerthError(error) && error.code)]));`;
  expect(run([...room.into, "node"], ["--input-type=module", "-e", program])).toEqual({ status: 0, stdout: '[true,"10.8.0.1/24",false,["libnet"],"option.value"]\n', stderr: "" });
}, 60_000);

test("--explain of create: its steps, and no bridge and no file", () => {
  const told = good("create", "plan", "--address", "10.6.0.1/24", "--explain");
  expect([told.includes("10.6.0.1"), /^ *\d+ /m.test(told), net("list").stdout]).toEqual([true, true, "NETWORK STATE ADDRESS IPV6 PORTS\n"]);
  expect(must(room.into, "ls /sys/class/net /etc/berth")).not.toContain("plan");
});

test("bridges are made, listed, shown; containers get addresses, reach the world, and not each other", async () => {
  expect(net("list").stdout).toBe("NETWORK STATE ADDRESS IPV6 PORTS\n");
  good("create", "lab", "--address", "10.7.0.1/24", "--domain", "lab.test");
  good("create", "dmz");
  for (const name of [place.name, two()]) works(place, "lxc-start", ["-n", name, "-d"]);
  for (const name of [place.name, two()]) await eventually(`${name} has an address`, () => address(name) !== "");
  expect([address(place.name).startsWith("10.7.0."), address(two()).startsWith("10.0.4.")]).toEqual([true, true]);
  for (const name of [place.name, two()]) expect([name, pings(name, "192.0.2.9")]).toEqual([name, true]);
  expect([pings(place.name, address(two())), pings(two(), address(place.name))]).toEqual([false, false]);
  expect(berth(place, "berth", ["publish", "-P", place.lxcpath, place.name, "8080:80"]).status).toBe(0);
  const { networks, published } = JSON.parse(good("list", "--format", "json"));
  expect(networks).toMatchObject([{ name: "dmz", isUp: true, address: "10.0.4.1/24", isOpen: false }, { name: "lab", isUp: true, address: "10.7.0.1/24", domain: "lab.test" }]);
  expect(published).toEqual([{ lxcpath: place.lxcpath, container: place.name, port: 8080, to: address(place.name), toPort: 80, protocol: "tcp" }]);
  expect(good("list")).toMatch(/^NETWORK STATE ADDRESS +IPV6 PORTS\ndmz +up +10\.0\.4\.1\/24 +- +veth\S+\nlab[^\n]*\n\nPublished:\n8080:80 -> 10\.7\.0\.\d+ of /);
  expect(good("show", "lab")).toMatch(/^lab: up\naddress: 10\.7\.0\.1\/24\ndomain: lab\.test\ndnsmasq: pid \d+\nother networks of containers: kept apart\nsettings: \/etc\/berth\/networks\/lab\nports: veth/);
});

test("berth apply makes a network that is missing, and puts a container on it; a second time nothing", () => {
  const [file, name] = [join(place.lxcpath, "net.yaml"), `${place.name}3`];
  writeFileSync(file, `containers:\n  ${name}: { template: busybox, networks: [app], depends_on: [], state: started }\nnetworks:\n  app: { address: 10.9.0.1/24 }\n`);
  const apply = (): Ran => berth(place, "berth", ["apply", "-P", place.lxcpath, file]);
  const { status, stdout, stderr } = apply();
  expect([status, stdout.split("\n")[0], stderr]).toEqual([0, "+ network app", ""]);
  expect(printed("berth net show", good("show", "app", "--format", "json"))).toMatchObject({ name: "app", isUp: true, address: "10.9.0.1/24", ports: [expect.stringMatching(/^veth/)] });
  expect(apply().stdout).toBe("unchanged\n");
  works(place, "lxc-destroy", ["-f", "-n", name]);
  good("delete", "app");
  rmSync(file);
});

test("the way of a packet: each hop and rule, and where it stops", () => {
  const explain = (): string => net("explain", place.name).stdout;
  expect(printed("berth net explain", good("explain", place.name, "--format", "json"))).toContainEqual({ at: "host", text: "this host forwards from lab to up0", isStop: false });
  expect(explain()).toMatch(/^container: +eth0 has the address 10\.7\.0\.\d+, and the default route goes via 10\.7\.0\.1\nhost: +veth\S+, its other end, is a port of lab\nhost: +this host forwards from lab to up0\n[\s\S]*rules: +10\.7\.0\.\d+ becomes an address of up0 \(masquerade\)\nhost: +out over up0, via 192\.0\.2\.9\n$/);
  const stops = (change: string, back: string, text: string): void => {
    must(room.into, change);
    const ran = net("explain", place.name);
    expect([change, ran.status, ran.stdout]).toEqual([change, 1, expect.stringContaining(`STOP ${text}`)]);
    must(room.into, back);
  };
  stops("sysctl -qw net.ipv4.ip_forward=0", "sysctl -qw net.ipv4.ip_forward=1", "this host does not forward: net.ipv4.ip_forward is 0");
  stops("ip route del default", "ip route add default via 192.0.2.9", "this host has no default route");
  stops("nft add table ip mine; nft add chain ip mine f '{ type filter hook forward priority 5; policy drop; }'", "nft delete table ip mine", "out: table ip mine, chain f: policy drop");
  inside(place, "ip route del default");
  expect(explain()).toContain("STOP there is no default route inside");
  inside(place, "ip route add default via 10.7.0.1");
});

const FIREWALLS: readonly (readonly [string, string, string, RegExp])[] = [
  ["Docker's FORWARD", "table ip filter {\n chain DOCKER-USER {\n  counter return\n }\n chain DOCKER {\n }\n chain FORWARD {\n  type filter hook forward priority 0; policy drop;\n  counter jump DOCKER-USER\n  oifname \"docker0\" ct state established,related accept\n  iifname \"docker0\" accept\n }\n}\n",
    "ip filter", /cause: table ip filter, chain FORWARD \(Docker\): policy drop\n +remedy: (nft insert rule ip filter DOCKER-USER iifname lab accept|iptables -I DOCKER-USER -i lab -j ACCEPT)/],
  ["ufw", "table ip filter {\n chain ufw-user-forward {\n }\n chain ufw-before-forward {\n  ct state established,related accept\n  jump ufw-user-forward\n }\n chain FORWARD {\n  type filter hook forward priority 0; policy drop;\n  jump ufw-before-forward\n }\n chain INPUT {\n  type filter hook input priority 0; policy drop;\n  ct state established,related accept\n }\n}\n",
    "ip filter", /chain FORWARD \(ufw\): policy drop\n +remedy: (nft insert rule ip filter FORWARD iifname lab accept|ufw route allow in on lab)/],
  ["an administrator's own", "table inet guard {\n chain forward {\n  type filter hook forward priority 10; policy accept;\n  ct state established,related accept\n  ip saddr 10.0.0.0/8 counter drop\n }\n}\n", "inet guard", /chain forward: rule \d+ of forward\n +remedy: nft insert rule inet guard forward iifname lab accept/],
];
test.each(FIREWALLS)("a firewall in the way, %s: it does drop, it is named, and what helps helps", async (_, rules, table, told) => {
  expect([net("doctor", "lab").status, pings(place.name, "192.0.2.9")]).toEqual([0, true]);
  expect(run(room.into, ["nft", "-f", "-"], rules)).toMatchObject({ status: 0 });
  expect(pings(place.name, "192.0.2.9")).toBe(false);
  const ran = net("doctor", "lab");
  expect([ran.status, ran.stdout]).toEqual([1, expect.stringMatching(told)]);
  if (!/remedy: ufw/.test(ran.stdout)) {
    expect(printed<readonly { readonly isGood: boolean }[]>("berth net doctor", net("doctor", "lab", "--format", "json").stdout).some(({ isGood }) => !isGood)).toBe(true);
    good("doctor", "lab", "--fix");
    await eventually("it is reached again", () => pings(place.name, "192.0.2.9"));
    expect(net("doctor", "lab").stdout).toMatch(/^(ok .*\n)+$/);
  }
  must(room.into, `nft delete table ${table}`);
});

test("firewalld is told in its own words", () => {
  must(room.into, "nft add table inet firewalld; nft add chain inet firewalld filter_FORWARD '{ type filter hook forward priority 10; policy accept; }'; nft add rule inet firewalld filter_FORWARD ct state '{ established, related }' accept; nft add rule inet firewalld filter_FORWARD reject with icmpx admin-prohibited");
  expect(net("doctor", "lab").stdout).toContain("chain filter_FORWARD (firewalld): rule");
  expect(net("doctor", "lab").stdout).toContain("remedy: firewall-cmd --permanent --zone=trusted --add-interface=lab\n");
  must(room.into, "nft delete table inet firewalld");
});

test("down, up, open, delete; lxc-net is about all of them", async () => {
  expect(net("delete", "lab")).toMatchObject({ status: 1, stderr: expect.stringContaining("containers are on 'lab': veth") });
  for (const name of [place.name, two()]) works(place, "lxc-stop", ["-n", name, "-k"]);
  good("down", "lab");
  expect(net("show", "lab").stdout).toStartWith("lab: down\n");
  for (const word of ["start", "restart"]) {
    expect(run(room.into, [join(DIST, "bin/lxc-net"), word])).toMatchObject({ status: 0, stderr: "" });
    expect([word, good("show", "lab")]).toEqual([word, expect.stringMatching(/^lab: up\n[\s\S]*dnsmasq: pid \d/)]);
  }
  good("delete", "dmz");
  good("create", "dmz", "--address", "10.8.0.1/28", "--ipv6", "fd08::1/64", "--open");
  expect(good("show", "dmz")).toContain("ipv6: fd08::1/64\n");
  for (const name of ["lab", "dmz"]) good("delete", name);
  expect(must(room.into, "ls /sys/class/net | grep -E 'lab|dmz' || true; nft list tables; ls /etc/berth/networks; ls /run/lxc | grep -E 'dnsmasq|network_up' || true")).toBe("");
});

test("what cannot be is refused with what is right", () => {
  must(room.into, "ip link add taken type dummy 2>/dev/null || ip link add taken type veth peer name taken1");
  for (const [words, text] of [
    [[], "what about networks?"], [["dance"], "'dance' is nothing that berth net does"], [["create"], "which network?"], [["create", "../x"], "cannot be the name of a bridge"], [["create", "toolongnamefora1"], "cannot be the name of a bridge"],
    [["create", "n", "--address", "10.7.0.1"], "is no address of a bridge"], [["create", "n", "--address", "10.7.0.1/30"], "is no address of a bridge"], [["create", "n", "--ipv6", "fd00::1/48"], "no IPv6 address"], [["create", "taken"], "a link 'taken' is there already"],
    [["create", "n", "--address", "192.0.2.3/24"], "the network 192.0.2.0/24 is in use: 'up0' has addresses of it"], [["show", "none"], "there is no network 'none'"], [["delete", "none"], "there is no network 'none'"], [["explain", place.name], "is not running"], [["doctor", "none"], "there is no network 'none'"],
  ] as const) {
    const ran = net(...words);
    expect([words, ran.status, ran.stderr]).toEqual([words, 1, expect.stringContaining(text)]);
  }
  expect(must(room.into, "ls /etc/berth/networks 2>/dev/null || true; ip link del taken")).toBe("");
});
