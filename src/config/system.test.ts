import { expect, test } from "bun:test";
import { systemConfig, systemKeys } from "./index.ts";
import { systemRows } from "./system.ts";

const root = systemConfig({ isRoot: true, home: "/root", text: undefined });
const user = systemConfig({ isRoot: false, home: "/home/ann", text: undefined });

test("defaults of root and of a user", () => {
  expect(systemKeys.map((key) => root(key))).toEqual(["/etc/lxc/default.conf", "/var/lib/lxc", "lxc", "lxc", "lxc", "lxc", undefined, undefined, undefined]);
  expect([user("lxc.default_config"), user("lxc.lxcpath"), user("lxc.bdev.lvm.vg")]).toEqual(["/home/ann/.config/lxc/default.conf", "/home/ann/.local/share/lxc", "lxc"]);
});

test("no HOME, an empty one and / are the same", () => {
  for (const home of [undefined, "", "/"]) expect(systemConfig({ isRoot: false, home, text: undefined })("lxc.lxcpath")).toBe("/.local/share/lxc");
  expect(systemConfig({ isRoot: false, home: "/home/ann/", text: undefined })("lxc.lxcpath")).toBe("/home/ann/.local/share/lxc");
});

test("the file wins, its first line of a key, an empty value leaves the default", () => {
  const text = "# lxc.lxcpath = /no\nlxc.lxcpath=/srv/lxc//\nlxc.lxcpath = /srv/a\nlxc.cgroup.pattern = lxc/%n\nlxc.default_config =\nlxc.bdev.zfs.root = 'tank/lxc'\nlxc.nothing = x\nbroken\nlxc.broken\n";
  const get = systemConfig({ isRoot: true, home: "/root", text });
  expect([get("lxc.lxcpath"), get("lxc.cgroup.pattern"), get("lxc.default_config"), get("lxc.bdev.zfs.root")]).toEqual(["/srv/lxc", "lxc/%n", "/etc/lxc/default.conf", "tank/lxc"]);
  expect([get("lxc.nothing"), get("lxc.broken"), get("")]).toEqual([undefined, undefined, undefined]);
  expect(systemConfig({ isRoot: true, home: "/root", text: "lxc.lxcpath = /\n" })("lxc.lxcpath")).toBe("/");
});

test("every system key has its words", () => {
  expect(systemKeys.length).toBe(9);
  expect(systemRows.filter((row) => !/^[A-Z].+\.$/.test(row.doc))).toEqual([]);
});
