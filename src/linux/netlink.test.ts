import { expect, test } from "bun:test";
import type { NetlinkMessage } from "./netlink.ts";
import { addressAdd, addressBytes, inSameNetwork, ipv6Bytes, linkMaster, linkUp, LOOPBACK_UP, routeDefault, vethCreate } from "./netlink.ts";

const hex = (message: NetlinkMessage): string => message.map((part) => ("hex" in part ? part.hex : "????????")).join("");

// the bytes that `ip link set lo up` and friends send, as strace -e trace=sendmsg shows them
test("a link goes up", () => {
  expect(linkUp("lo")).toEqual([...LOOPBACK_UP]);
  expect(hex(linkUp("lo"))).toBe("28000000" + "10000500" + "00000000" + "00000000" + "00000000" + "00000000" + "01000000" + "01000000" + "07000300" + "6c6f0000");
});
test("a link joins a bridge", () => {
  expect(hex(linkMaster("a", 7)).slice(-32)).toBe("06000300" + "61000000" + "08000a00" + "07000000");
});
test("the length in the head is the length of the message, references count as four bytes", () => {
  for (const message of [linkUp("eth0"), vethCreate({ name: "h" }, { name: "eth0", mac: "02:00:00:00:00:01", mtu: 1400 }, { slot: 3 }), addressAdd({ slot: 1 }, { address: [10, 0, 0, 7], prefix: 24 }), routeDefault({ slot: 1 }, [10, 0, 0, 1])]) {
    const bytes = hex(message);
    const [a = "", b = "", c = "", d = ""] = bytes.match(/../g) ?? [];
    expect(Number.parseInt(d + c + b + a, 16)).toBe(bytes.length / 2);
    expect(bytes.length % 8).toBe(0);
  }
});
test("the peer of a veth appears in the namespace of a process", () => {
  const message = vethCreate({ name: "host0" }, { name: "eth0" }, { slot: 5 });
  expect(message.filter((part) => "raw32" in part)).toEqual([{ raw32: 5 }]);
  expect(hex(message)).toContain("08001300????????");
});
test("an IPv4 address brings its broadcast address", () => {
  expect(hex(addressAdd(2, { address: [10, 0, 3, 7], prefix: 24 }))).toContain("08000400" + "0a0003ff");
  expect(hex(addressAdd(2, { address: [10, 0, 3, 7], prefix: 20 }))).toContain("08000400" + "0a000fff");
  expect(hex(addressAdd(2, { address: [10, 0, 3, 7], prefix: 24, broadcast: [10, 0, 3, 0] }))).toContain("08000400" + "0a000300");
});
test("addresses as bytes", () => {
  expect(addressBytes("10.0.3.255")).toEqual([10, 0, 3, 255]);
  expect(ipv6Bytes("::")).toEqual(Array.from({ length: 16 }, () => 0));
  expect(ipv6Bytes("fd00::1:2")).toEqual([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2]);
  expect(ipv6Bytes("1:2:3:4:5:6:7:8")).toEqual([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]);
  expect(ipv6Bytes("::ffff:1.2.3.4")?.slice(10)).toEqual([0xff, 0xff, 1, 2, 3, 4]);
  expect(["", "1.2.3", "1.2.3.256", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "g::1", "1.2.3.4.5"].map(addressBytes)).toEqual(Array.from({ length: 9 }, () => undefined));
});
test("networks", () => {
  expect(inSameNetwork([10, 0, 3, 7], [10, 0, 3, 1], 24)).toBe(true);
  expect(inSameNetwork([10, 0, 3, 7], [10, 0, 4, 1], 24)).toBe(false);
  expect(inSameNetwork([10, 0, 3, 7], [10, 0, 2, 1], 23)).toBe(true);
  expect(inSameNetwork([10, 0, 3, 7], [99, 0, 2, 1], 0)).toBe(true);
  expect(inSameNetwork([10, 0, 3, 7], [10, 0, 3, 8], 32)).toBe(false);
});
