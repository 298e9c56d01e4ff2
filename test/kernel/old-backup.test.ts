// lxc-backup and lxc-restore, of Ubuntu 12.04: what is kept comes back, on each kind of storage; killed and full, nothing is lost.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";
import { home, sh } from "./port.ts";

// berth() of place.ts gives each command its lxcpath:
const PATIENCE_MS = 60_000;
const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
const refused = (place: Place, command: string, ...args: readonly string[]): string => {
  const ran = berth(place, command, args);
  expect([args, ran.status]).toEqual([args, 1]);
  return ran.stderr;
};
const backups = (place: Place): readonly string[] => readdirSync(home(place)).filter((name) => name.startsWith("rootfs.backup")).toSorted();
function mark(place: Place, text: string): void {
  writeFileSync(home(place, "rootfs/mark"), text);
  sh(`chown ${place.rootId + 5}:${place.rootId + 6} mark`, home(place, "rootfs"));
}
const read = (place: Place): string => readFileSync(home(place, "rootfs/mark"), "utf8");

describe.each([...KINDS])("%s", (kind) => {
  const place = makePlace(kind);
  const { name } = place;
  beforeAll(() => create(place), PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-n", name]); await leavePlace(place); }, PATIENCE_MS);

  test("numbered from 1; the latest or a named one comes back; the config stays", () => {
    expect(refused(place, "lxc-restore", name)).toBe(`lxc-restore: ${name} has no backup\n    remedy: lxc-backup ${name} makes one\n`);
    mark(place, "one");
    expect(works(place, "lxc-backup", [name])).toBe(`${name} is kept as ${home(place, "rootfs.backup.1")}\n`);
    mark(place, "two");
    expect(works(place, "lxc-backup")).toBe(`${name} is kept as ${home(place, "rootfs.backup.2")}\n`);
    mark(place, "three");
    sh("echo '# kept' >> config", home(place));
    expect(works(place, "lxc-restore", [name])).toBe(`${name} is as ${home(place, "rootfs.backup.2")} has kept it\n`);
    expect([read(place), backups(place), readFileSync(home(place, "config"), "utf8").includes("# kept")]).toEqual(["two", ["rootfs.backup.1", "rootfs.backup.2"], true]);
    works(place, "lxc-restore", [name, "1"]);
    expect([read(place), statSync(home(place, "rootfs/mark")).uid - place.rootId, readdirSync(home(place, ".berth")).filter((entry) => entry.startsWith("restore"))]).toEqual(["one", 5, []]);
    start(place);
    expect(inside(place, "cat /mark; stat -c %u:%g /mark")).toBe("one5:6");
    for (const command of ["lxc-restore", "lxc-backup"]) expect(refused(place, command, name)).toContain("is running");
    works(place, "lxc-backup", ["-a", name, "2"]);
    works(place, "lxc-stop", ["-n", name, "-k"]);
    works(place, "berth", ["import", "-P", place.lxcpath, `${name}2`, "-i", home(place, "rootfs.backup.2")]);
    expect(read({ ...place, name: `${name}2` })).toBe("one");
    works(place, "lxc-destroy", ["-n", `${name}2`]);
  }, PATIENCE_MS);

  test("what is refused changes nothing", () => {
    mark(place, "now");
    expect(refused(place, "lxc-restore", name, "7")).toContain("has no backup 7\n    remedy: it has 1, 2\n");
    for (const [command, ...args] of [["lxc-restore", name, "x"], ["lxc-backup", name, "0"], ["lxc-backup", name, "1", "2"], ["lxc-restore"]] as const) expect(refused(place, command, ...args)).toContain(`${command}: `);
    expect(refused(place, "lxc-backup", "nobody")).toContain("nobody");
    works(place, "lxc-copy", ["-n", name, "-N", `${name}c`, "-s"]);
    expect(refused(place, "lxc-restore", name)).toContain(`remedy: destroy ${name}c first`);
    works(place, "lxc-destroy", ["-n", `${name}c`]);
    if (kind === "user-owned") {
      sh("cp -p config kept; sed -i 's/^lxc.idmap = \\(.\\) 0 300000/lxc.idmap = \\1 0 900000/' config", home(place));
      expect(refused(place, "lxc-restore", name)).toContain("uids 900000-965535 of the host are not assigned to");
      sh("cat kept > config; rm kept", home(place));
    }
    truncateSync(home(place, "rootfs.backup.2"), 200_000);
    expect(refused(place, "lxc-restore", name, "2")).toContain("ends too early");
    symlinkSync("/etc", home(place, "rootfs.backup.9"));
    expect(refused(place, "lxc-restore", name)).toContain("is neither an archive nor a directory");
    sh("rm rootfs.backup.9", home(place));
    expect(read(place)).toBe("now");
  }, PATIENCE_MS);
});

describe("root", () => {
  const place = makePlace("privileged");
  const { name } = place;
  beforeAll(() => writeFileSync(join(place.lxcpath, "c.conf"), "lxc.net.0.type = empty\n"));
  afterAll(async () => { await leavePlace(place); }, PATIENCE_MS);

  test.each([["overlay", []], ["loop", ["--fssize", "48M"]]] as const)("%s: kept and brought back", (backend, words) => {
    const booted = (line: string): string => {
      start(place);
      const said = inside(place, line);
      works(place, "lxc-stop", ["-n", name, "-k"]);
      return said;
    };
    works(place, "lxc-create", ["-n", name, "-t", "busybox", "-f", join(place.lxcpath, "c.conf"), "-B", backend, ...words]);
    booted("echo one > /etc/mark");
    works(place, "lxc-backup", [name]);
    booted("rm /etc/mark; echo > /etc/later");
    works(place, "lxc-restore", [name]);
    expect(booted("cat /etc/mark; ls /etc/later 2>/dev/null || true")).toBe("one");
    works(place, "lxc-destroy", ["-n", name]);
  }, PATIENCE_MS);

  test("a directory that Ubuntu's lxc-backup has made comes back; a full file system keeps no half of one", () => {
    const small = join(place.lxcpath, "small");
    mkdirSync(small);
    sh("mount -t tmpfs -o size=4m none small", place.lxcpath);
    const there: Place = { ...place, lxcpath: small };
    try {
      create(there);
      mark(there, "one");
      mkdirSync(home(there, "rootfs.backup.3/bin"), { recursive: true });
      sh("cp -a rootfs/etc rootfs/mark rootfs.backup.3", home(there));
      mark(there, "two");
      expect(refused(there, "lxc-backup", name, "3")).toContain("is there already\n    cause: another LXC has made it");
      works(there, "lxc-restore", [name]);
      expect([read(there), existsSync(home(there, "rootfs/bin/busybox"))]).toEqual(["one", false]);
      sh("head -c 2M /dev/urandom > rootfs/large", home(there));
      expect(refused(there, "lxc-backup", name)).toContain(`no space left for '${home(there, "rootfs.backup.4")}'`);
      expect(backups(there)).toEqual(["rootfs.backup.3"]);
      works(there, "lxc-destroy", ["-n", name]);
    } finally {
      spawnSync("umount", [small]);
    }
  }, PATIENCE_MS);
});
