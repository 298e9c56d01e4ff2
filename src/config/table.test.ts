// Every row of the table has its words, an example that loads, lands in the spec and can be asked for, and a refusal.
import { expect, test } from "bun:test";
import { examples } from "./golden/examples.ts";
import { load, mustLoad, problemsOf } from "./golden/load.ts";
import { getItem } from "./index.ts";
import { guessKey } from "./guess.ts";
import { findKey, rows } from "./table.ts";

const wholeKey = (key: string): string => examples[key]?.key ?? key;

test("every row has an example and every example a row", () => {
  expect(rows.map((row) => row.key).toSorted()).toEqual(Object.keys(examples).toSorted());
});

test("keys are unique, the words are there", () => {
  expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  for (const row of rows) {
    expect([row.key, row.doc.endsWith(".")]).toEqual([row.key, true]);
    expect([row.key, row.doc.length < 260 && row.doc.length > 10]).toEqual([row.key, true]);
    expect([row.key, /^(\d\.\d|berth)$/.test(row.since)]).toEqual([row.key, true]);
    expect([row.key, row.grammar.expects.length > 1]).toEqual([row.key, true]);
  }
});

test("the reference's 87 keys and 25 sub-keys of interfaces are all there", () => {
  expect(rows.filter((row) => row.key.startsWith("lxc.net.N.") && row.since !== "berth").length).toBe(25);
  // Keys that only clear a family share an entry with it in LXC's own table.
  const families = new Set(rows.filter((row) => row.isFamily).map((row) => row.key.slice(0, -2)));
  expect(rows.filter((row) => row.since !== "berth" && !row.key.startsWith("lxc.net.N") && !families.has(row.key)).length).toBe(87);
});

const good = rows.flatMap((row) => (examples[row.key]?.good ?? []).map(([value, getter]): [string, string, string] => [row.key, value, getter]));
test.each(good)("%s takes %j and prints %j", (row, value, getter) => {
  const { spec, syntax } = mustLoad(`${examples[row]?.before ?? ""}${wholeKey(row)} = ${value}\n`, { "/etc/lxc/fstab": "" });
  expect(getItem(spec, syntax, wholeKey(row))).toBe(getter);
});

/** `nics[].other` and the like: is there something at this place of the spec? */
function at(value: unknown, path: string): unknown {
  let here = value;
  for (const part of path.split(".")) {
    const name = part.replace("[]", "");
    const next: unknown = typeof here === "object" && here !== null ? Reflect.get(here, name) : undefined;
    here = part.endsWith("[]") && Array.isArray(next) ? next[0] : next;
  }
  return here;
}
const plain = (value: unknown): string => JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)) ?? "absent";

test.each(rows.filter((row) => (examples[row.key]?.good.length ?? 0) > 0).map((row): [string, string] => [row.key, row.spec]))("%s lands in spec.%s", (row, place) => {
  const { before = "", good: values } = examples[row] ?? { good: [] };
  const fresh = load(before).spec;
  const without = (path: string): string => (fresh.ok ? plain(at(fresh.value, path)) : "absent");
  for (const path of place.split(", ")) {
    const found = values.map(([value]) => plain(at(mustLoad(`${before}${wholeKey(row)} = ${value}\n`, { "/etc/lxc/fstab": "/a a none bind\n" }).spec, path)));
    expect([path, found.some((text) => text !== without(path))]).toEqual([path, true]);
  }
});

const bad = rows.flatMap((row) => (examples[row.key]?.bad ?? []).map(([value, text]): [string, string, string] => [row.key, value, text]));
test.each(bad)("%s refuses %j: %s", (row, value, text) => {
  const { spec } = load(`${examples[row]?.before ?? ""}${wholeKey(row)} = ${value}\n`);
  const problems = spec.ok ? [] : spec.problems;
  expect(problems.map((problem) => problem.text)).toContain(text === "takes no value" ? `${wholeKey(row)} ${text}` : `${wholeKey(row)}: ${text}`);
  const [first] = problems;
  expect([first?.code, first?.at?.file, (first?.at?.column ?? 0) > 0]).toEqual(["config.value", "config", true]);
});

test.each(rows.filter((row) => row.getter !== "none" && row.clears === undefined).map((row): [string] => [row.key]))("%s: an empty value clears", (row) => {
  const [value] = examples[row]?.good.at(-1) ?? [""];
  const { before = "" } = examples[row] ?? {};
  const isType = row === "lxc.net.N.type";
  // The two directories of a cgroup need each other: here it is only the text that counts.
  if (row.startsWith("lxc.cgroup.dir.")) { expect(problemsOf(`${wholeKey(row)} = ${value}\n${wholeKey(row)} =\n`)).toEqual([]); return; }
  const { spec, syntax } = mustLoad(`${before}${wholeKey(row)} = ${value}\n${wholeKey(row)} =\n`);
  const { default: unset, cleared } = findKey(wholeKey(row))?.row ?? { default: "", cleared: undefined };
  const fresh = mustLoad(before);
  const expected = row === "lxc.rootfs.mount" ? getItem(fresh.spec, fresh.syntax, row) : cleared ?? unset;
  expect(getItem(spec, syntax, wholeKey(row))).toBe(isType ? undefined : expected);
});

test("look-up is exact, then by the longest prefix, never by position", () => {
  expect(findKey("lxc.cgroup.dir")?.row.key).toBe("lxc.cgroup.dir");
  expect(findKey("lxc.cgroup.dir.monitor.pivot")?.row.key).toBe("lxc.cgroup.dir.monitor.pivot");
  expect(findKey("lxc.cgroup.directory")?.row.key).toBe("lxc.cgroup.*");
  expect(findKey("lxc.cgroup2.memory.max")).toMatchObject({ row: { key: "lxc.cgroup2.*" }, sub: "memory.max" });
  expect(findKey("lxc.sysctl.net.ipv4.ip_forward")).toMatchObject({ row: { key: "lxc.sysctl.*" }, sub: "net.ipv4.ip_forward" });
  expect(findKey("lxc.net.007.veth.pair")).toMatchObject({ row: { key: "lxc.net.N.veth.pair" }, key: "lxc.net.7.veth.pair", sub: "7" });
  for (const none of ["lxc", "lxc.", "lxc.sysctl.", "lxc.net.N.type", "lxc.net.x.type", "lxc.net.0.", "lxc.net.0.none", "lxc.net.-1.type", "lxc.hook.none", "lxc.cgroup3.x", "lxc.tty.max.x", "lxc.TTY.max", "__proto__", "lxc.__proto__"]) expect([none, findKey(none)]).toEqual([none, undefined]);
});

test("a typo in any key, present or old, is answered with the present key", () => {
  const missed = rows.flatMap((row) => [row.key, ...row.legacy].map((name) => [name.replace(".N", ".0").replace(".*", ".x"), row.key.replace(".N", ".0").replace(".*", ".x")])).filter(([name = "", key]) => {
    const typo = `${name.slice(0, 5)}${name.slice(6)}`;
    return guessKey(typo) !== key && findKey(typo) === undefined && name.length > 9;
  });
  // lxc.croup is as near to lxc.group.
  expect(missed).toEqual([["lxc.cgroup", "lxc.cgroup"]]);
  expect(problemsOf("lxc.cgruop.memory.max = 1\nlxc.utsnam = 1\n")).toEqual([
    "config:1:1 error config.key: unknown key 'lxc.cgruop.memory.max'; did you mean 'lxc.cgroup.memory.max'?",
    "config:2:1 error config.key: unknown key 'lxc.utsnam'; did you mean 'lxc.uts.name'?",
  ]);
  expect(problemsOf("lxc.utsname.nothing.like.it = 1\n")).toEqual(["config:1:1 error config.key: unknown key 'lxc.utsname.nothing.like.it'; see lxc.container.conf(5) for the keys"]);
});
