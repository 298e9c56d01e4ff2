import { expect, test } from "bun:test";
import { bridgeRules, maskPrefix, noBridgeRules } from "./nft.ts";

test("masks", () => expect(["255.255.255.0", "255.255.240.0", "0.0.0.0", "255.255.255.255", "255.0.255.0", "x", "255.255.255"].map(maskPrefix)).toEqual([24, 20, 0, 32, undefined, undefined, undefined]));
test("both families are masked where both are asked for", () => {
  expect(bridgeRules({ bridge: "br0", network: "10.0.3.0/24" })).not.toContain("ip6");
  expect(bridgeRules({ bridge: "br0", network: "10.0.3.0/24", network6: "fd00::/64" })).toContain("ip6 saddr fd00::/64 ip6 daddr != fd00::/64 counter masquerade");
  expect([noBridgeRules(false).includes("ip6"), noBridgeRules(true).includes("ip6")]).toEqual([false, true]);
});
