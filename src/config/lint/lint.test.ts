// Each rule by the two examples of its row; comments that silence; fixes; order; many lines.
import { describe, expect, test } from "bun:test";
import { lintExample } from "./examples.ts";
import { applyFixes, fixes } from "./fixes.ts";
import { exampleOf } from "./rule.ts";
import { rules } from "./table.ts";

const idsOf = (example: Parameters<typeof lintExample>[0]): readonly string[] => lintExample(example).map(({ rule }) => rule);

describe("the table", () => {
  test("ids are unique and plain, the words are there", () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { id, sees, why, remedy } of rules) {
      expect([id, /^[a-z]+(-[a-z]+)*$/.test(id)]).toEqual([id, true]);
      expect([id, sees.endsWith("."), why.endsWith("."), remedy.length > 5]).toEqual([id, true, true, true]);
    }
  });
  test.each(rules.map((rule) => [rule.id, rule] as const))("%s trips on its example", (id, rule) => {
    const found = lintExample(rule.trips).filter((finding) => finding.rule === id);
    expect(found.length).toBeGreaterThan(0);
    for (const { text, severity, at, token, excerpt } of found) {
      expect([severity, text.endsWith("."), text === ""]).toEqual([rule.severity, false, false]);
      if (at.line !== undefined) expect(excerpt?.text.slice(excerpt.start, excerpt.start + excerpt.length).length).toBeGreaterThan(0);
      if (at.line !== undefined && at.file === "config") expect(exampleOf(rule.trips).text.split("\n")[at.line - 1]?.slice((at.column ?? 1) - 1)).toStartWith(token);
    }
  });
  test.each(rules.map((rule) => [rule.id, rule] as const))("%s is silent on the other", (id, rule) => {
    expect(idsOf(rule.passes)).not.toContain(id);
  });
  test.each(rules.map((rule) => [rule.id, rule] as const))("%s: its fix ends it, and is stable", (id, rule) => {
    const { text } = exampleOf(rule.trips);
    const found = lintExample(rule.trips).filter((finding) => finding.rule === id && finding.fix !== undefined);
    if (found.length === 0) return;
    const mended = applyFixes(text, fixes(found).get("config") ?? []);
    expect(mended).not.toBe(text);
    expect(idsOf({ ...exampleOf(rule.trips), text: mended })).not.toContain(id);
  });
});

describe("# berth: ignore", () => {
  test("silences one rule on the next line, and no other", () => {
    expect(idsOf("# berth: ignore key-legacy\nlxc.utsname = web\nlxc.pts = 1024")).toEqual(["key-legacy"]);
    expect(idsOf("# berth: ignore key-twice\nlxc.utsname = web")).toEqual(["ignore-unused", "key-legacy"]);
  });
  test("of a whole file it may stand anywhere in it", () => {
    expect(idsOf("lxc.net.0.type = empty\nlxc.rootfs.path = /srv/web\n# berth: ignore idmap-none capabilities-all, seccomp-missing\n")).toEqual([]);
  });
  test("on an include it holds for what is included", () => {
    expect(idsOf({ text: "# berth: ignore key-legacy\nlxc.include = /a", files: { "/a": "lxc.utsname = web\n" } })).toEqual([]);
  });
  test("a rule that does not exist is told", () => {
    expect(lintExample("# berth: ignore no-such-rule\nlxc.uts.name = web").map(({ text }) => text)).toEqual(["there is no rule 'no-such-rule'"]);
  });
});

test("findings stand in the order of the files and lines", () => {
  const found = lintExample({ text: "lxc.utsname = web\nlxc.include = /a\nlxc.pts = 1", files: { "/a": "lxc.tty = 1\n" } });
  expect(found.map(({ at }) => `${at.file}:${at.line}`)).toEqual(["config:1", "config:3", "/a:1"]);
});

test("everything the loader refuses is told, once", () => {
  const text = "lxc.utsname = a\nlxc.tty.max = x\nlxc.bad = 1\nlxc.broken\nlxc.cap.drop = chown\nlxc.cap.keep = kill\nlxc.idmap = u 0 1 2";
  expect(idsOf(text).filter((id) => ["key-legacy", "value-bad", "key-unknown", "line-broken", "keys-exclude"].includes(id))).toEqual(["key-legacy", "value-bad", "key-unknown", "line-broken", "keys-exclude"]);
});

test("a fix of an old name keeps the rest of the line", () => {
  const text = "  lxc.network.type   = veth\nlxc.network.ipv4 = 10.0.3.5/24\n";
  expect(applyFixes(text, fixes(lintExample(text)).get("config") ?? [])).toBe("  lxc.net.0.type   = veth\nlxc.net.0.ipv4.address = 10.0.3.5/24\n");
});

test("10,000 lines are no burden: each rule looks at each line a few times at most", () => {
  const line = (i: number): string => [`lxc.mount.entry = /srv/${i} srv/${i} none bind,create=dir 0 0`, `lxc.environment = A${i}=1`, `lxc.cgroup2.devices.allow = c ${i}:1 rwm`, `# ${i}`][i % 4] ?? "";
  const text = Array.from({ length: 10_000 }, (_, i) => line(i)).join("\n");
  expect(lintExample(text)).toEqual([]);
});
