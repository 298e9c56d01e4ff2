import { expect, test } from "bun:test";
import fc from "fast-check";
import { fillHwaddr } from "../grammar/address.ts";
import { mustLoad, problemsOf } from "../golden/load.ts";

test("interfaces are sorted by number, whatever the order of lines", () => {
  expect(mustLoad("lxc.net.10.type = empty\nlxc.net.2.type = vlan\nlxc.net.2.vlan.id = 5\n").spec.nics.map((nic) => [nic.index, nic.type])).toEqual([[2, "vlan"], [10, "empty"]]);
});

test("one without a type is empty", () => {
  expect(mustLoad("lxc.net.0.flags = up\n").spec.nics).toMatchObject([{ type: "empty", isUp: true, from: { kind: "default" } }]);
});

test("a type begins the interface anew; within one file that is worth a warning", () => {
  const text = "lxc.net.0.link = br0\nlxc.net.0.type = veth\n";
  expect(mustLoad(text).spec.nics[0]?.link).toBeUndefined();
  expect(problemsOf(text)).toEqual(["config:1:1 warning config.conflict: lxc.net.0.link has no effect: lxc.net.0.type comes after it and begins the interface anew; put the line of lxc.net.0.type first"]);
  const files = { "/default": "lxc.net.0.type = veth\nlxc.net.0.link = br0\n" };
  expect(problemsOf("lxc.include = /default\nlxc.net.0.type = empty\n", files)).toEqual([]);
  expect(mustLoad("lxc.include = /default\nlxc.net.0.type = empty\n", files).spec.nics).toMatchObject([{ type: "empty" }]);
});

test("a missing bridge can be blamed on the line that names it", () => {
  expect(mustLoad("lxc.net.0.type = veth\nlxc.net.0.flags = up\nlxc.net.0.link = br0\n").spec.nics).toMatchObject([{ link: "br0", linkFrom: { line: 3, key: "lxc.net.0.link" }, from: { line: 1 } }]);
});

test("keys of one type need that type first", () => {
  expect(problemsOf("lxc.net.0.veth.pair = x\n")).toEqual(["config:1:1 error config.conflict: lxc.net.0.veth.pair is for interfaces of type veth, this one has no type yet; put 'lxc.net.0.type = veth' before this line"]);
  expect(problemsOf("lxc.net.0.type = veth\nlxc.net.0.vlan.id = 5\n")).toEqual(["config:2:1 error config.conflict: lxc.net.0.vlan.id is for interfaces of type vlan, this one has type veth; put 'lxc.net.0.type = vlan' before this line"]);
});

test("clearing one interface leaves the others", () => {
  expect(mustLoad("lxc.net.0.type = veth\nlxc.net.1.type = veth\nlxc.net.10.type = veth\nlxc.net.1 =\n").spec.nics.map((nic) => nic.index)).toEqual([0, 10]);
});

test("addresses, gateways, scripts and the keys for later planners", () => {
  const { spec } = mustLoad("lxc.net.0.type = veth\nlxc.net.0.ipv4.address = 10.0.0.2/24 10.0.0.255\nlxc.net.0.ipv4.address = 10.0.1.2/24\nlxc.net.0.ipv6.address = fd00::2\nlxc.net.0.ipv4.gateway = auto\nlxc.net.0.script.up = /up x\nlxc.net.0.veth.mode = router\nlxc.net.0.veth.ipv4.route = 10.1.0.0/16\nlxc.net.0.veth.ipv4.route = 10.2.0.0/16\nlxc.net.0.l2proxy = 1\n");
  expect(spec.nics[0]).toMatchObject({
    ipv4: [{ address: "10.0.0.2", prefix: 24, broadcast: "10.0.0.255", from: { line: 2 } }, { address: "10.0.1.2", prefix: 24 }],
    ipv6: [{ address: "fd00::2", prefix: 64 }], ipv4Gateway: "auto", scriptUp: "/up x", vethMode: "router",
    other: { "veth.ipv4.route": "10.1.0.0/16\n10.2.0.0/16", l2proxy: "1" },
  });
});

test("templates: the same chance gives the same address, two interfaces differ", () => {
  const text = "lxc.net.0.type = veth\nlxc.net.0.hwaddr = 00:16:3e:xx:xx:xx\nlxc.net.1.type = veth\nlxc.net.1.hwaddr = 00:16:3E:xX:Xx:xx\n";
  const addresses = mustLoad(text).spec.nics.map((nic) => nic.hwaddr);
  expect(addresses).toEqual(["00:16:3e:01:23:45", "00:16:3e:67:89:ab"]);
  expect(mustLoad(text).spec.nics.map((nic) => nic.hwaddr)).toEqual(addresses);
});

test("a filled address is one of a single interface, the given digits stay", () => {
  const digit = fc.constantFrom(..."0123456789abcdefx");
  const even = fc.constantFrom(..."02468acex");
  const template = fc.tuple(digit, even, fc.array(digit, { minLength: 10, maxLength: 10 })).map(([a, b, rest]) => [a, b, ...rest].join("").match(/../g)?.join(":") ?? "");
  fc.assert(fc.property(template, fc.stringMatching(/^[0-9a-f]{1,32}$/), (given, random) => {
    const filled = fillHwaddr(given, random, 0);
    return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(filled) && Number.parseInt(filled.charAt(1), 16) % 2 === 0 && [...given].every((character, at) => character === "x" || character === filled[at]);
  }));
});
