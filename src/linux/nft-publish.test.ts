import { expect, test } from "bun:test";
import { parseComment, publishRules, runOfTable, tableName, withoutTable } from "./nft-publish.ts";
import { areInConflict, parsePortWish, portWishText } from "./port-words.ts";
import { reachedOver } from "./proc-route.ts";

test("ports as they are written", () => {
  const good = ["8080:80", "1:65535/udp", "192.0.2.1:53:53/udp", "[2001:db8::1]:443:443"];
  expect(good.map((text) => { const wish = parsePortWish(text); return wish === undefined ? text : portWishText(wish); })).toEqual(good);
  expect(["0.0.0.0:1:2", "[::]:1:2/tcp"].map(parsePortWish)).toEqual([{ port: 1, toPort: 2, protocol: "tcp" }, { port: 1, toPort: 2, protocol: "tcp" }]);
  for (const bad of ["", "80", "0:80", "80:0", "80:65536", "080:80", "80:80/sctp", "80:80/", "1.2.3:80:80", "1.2.3.256:80:80", "::1:80:80", "[::1:80:80", "[1.2.3.4]:80:80", ":80:80", "a:80:80", "80:80:80:80", " 80:80", "80:80\n", "-1:80"]) expect([bad, parsePortWish(bad)]).toEqual([bad, undefined]);
  const [one, all, other, udp] = ["192.0.2.1:1:1", "1:2", "192.0.2.2:1:1", "1:2/udp"].map((text) => parsePortWish(text) ?? { port: 0, toPort: 0, protocol: "tcp" as const });
  expect([one, other, udp].map((wish) => [all, one].map((against) => wish !== undefined && against !== undefined && areInConflict(wish, against)))).toEqual([[true, true], [true, false], [false, false]]);
});

const RUN = { pid: 12, start: 345 };
test("a table is its run's", () => {
  expect(runOfTable(tableName(RUN))).toEqual(RUN);
  expect(["berth_1", "berth_1_x", "xberth_1_2", "berth_1_2_3", "lxc"].map(runOfTable)).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test("rules say of themselves what they do, and nothing is left where there are none", () => {
  const published = [{ port: 8080, toPort: 80, protocol: "tcp" as const, to: "10.9.0.7" }, { address: "2001:db8::1", port: 53, toPort: 53, protocol: "udp" as const, to: "fd09::7" }];
  const text = publishRules(RUN, published, [{ address: "10.9.0.7", link: "br0", network: "10.9.0.0/24" }]);
  expect(text).toStartWith(withoutTable(RUN));
  expect(text).toContain('  meta nfproto ipv4 fib daddr type local tcp dport 8080 dnat ip to 10.9.0.7:80 comment "berth publish * 8080 10.9.0.7 80 tcp"\n');
  expect(text).toContain("  ip6 daddr 2001:db8::1 udp dport 53 dnat ip6 to [fd09::7]:53 comment");
  expect(text).toContain('oifname "br0" ip saddr 10.9.0.0/24 ip daddr 10.9.0.7 tcp dport 80 masquerade');
  const comments = [...text.matchAll(/comment "([^"]*)"/g)].map(([, comment = ""]) => parseComment(comment));
  expect(comments).toEqual([...published, ...published]);
  expect(publishRules(RUN, [], [])).toBe(withoutTable(RUN));
  expect(["", "berth publish", "berth publish * x 1 2 tcp", "another * 1 2 3 tcp", "berth publish * 1 2 3 sctp"].map(parseComment)).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test("the narrowest direct route, none by a gateway or the default", () => {
  const route = ["Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask", "up0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000", "br0\t0000090A\t00000000\t0001\t0\t0\t0\t00FFFFFF", "veth1\t0700090A\t00000000\t0005\t0\t0\t0\tFFFFFFFF", "up0\t0000080A\t010200C0\t0003\t0\t0\t0\t00FFFFFF"].join("\n");
  const ipv6Route = ["fd090000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001      br0", "00000000000000000000000000000000 00 00000000000000000000000000000000 00 20010db8000000000000000000000009 00000400 00000000 00000000 00000003      up0"].join("\n");
  const over = (address: string) => reachedOver(address, { route, ipv6Route });
  expect(over("10.9.0.8")).toEqual({ address: "10.9.0.8", link: "br0", network: "10.9.0.0/24" });
  expect(over("10.9.0.7")).toEqual({ address: "10.9.0.7", link: "veth1", network: "10.9.0.7/32" });
  expect(over("fd09::7")).toEqual({ address: "fd09::7", link: "br0", network: "fd09::/64" });
  expect([over("10.8.0.1"), over("1.1.1.1"), over("2001:db8::1"), over("nonsense")]).toEqual([undefined, undefined, undefined, undefined]);
});
