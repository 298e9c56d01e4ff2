// The token that a problem is about is the one that is marked.
import { expect, test } from "bun:test";
import { load } from "./golden/load.ts";
import { excerptOf } from "./excerpt.ts";

const marksOf = (text: string, files = {}): readonly string[] => {
  const { spec } = load(text, files);
  return (spec.ok ? spec.warnings ?? [] : spec.problems).map(({ excerpt }) => (excerpt === undefined ? "none" : `${excerpt.text} <${excerpt.text.slice(excerpt.start, excerpt.start + excerpt.length)}>`));
};

test.each([
  ["lxc.tty.max = many", "lxc.tty.max = many <many>"],
  ["  lxc.tty.max\t=  many\r", "lxc.tty.max =  many <many>"],
  ["lxc.cap.drop = mknod sys_tiem mknod", "lxc.cap.drop = mknod sys_tiem mknod <sys_tiem>"],
  ["lxc.tty.mix = 4", "lxc.tty.mix = 4 <lxc.tty.mix>"],
  ["lxc.tty.max", "lxc.tty.max <lxc.tty.max>"],
  ["lxc.prlimit.nofiles = 5", "lxc.prlimit.nofiles = 5 <nofiles>"],
  ["lxc.include = /none", "lxc.include = /none <none>".replace("<none>", "</none>")],
  ["lxc.utsname = web", "lxc.utsname = web <lxc.utsname>"],
  ["lxc.idmap = u 0 10 0", "lxc.idmap = u 0 10 0 <0>"],
  ["lxc.mount.entry = /srv srv", "lxc.mount.entry = /srv srv </srv>"],
  ["lxc.network.link = br0", "lxc.network.link = br0 <lxc.network.link>"],
])("%j", (line, mark) => { expect(marksOf(`${line}\n`)).toEqual([mark]); });

test("the target that lies elsewhere, not the source that begins like it", () => {
  expect(marksOf("lxc.rootfs.path = /srv/web\nlxc.mount.entry = /tmp/x /tmp none bind\n")).toEqual(["lxc.mount.entry = /tmp/x /tmp none bind </tmp>"]);
});

test("lines of included files and of the fstab file", () => {
  const files = { "/more": "# c\nlxc.tty.max = x\n", "/tab": "\n  /a a\n" };
  expect(marksOf("lxc.include = /more\nlxc.mount.fstab = /tab\n", files)).toEqual(["lxc.tty.max = x <x>", "/a a </a>"]);
});

test("a long line is cut around its token, a terminal's escapes are not shown", () => {
  const text = `lxc.cap.drop = ${"mknod ".repeat(200)}sys_tiem ${"mknod ".repeat(200)}`;
  const [mark = ""] = marksOf(`${text}\n`);
  expect([mark.length < 200, mark.startsWith("… "), mark.includes(" … <sys_tiem>")]).toEqual([true, true, true]);
  expect(excerptOf("lxc.tty.max = \u001b[31mx", { code: "config.value", text: "'\u001b[31mx' is not a number", at: { kind: "config", key: "lxc.tty.max", column: 15 } })).toEqual({ text: "lxc.tty.max =  [31mx", start: 14, length: 6 });
});
