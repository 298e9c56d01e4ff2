// The files of share/lxc/config: they load without a word, alone and as templates include them, and mean what LXC's do.
import { expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { problemLines } from "./golden/load.ts";
import { readConfig, resolve, type ReadFile } from "./index.ts";

const SHARE = join(import.meta.dir, "../../share");
/** Sees nothing of the machine but what Berth ships. */
const read: ReadFile = (path) => {
  if (!path.startsWith(SHARE)) return { kind: "missing" };
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return { kind: "missing" };
  return statSync(path).isDirectory() ? { kind: "directory", files: readdirSync(path) } : { kind: "file", text: readFileSync(path, "utf8") };
};
function loadShipped(...names: readonly string[]) {
  const text = names.map((name) => `lxc.include = /usr/share/lxc/config/${name}\n`).join("");
  const syntax = readConfig({ file: "config", text, read, cwd: "/", share: SHARE });
  if (!syntax.ok) throw new Error("readConfig never fails");
  const spec = resolve({ syntax: syntax.value, overrides: [], name: "c", lxcpath: "/l", random: "0", isRoot: true, rootfsMountDefault: "/m", read });
  if (!spec.ok) throw new Error(problemLines(spec.problems).join("\n"));
  expect(spec.warnings ?? []).toEqual([]);
  return spec.value;
}

test("common.conf: terminals, capabilities, devices, mounts, seccomp", () => {
  const spec = loadShipped("common.conf");
  expect([spec.ttyDir?.value, spec.ttyMax.value, spec.ptyMax.value]).toEqual(["lxc", 4, 1024]);
  expect(spec.security.capDrop.map((name) => name.value)).toEqual(["mac_admin", "mac_override", "sys_time", "sys_module", "sys_rawio"]);
  expect(spec.autoMounts).toMatchObject({ cgroup: { mode: "mixed", isFull: false, isForced: false }, proc: { mode: "mixed" }, sys: { mode: "mixed" } });
  expect(spec.mounts).toMatchObject([{ source: "/sys/fs/fuse/connections", target: "sys/fs/fuse/connections", options: ["bind"], isOptional: true }]);
  expect([spec.security.seccompProfile?.value, spec.hooks.clone?.[0]?.value]).toEqual(["/usr/share/lxc/config/common.seccomp", "/usr/share/lxc/hooks/clonehostname"]);
  const rules = ["a", "c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm", "c 10:229 rwm"];
  for (const files of [spec.cgroup.v1, spec.cgroup.v2]) {
    expect(files.map(({ value }) => value.value).toSorted()).toEqual(rules.toSorted());
    expect(files.map(({ value }) => value.file).slice(0, 2)).toEqual(["devices.deny", "devices.allow"]);
  }
});

test("userns.conf takes back what the id map makes needless", () => {
  const spec = loadShipped("common.conf", "userns.conf");
  expect([spec.ttyDir, spec.cgroup.v1, spec.cgroup.v2, spec.security.capDrop, spec.security.capKeep]).toEqual([undefined, [], [], [], undefined]);
  expect(spec.autoMounts).toMatchObject({ cgroup: { mode: "mixed" }, proc: { mode: "mixed" }, sys: { mode: "rw" } });
});

test("nesting.conf: whole proc and sysfs, hidden in /dev", () => {
  const spec = loadShipped("nesting.conf");
  expect(spec.mounts.map((mount) => [mount.source, mount.target, mount.fstype, mount.create, mount.isOptional])).toEqual([["proc", "dev/.lxc/proc", "proc", "dir", true], ["sys", "dev/.lxc/sys", "sysfs", "dir", true]]);
  expect(spec.security.apparmorProfile?.value).toBe("lxc-container-default-with-nesting");
});

test("common.seccomp refuses what reaches the host's kernel", () => {
  const lines = readFileSync(join(SHARE, "lxc/config/common.seccomp"), "utf8").trim().split("\n");
  expect(lines.slice(0, 4)).toEqual(["2", "denylist", "reject_force_umount", "[all]"]);
  expect(lines.slice(4).map((line) => line.replace(" errno 1", ""))).toEqual(["kexec_load", "open_by_handle_at", "init_module", "finit_module", "delete_module"]);
});
