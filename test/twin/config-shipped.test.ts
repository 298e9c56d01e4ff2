// Debian's own config files, of its packages lxc and lxc-templates: they load without a word, and ours of that name mean the same.
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readConfig, resolve } from "../../src/config/index.ts";
import { problemLines } from "../../src/config/golden/load.ts";
import { readConfigFile } from "../../src/host/store/read-config.ts";
import type { ContainerSpec } from "../../src/model/spec.ts";
import { ROOT } from "../kernel/place.ts";

const THEIRS = "/usr/share/lxc/config";
const SHARE = join(ROOT, "share");
const NAMES = readdirSync(THEIRS).filter((name) => name.endsWith(".conf"));
const FAMILIES = NAMES.filter((name) => name.endsWith(".common.conf")).map((name) => name.slice(0, -".common.conf".length));
const IDMAP = "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n";

type Side = "theirs" | "ours";
function load(side: Side, names: readonly string[], isRoot = true): { readonly spec: ContainerSpec; readonly warnings: readonly string[] } {
  const includes = names.map((name) => `lxc.include = ${THEIRS}/${name}\n`).join("");
  // the lines around it are those of a template
  const text = `${includes}${isRoot ? "" : IDMAP}lxc.rootfs.path = dir:/var/lib/lxc/c/rootfs\nlxc.uts.name = c\nlxc.net.0.type = empty\n`;
  // ours are found where theirs are missing; what other packages add (lxcfs) counts for both
  const read: typeof readConfigFile = (path) => (side === "ours" && path.startsWith("/usr/share/lxc/") && !path.includes(".conf.d") ? { kind: "missing" } : readConfigFile(path));
  const syntax = readConfig({ file: "/var/lib/lxc/c/config", text, read, cwd: "/", share: side === "ours" ? SHARE : "/nowhere" });
  if (!syntax.ok) throw new Error("readConfig never fails");
  const spec = resolve({ syntax: syntax.value, overrides: [], name: "c", lxcpath: "/var/lib/lxc", random: "0", isRoot, rootfsMountDefault: "/m", read, cwd: "/" });
  if (!spec.ok) throw new Error(problemLines(spec.problems).join("\n"));
  return { spec: spec.value, warnings: problemLines(spec.warnings ?? []) };
}

const texts = (list: readonly { readonly value: unknown }[]): readonly string[] => [...new Set(list.map(({ value }) => JSON.stringify(value)))].toSorted();

/** What the container becomes: no origins, no order where order means nothing. Device rules are compared apart. */
function meaning({ security, mounts, ...rest }: ContainerSpec): unknown {
  const whole = { ...rest, cgroup: undefined, capDrop: texts(security.capDrop), mounts: mounts.toSorted((a, b) => (a.target < b.target ? -1 : 1)), security: { ...security, capDrop: [] } };
  return JSON.parse(JSON.stringify(whole, (key, value: unknown) => (key === "from" || key === "configFile" ? undefined : typeof value === "bigint" ? String(value) : value)));
}

const PAIRS: readonly (readonly string[])[] = [...NAMES.map((name) => [name]), ...FAMILIES.flatMap((name) => (NAMES.includes(`${name}.userns.conf`) ? [[`${name}.common.conf`, `${name}.userns.conf`]] : [])), ["common.conf", "userns.conf"], ["common.conf", "nesting.conf"]];

test("Debian has what is to be compared", () => {
  expect(FAMILIES.length).toBeGreaterThan(15);
  for (const name of ["common.conf", "userns.conf", "nesting.conf"]) expect(NAMES).toContain(name);
});

describe.each(PAIRS.map((names) => [names.join(" + "), names] as const))("%s", (_, names) => {
  test("Debian's loads without a word, for root and for a user", () => {
    for (const isRoot of [true, false]) expect(load("theirs", names, isRoot).warnings).toEqual([]);
  });

  test("ours means the same", () => {
    const [theirs, ours] = [load("theirs", names), load("ours", names)];
    expect(ours.warnings).toEqual([]);
    expect(meaning(ours.spec)).toEqual(meaning(theirs.spec));
    // of the rules for devices Debian has some for cgroup v1 alone (and LXC 7 for v2 alone), ours are always for both
    const wanted = texts([...theirs.spec.cgroup.v1, ...theirs.spec.cgroup.v2]);
    expect([texts(ours.spec.cgroup.v1), texts(ours.spec.cgroup.v2)]).toEqual([wanted, wanted]);
  });
});

test("the same file of system calls", () => {
  const lines = (path: string): readonly string[] => { const answer = readConfigFile(path); return answer.kind === "file" ? answer.text.trim().split("\n").map((line) => line.replace(/ *#.*/, "")) : []; };
  expect(lines(join(SHARE, "lxc/config/common.seccomp"))).toEqual(lines(`${THEIRS}/common.seccomp`));
});
