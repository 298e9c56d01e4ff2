// iptables as Debian has it: Docker's rules in its words, those of iptables-legacy, and in place of nft.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { addressOf, called, freshRules, good, leaveFirewallRoom, makeFirewallRoom, mended, net, pings, runs, shell, up } from "./firewall-room.ts";
import type { FirewallRoom } from "./firewall-room.ts";
import { must } from "./net-room.ts";
import { DIST, eventually, works } from "./place.ts";

let fire: FirewallRoom;
beforeAll(async () => { fire = await makeFirewallRoom(["iptables"]); });
afterEach(() => freshRules(fire));
afterAll(() => leaveFirewallRoom(fire));

/** As dockerd 20.10 of Debian makes them. */
const DOCKER = (iptables: string): string => ["-N DOCKER", "-N DOCKER-ISOLATION-STAGE-1", "-N DOCKER-ISOLATION-STAGE-2", "-N DOCKER-USER", "-A DOCKER-USER -j RETURN", "-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2", "-A DOCKER-ISOLATION-STAGE-1 -j RETURN",
  "-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP", "-A DOCKER-ISOLATION-STAGE-2 -j RETURN", "-P FORWARD DROP", "-A FORWARD -j DOCKER-USER", "-A FORWARD -j DOCKER-ISOLATION-STAGE-1", "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", "-A FORWARD -o docker0 -j DOCKER",
  "-A FORWARD -i docker0 ! -o docker0 -j ACCEPT", "-A FORWARD -i docker0 -o docker0 -j ACCEPT"].map((words) => `${iptables} ${words}`).join("; ");

test("Docker's FORWARD, as iptables makes it", async () => {
  await mended(fire, shell(fire, DOCKER("iptables")), [/no +lab: containers reach the world\n +cause: table ip filter, chain FORWARD \(Docker\): policy drop\n +remedy: iptables -I DOCKER-USER -i lab -j ACCEPT\n/, /no +lab: the world's answers come back\n[^\n]+\n +remedy: iptables -I DOCKER-USER -o lab -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n/]);
});

test("rules of iptables-legacy, which nft does not show", async () => {
  await mended(fire, shell(fire, DOCKER("iptables-legacy")), [/no +lab: containers reach the world\n +cause: table ip filter of iptables-legacy, chain FORWARD \(Docker\): policy drop\n +remedy: iptables-legacy -I DOCKER-USER -i lab -j ACCEPT\n/]);
});

test("without nft, or where LXC_USE_NFT says so, iptables: addresses, a way out, networks kept apart; nothing of it is left", async () => {
  good(fire, "down", "lab");
  must(fire.room.into, "mv /usr/sbin/nft /usr/sbin/nft.away");
  good(fire, "up", "lab");
  good(fire, "create", "dmz", "--address", "10.8.0.1/24", "--ipv6", "fd08::1/64");
  await up(fire, fire.two);
  expect([called(fire), called(fire, fire.two)]).toEqual(["192.0.2.1", "192.0.2.1"]);
  expect([pings(fire, fire.place.name, addressOf(fire, fire.two)), pings(fire, fire.two, addressOf(fire, fire.place.name)), pings(fire, fire.two, "10.8.0.1")]).toEqual([false, false, true]);
  await eventually("the world answers over IPv6", () => pings(fire, fire.two, "2001:db8::9"));
  must(fire.room.into, "iptables -P FORWARD DROP; iptables -F FORWARD");
  expect([called(fire), net(fire, "doctor", "lab").stdout]).toEqual(["", expect.stringMatching(/table ip filter, chain FORWARD: policy drop\n +remedy: iptables -I FORWARD -i lab -j ACCEPT\n/)]);
  good(fire, "doctor", "lab", "--fix");
  expect(called(fire)).toBe("192.0.2.1");
  must(fire.room.into, "iptables -F FORWARD; iptables -P FORWARD ACCEPT");
  for (const name of [fire.place.name, fire.two]) works(fire.place, "lxc-stop", ["-n", name, "-k"]);
  const lxcNet = (word: string): void => { expect(runs(fire, [join(DIST, "bin/lxc-net"), word])).toMatchObject({ status: 0, stderr: "" }); };
  const rules = (): string => must(fire.room.into, "iptables-save; ip6tables-save");
  for (const name of ["lab", "dmz"]) good(fire, "delete", name);
  expect(rules()).not.toMatch(/lab|dmz|10\.[78]\./);
  must(fire.room.into, "mv /usr/sbin/nft.away /usr/sbin/nft; printf 'USE_LXC_BRIDGE=true\\nLXC_USE_NFT=false\\n' > /etc/default/lxc-net");
  lxcNet("start");
  const once = rules();
  expect(once).toContain("-A POSTROUTING -s 10.0.3.0/24 ! -d 10.0.3.0/24 -j MASQUERADE");
  expect(must(fire.room.into, "nft list tables")).not.toContain("lxc");
  lxcNet("restart");
  expect(rules().split("\n").filter((line) => line.startsWith("-A"))).toEqual(once.split("\n").filter((line) => line.startsWith("-A")));
  lxcNet("stop");
  expect(rules()).not.toMatch(/lxcbr0|10\.0\.3/);
  must(fire.room.into, "echo USE_LXC_BRIDGE=false > /etc/default/lxc-net");
});
