// Set, unset, save, load, in any order, on any config: the key means what was asked for, every other key means what it
// meant, and no other line changes by a byte. Each row of the table goes through it once.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { effectiveKeys } from "./effective.ts";
import { examples } from "./golden/examples.ts";
import { load, mustLoad, problemLines, type Files } from "./golden/load.ts";
import { getItem, setItem, unsetItem } from "./index.ts";
import { parseText, syntaxText } from "./syntax.ts";
import { rows } from "./table.ts";
import type { Result } from "../model/problem.ts";

const must = (result: Result<string>): string => {
  if (!result.ok) throw new Error(problemLines(result.problems).join("\n"));
  return result.value;
};

const valued = rows.flatMap((row) => (examples[row.key]?.good ?? []).map(([value, getter]): [string, string, string] => [row.key, value, getter]));
test.each(valued)("%s: set %j, load, get, unset", (key, value, getter) => {
  const { before = "", key: whole = key } = examples[key] ?? {};
  const base = `# mine\r\n${before}\n# end`;
  const after = must(setItem(base, whole, value));
  const { spec, syntax } = mustLoad(after, { "/etc/lxc/fstab": "" });
  expect(getItem(spec, syntax, whole)).toBe(getter);
  expect(after.startsWith(`${base}\n`)).toBe(true);
  expect(must(unsetItem(after, whole))).toBe(`${base}\n`);
});

test.each(rows.filter((row) => row.clears !== undefined).map((row): [string, string] => [row.key, row.clears ?? ""]))("%s: unset takes all of %s, in the file and in what it means", (key, prefix) => {
  const { key: whole = key } = examples[key] ?? {};
  const below = rows.filter((row) => row.key.startsWith(prefix) && (row.isFamily || row.isRepeatable || row.key.startsWith("lxc.net.N."))).flatMap((row) => {
    const { good = [], before = "", key: one = row.key } = examples[row.key] ?? {};
    return good[0] === undefined ? [] : [`${before}${one} = ${good[0][0]}\n`];
  });
  expect(below.length).toBeGreaterThan(0);
  const text = must(unsetItem(`# mine\nlxc.tty.max = 1\n${below.join("")}`, whole));
  expect(text.split("\n").filter((line) => line !== "")).toEqual(["# mine", "lxc.tty.max = 1"]);
});

/** A line, and the key it is about; "" for none. */
const LINES: readonly (readonly [string, string])[] = [
  ["# a comment", ""], ["", ""], ["   ", ""], ["\t# lxc.uts.name = x", ""], ["nonsense", ""], ["PATH = /bin", ""], ["# caf\u00e9 \u0000", ""],
  ["lxc.uts.name = a", "lxc.uts.name"], ["lxc.utsname=b", "lxc.uts.name"], ["  lxc.uts.name\t=\t'c d'  ", "lxc.uts.name"],
  ["lxc.tty = 2", "lxc.tty.max"], ["lxc.tty.max = 3", "lxc.tty.max"], ["lxc.tty.max =", "lxc.tty.max"],
  ["lxc.group = g h", "lxc.group"], ["lxc.group =", "lxc.group"], ["lxc.sysctl.a.b = 1", "lxc.sysctl.a.b"], ["lxc.sysctl.a.c = 2", "lxc.sysctl.a.c"],
  ["lxc.limit.nofile = 10", "lxc.prlimit.nofile"], ["lxc.prlimit.nofile = 20:30", "lxc.prlimit.nofile"],
  ["lxc.network.type = veth", "lxc.net"], ["lxc.network.type = empty", "lxc.net"], ["lxc.net.7.type = veth", "lxc.net"], ["lxc.net.7.mtu = 1400", "lxc.net"],
  ["lxc.cap.drop = mknod", "lxc.cap.drop"], ["lxc.include = /more.conf", "lxc.include"], ["lxc.kmsg = 0", ""], ["lxc.rootfs = /srv/a", "lxc.rootfs.path"], ["lxc.mount.entry = /a a none bind", "lxc.mount.entry"],
];
const FILES: Files = { "/work/more.conf": "", "/more.conf": "lxc.uts.name = included\nlxc.group = i\nlxc.tty = 9\n# more\n" };
const STEPS = [["lxc.uts.name", "new"], ["lxc.uts.name", " quoted "], ["lxc.uts.name", ""], ["lxc.tty.max", "7"], ["lxc.tty.max", ""], ["lxc.group", "x"], ["lxc.group", ""], ["lxc.sysctl.a.b", "5"], ["lxc.sysctl.a.b", ""], ["lxc.prlimit.nofile", "9"], ["lxc.prlimit.nofile", ""], ["lxc.cap.drop", "sys_time"], ["lxc.cap.drop", ""], ["lxc.rootfs.path", "/srv/b"], ["lxc.rootfs.path", ""], ["lxc.mount.entry", "/b b none bind"], ["lxc.mount.entry", ""]] as const;

const line = fc.tuple(fc.constantFrom(...LINES), fc.constantFrom("", "\r")).map(([[text, about], end]) => ({ text: `${text}${end}`, about }));
const config = fc.tuple(fc.array(line, { maxLength: 25 }), fc.boolean());
const step = fc.constantFrom(...STEPS);

/** Every key and its values, but for one. */
const meaning = (text: string, without: string): unknown => effectiveKeys(load(text, FILES).syntax).filter(({ key, values }) => key !== without && values.length > 0).map(({ key, values }) => [key, values.map(({ value }) => value)]);
const valuesOf = (text: string, key: string): readonly string[] => (effectiveKeys(load(text, FILES).syntax).find((one) => one.key === key)?.values ?? []).map(({ value }) => value);

test("any sequence of changes on any config, old names, includes, comments and carriage returns in it", () => {
  fc.assert(fc.property(config, fc.array(step, { maxLength: 8 }), ([lines, hasEnd], steps) => {
    let text = lines.map((one) => one.text).join("\n") + (hasEnd && lines.length > 0 ? "\n" : "");
    // what comes after the last newline is a line only if it is something
    let kept = !hasEnd && lines.at(-1)?.text === "" ? lines.slice(0, -1) : lines;
    expect(syntaxText(parseText("c", text))).toBe(text);
    for (const [key, value] of steps) {
      const isList = rows.find((row) => row.key === key)?.isRepeatable === true;
      const [others, own] = [meaning(text, key), valuesOf(text, key)];
      const { syntax } = load(text, FILES);
      const after = must(value === "" ? unsetItem(syntax, key) : setItem(syntax, key, value));
      expect(meaning(after, key)).toEqual(others);
      if (value !== "") expect(valuesOf(after, key)).toEqual(isList ? [...own, value] : [value]);
      kept = [...(isList && value !== "" ? kept : kept.filter((one) => one.about !== key)), ...(value === "" ? [] : [{ text: `${key} = ${value.trim() === value ? value : `"${value}"`}`, about: key }])];
      const withoutEnd = after.endsWith("\n") ? after.slice(0, -1) : after;
      expect(kept.length === 0 ? [] : withoutEnd.split("\n")).toEqual(kept.map((one) => one.text));
      text = after;
    }
  }), { numRuns: 200 });
});
