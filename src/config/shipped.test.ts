// The files of share/lxc/config: they load without a word, alone and as templates include them, and mean what LXC's do.
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { problemLines } from "./golden/load.ts";
import { readConfig, resolve, shippedPath, type ReadFile } from "./index.ts";
import { parseText } from "./syntax.ts";

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

const NAMES = readdirSync(join(SHARE, "lxc/config")).filter((name) => name.endsWith(".conf"));
const FAMILIES = NAMES.filter((name) => name.endsWith(".common.conf") && name !== "oci.common.conf").map((name) => name.slice(0, -".common.conf".length));

test("every distribution has both of its files, and all of LXC's are there", () => {
  expect(FAMILIES.filter((name) => !NAMES.includes(`${name}.userns.conf`))).toEqual([]);
  const ofLxc = "alpine archlinux centos debian devuan fedora gentoo kali opensuse openwrt oracle plamo sabayon slackware sparclinux ubuntu ubuntu-cloud voidlinux".split(" ");
  expect(ofLxc.filter((name) => !FAMILIES.includes(name))).toEqual([]);
  for (const name of ["gentoo.moresecure.conf", "ubuntu.lucid.conf", "ubuntu-cloud.lucid.conf", "oci.common.conf"]) expect(NAMES).toContain(name);
});

test.each(FAMILIES)("%s: device rules for cgroup v1 and v2 are the same; with userns.conf the map is the only wall", (name) => {
  const { cgroup } = loadShipped(`${name}.common.conf`);
  expect(cgroup.v1.length).toBeGreaterThan(5);
  expect(cgroup.v2.map(({ value }) => value)).toEqual(cgroup.v1.map(({ value }) => value));
  const { cgroup: none, security, ttyDir } = loadShipped(`${name}.common.conf`, `${name}.userns.conf`);
  expect([none.v1, none.v2, security.capDrop, ttyDir]).toEqual([[], [], [], undefined]);
});

test("each file says first what it is for, and names only what is shipped", () => {
  for (const name of NAMES) {
    const file = join(SHARE, "lxc/config", name);
    const text = readFileSync(file, "utf8");
    expect([name, text.startsWith("# ")]).toEqual([name, true]);
    const named = parseText(file, text).lines.map(({ value }) => value).filter((value) => value.startsWith("/usr/share/lxc/"));
    expect([name, named.filter((path) => !existsSync(shippedPath(path, SHARE) ?? ""))]).toEqual([name, []]);
  }
});
