// What is left of a config, key by key, and as a config again.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { effectiveKeys, effectiveText } from "./effective.ts";
import { examples } from "./golden/examples.ts";
import { load, mustLoad, type Files } from "./golden/load.ts";
import { JESSIE, PRECISE, PRECISE_FSTAB, TRUSTY, TRUSTY_FILES, WHEEZY } from "./golden/old-configs.ts";
import { meaningOf } from "./meaning.ts";
import { rows } from "./table.ts";

const text = (config: string, files: Files = {}): string => effectiveText(effectiveKeys(load(config, files).syntax).filter(({ key, values }) => key !== "lxc.include" && values.length > 0));
const meaning = (config: string, files: Files = {}): unknown => JSON.parse(meaningOf(mustLoad(config, files).spec));

test("values with their lines, and what later lines made of earlier ones", () => {
  const [tty, uts] = effectiveKeys(load("lxc.tty.max = 1\nlxc.uts.name = a\nlxc.tty.max = 2\nlxc.tty.max =\n").syntax);
  expect(tty).toMatchObject({ key: "lxc.tty.max", values: [], overridden: [{ value: "1", from: { line: 1 }, by: { line: 3 } }, { value: "2", from: { line: 3 }, by: { line: 4 } }] });
  expect(uts).toMatchObject({ key: "lxc.uts.name", isList: false, values: [{ value: "a", order: 1 }], overridden: [] });
});

test("the order is the one in which values take effect, of a file that is included twice too", () => {
  const devices = "lxc.cgroup.devices.deny = a\nlxc.cgroup.devices.allow = c 1:3 rwm\nlxc.cgroup.devices.deny = c 1:5 rwm\n";
  expect(text(devices)).toBe(devices);
  expect(text("lxc.include = /c\nlxc.group = b\nlxc.include = /c\nlxc.tty.max = 1\n", { "/c": "lxc.group = a\nlxc.tty.max = 2\n" })).toBe("lxc.group = a\nlxc.group = b\nlxc.group = a\nlxc.tty.max = 1\n");
  expect(text("lxc.include = /c\nlxc.group =\nlxc.group = b\nlxc.include = /c\n", { "/c": "lxc.group = a\n" })).toBe("lxc.group = b\nlxc.group = a\n");
  expect(text("lxc.net.10.type = empty\nlxc.net.2.type = veth\nlxc.net.2.link = ' x'\n")).toBe("lxc.net.10.type = empty\nlxc.net.2.type = veth\nlxc.net.2.link = \" x\"\n");
});

test("sorted by key: interfaces by number, the type first", () => {
  expect(effectiveKeys(load("lxc.net.10.type = empty\nlxc.net.2.type = veth\nlxc.net.2.flags = up\nlxc.net.2.link = x\nlxc.arch = i686\n").syntax).map(({ key }) => key)).toEqual(["lxc.arch", "lxc.net.2.type", "lxc.net.2.flags", "lxc.net.2.link", "lxc.net.10.type"]);
});

test.each([["precise", PRECISE, { "/var/lib/lxc/web/fstab": PRECISE_FSTAB }], ["trusty", TRUSTY, TRUSTY_FILES], ["wheezy", WHEEZY, {}], ["jessie", JESSIE, {}]] as const)("%s: as one file of today's keys it means the same", (_name, config, files) => {
  expect(meaning(text(config, files), files)).toEqual(meaning(config, files));
});

const line = fc.constantFrom(
  ...rows.filter(({ key, clears }) => key !== "lxc.include" && !key.startsWith("lxc.net.N") && clears === undefined).flatMap((row) => {
    const { key = row.key, good = [] } = examples[row.key] ?? {};
    return [...good.map(([value]) => `${key} = ${value}`), `${key} =`];
  }),
  "lxc.include = /c", "lxc.include = /c", "lxc.net.1.type = veth", "lxc.net.1.link = a", "lxc.net.0.type = empty", "lxc.net =", "lxc.hook =", "lxc.cgroup =",
);
const INCLUDED: Files = { "/c": "lxc.net.0.type = empty\nlxc.tty.max = 2\nlxc.group = inc\nlxc.cgroup.devices.allow = a\nlxc.cap.drop =\n" };

test("any config that loads means the same as one file", () => {
  let loaded = 0;
  fc.assert(fc.property(fc.array(line, { maxLength: 15 }), (lines) => {
    const config = `lxc.cgroup.devices.deny = a\n${lines.join("\n")}\n`;
    if (!load(config, INCLUDED).spec.ok) return;
    loaded++;
    expect(meaning(text(config, INCLUDED), INCLUDED)).toEqual(meaning(config, INCLUDED));
  }), { numRuns: 400 });
  expect(loaded).toBeGreaterThan(30);
});
