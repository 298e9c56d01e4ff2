// The JSON Schema of a config takes what the grammars take, and refuses what can be told without reading a value.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { examples } from "../../src/config/golden/examples.ts";
import { rows } from "../../src/config/table.ts";
import { validates } from "./json-schema.ts";
import { ROOT } from "./sources.ts";

const schemaFile = (name: string): Record<string, unknown> => JSON.parse(readFileSync(join(ROOT, `share/berth/${name}.schema.json`), "utf8"));
const schema = schemaFile("lxc.container.conf");
const takes = (data: unknown): boolean => validates(schema, schema, data);
const wholeKey = (row: string): string => examples[row]?.key ?? row;
const isNumber = (row: string): boolean => ["number", "switch"].includes(rows.find(({ key }) => key === row)?.grammar.facts?.is ?? "");
/** As text, and as a number where the key is one. */
const forms = (row: string, value: string): readonly unknown[] => [value, ...(isNumber(row) && /^-?(0|[1-9]\d*)$/.test(value) ? [Number(value)] : [])];

test("every right example is valid, alone, in a list, and with an empty text", () => {
  const refused = rows.flatMap((row) => (examples[row.key]?.good ?? []).flatMap(([value]) => forms(row.key, value)).flatMap((value) => [value, ...(row.isRepeatable ? [[value]] : []), ""])
    .filter((value) => !takes({ [wholeKey(row.key)]: value })).map((value) => `${row.key} ${JSON.stringify(value)}`));
  expect(refused).toEqual([]);
});

/** Quotes that are not closed, sums, comparisons of two numbers, and what a regular expression could say only at length. */
const ONLY_READING_TELLS = [
  "lxc.init.cmd = /sbin/init 'x",
  "lxc.execute.cmd = \"",
  "lxc.prlimit.* = 20:10",
  "lxc.console.size = 2000GB",
  "lxc.console.buffer.size = 2000GB",
  "lxc.mount.entry = /srv srv none create=link 0 0",
  "lxc.mount.entry = a b none idmap=",
  "lxc.idmap = u 0 100000 0",
  "lxc.idmap = u 4294967294 0 2",
  "lxc.idmap = u 0 4294967294 2",
  "lxc.net.N.ipv6.address = fd00::5::6",
  "lxc.net.N.ipv6.address = 1:2:3",
];

test("every wrong example is refused, but for those that only reading tells", () => {
  const missed = rows.flatMap((row) => (examples[row.key]?.bad ?? []).filter(([value]) => forms(row.key, value).every((form) => takes({ [wholeKey(row.key)]: form }))).map(([value]) => `${row.key} = ${value}`));
  expect(missed).toEqual(ONLY_READING_TELLS);
});

test("numbers and lists are data, unknown keys are not", () => {
  expect(takes({ "lxc.tty.max": 4, "lxc.autodev": false, "lxc.mount.entry": ["proc proc proc"], "lxc.net.0.type": "veth", "lxc.net.12.veth.vlan.id": 5, "lxc.cgroup.relative": 1, "lxc.sysctl.net.ipv4.ip_forward": "1" })).toBe(true);
  for (const wrong of [{ "lxc.tty.mux": 4 }, { "lxc.tty.max": 2000 }, { "lxc.tty.max": 1.5 }, { "lxc.autodev": "yes" }, { "lxc.uts.name": ["a"] }, { "lxc.net.x.type": "veth" }, { "lxc.net.0.type": "weth" }, { "lxc.net": "x" }, { "lxc.prlimit.nonsense": "1" }, { "lxc.namespace.share.nett": "a" }]) expect([wrong, takes(wrong)]).toEqual([wrong, false]);
});

test("old names are there, and called deprecated", () => {
  expect(takes({ "lxc.utsname": "web", "lxc.tty": 4 })).toBe(true);
  expect(takes({ "lxc.tty": 2000 })).toBe(false);
  expect(JSON.stringify(schema["properties"])).toContain('"lxc.utsname":{"$ref":"#/$defs/lxc.uts.name","deprecated":true');
});

test("lxc.conf has one, too", () => {
  const system = schemaFile("lxc.conf");
  expect(validates(system, system, { "lxc.lxcpath": "/srv/lxc" })).toBe(true);
  for (const wrong of [{ "lxc.path": "/srv/lxc" }, { "lxc.lxcpath": "srv" }, { "lxc.cgroup.pattern": "a/../b" }]) expect([wrong, validates(system, system, wrong)]).toEqual([wrong, false]);
});
