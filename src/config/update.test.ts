// What loads with warnings about old names loads without them after the update, and means the same.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { examples } from "./golden/examples.ts";
import { load, mustLoad, problemLines, type Files } from "./golden/load.ts";
import { JESSIE, PRECISE, PRECISE_FSTAB, TRUSTY, TRUSTY_FILES, WHEEZY } from "./golden/old-configs.ts";
import { meaningOf } from "./meaning.ts";
import { rows } from "./table.ts";
import { updateConfig, type Updated } from "./update.ts";

const update = (text: string, files: Files = {}): Updated => updateConfig(load(text, files).syntax);
const updated = (text: string, files: Files = {}): string => update(text, files).text;

const meaning = (text: string, files: Files): unknown => JSON.parse(meaningOf(mustLoad(text, files).spec));
const legacyLines = (text: string, files: Files): readonly string[] => problemLines(mustLoad(text, files).warnings.filter(({ code, at }) => code === "config.legacy" && at?.file === "config"));

function expectSame(text: string, files: Files = {}): void {
  const { text: after, problems } = update(text, files);
  expect(problems).toEqual([]);
  expect(legacyLines(after, files)).toEqual([]);
  expect(meaning(after, files)).toEqual(meaning(text, files));
  expect(update(after, files)).toEqual({ text: after, changes: [], problems: [] });
}

const OLD: readonly (readonly [string, string, Files])[] = [
  ["precise", PRECISE, { "/var/lib/lxc/web/fstab": PRECISE_FSTAB }], ["trusty", TRUSTY, TRUSTY_FILES], ["wheezy", WHEEZY, {}], ["jessie", JESSIE, {}],
];
test.each(OLD)("%s", (_name, text, files) => {
  expect(update(text, files).changes.length).toBeGreaterThan(4);
  expectSame(text, files);
});

test("only the key changes, everything around it stays byte for byte", () => {
  expect(updated("# lxc.utsname = a\n\n  lxc.utsname=\"a\"\t \nlxc.mount.entry = /a lxc.tty none bind 0 0\r\nnonsense lxc.tty\n\tlxc.limit.nofile  =  1:2")).toBe(
    "# lxc.utsname = a\n\n  lxc.uts.name=\"a\"\t \nlxc.mount.entry = /a lxc.tty none bind 0 0\r\nnonsense lxc.tty\n\tlxc.prlimit.nofile  =  1:2");
  expect(updated("")).toBe("");
});

test("interfaces are numbered as they load, in both old forms, beside new ones and after a clear", () => {
  expectSame("lxc.network.type = veth\nlxc.network.ipv4 = 10.0.0.2/24\nlxc.network.type = macvlan\nlxc.network.macvlan.mode = bridge\nlxc.network.5.type = empty\nlxc.network.type = none\n");
  expect(updated("lxc.net.3.type = veth\nlxc.network.type = veth\nlxc.network.link = b\nlxc.network.script.up = /u\nlxc.network.lxcscript.down = /d\n")).toBe("lxc.net.3.type = veth\nlxc.net.4.type = veth\nlxc.net.4.link = b\nlxc.net.4.script.up = /u\nlxc.net.4.script.down = /d\n");
  expect(updated("lxc.network.type = veth\nlxc.network =\nlxc.network.type = empty\n")).toBe("lxc.net.0.type = veth\nlxc.net =\nlxc.net.0.type = empty\n");
  expect(updated("lxc.network.type = veth\nlxc.network.type =\nlxc.network.type = empty\n")).toBe("lxc.net.0.type = veth\nlxc.net =\nlxc.net.0.type = empty\n");
  expect(updated("lxc.include = /c\nlxc.network.type = veth\n", { "/c": "lxc.net.0.type = empty\n" })).toBe("lxc.include = /c\nlxc.net.1.type = veth\n");
});

test("the kind of storage goes in front of the path, wherever the line stands; other lines of it get no prefix", () => {
  expect(updated("lxc.rootfs.backend = lvm\nlxc.rootfs=/dev/vg/a\n")).toBe("#lxc.rootfs.backend = lvm\nlxc.rootfs.path=lvm:/dev/vg/a\n");
  expect(updated("lxc.rootfs = '/dev/vg/a'  \n  lxc.rootfs.backend=lvm\n")).toBe("lxc.rootfs.path = 'lvm:/dev/vg/a'  \n#  lxc.rootfs.backend=lvm\n");
  expect(updated("lxc.rootfs = /x\nlxc.rootfs.path = /y\nlxc.rootfs.backend = dir\n")).toBe("lxc.rootfs.path = /x\nlxc.rootfs.path = dir:/y\n#lxc.rootfs.backend = dir\n");
  expect(updated("lxc.rootfs = overlayfs:/a:/b\nlxc.rootfs.backend = overlayfs\n")).toBe("lxc.rootfs.path = overlayfs:/a:/b\n#lxc.rootfs.backend = overlayfs\n");
  expect(updated("lxc.rootfs = /a\n")).toBe("lxc.rootfs.path = /a\n");
  const elsewhere = update("lxc.include = /c\nlxc.rootfs.backend = lvm\n", { "/c": "lxc.rootfs = /dev/vg/a\n" });
  expect([elsewhere.changes, problemLines(elsewhere.problems)]).toEqual([[], ["config:2:1 warning config.legacy: lxc.rootfs.backend stays: it is about the path that /c:1 sets; write 'lxc.rootfs.path = lvm:/dev/vg/a' there"]]);
});

test("what has no successor becomes a comment, with its number and text", () => {
  expect(update(" lxc.kmsg = 0\nlxc.pivotdir=x\nlxc.tty = 4\n").changes).toEqual([
    { line: 1, before: " lxc.kmsg = 0", after: "# lxc.kmsg = 0" }, { line: 2, before: "lxc.pivotdir=x", after: "#lxc.pivotdir=x" }, { line: 3, before: "lxc.tty = 4", after: "lxc.tty.max = 4" },
  ]);
});

test("what cannot be translated stays, and is told; unknown keys and broken lines are not this one's business", () => {
  const { text, problems } = update("lxc.network.link = b\nlxc.nonsense = 1\nlxc.broken\n");
  expect([text, problemLines(problems)]).toEqual(["lxc.network.link = b\nlxc.nonsense = 1\nlxc.broken\n", ["config:1:1 warning config.legacy: lxc.network.link stays: it stands before the first lxc.network.type; put a line 'lxc.network.type = …' first, and update again"]]);
});

test("an included file: its lines in their place among the interfaces, unless it is included twice", () => {
  const files = { "/c": "lxc.network.type = veth\nlxc.tty = 1\n" };
  const once = load("lxc.network.type = empty\nlxc.include = /c\n", files).syntax;
  expect(updateConfig(once, once.includes[1]?.[0]).text).toBe("lxc.net.1.type = veth\nlxc.tty.max = 1\n");
  const twice = load("lxc.include = /c\nlxc.include = /c\n", files).syntax;
  const both = updateConfig(twice, twice.includes[1]?.[0]);
  expect([both.text, both.problems.length]).toEqual(["lxc.network.type = veth\nlxc.tty.max = 1\n", 1]);
});

const oldLine = fc.constantFrom(
  ...rows.flatMap((row) => row.legacy.filter((name) => !name.endsWith("*") && name !== "lxc.network").flatMap((name) => [...(examples[row.key]?.good ?? []).map(([value]) => `${name} = ${value}`), ...(name.startsWith("lxc.network.") ? [] : [`${name} =`])])),
  "lxc.network.type = veth", "lxc.network.type = veth", "lxc.network.type = macvlan", "lxc.network.2.type = vlan", "lxc.network.2.link = eth0", "lxc.network =", "lxc.net.1.type = veth", "lxc.net.1.link = new",
  "lxc.rootfs.backend = btrfs", "lxc.rootfs.backend =", "lxc.limit.core = 1:2", "lxc.limit.nofile = unlimited", "lxc.kmsg = 1", "lxc.pivotdir = a", "lxc.include = /c", "# lxc.tty = 1", "", "words",
);
const INCLUDED: Files = { "/c": "lxc.net.0.type = empty\nlxc.tty.max = 2\nlxc.idmap =\n" };

test("any config of old lines that loads means the same after the update", () => {
  let loaded = 0;
  fc.assert(fc.property(fc.array(oldLine, { maxLength: 15 }), (lines) => {
    const text = `lxc.network.type = veth\n${lines.join("\n")}\n`;
    if (!load(text, INCLUDED).spec.ok) return;
    loaded++;
    expectSame(text, INCLUDED);
  }), { numRuns: 400 });
  expect(loaded).toBeGreaterThan(30);
});

test("any text at all: only lines with old names change, the others and the count of lines stay", () => {
  fc.assert(fc.property(fc.array(fc.oneof(oldLine, fc.string())), (lines) => {
    const text = lines.join("\n");
    const { text: after, changes } = update(text);
    const [old, fresh] = [text.split("\n"), after.split("\n")];
    expect(fresh.length).toBe(old.length);
    expect(fresh.flatMap((line, index) => (line === old[index] ? [] : [index + 1]))).toEqual(changes.map(({ line }) => line));
  }));
});
