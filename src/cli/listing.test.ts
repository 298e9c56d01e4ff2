import { expect, test } from "bun:test";
import type { ListedContainer } from "../runtime/verbs.ts";
import { columnsOf, DEFAULT_COLUMNS, fancyText, plainText } from "./listing.ts";
import { ereOf } from "./regex.ts";

const stopped = (name: string, more: Partial<ListedContainer> = {}): ListedContainer =>
  ({ name, state: "STOPPED", isDefined: true, isAutostart: false, groups: [], interfaces: [], ipv4: [], ipv6: [], isUnprivileged: false, ...more });

test("a pipe gets one padded name per line", () => {
  expect(plainText(["c1", "web2"], 0)).toBe("c1  \nweb2\n");
  expect(plainText(["a", "longer"], 0)).toBe("a     \nlonger\n");
});

test("a terminal gets rows as wide as it is", () => {
  expect(plainText(["c1", "web2"], 12)).toBe("c1   web2\n");
  expect(plainText(["c1", "web2"], 80)).toBe("c1   web2 \n");
  expect(plainText(["c1", "web2", "c3"], 12)).toBe("c1   web2\nc3   \n");
});

test("the table pads every cell, the last one too", () => {
  expect(fancyText([stopped("c1", { isAutostart: true, groups: ["onboot", "web"] }), stopped("web2")], DEFAULT_COLUMNS)).toBe(
    "NAME STATE   AUTOSTART GROUPS      IPV4 IPV6 UNPRIVILEGED \n" +
    "c1   STOPPED 1         onboot, web -    -    false        \n" +
    "web2 STOPPED 0         -           -    -    false        \n");
});

test("columns in the order wished, in any case", () => {
  const columns = columnsOf("name,PID,ram");
  expect(typeof columns === "string" ? columns : fancyText([stopped("c1")], columns)).toBe("NAME PID RAM    \nc1   -   -      \n");
  expect(columnsOf("name,foo")).toBe("foo");
});

test("memory of a running container", () => {
  const columns = columnsOf("RAM,SWAP");
  expect(typeof columns === "string" ? columns : fancyText([stopped("c1", { state: "RUNNING", ramBytes: 880640n, swapBytes: 0n })], columns)).toBe("RAM    SWAP   \n0.84MB 0.00MB \n");
});

test("extended regular expressions", () => {
  expect(ereOf("^web[[:digit:]]+$")?.test("web12")).toBe(true);
  expect(ereOf("^web[[:digit:]]+$")?.test("webx")).toBe(false);
  expect(ereOf("b")?.test("abc")).toBe(true);
  expect(ereOf("[")).toBeNull();
});
