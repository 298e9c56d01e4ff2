import { expect, test } from "bun:test";
import { bridgeRules, maskPrefix, noBridgeRules, prefixMask } from "./nft.ts";

test("masks", () => expect(["255.255.255.0", "255.255.240.0", "0.0.0.0", "255.255.255.255", "255.0.255.0", "x", "255.255.255"].map(maskPrefix)).toEqual([24, 20, 0, 32, undefined, undefined, undefined]));
test("both families are masked where both are asked for", () => {
  expect(bridgeRules({ table: "lxc", bridge: "br0", network: "10.0.3.0/24" })).not.toContain("ip6");
  expect(bridgeRules({ table: "lxc", bridge: "br0", network: "10.0.3.0/24", network6: "fd00::/64" })).toContain("ip6 saddr fd00::/64 ip6 daddr != fd00::/64 counter masquerade");
  expect([noBridgeRules("lxc", false).includes("ip6"), noBridgeRules("lxc", true).includes("ip6")]).toEqual([false, true]);
});

test("masks of prefixes", () => expect([0, 8, 12, 20, 24, 29, 32].map(prefixMask)).toEqual(["0.0.0.0", "255.0.0.0", "255.240.0.0", "255.255.240.0", "255.255.255.0", "255.255.255.248", "255.255.255.255"]));
test("an isolated bridge lets nothing pass from or to others of the group, before it lets anything through", () => {
  const text = bridgeRules({ table: "lxc_br1", bridge: "br1", network: "10.7.0.0/24", isIsolated: true });
  expect(text.indexOf('iifname "br1" oifname != "br1" oifgroup 5117 drop')).toBeLessThan(text.indexOf('iifname "br1" accept'));
  expect(text).toContain('oifname "br1" iifname != "br1" iifgroup 5117 drop');
});
