// berth config lint on real containers and hostile ones: nothing untrue, nothing followed out of a root, nothing that hangs.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, leavePlace, makePlace } from "./place.ts";
import type { Place, Ran } from "./place.ts";

interface Found { readonly rule: string; readonly text: string; readonly severity: string; readonly line?: number }
const lint = (place: Place, ...words: readonly string[]): Ran => berth(place, "berth", ["config", "lint", ...words, "-P", place.lxcpath]);
function found(place: Place, ...words: readonly string[]): readonly Found[] {
  const { stdout, stderr } = lint(place, ...words, "--format", "json");
  expect(stderr).toBe("");
  const { findings }: { readonly findings: readonly Found[] } = JSON.parse(stdout);
  return findings;
}
const told = (all: readonly Found[]): readonly string[] => all.map(({ rule, text }) => `${rule}: ${text}`);

/** The machine's own users have often been granted the ids from 100000 on. */
const withFreeIds = (place: Place): Place => ({ ...place, config: place.config.map((line) => line.replace(" 0 100000 65536", " 0 1700000000 65536")) });

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  let place: Place;
  let config: string;
  beforeAll(() => {
    place = withFreeIds(makePlace(kind));
    config = join(place.lxcpath, place.name, "config");
    create(place);
  });
  afterAll(async () => { await leavePlace(place); });

  test("what lxc-create makes is in order, but for what a privileged container is", () => {
    const expected = kind === "privileged" ? ["idmap-none", "seccomp-missing"] : [];
    // a user who was handed no cgroup is told so
    const all = found(place, place.name).filter(({ rule }) => rule !== "cgroup-void");
    expect(all.filter(({ severity }) => severity !== "hint").map(({ rule, text }) => (expected.includes(rule) ? rule : `${rule}: ${text}`))).toEqual(expected);
    expect(lint(place, place.name).status).toBe(0);
    if (kind !== "user-owned") expect(lint(place, place.name, "--strict").status).toBe(kind === "root-owned" ? 0 : 1);
  });

  test("nothing is changed", () => {
    const before = [readFileSync(config, "utf8"), readdirSync(join(place.lxcpath, place.name)).toSorted().join()];
    lint(place, place.name);
    expect([readFileSync(config, "utf8"), readdirSync(join(place.lxcpath, place.name)).toSorted().join()]).toEqual(before);
  });

  test("a finding stands with its line, a mark and a remedy", () => {
    const before = readFileSync(config, "utf8");
    appendFileSync(config, "lxc.mount.entry = /nowhere-at-all srv none bind,create=dir 0 0\n");
    const { status, stdout } = lint(place, place.name);
    writeFileSync(config, before);
    expect(status).toBe(1);
    expect(stdout).toContain("error: the source '/nowhere-at-all' does not exist [bind-source-missing]\n    lxc.mount.entry = /nowhere-at-all srv none bind,create=dir 0 0\n                      ^^^^^^^^^^^^^^^\n");
  });

  test("keys of a security module that this kernel does not run are told, each with the reason", () => {
    const before = readFileSync(config, "utf8");
    appendFileSync(config, "lxc.apparmor.profile = generated\nlxc.apparmor.raw = deny /x r,\nlxc.apparmor.allow_nesting = 1\nlxc.selinux.context = unconfined_t\n");
    const modules = existsSync("/sys/kernel/security/lsm") ? readFileSync("/sys/kernel/security/lsm", "utf8") : "";
    const all = found(place, place.name).filter(({ rule }) => rule.endsWith("armor-void") || rule === "selinux-void").map(({ rule, text }) => `${rule}: ${text}`);
    writeFileSync(config, before);
    const apparmor = "apparmor-void: this kernel runs no AppArmor:";
    expect(all.toSorted()).toEqual([
      ...(modules.includes("apparmor") ? [] : [`${apparmor} the container is not confined by a profile`, `${apparmor} lxc.apparmor.raw does nothing`, `${apparmor} lxc.apparmor.allow_nesting does nothing`]),
      ...(modules.includes("selinux") ? [] : ["selinux-void: this kernel runs no SELinux: lxc.selinux.context does nothing"]),
    ].toSorted());
  });

  test("links of the root stay in the root, fifos and loops do not hold it up", () => {
    const before = readFileSync(config, "utf8");
    const root = join(place.lxcpath, place.name, "rootfs");
    symlinkSync("/etc/nowhere-at-all", join(root, "out"));
    symlinkSync("loop", join(root, "loop"));
    expect(spawnSync("mkfifo", [join(root, "pipe")]).status).toBe(0);
    appendFileSync(config, "lxc.mount.entry = /etc/nowhere-at-all out none bind 0 0\nlxc.mount.entry = /etc loop/x none bind 0 0\nlxc.mount.entry = /etc pipe none bind,ro 0 0\n");
    const all = told(found(place, place.name));
    writeFileSync(config, before);
    for (const name of ["out", "loop", "pipe"]) rmSync(join(root, name));
    expect(all).toContain("mount-target-missing: 'out' does not exist in the container's root");
    expect(all).toContain("mount-target-symlink: 'out' in the container's root is a link to '/etc/nowhere-at-all'");
    expect(all).toContain("mount-target-missing: 'loop/x' does not exist in the container's root");
    expect(all).toContain("bind-kinds-differ: '/etc' is a directory, 'pipe' in the container's root is none");
  });
});

describe("files", () => {
  let place: Place;
  beforeAll(() => { place = makePlace("privileged"); });
  afterAll(async () => { await leavePlace(place); });
  const file = (text: string): string => { const path = join(place.lxcpath, "web.conf"); writeFileSync(path, text); return path; };

  test("a hook that everybody may change, one that is not there, one that is not executable", () => {
    const hooks = join(place.lxcpath, "hooks");
    mkdirSync(hooks);
    for (const name of ["good", "open", "plain"]) writeFileSync(join(hooks, name), "#!/bin/sh\n");
    chmodSync(join(hooks, "good"), 0o755);
    chmodSync(join(hooks, "open"), 0o757);
    chmodSync(join(hooks, "plain"), 0o644);
    const path = file(["good", "open", "plain", "gone"].map((name) => `lxc.hook.pre-start = ${hooks}/${name}\n`).join(""));
    expect(told(found(place, "--file", path)).filter((text) => text.includes(hooks))).toEqual([
      `file-open-to-others: everybody may change '${hooks}/open', and so what this hook does`,
      `hook-unusable: '${hooks}/plain' is not executable`, `hook-unusable: '${hooks}/gone' does not exist`,
    ]);
  });

  test("--text-only does not look at the machine", () => {
    const path = file("lxc.mount.entry = /nowhere-at-all srv none bind,create=dir 0 0\n");
    expect([lint(place, "--file", path).status, lint(place, "--file", path, "--text-only").status]).toEqual([1, 0]);
  });

  test("--strict makes old names errors", () => {
    const path = file("lxc.utsname = web\n");
    expect([lint(place, "--file", path).status, lint(place, "--file", path, "--strict").status]).toEqual([0, 1]);
    expect(lint(place, "--file", path, "--strict").stdout).toContain(`${path}:1:1: error: `);
  });

  test("Debian's own files, and what its template makes, are in order", () => {
    const folder = "/usr/share/lxc/config";
    const names = readdirSync(folder).filter((name) => name.endsWith(".conf"));
    expect(names.length).toBeGreaterThan(3);
    // this kernel has no AppArmor, and only a hint says so
    for (const name of names) expect([name, told(found(place, "--file", join(folder, name)).filter(({ rule }) => rule !== "apparmor-void"))]).toEqual([name, []]);
    expect(found(place, "--file", join(folder, "nesting.conf")).map(({ rule, severity }) => [rule, severity])).toEqual([["apparmor-void", "hint"]]);
    const made = spawnSync("/usr/bin/lxc-create", ["-P", place.lxcpath, "-n", "deb", "-t", "busybox", "-f", file("lxc.net.0.type = empty\n")], { encoding: "utf8" });
    expect([made.status, existsSync(join(place.lxcpath, "deb/config"))]).toEqual([0, true]);
    expect(found(place, "deb").map(({ rule }) => rule)).toEqual(["idmap-none", "seccomp-missing", "ptys-few"]);
    expect(spawnSync("/usr/bin/lxc-destroy", ["-P", place.lxcpath, "-n", "deb"]).status).toBe(0);
  });
});
