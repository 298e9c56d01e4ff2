import { expect, test } from "bun:test";
import { hasExtensions, LEGACY, readIptablesSave, tablesOf, withoutTables } from "./iptables-save.ts";
import { followPacket, isMasked } from "./nft-walk.ts";
import type { Packet } from "./nft-walk.ts";

const OUT: Packet = { iif: "lab", oif: "up0", family: "ip", saddr: "10.7.0.2", daddr: "198.51.100.1", protocol: "tcp", port: 443, state: "new" };
const FORWARD = (policy: string, ...rules: readonly string[]): readonly unknown[] => readIptablesSave(`# Generated\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ${policy} [0:0]\n:MINE - [0:0]\n${rules.map((rule) => `-A ${rule}\n`).join("")}COMMIT\n`, "ip", LEGACY);
const verdict = (ruleset: readonly unknown[], packet = OUT): readonly unknown[] => followPacket(ruleset, "forward", packet).map(({ table, isDropped, by, isUnsure }) => [table, isDropped, by, ...(isUnsure ? ["unsure"] : [])]);
const LAST = "filter of iptables-legacy";

test("policies, chains and what they match", () => {
  expect(verdict(FORWARD("DROP"))).toEqual([[LAST, true, "policy drop"]]);
  expect(verdict(FORWARD("ACCEPT"))).toEqual([[LAST, false, "policy accept"]]);
  for (const rule of ["FORWARD -i lab -j ACCEPT", "FORWARD -i la+ -j ACCEPT", "FORWARD ! -i docker0 -j ACCEPT", "FORWARD -s 10.7.0.0/24 -p tcp -m tcp --dport 400:500 -j ACCEPT", "FORWARD -p tcp -m multiport --dports 80,443 -j ACCEPT", "FORWARD -m comment --comment \"let -j DROP it\" -j ACCEPT", "FORWARD -m conntrack --ctstate NEW,RELATED -j ACCEPT", "FORWARD -d 198.51.100.1/32 -j ACCEPT"]) {
    expect([rule, verdict(FORWARD("DROP", rule))]).toEqual([rule, [[LAST, false, "rule 1 of FORWARD"]]]);
  }
  for (const rule of ["FORWARD -i dmz -j ACCEPT", "FORWARD ! -i lab -j ACCEPT", "FORWARD -p udp -m udp --dport 443 -j ACCEPT", "FORWARD -m state --state ESTABLISHED -j ACCEPT", "FORWARD -j LOG --log-prefix \"x -j ACCEPT \"", "FORWARD -i lab -j RETURN"]) {
    expect([rule, verdict(FORWARD("DROP", rule))]).toEqual([rule, [[LAST, true, "policy drop"]]]);
  }
  expect(verdict(FORWARD("ACCEPT", "FORWARD -j MINE", "MINE -i lab -j REJECT --reject-with icmp-port-unreachable"))).toEqual([[LAST, true, "rule 2 of MINE"]]);
  expect(verdict(FORWARD("ACCEPT", "FORWARD -g MINE", "FORWARD -j DROP"))).toEqual([[LAST, false, "policy accept"]]);
});

test("kinds of addresses, of packets to this host and through it", () => {
  const input = (rule: string): readonly unknown[] => readIptablesSave(`*filter\n:INPUT DROP [0:0]\n:LOGGED - [0:0]\n-A INPUT -m limit --limit 3/min -j LOGGED\n-A INPUT ${rule}\n-A LOGGED -j LOG\nCOMMIT\n`, "ip");
  const verdictOf = (rule: string, daddr: string): unknown => followPacket(input(rule), "input", { iif: "lab", family: "ip", daddr, protocol: "udp", port: 67, state: "new" }).map(({ by, isUnsure }) => [by, isUnsure])[0];
  const ALLOWED = ["rule 2 of INPUT", false], DROPPED = ["policy drop", false];
  expect(["LOCAL", "BROADCAST", "MULTICAST"].map((type) => verdictOf(`-m addrtype --dst-type ${type} -j ACCEPT`, "255.255.255.255"))).toEqual([DROPPED, ALLOWED, DROPPED]);
  expect(verdictOf("-m addrtype --dst-type LOCAL -j ACCEPT", "10.7.0.1")).toEqual(ALLOWED);
  expect(verdict(FORWARD("DROP", "FORWARD -m addrtype --dst-type UNICAST -j ACCEPT"))).toEqual([[LAST, false, "rule 1 of FORWARD"]]);
});

test("what is not known is passed over, and said", () => {
  for (const rule of ["FORWARD -m set --match-set good src -j ACCEPT", "FORWARD -j ACCEPT -m limit --limit 1/sec", "FORWARD -m physdev --physdev-is-bridged -j ACCEPT"]) expect([rule, verdict(FORWARD("DROP", rule))]).toEqual([rule, [[LAST, true, "policy drop", "unsure"]]]);
});

test("masqueraded, or not", () => {
  const nat = (rule: string): readonly unknown[] => readIptablesSave(`*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING ${rule}\nCOMMIT\n`, "ip");
  expect([isMasked(nat("-s 10.7.0.0/24 ! -d 10.7.0.0/24 -j MASQUERADE"), OUT), isMasked(nat("-s 10.8.0.0/24 -j MASQUERADE"), OUT)]).toEqual([true, false]);
});

test("in place of what nft tells of the same tables", () => {
  const chain = (family: string, table: string): unknown => ({ chain: { family, table, name: "FORWARD", hook: "forward", prio: 0, policy: "drop" } });
  const opaque = { rule: { family: "ip", table: "filter", chain: "FORWARD", handle: 1, expr: [{ xt: { type: "match", name: "conntrack" } }, { accept: null }] } };
  const nft = [{ metainfo: {} }, chain("ip", "filter"), opaque, chain("ip", "lxc"), chain("ip6", "filter")];
  expect([hasExtensions(nft, "ip"), hasExtensions(nft, "ip6"), hasExtensions([], "ip")]).toEqual([true, false, false]);
  expect(withoutTables(nft, "ip", tablesOf(readIptablesSave("*filter\n:FORWARD DROP [0:0]\nCOMMIT\n", "ip")))).toEqual([{ metainfo: {} }, chain("ip", "lxc"), chain("ip6", "filter")]);
});
