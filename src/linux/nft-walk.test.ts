import { expect, test } from "bun:test";
import { followPacket, isMasked } from "./nft-walk.ts";
import type { Packet } from "./nft-walk.ts";

const chain = (name: string, more: Readonly<Record<string, unknown>> = {}, table = "filter", family = "ip"): unknown => ({ chain: { family, table, name, ...more } });
const rule = (of: string, handle: number, expr: readonly unknown[], table = "filter", family = "ip"): unknown => ({ rule: { family, table, chain: of, handle, expr } });
const match = (left: unknown, right: unknown, op = "=="): unknown => ({ match: { op, left, right } });
const meta = (key: string): unknown => ({ meta: { key } });
const payload = (protocol: string, field: string): unknown => ({ payload: { protocol, field } });
const BASE = { type: "filter", hook: "forward", prio: 0, policy: "accept" };
const OUT: Packet = { iif: "br0", oif: "up0", family: "ip", saddr: "10.0.3.7", daddr: "198.51.100.1", protocol: "tcp", port: 443, state: "new" };
const BACK: Packet = { iif: "up0", oif: "br0", family: "ip", saddr: "198.51.100.1", daddr: "10.0.3.7", protocol: "tcp", state: "established" };
const verdicts = (ruleset: readonly unknown[], packet: Packet = OUT) => followPacket(ruleset, "forward", packet).map(({ chain: name, isDropped, by, isUnsure }) => [name, isDropped ? "drop" : "accept", by, ...(isUnsure ? ["unsure"] : [])]);

test("without rules everything passes; a policy drops what no rule takes", () => {
  expect(verdicts([])).toEqual([]);
  expect(verdicts([chain("FORWARD", BASE)])).toEqual([["FORWARD", "accept", "policy accept"]]);
  expect(verdicts([chain("FORWARD", { ...BASE, policy: "drop" })])).toEqual([["FORWARD", "drop", "policy drop"]]);
});

test("base chains are asked in the order of their priority, those of the packet's family alone, until one drops", () => {
  const ruleset = [chain("late", { ...BASE, prio: 10, policy: "drop" }), chain("early", { ...BASE, prio: -5 }), chain("six", { ...BASE, policy: "drop" }, "filter", "ip6"), chain("last", { ...BASE, prio: 20 }), chain("input", { ...BASE, hook: "input", policy: "drop" })];
  expect(verdicts(ruleset)).toEqual([["early", "accept", "policy accept"], ["late", "drop", "policy drop"]]);
});

test("matches: names with stars, sets, networks, ranges, ports, states, and what is negated", () => {
  const taken: readonly (readonly unknown[])[] = [
    [match(meta("iifname"), "br0")], [match(meta("iifname"), "br*")], [match(meta("oifname"), { set: ["x", "up0"] })], [match(meta("oifname"), "br0", "!=")], [match(payload("ip", "saddr"), { prefix: { addr: "10.0.0.0", len: 8 } })],
    [match(payload("ip", "daddr"), { range: ["198.51.100.0", "198.51.100.9"] })], [match(payload("tcp", "dport"), { set: [80, 443] })], [match(payload("tcp", "dport"), { range: [400, 500] })], [match({ ct: { key: "state" } }, ["new", "related"], "in")],
    [match(meta("nfproto"), "ipv4")], [match(meta("l4proto"), "tcp"), { counter: { packets: 1, bytes: 2 } }],
  ];
  for (const expr of taken) expect([expr, verdicts([chain("f", BASE), rule("f", 3, [...expr, { drop: null }])])]).toEqual([expr, [["f", "drop", "rule 3 of f"]]]);
  const passed: readonly (readonly unknown[])[] = [
    [match(meta("iifname"), "br1")], [match(meta("oifname"), "up0", "!=")], [match(payload("ip6", "saddr"), "::1")], [match(payload("udp", "dport"), 443)], [match(payload("tcp", "dport"), 80)], [match({ ct: { key: "state" } }, ["established", "related"], "in")],
    [match(payload("ip", "saddr"), { prefix: { addr: "10.1.0.0", len: 16 } })], [match(meta("iifname"), "br0"), match(meta("oifname"), "br0")],
  ];
  for (const expr of passed) expect([expr, verdicts([chain("f", BASE), rule("f", 3, [...expr, { drop: null }])])]).toEqual([expr, [["f", "accept", "policy accept"]]]);
});

test("jumps come back, gotos and returns do not go on", () => {
  const base = chain("f", { ...BASE, policy: "drop" });
  expect(verdicts([base, chain("g"), rule("f", 1, [{ jump: { target: "g" } }]), rule("f", 2, [{ accept: null }]), rule("g", 3, [{ return: null }]), rule("g", 4, [{ drop: null }])])).toEqual([["f", "accept", "rule 2 of f"]]);
  expect(verdicts([base, chain("g"), rule("f", 1, [{ goto: { target: "g" } }]), rule("f", 2, [{ accept: null }])])).toEqual([["f", "drop", "policy drop"]]);
  expect(verdicts([base, chain("g"), rule("f", 1, [{ jump: { target: "g" } }]), rule("g", 2, [{ reject: { type: "icmpx" } }])])).toEqual([["f", "drop", "rule 2 of g"]]);
  expect(verdicts([base, rule("f", 1, [{ jump: { target: "f" } }])])).toEqual([["f", "drop", "policy drop"]]);
});

test("what cannot be judged is passed over, and the verdict is unsure", () => {
  for (const expr of [[{ xt: null }, { accept: null }], [match(meta("iifname"), "@names"), { accept: null }], [match(meta("mark"), 1), { accept: null }], [{ limit: { rate: 1 } }, { accept: null }]]) {
    expect([expr, verdicts([chain("f", { ...BASE, policy: "drop" }), rule("f", 1, expr)])]).toEqual([expr, [["f", "drop", "policy drop", "unsure"]]]);
  }
  expect(verdicts([chain("f", { ...BASE, policy: "drop" }), rule("f", 1, [match(meta("iifname"), "other"), { xt: null }, { accept: null }])])).toEqual([["f", "drop", "policy drop"]]);
});

test("answers are another packet, and masks are found by their network", () => {
  const ruleset = [chain("f", { ...BASE, policy: "drop" }), rule("f", 1, [match({ ct: { key: "state" } }, ["established", "related"], "in"), { accept: null }])];
  expect([verdicts(ruleset)[0]?.[1], verdicts(ruleset, BACK)[0]?.[1]]).toEqual(["drop", "accept"]);
  const nat = (network: string): readonly unknown[] => [chain("p", { type: "nat", hook: "postrouting", prio: 100 }), rule("p", 1, [match(payload("ip", "saddr"), { prefix: { addr: network, len: 24 } }), { masquerade: null }])];
  expect([isMasked(nat("10.0.3.0"), OUT), isMasked(nat("10.0.4.0"), OUT), isMasked([], OUT)]).toEqual([true, false, false]);
});

test("what has been sent on from a published port is known by it", () => {
  const ruleset = [chain("f", { ...BASE, policy: "drop" }), rule("f", 1, [match({ ct: { key: "status" } }, "dnat", "in"), { accept: null }])];
  expect([verdicts(ruleset)[0], verdicts(ruleset, { ...OUT, isForwarded: true })[0]]).toEqual([["f", "drop", "policy drop"], ["f", "accept", "rule 1 of f"]]);
});

test("what comes in by a device: its own table, either family, and the rule's own words", () => {
  const ruleset = [
    chain("out", { ...BASE, hook: "ingress", policy: "drop" }, "t", "netdev"), rule("out", 1, [match(payload("arp", "operation"), { set: ["request"] }), { accept: null }], "t", "netdev"),
    rule("out", 2, [match(payload("ip6", "daddr"), { prefix: { addr: "2001:db8::", len: 32 } }), match(meta("l4proto"), { set: ["tcp", "udp"] }), match(payload("th", "dport"), 7), { accept: null }], "t", "netdev"),
    { rule: { family: "netdev", table: "t", chain: "out", handle: 3, comment: "0.0.0.0/0:53", expr: [match(meta("protocol"), "ip"), match(payload("th", "dport"), 53), { accept: null }] } },
  ];
  const at = (packet: Partial<Packet>): unknown => followPacket(ruleset, "ingress", { iif: "", family: "ip", daddr: "192.0.2.9", protocol: "udp", port: 53, state: "new", ...packet }).map(({ isDropped, by, comment, isUnsure }) => [isDropped, by, comment, isUnsure]);
  expect(at({})).toEqual([[false, "rule 3 of out", "0.0.0.0/0:53", false]]);
  expect(at({ family: "ip6", daddr: "2001:db8::9", port: 7 })).toEqual([[false, "rule 2 of out", undefined, false]]);
  for (const packet of [{ port: 54 }, { family: "ip6", daddr: "2001:db9::9", port: 7 }, { family: "ip6", daddr: "2001:db8::9", port: 53 }] as const) expect(at(packet)).toEqual([[true, "policy drop", undefined, false]]);
  expect(followPacket(ruleset, "forward", OUT)).toEqual([]);
});
