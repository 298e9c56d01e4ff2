import { expect, test } from "bun:test";
import { attribute, bytesHex, cString, linkHeader, message, messageHex, u16, u32, u8 } from "./netlink.ts";
import type { NetlinkMessage } from "./netlink.ts";
import { NetworkView } from "./netlink-read.ts";

const [V4, V6] = [2, 10];
const bytes = (...messages: readonly NetlinkMessage[]): Uint8Array => Uint8Array.from(Buffer.from(messages.map(messageHex).join(""), "hex"));
const link = (index: number, name: string, isUp = true, type = 16): NetlinkMessage => message(type, 0, [...linkHeader(index, isUp ? 1 : 0), ...attribute(3, [cString(name)])]);
const address = (index: number, family: number, { scope = 0, flags = 0x80, type = 20 } = {}): NetlinkMessage => message(type, 0, [u8(family), u8(24), u8(flags), u8(scope), u32(index), ...attribute(1, [{ hex: bytesHex(family === V4 ? [192, 0, 2, 5] : Array.from({ length: 16 }, () => 1)) }])]);
const route = (index: number, family: number, { bits = 0, kind = 1, type = 24, more = attribute(4, [u32(index)]) } = {}): NetlinkMessage => message(type, 0, [u8(family), u8(bits), u8(0), u8(0), u8(254), u8(3), u8(0), u8(kind), u32(0), ...more]);
const viewOf = (...messages: readonly NetlinkMessage[]): NetworkView => {
  const view = new NetworkView();
  view.take(bytes(...messages));
  return view;
};
const missing = (...messages: readonly NetlinkMessage[]): string | undefined => viewOf(...messages).missing();

test("what is missing is said", () => {
  expect(missing()).toBe("it has no interface but lo");
  expect(missing(link(1, "lo"), address(1, V4, { scope: 254 }))).toBe("it has no interface but lo");
  expect(missing(link(2, "eth0"), link(3, "eth1", false))).toBe("no default route and no address of global scope: eth0, eth1 (down)");
  expect(missing(link(2, "eth0"), address(2, V4))).toBe("there is no default route: eth0");
  expect(missing(link(2, "eth0"), route(2, V4))).toBe("eth0 has a default route, but no IPv4 address of global scope");
  expect(missing(link(2, "eth0"), route(2, V4), address(2, V6))).toBe("eth0 has a default route, but no IPv4 address of global scope");
});

test("an address of global scope where a default route of its family goes out", () => {
  for (const family of [V4, V6]) expect(missing(link(2, "eth0"), address(2, family), route(2, family))).toBeUndefined();
  expect(missing(link(2, "eth0"), link(3, "eth1"), address(3, V4), route(2, V4))).toContain("eth0 has a default route");
  expect(missing(link(2, "eth0"), address(2, V4, { scope: 253 }), route(2, V4))).toContain("eth0 has a default route");
  expect(missing(link(2, "eth0"), address(2, V6, { flags: 0x40 }), route(2, V6))).toContain("eth0 has a default route"); // tentative
  expect(missing(link(2, "eth0"), address(2, V6, { flags: 0x44 }), route(2, V6))).toBeUndefined(); // optimistic
});

test("only a unicast route to everywhere is one; of several next hops each counts", () => {
  expect(missing(link(2, "eth0"), address(2, V4), route(2, V4, { bits: 24 }))).toContain("no default route");
  expect(missing(link(2, "eth0"), address(2, V4), route(2, V4, { kind: 7 }))).toContain("no default route");
  const hops = attribute(9, [u16(8), u8(0), u8(0), u32(5), u16(8), u8(0), u8(0), u32(2)]);
  expect(missing(link(2, "eth0"), address(2, V4), route(0, V4, { more: hops }))).toBeUndefined();
});

test("what goes is forgotten, also with a link that goes down", () => {
  const all = [link(2, "eth0"), address(2, V4), route(2, V4)];
  expect(missing(...all, address(2, V4, { type: 21 }))).toContain("eth0 has a default route");
  expect(missing(...all, route(2, V4, { type: 25 }))).toContain("no default route");
  expect(missing(...all, link(2, "eth0", false))).toContain("no default route");
  expect(missing(...all, link(2, "eth0", true, 17))).toBe("it has no interface but lo");
});

test("bytes may be cut anywhere, and cut short", () => {
  const whole = bytes(link(2, "eth0"), address(2, V4), route(2, V4));
  for (let at = 1; at < whole.length; at++) {
    const view = new NetworkView();
    view.take(whole.subarray(0, at));
    expect(view.missing()).toBeDefined();
    view.take(whole.subarray(at));
    expect(view.missing()).toBeUndefined();
  }
});
