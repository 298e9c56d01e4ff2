import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probeCgroups } from "./cgroups.ts";

const root = mkdtempSync(join(tmpdir(), "berth-cgroups-"));
afterAll(() => rmSync(root, { recursive: true }));

const v1 = (name: string, options = name): string => `31 1 0:1 / ${root}/${name} rw - cgroup cgroup rw,xattr,${options}\n`;
const v2 = (at: string, mountRoot = "/"): string => `41 1 0:2 ${mountRoot} ${at} rw - cgroup2 cgroup2 rw,nsdelegate\n`;

mkdirSync(join(root, "unified/user.slice"), { recursive: true });
writeFileSync(join(root, "unified/cgroup.controllers"), "cpu memory\n");
writeFileSync(join(root, "unified/user.slice/cgroup.controllers"), "memory\n");
mkdirSync(join(root, "cpuset"));
writeFileSync(join(root, "cpuset/cpuset.cpus"), "0-3\n");
writeFileSync(join(root, "cpuset/cpuset.mems"), "0\n");

test("v2 alone: root goes below pid 1's cgroup, which is not init.scope; a user below its own", () => {
  const sources = { mountinfo: v2(`${root}/unified`), self: "0::/user.slice\n", first: "0::/init.scope\n" };
  const asRoot = probeCgroups({ ...sources, isBelowOwn: false });
  expect([asRoot.layout, asRoot.hierarchies[0]?.base, asRoot.hierarchies[0]?.controllers]).toEqual(["v2", "/", ["cpu", "memory"]]);
  const asUser = probeCgroups({ ...sources, isBelowOwn: true });
  expect([asUser.hierarchies[0]?.base, asUser.hierarchies[0]?.controllers, asUser.hierarchies[0]?.isWritable]).toEqual(["/user.slice", ["memory"], true]);
});

test("v1 names its controllers, cpuset also what a child must be given", () => {
  const facts = probeCgroups({ mountinfo: v1("cpuset") + v1("both", "cpu,cpuacct") + v1("systemd", "name=systemd"), self: "3:cpuset:/\n2:cpu,cpuacct:/a\n1:name=systemd:/\n", first: "3:cpuset:/\n", isBelowOwn: false });
  expect(facts.layout).toBe("v1");
  expect(facts.hierarchies.map(({ controllers, base }) => [controllers, base])).toEqual([[["cpuset"], "/"], [["cpu", "cpuacct"], "/a"], [["name=systemd"], "/"]]);
  expect([facts.hierarchies[0]?.cpusetCpus, facts.hierarchies[0]?.cpusetMems]).toEqual(["0-3", "0"]);
  expect(facts.hierarchies[1]?.isWritable).toBe(false);
});

test("hybrid has both; a hierarchy without a mount is none", () => {
  const self = "2:cpuset:/\n1:pids:/\n0::/\n";
  expect(probeCgroups({ mountinfo: v1("cpuset") + v2(`${root}/unified`), self, first: self, isBelowOwn: false }).layout).toBe("hybrid");
  expect(probeCgroups({ mountinfo: "", self, first: self, isBelowOwn: false })).toMatchObject({ layout: "none", hierarchies: [], self });
});

test("a mount that shows a part of the hierarchy: the base is relative to that part", () => {
  const facts = probeCgroups({ mountinfo: v2(`${root}/unified`, "/docker/1"), self: "0::/docker/1/user.slice\n", first: "", isBelowOwn: true });
  expect(facts.hierarchies[0]?.base).toBe("/user.slice");
  expect(probeCgroups({ mountinfo: v2(`${root}/unified`), self: "0::/../x\n", first: "", isBelowOwn: true }).hierarchies[0]?.base).toBe("/");
});
