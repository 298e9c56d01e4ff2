// Plans of interfaces of every type, those too that the kernel of a test machine may lack.
import { expect, test } from "bun:test";
import type { LinkFact } from "../../src/model/facts.ts";
import type { Nic } from "../../src/model/nic.ts";
import type { Plan } from "../../src/isa/op.ts";
import type { Result } from "../../src/model/problem.ts";
import { planStart } from "../../src/plan/lifecycle/start.ts";
import { explainPlan } from "../../src/isa/explain.ts";
import { check } from "../../src/isa/check.ts";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { factsOf, inputsOf, line, specOf, userFacts } from "./fixtures.ts";

const nic = (index: number, more: Partial<Nic>): Nic => ({ index, type: "veth", isUp: true, ipv4: [], ipv6: [], other: {}, from: line(20 + index, `lxc.net.${index}.type`), ...more });
const link = (more: Partial<LinkFact>): LinkFact => ({ isBridge: false, mtu: 1500, index: 2, mac: "02:00:00:00:00:02", ipv4: ["10.0.3.1"], ipv6: ["fd00::1"], forwarding4: true, forwarding6: true, proxyNdp: true, hasPorts: false, ...more });
const facts = factsOf({ nft: "/usr/sbin/nft", resolved: { "world.test": ["192.0.2.9", "2001:db8::9"] }, ovsVsctl: "/usr/bin/ovs-vsctl", links: { br0: link({ isBridge: true, index: 4, vlanFiltering: true, defaultPvid: 1 }), eth0: link({}), eth1: link({ index: 7 }), ovs0: link({ index: 9 }) } });
const ipv4 = [{ address: "10.0.3.7", prefix: 32, from: line(21, "lxc.net.0.ipv4.address") }];
const ipv6 = [{ address: "fd00::7", prefix: 128, from: line(22, "lxc.net.0.ipv6.address") }];

/** Only the steps about the network, without their numbers, and the bytes that are sent. */
function networkText(result: Result<Plan>): string {
  if (!result.ok) return result.problems.map(({ text, remedy }) => `${text}\n  remedy: ${remedy}`).join("\n");
  expect(check(result.value)).toEqual([]);
  const steps = explainPlan(result.value).filter((text) => /network side|look up link|lxc\.net\./.test(text)).map((text) => text.replace(/^ *\d+ +/, ""));
  const bytes = [...JSON.stringify(result.value, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)).matchAll(/"messages":(\[.*?\])/g)].map(([, messages = ""]) => messages.replaceAll(/\{"hex":"([0-9a-f]*)"\}/g, "$1").replaceAll(/\{"raw32":(\d+)\}/g, "<slot $1>"));
  return `${[...steps, ...bytes].join("\n")}\n`;
}

const cases: readonly (readonly [string, readonly Nic[]])[] = [
  ["net-ipvlan", [nic(0, { type: "ipvlan", link: "eth0", ipv4, ipv4Gateway: "dev", other: { "ipvlan.mode": "l3s", "ipvlan.isolation": "private", l2proxy: "1" } })]],
  ["net-vlan", [nic(0, { type: "vlan", link: "eth0", mtu: 1400, hwaddr: "00:16:3e:00:00:01", other: { "vlan.id": "5" } })]],
  ["net-vlan-filtering", [nic(0, { link: "br0", other: { "veth.vlan.id": "5", "veth.vlan.tagged.id": "6\n7" } }), nic(1, { link: "br0", other: { "veth.vlan.id": "none" } })]],
  ["net-ovs", [nic(0, { link: "ovs0", other: { "veth.vlan.tagged.id": "6" } })]],
  ["net-router", [nic(0, { vethMode: "router", link: "eth0", ipv4, ipv6, ipv4Gateway: "auto", ipv6Gateway: "fe80::1", other: { l2proxy: "1", "veth.ipv4.route": "10.5.6.7/16" } })]],
  ["net-egress", [nic(0, { link: "br0", ipv6, egress: [{ wish: { host: "10.0.0.0", isName: false, prefix: 8 }, from: line(23, "lxc.net.0.egress") }, { wish: { host: "world.test", isName: true, ports: { first: 443, last: 443, protocol: "tcp" } }, from: line(24, "lxc.net.0.egress") }] })]],
  ["net-phys", [nic(0, { link: "br0" }), nic(1, { type: "phys", link: "eth1", name: "wan0", mtu: 1400, hwaddr: "00:16:3e:00:00:01" })]],
];

test.each(cases)("%s", (name, nics) => {
  const text = networkText(planStart(specOf({ nics }), facts, inputsOf()));
  const path = join(import.meta.dir, `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, text);
  expect(existsSync(path) ? readFileSync(path, "utf8") : "").toBe(text);
});

const USER_MAP = (["u", "g"] as const).map((kind, i) => ({ value: { kind, inside: 0, outside: 100000, count: 65536 }, from: line(3 + i, "lxc.idmap") }));
const PERMITTED = [{ wish: { host: "192.0.2.9", isName: false }, from: line(23, "lxc.net.0.egress") }];

test.each(["net-egress-user", "net-egress-granted"])("%s: a network in between, where the container's root has no power", (name) => {
  const isGranted = name === "net-egress-granted";
  const uplink = { ipv4: { address: "192.0.2.1", prefix: 24, gateway: "192.0.2.254" } };
  const text = networkText(planStart(specOf({ idmap: USER_MAP, nics: [nic(0, { type: isGranted ? "veth" : "user", egress: PERMITTED, ...(isGranted ? { link: "br0" } : {}) })] }), userFacts({ userNic: "/usr/libexec/lxc/lxc-user-nic", nft: "/usr/sbin/nft", pasta: "/usr/bin/pasta", uplink, links: facts.links }), inputsOf()));
  const path = join(import.meta.dir, `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, text);
  expect(existsSync(path) ? readFileSync(path, "utf8") : "").toBe(text);
});

test("a user's veth is asked of lxc-user-nic, and of nothing else", () => {
  const plan = planStart(specOf({ idmap: USER_MAP, nics: [nic(0, { link: "br0", hwaddr: "00:16:3e:00:00:01" })] }), userFacts({ userNic: "/usr/libexec/lxc/lxc-user-nic" }), inputsOf());
  expect(networkText(plan)).toContain("run /usr/libexec/lxc/lxc-user-nic create /var/lib/lxc web <the pid of init> veth br0 eth0");
});

test.each([["lxcbr0", "as root, lxc-net start makes it"], ["lab", "make it (as root, berth net create lab,"]])("a bridge %s that does not exist: %s", (bridge, remedy) => {
  const text = networkText(planStart(specOf({ nics: [nic(0, { link: bridge })] }), facts, inputsOf()));
  expect(text).toStartWith(`bridge '${bridge}' does not exist\n  remedy: ${remedy}`);
});
