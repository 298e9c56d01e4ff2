// What is left after lines in any order is what a plain look at them says: the quick way and the slow way agree.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { collectSettings } from "./collect.ts";
import { parseText } from "./syntax.ts";
import { findKey } from "./table.ts";

const KEYS = ["lxc.tty.max", "lxc.group", "lxc.sysctl.a", "lxc.sysctl.b", "lxc.cgroup2.cpu.max", "lxc.cgroup2.io.max", "lxc.cgroup.dir", "lxc.hook.start", "lxc.hook.version", "lxc.net.0.type", "lxc.net.1.type", "lxc.net.0.link", "lxc.net.1.ipv4.address", "lxc.net.0", "lxc.net", "lxc.hook", "lxc.cgroup2", "lxc.sysctl"];
const VALUES: Readonly<Record<string, readonly string[]>> = { type: ["veth", "macvlan"], max: ["1", "2"], version: ["0", "1"], address: ["10.0.0.1/8", "10.0.0.2/8"] };
const isForAll = (key: string): boolean => findKey(key)?.row.clears !== undefined;
const line = fc.constantFrom(...KEYS).chain((key) => fc.constantFrom("", ...(isForAll(key) ? [] : VALUES[key.split(".").at(-1) ?? ""] ?? ["a", "b"])).map((value) => ({ key, value })));

/** Lists grow, scalars keep their place, an empty value forgets, a type begins anew. */
function plainly(lines: readonly { readonly key: string; readonly value: string }[]): readonly string[] {
  let left: { key: string; value: string }[] = [];
  for (const { key, value } of lines) {
    const row = findKey(key)?.row;
    const isBelow = (other: string): boolean => (other.startsWith(`${key}.`) && other !== "lxc.hook.version") || other === key;
    if (value === "") left = left.filter((one) => !isBelow(one.key));
    else if (/^lxc\.net\.\d\.type$/.test(key)) left = [...left.filter((one) => !one.key.startsWith(key.slice(0, "lxc.net.0.".length))), { key, value }];
    else if (row?.isRepeatable === true || !left.some((one) => one.key === key)) left.push({ key, value });
    else left = left.map((one) => (one.key === key ? { key, value } : one));
  }
  return left.map((one) => `${one.key} ${one.value}`);
}

test("any lines of scalars, lists, families and interfaces", () => {
  fc.assert(fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
    const settings = collectSettings([parseText("c", lines.map(({ key, value }) => `${key} = ${value}`).join("\n"))], []);
    const ofRow = (text: string): string => findKey(text.split(" ")[0] ?? "")?.row.key ?? "";
    const expected = Map.groupBy(plainly(lines), ofRow);
    const found = new Map([...settings.byRow].map(([row, all]) => [row, all.map((setting) => `${setting.key} ${setting.text}`)]));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  }), { numRuns: 300 });
});

test("nothing that a line replaced or cleared is forgotten by name: each is overridden once", () => {
  fc.assert(fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
    const { byRow, overridden } = collectSettings([parseText("c", lines.map(({ key, value }) => `${key} = ${value}`).join("\n"))], []);
    const set = lines.filter(({ value }) => value !== "").length;
    expect([...byRow.values()].flat().length + overridden.length).toBe(set);
    expect(new Set(overridden.map(({ setting }) => setting.from.line)).size).toBe(overridden.length);
  }));
});

test("bare lxc.network.type takes the number after the highest, also when the highest was forgotten", () => {
  const numbers = (text: string): readonly string[] => (collectSettings([parseText("c", text)], []).byRow.get("lxc.net.N.type") ?? []).map(({ sub }) => sub);
  expect(numbers("lxc.net.3.type = veth\nlxc.network.type = veth\nlxc.net.4 =\nlxc.network.type = empty\nlxc.net.3.type =\nlxc.net.4 =\nlxc.network.type = veth\n")).toEqual(["0"]);
  expect(numbers("lxc.net.7.type = veth\nlxc.net.7.type = empty\nlxc.network.type = veth\n")).toEqual(["7", "8"]);
});
