import { expect, test } from "bun:test";
import { iptablesArgv, iptablesRules } from "./iptables.ts";

const BRIDGE = { bridge: "br1", network: "10.7.0.0/24" };
const lines = (rules: ReturnType<typeof iptablesRules>): readonly string[] => rules.map((rule) => iptablesArgv("/usr/sbin/iptables", "-I", rule).join(" "));

test("IPv4: addresses and names, everything through, masked on the way out", () => {
  expect(lines(iptablesRules(BRIDGE, false))).toEqual([
    "/usr/sbin/iptables -w -t filter -I INPUT -i br1 -p udp -m multiport --dports 53,67 -j ACCEPT", "/usr/sbin/iptables -w -t filter -I INPUT -i br1 -p tcp -m multiport --dports 53,67 -j ACCEPT",
    "/usr/sbin/iptables -w -t filter -I FORWARD -i br1 -j ACCEPT", "/usr/sbin/iptables -w -t filter -I FORWARD -o br1 -j ACCEPT", "/usr/sbin/iptables -w -t nat -I POSTROUTING -s 10.7.0.0/24 ! -d 10.7.0.0/24 -j MASQUERADE",
  ]);
});

test("IPv6 by ip6tables, masked where that is asked for", () => {
  const six = (more: object): readonly string[] => lines(iptablesRules({ ...BRIDGE, ...more }, true)).filter((line) => line.startsWith("/usr/sbin/ip6tables "));
  expect(six({})).toHaveLength(4);
  expect(six({ network6: "fd00::/64" }).at(-1)).toEndWith("-t nat -I POSTROUTING -s fd00::/64 ! -d fd00::/64 -j MASQUERADE");
});

test("what is kept apart is dropped before anything of the table filter is asked", () => {
  const apart = lines(iptablesRules({ ...BRIDGE, isIsolated: true }, false)).filter((line) => line.endsWith("DROP"));
  expect(apart).toEqual(["/usr/sbin/iptables -w -t mangle -I FORWARD -i br1 ! -o br1 -m devgroup --dst-group 5117 -j DROP", "/usr/sbin/iptables -w -t mangle -I FORWARD -o br1 ! -i br1 -m devgroup --src-group 5117 -j DROP"]);
});
