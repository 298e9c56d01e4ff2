// set and unset: what they mean afterwards, and that nothing else moves.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { examples } from "./golden/examples.ts";
import { mustLoad, problemLines } from "./golden/load.ts";
import { clearItem, fillTemplates, getItem, setItem, unsetItem } from "./index.ts";
import { rows } from "./table.ts";

const CONFIG = `# my container
lxc.uts.name = web   

  lxc.uts.name = again
lxc.group = a
# lxc.uts.name = commented
lxc.utsname = old
lxc.mount.entry = /a a none bind 0 0
nonsense
lxc.tty.max = 4`;
const set = (text: string, key: string, value: string): string => {
  const result = setItem(text, key, value);
  if (!result.ok) throw new Error(problemLines(result.problems).join());
  return result.value;
};
const unset = (text: string, key: string): string => {
  const result = unsetItem(text, key);
  if (!result.ok) throw new Error(problemLines(result.problems).join());
  return result.value;
};
const refused = (key: string, value: string): readonly string[] => {
  const result = setItem("", key, value);
  return result.ok ? [] : problemLines(result.problems);
};

test("a scalar: all its lines go, also under its old name, one comes at the end", () => {
  expect(set(CONFIG, "lxc.uts.name", "new")).toBe("# my container\n\nlxc.group = a\n# lxc.uts.name = commented\nlxc.mount.entry = /a a none bind 0 0\nnonsense\nlxc.tty.max = 4\nlxc.uts.name = new\n");
});

test("a list: one line more", () => {
  expect(set(CONFIG, "lxc.group", "b")).toBe(`${CONFIG}\nlxc.group = b\n`);
  expect(set("", "lxc.mount.entry", "/a a none bind")).toBe("lxc.mount.entry = /a a none bind\n");
});

test("unset, and set to nothing: the lines go, the rest stays byte for byte", () => {
  const without = CONFIG.split("\n").filter((line) => !line.trim().startsWith("lxc.uts")).join("\n");
  expect([unset(CONFIG, "lxc.uts.name"), set(CONFIG, "lxc.uts.name", "")]).toEqual([without, without]);
  expect(unset(CONFIG, "lxc.pty.max")).toBe(CONFIG);
  expect(unset("lxc.tty.max = 4\n", "lxc.tty.max")).toBe("");
  expect(unset("lxc.tty.max = 4\r\n# c\r\n", "lxc.tty.max")).toBe("# c\r\n");
});

test("unset of a family takes its keys, not its neighbours", () => {
  const text = "lxc.net.1.type = veth\nlxc.net.10.type = veth\nlxc.net.1.link = a\nlxc.cgroup.dir = d\nlxc.cgroup.cpu.shares = 1\nlxc.hook.start = /a\nlxc.hook.version = 1\n";
  expect(unset(text, "lxc.net.1")).toBe("lxc.net.10.type = veth\nlxc.cgroup.dir = d\nlxc.cgroup.cpu.shares = 1\nlxc.hook.start = /a\nlxc.hook.version = 1\n");
  expect(unset(unset(text, "lxc.cgroup"), "lxc.hook")).toBe("lxc.net.1.type = veth\nlxc.net.10.type = veth\nlxc.net.1.link = a\nlxc.cgroup.dir = d\nlxc.hook.version = 1\n");
  expect(unset(text, "lxc.net")).not.toContain("lxc.net");
});

test("the type of an interface changes in its place: at the end it would begin the interface anew", () => {
  const text = "lxc.net.0.type = veth # no\nlxc.net.0.link = br0\n".replace(" # no", "  ");
  expect(set(text, "lxc.net.0.type", "macvlan")).toBe("lxc.net.0.type = macvlan  \nlxc.net.0.link = br0\n");
  expect(set("lxc.tty.max = 1\n", "lxc.net.0.type", "empty")).toBe("lxc.tty.max = 1\nlxc.net.0.type = empty\n");
});

test("old lines of interfaces are counted as what they mean", () => {
  const text = "lxc.network.type = veth\nlxc.network.link = br0\nlxc.network.type = veth\nlxc.network.link = br1\n";
  const changed = set(text, "lxc.net.1.link", "br9");
  expect(changed).toBe("lxc.network.type = veth\nlxc.network.link = br0\nlxc.network.type = veth\nlxc.net.1.link = br9\n");
  expect(mustLoad(changed).spec.nics.map((nic) => nic.link)).toEqual(["br0", "br9"]);
  expect(set(text, "lxc.net.0.type", "macvlan")).toBe(text.replace("veth", "macvlan"));
});

test("old lines of interfaces are counted after those of included files, and the old kind of storage goes with its path", () => {
  const text = "lxc.include = /c\nlxc.network.type = veth\nlxc.network.link = br0\n";
  const files = { "/c": "lxc.net.0.type = veth\n" };
  const changed = setItem(mustLoad(text, files).syntax, "lxc.net.1.link", "br9");
  expect(changed).toEqual({ ok: true, value: "lxc.include = /c\nlxc.network.type = veth\nlxc.net.1.link = br9\n" });
  expect(unsetItem(mustLoad(text, files).syntax, "lxc.net.0")).toEqual({ ok: true, value: text });
  expect(set("lxc.rootfs = /dev/vg/a\nlxc.rootfs.backend = lvm\n", "lxc.rootfs.path", "/b")).toBe("lxc.rootfs.path = /b\n");
});

test("a clearing line", () => {
  expect([clearItem("lxc.tty.max = 1", "lxc.cap.drop"), clearItem("", "lxc.net.00")]).toEqual([{ ok: true, value: "lxc.tty.max = 1\nlxc.cap.drop =\n" }, { ok: true, value: "lxc.net.0 =\n" }]);
  expect(clearItem("", "lxc.none").ok).toBe(false);
});

test("values that the parser would change are quoted", () => {
  for (const value of [" edge ", '"quoted"', "'x'", "a\tb", "tail\t"]) {
    const { spec, syntax } = mustLoad(set("", "lxc.apparmor.profile", value));
    expect(getItem(spec, syntax, "lxc.apparmor.profile")).toBe(value);
  }
});

test("what would break the config is refused, before anything is written", () => {
  expect(refused("lxc.tty.max", "many")).toEqual(["option lxc.tty.max error config.value: lxc.tty.max: 'many' is not a number; expected a number from 0 to 1024"]);
  expect(refused("lxc.tty.maxx", "1")).toEqual(["option lxc.tty.maxx error config.key: unknown key 'lxc.tty.maxx'; did you mean 'lxc.tty.max'?"]);
  expect(refused("lxc.utsname", "x")).toEqual(["option lxc.utsname error config.key: 'lxc.utsname' is the name of LXC 2 and older; write 'lxc.uts.name'"]);
  expect(refused("lxc.network.link", "x")).toEqual(["option lxc.network.link error config.key: 'lxc.network.link' is the name of LXC 2 and older; write 'lxc.net.0.link'"]);
  expect(refused("lxc.kmsg", "1")).toEqual(["option lxc.kmsg error config.key: 'lxc.kmsg' is not a key any more: with 1, /dev/kmsg became a link to the console; no such link is made any more, as 0 wanted it; leave it out"]);
  expect(refused("lxc.uts.name", "a\nlxc.hook.start = /evil")).toEqual(["option lxc.uts.name error config.value: lxc.uts.name: a value is one line"]);
  expect(refused("lxc.net", "x")).toEqual(["option lxc.net error config.value: lxc.net takes no value; unset it to forget all lxc.net.*, or set one key of them"]);
  expect(unsetItem("", "lxc.none").ok).toBe(false);
});

test("templates of hardware addresses are filled in, in place, and stay then", () => {
  const text = "# x\nlxc.net.0.type = veth\n  lxc.net.0.hwaddr =  00:16:3e:xx:xx:xx  \nlxc.network.type = veth\nlxc.network.hwaddr = 00:16:3E:XX:xx:xx\nlxc.net.0.link = xx\n";
  const filled = fillTemplates(text, "0123456789abcdef");
  expect(filled).toBe("# x\nlxc.net.0.type = veth\n  lxc.net.0.hwaddr =  00:16:3e:01:23:45  \nlxc.network.type = veth\nlxc.network.hwaddr = 00:16:3e:67:89:ab\nlxc.net.0.link = xx\n");
  expect(fillTemplates(filled, "fff")).toBe(filled);
  expect(fillTemplates("lxc.net.0.hwaddr = xx\n", "0")).toBe("lxc.net.0.hwaddr = xx\n");
});

const settable = rows.filter((row) => row.key !== "lxc.include" && row.clears === undefined && !row.key.startsWith("lxc.net.N.") && !row.key.startsWith("lxc.cgroup.dir"));
const step = fc.constantFrom(...settable.flatMap((row) => {
  const { key = row.key, good = [] } = examples[row.key] ?? {};
  return [...good.map(([value]) => ({ key, value, isList: row.isRepeatable })), { key, value: "", isList: row.isRepeatable }];
}));

test("any sequence of set and unset: a scalar is its last value, comments and strange lines stay in order", () => {
  const noise = ["# first", "", "no key", "   # last"];
  fc.assert(fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
    const text = steps.reduce((before, { key, value }) => set(before, key, value), `${noise.join("\n")}\n`);
    const last = new Map(steps.map(({ key, value, isList }) => [key, { value, isList }]));
    const lines = text.split("\n");
    const isRight = [...last].every(([key, { value, isList }]) => {
      const own = lines.filter((line) => line.startsWith(`${key} = `)).map((line) => line.slice(key.length + 3));
      return value === "" ? own.length === 0 : isList ? own.includes(value) : own.join() === value;
    });
    return isRight && lines.filter((line) => !/^(lxc|berth)\./.test(line)).join("\n") === `${noise.join("\n")}\n`;
  }));
});
