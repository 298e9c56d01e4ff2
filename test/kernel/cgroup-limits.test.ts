// Limits written for cgroup v1 and for v2: on any host both reach the files that this host has, and one of the two
// configs is told that it was translated.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, initPid, inside, leavePlace, makePlace, works } from "./place.ts";
import type { Place } from "./place.ts";

let place: Place;
beforeAll(() => { place = makePlace("privileged"); });
afterAll(async () => { await leavePlace(place); });

/** Where init's files of a v1 controller are; on a host that has it in v2: its directory there. */
function directory(controller: string): { readonly version: 1 | 2; readonly path: string } {
  const own = readFileSync(`/proc/${initPid(place)}/cgroup`, "utf8").trim().split("\n").map((line) => line.split(":"));
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n").map((line) => line.split(" "));
  const mountOf = (isRight: (type: string, options: readonly string[]) => boolean): string =>
    mounts.find((field) => isRight(field[field.indexOf("-") + 1] ?? "", (field.at(-1) ?? "").split(",")))?.[4] ?? "none";
  const old = own.find(([, names = ""]) => names.split(",").includes(controller));
  if (old !== undefined) return { version: 1, path: join(mountOf((type, options) => type === "cgroup" && options.includes(controller)), old.slice(2).join(":")) };
  return { version: 2, path: join(mountOf((type) => type === "cgroup2"), own.find(([number]) => number === "0")?.slice(2).join(":") ?? "") };
}

/** Controller, its lines in both forms, and what both kinds of host then have in their files. */
const LIMITS = [
  { controller: "memory", v1: ["memory.limit_in_bytes = 96M"], v2: ["memory.max = 96M"], files: { 1: { "memory.limit_in_bytes": "100663296" }, 2: { "memory.max": "100663296" } } },
  { controller: "cpu", v1: ["cpu.shares = 512", "cpu.cfs_period_us = 50000", "cpu.cfs_quota_us = 25000"], v2: ["cpu.weight = 50", "cpu.max = 25000 50000"], files: { 1: { "cpu.shares": "512", "cpu.cfs_quota_us": "25000", "cpu.cfs_period_us": "50000" }, 2: { "cpu.weight": "50", "cpu.max": "25000 50000" } } },
  { controller: "pids", v1: ["pids.max = 77"], v2: ["pids.max = 77"], files: { 1: { "pids.max": "77" }, 2: { "pids.max": "77" } } },
  { controller: "cpuset", v1: ["cpuset.cpus = 0"], v2: ["cpuset.cpus = 0"], files: { 1: { "cpuset.cpus": "0" }, 2: { "cpuset.cpus": "0" } } },
] as const;
const DEVICES = ["devices.deny = a", "devices.allow = c 1:3 rwm", "devices.allow = c 5:* rwm", "devices.allow = c 136:* rwm"];

function checkFiles(): void {
  for (const { controller, files } of LIMITS) {
    const { version, path } = directory(controller);
    for (const [file, value] of Object.entries(files[version])) expect(`${controller} v${version} ${file} ${readFileSync(join(path, file), "utf8").trim()}`).toBe(`${controller} v${version} ${file} ${value}`);
  }
  const { version, path } = directory("devices");
  if (version === 1) expect(readFileSync(join(path, "devices.list"), "utf8").trim().split("\n")).toEqual(["c 1:3 rwm", "c 5:* rwm", "c 136:* rwm"]);
  expect(inside(place, "echo > /dev/null && echo null; (head -c1 /dev/zero > /dev/null) 2> /dev/null || echo no zero")).toBe("null\nno zero");
}

test.each([["lxc.cgroup", "v1"], ["lxc.cgroup2", "v2"]] as const)("%s.*: every limit is in the files of this host", (key, form) => {
  create(place, [...LIMITS.flatMap((limit) => limit[form]), ...DEVICES].map((text) => `${key}.${text}`));
  const { status, stderr } = berth(place, "lxc-start", ["-n", place.name, "-d"]);
  expect([status, stderr.includes("failed")]).toEqual([0, false]);
  checkFiles();
  const hosts = LIMITS.map(({ controller }) => directory(controller).version);
  const foreign = LIMITS.filter((_, index) => hosts[index] !== (form === "v1" ? 1 : 2));
  expect(stderr.split("\n").filter((text) => text.includes(" is applied as ")).length).toBe(foreign.flatMap((limit) => limit[form]).length + (directory("devices").version === (form === "v1" ? 1 : 2) ? 0 : 1));
  if (foreign.length > 0) expect(stderr).toContain(`/${place.name}/config:`);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  works(place, "lxc-destroy", ["-n", place.name]);
});

test("the plan names the user's own line, not its translation", () => {
  create(place, ["lxc.cgroup2.pids.max = 50", "lxc.cgroup.pids.max = 60"]);
  const both = berth(place, "lxc-start", ["-n", place.name, "--explain"]);
  expect([both.status, both.stderr.includes("applied as")]).toEqual([0, false]);
  expect(both.stdout).toContain(existsSync("/sys/fs/cgroup/cgroup.controllers") ? 'write "50"' : 'write "60"');
  works(place, "lxc-destroy", ["-n", place.name]);
  create(place, ["lxc.cgroup2.pids.max = 50"]);
  const { stdout } = berth(place, "lxc-start", ["-n", place.name, "--explain"]);
  expect(stdout.split("\n").find((text) => text.includes('write "50"'))).toMatch(/pids\.max {2}\[.*config:\d+ lxc\.cgroup2\.pids\.max\]$/);
  works(place, "lxc-destroy", ["-n", place.name]);
});
