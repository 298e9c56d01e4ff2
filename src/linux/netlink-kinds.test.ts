// What this kernel may lack is held down to the bytes.
import { expect, test } from "bun:test";
import type { NetlinkMessage } from "./netlink.ts";
import { addressBytes, networkOf, routeGone, routeNetwork, vethCreate } from "./netlink.ts";
import { bridgeCreate, linkHandBack, linkHandOver, linkOn, portVlanAdd, portVlanDelete, proxyAdd, proxyDelete } from "./netlink-kinds.ts";

const hex = (message: NetlinkMessage): string => message.map((part) => ("hex" in part ? part.hex : "????????")).join("");
/** Without the head: length, type, flags, sequence, port. */
const body = (message: NetlinkMessage): string => hex(message).slice(32);
const typeOf = (message: NetlinkMessage): number => Number.parseInt(hex(message).slice(8, 10), 16);
const NO_LINK = "00000000" + "00000000" + "00000000" + "00000000";
const NAMED = "07000300" + "69690000"; // ii
const TO_PROCESS = "08001300" + "????????";

test("ipvlan: mode and isolation", () => {
  expect(body(linkOn({ name: "ii", parent: 3 }, { kind: "ipvlan", mode: "l3s", isolation: "private" }, { slot: 1 }))).toBe(
    NO_LINK + NAMED + "08000500" + "03000000" + TO_PROCESS + "24001200" + "0b000100" + "6970766c616e0000" + "14000200" + "06000100" + "02000000" + "06000200" + "01000000");
  const data = (mode: "l2" | "l3" | "l3s", isolation: "bridge" | "private" | "vepa"): string => body(linkOn({ name: "ii", parent: 3 }, { kind: "ipvlan", mode, isolation }, 9)).slice(-32);
  expect([data("l2", "bridge"), data("l3", "vepa")]).toEqual(["06000100" + "00000000" + "06000200" + "00000000", "06000100" + "01000000" + "06000200" + "02000000"]);
});
test("vlan: its number", () => {
  expect(body(linkOn({ name: "ii", parent: 3, mtu: 1400 }, { kind: "vlan", id: 4094 }, { slot: 1 }))).toBe(
    NO_LINK + NAMED + "08000400" + "78050000" + "08000500" + "03000000" + TO_PROCESS + "1c001200" + "09000100" + "766c616e00000000" + "0c000200" + "06000100" + "fe0f0000");
});
test("macvlan: each mode", () => {
  const modes = ["private", "vepa", "bridge", "passthru"] as const;
  expect(modes.map((mode) => body(linkOn({ name: "ii", parent: 3, mac: "00:16:3e:00:00:01" }, { kind: "macvlan", mode }, 9)).slice(-16))).toEqual(["08000100" + "01000000", "08000100" + "02000000", "08000100" + "04000000", "08000100" + "08000000"]);
});
test("VLANs of a bridge's port", () => {
  const port = "07000000" + "????????" + "00000000" + "00000000";
  const add = portVlanAdd({ slot: 1 }, { id: 7, isUntagged: true });
  expect([typeOf(add), body(add)]).toEqual([19, port + "0c001a00" + "08000200" + "06000700"]);
  expect(body(portVlanAdd({ slot: 1 }, { id: 8, isUntagged: false }))).toBe(port + "0c001a00" + "08000200" + "00000800");
  const gone = portVlanDelete({ slot: 1 }, 1);
  expect([typeOf(gone), body(gone)]).toEqual([17, port + "0c001a00" + "08000200" + "00000100"]);
});
test("the host answers for an address", () => {
  const add = proxyAdd(3, [10, 0, 0, 5]);
  expect([typeOf(add), body(add)]).toEqual([28, "02000000" + "03000000" + "8000" + "08" + "00" + "08000100" + "0a000005"]);
  expect(typeOf(proxyDelete(3, [10, 0, 0, 5]))).toBe(29);
  expect(body(proxyAdd(3, addressBytes("fd00::5") ?? [])).slice(0, 2)).toBe("0a");
});
test("queues of both ends of a veth", () => {
  const pair = hex(vethCreate({ name: "h", rxQueues: 2, txQueues: 3 }, { name: "c", rxQueues: 2, txQueues: 3 }, 9));
  expect(pair.split("08002000" + "02000000" + "08001f00" + "03000000").length).toBe(3);
});
test("a link goes and comes back: down, as it was, under its name", () => {
  expect(body(linkHandOver(3, "ii", { slot: 1 }))).toBe("00000000" + "03000000" + "00000000" + "00000000" + NAMED + TO_PROCESS);
  const [down, back] = linkHandBack(3, { name: "ii", mtu: 1500, mac: "02:00:00:00:00:01", netnsFd: { slot: 2 } }).map(body);
  expect(down).toBe("00000000" + "03000000" + "00000000" + "01000000" + "0a000100" + "020000000001" + "0000" + "08000400" + "dc050000");
  expect(back).toBe("00000000" + "03000000" + "00000000" + "00000000" + NAMED + "08001c00" + "????????");
});
test("a bridge", () => expect(body(bridgeCreate("ii"))).toBe(NO_LINK + NAMED + "10001200" + "0b000100" + "6272696467650000"));
test("routes to networks, and away with them", () => {
  expect(networkOf([10, 1, 2, 3], 20)).toEqual([10, 1, 0, 0]);
  expect(body(routeNetwork(3, [10, 1, 0, 0], 20))).toBe("02140000" + "fe03fd01" + "00000000" + "08000100" + "0a010000" + "08000400" + "03000000");
  const gone = routeGone(1, [10, 1, 0, 0], 32);
  expect([typeOf(gone), body(gone)]).toEqual([25, "02200000" + "fe00ff00" + "00000000" + "08000100" + "0a010000" + "08000400" + "01000000"]);
});
