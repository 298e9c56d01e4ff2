import { expect, test } from "bun:test";
import { egressWord, parseEgress } from "./egress-words.ts";
import { egressRules, egressTable, withoutEgress } from "./nft-egress.ts";

test("hosts, networks, names, ports", () => {
  const right = {
    "none": "none",
    "10.0.0.0/8": { host: "10.0.0.0", isName: false, prefix: 8 },
    "192.0.2.9": { host: "192.0.2.9", isName: false },
    "192.0.2.9:443": { host: "192.0.2.9", isName: false, ports: { first: 443, last: 443 } },
    "0.0.0.0/0:80-90/tcp": { host: "0.0.0.0", isName: false, prefix: 0, ports: { first: 80, last: 90, protocol: "tcp" } },
    "deb.debian.org:443": { host: "deb.debian.org", isName: true, ports: { first: 443, last: 443 } },
    "resolver": { host: "resolver", isName: true },
    "2001:db8::/32": { host: "2001:db8::", isName: false, prefix: 32 },
    "[2001:db8::1]:53/udp": { host: "2001:db8::1", isName: false, ports: { first: 53, last: 53, protocol: "udp" } },
    "[2001:db8::/32]:22": { host: "2001:db8::", isName: false, prefix: 32, ports: { first: 22, last: 22 } },
  };
  for (const [text, wish] of Object.entries(right)) {
    const found = parseEgress(text);
    expect([text, found]).toEqual([text, wish]);
    if (typeof found === "object" && !("wrong" in found)) expect(egressWord(found)).toBe(text);
  }
  for (const text of ["", "a b", "10.0.0.0/33", "10.0.0", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:90-80", "x.org/8", "::1/129", "10.0.0.1:53/sctp", "-x.org", "a..b", "x.org:http", "[10.0.0.1", "2001:db8::1:zz", "$(x)", 'a"b']) {
    expect([text, parseEgress(text)]).toEqual([text, { wrong: expect.any(String) }]);
  }
});

test("rules: what is allowed, by address; everything else is dropped", () => {
  const wish = (text: string): { host: string; isName: boolean } => { const found = parseEgress(text); if (found === "none" || "wrong" in found) throw new Error(text); return found; };
  const rules = egressRules({
    table: "t", device: "vethA", neighbours: { bridge4: ["10.0.3.1"], link6: ["fd09::/64"] },
    allowed: [{ wish: wish("10.1.2.3/8"), addresses: ["10.1.2.3"] }, { wish: wish("x.org:443/tcp"), addresses: ["192.0.2.9", "2001:db8::9"] }, { wish: wish("2001:db8:1::5/48"), addresses: ["2001:db8:1::5"] }, { wish: wish("0.0.0.0/0:53"), addresses: ["0.0.0.0"] }],
  });
  expect(rules).toStartWith(withoutEgress("t"));
  expect(rules).toContain('hook ingress device "vethA" priority -500; policy drop;');
  for (const rule of ['ip daddr 10.0.0.0/8 accept comment "10.1.2.3/8"', 'ip daddr 192.0.2.9 tcp dport 443 accept comment "x.org:443/tcp"', 'ip6 daddr 2001:db8::9 tcp dport 443 accept comment "x.org:443/tcp"', 'ip6 daddr 2001:db8:1:0:0:0:0:0/48 accept comment "2001:db8:1::5/48"', 'meta protocol ip meta l4proto { tcp, udp } th dport 53 accept comment "0.0.0.0/0:53"', "ip daddr 10.0.3.1 udp sport 68 udp dport 67 accept"]) expect(rules).toContain(`  ${rule}\n`);
});

test("a table belongs to one interface of one container", () => {
  const names = [egressTable({ lxcpath: "/a", name: "b" }, 0), egressTable({ lxcpath: "/a", name: "b" }, 1), egressTable({ lxcpath: "/a", name: "c" }, 0)];
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^berth_egress_[0-9a-f]{16}_\d+$/);
});
