// Mount entries in real containers of every kind: what can be written, who owns what, what comes along later,
// and what is refused with which words.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { berth, create, inside, leavePlace, makePlace, start } from "./place.ts";
import type { Kind, Place } from "./place.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";

function sh(line: string): string {
  const { status, stdout, stderr } = spawnSync("sh", ["-ec", line], { encoding: "utf8" });
  expect({ line, status, stderr: status === 0 ? "" : stderr }).toEqual({ line, status: 0, stderr: "" });
  return stdout.trim();
}
const home = (place: Place, ...path: readonly string[]): string => join(place.lxcpath, place.name, ...path);
const entries = (...lines: readonly string[]): readonly string[] => lines.map((line) => `lxc.mount.entry = ${line}`);
function withConfig<T>(place: Place, lines: readonly string[], body: () => T): T {
  const text = readFileSync(home(place, "config"), "utf8");
  appendFileSync(home(place, "config"), `${lines.join("\n")}\n`);
  try { return body(); } finally { writeFileSync(home(place, "config"), text); }
}
async function running(place: Place, lines: readonly string[], look: () => void | Promise<void>): Promise<void> {
  const before = snapshot({ ...place.watch, folders: [] });
  withConfig(place, lines, () => start(place));
  try { await look(); } finally { berth(place, "lxc-stop", ["-n", place.name, "-k"]); }
  expect(await leaksAtLast(before, { ...place.watch, folders: [] })).toEqual([]);
}
function refused(place: Place, lines: readonly string[], ...words: readonly string[]): void {
  const { status, stderr } = withConfig(place, lines, () => berth(place, "lxc-start", ["-n", place.name]));
  expect([status, words.filter((word) => !stderr.includes(word)), stderr]).toEqual([1, [], stderr]);
}
const denied = (place: Place, path: string): string => inside(place, `touch ${path} 2>&1 || true`);

const MOUNT_KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
describe.each([...MOUNT_KINDS])("%s", (kind: Kind) => {
  let place: Place;
  let host: string;
  beforeAll(() => {
    place = makePlace(kind);
    create(place);
    host = join(place.lxcpath, "host");
    for (const path of ["rw", "ro/below", "mapped", "lower", "shared", "closed/in"]) mkdirSync(join(host, path), { recursive: true });
    writeFileSync(join(host, "file"), "text");
    writeFileSync(join(host, "mapped/file"), "text");
    writeFileSync(join(host, "lower/file"), "lower");
    symlinkSync("file", join(host, "mapped/link"));
    for (const path of ["rw", "ro", "ro/below"]) chownSync(join(host, path), place.rootId, place.rootId);
    if (place.user !== undefined) chownSync(join(host, "closed"), place.user.uid, place.user.gid);
    chmodSync(join(host, "closed"), 0o700);
  });
  afterAll(async () => {
    rmSync(host, { recursive: true });
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  });

  test("binds: writable, read-only, of a file, of a socket, from below a closed directory", async () => {
    const server = createServer().listen(join(host, "socket"));
    try {
      const lines = entries(`${host}/rw srv/rw none bind,create=dir 0 0`, `${host}/ro srv/ro none bind,ro,create=dir 0 0`, `${host}/file srv/file none bind,ro,create=file 0 0`, `${host}/socket srv/socket none bind,create=file 0 0`, `${host}/closed/in srv/in none bind,create=dir 0 0`);
      await running(place, lines, () => {
        expect(inside(place, "echo new > /srv/rw/new; cat /srv/rw/new /srv/file; test -S /srv/socket && echo socket; ls -d /srv/in")).toBe("new\ntextsocket\n/srv/in");
        expect([denied(place, "/srv/ro/x"), denied(place, "/srv/file")]).toEqual(["touch: /srv/ro/x: Read-only file system", "touch: /srv/file: Read-only file system"]);
      });
      expect([statSync(join(host, "rw/new")).uid, existsSync(join(host, "ro/x"))]).toEqual([place.rootId, false]);
    } finally { server.close(); }
  });

  test("rbind, ro: the topmost mount is read-only, those below are as they are", async () => {
    sh(`mount -t tmpfs -o mode=777 below ${host}/ro/below`);
    try {
      await running(place, entries(`${host}/ro srv none rbind,ro 0 0`), () => {
        expect([denied(place, "/srv/x"), denied(place, "/srv/below/x")]).toEqual(["touch: /srv/x: Read-only file system", ""]);
      });
      if (kind !== "privileged") refused(place, entries(`${host}/ro srv none bind 0 0`), "lxc.mount.entry", `${host}/ro' cannot be bound`, "use rbind in place of bind");
    } finally { sh(`umount ${host}/ro/below`); }
  });

  test("shmounts: what the host mounts later is seen inside, what is mounted inside is not seen by the host", async () => {
    sh(`mount -t tmpfs -o mode=755 shared ${host}/shared; mount --make-shared ${host}/shared; mkdir ${host}/shared/later`);
    try {
      await running(place, [`lxc.mount.auto = shmounts:${host}/shared`], () => {
        sh(`mount -t tmpfs -o mode=777 later ${host}/shared/later`);
        expect(inside(place, "grep -c 'lxc-mounts/later .* tmpfs later' /proc/self/mountinfo")).toBe("1");
        inside(place, "touch /dev/.lxc-mounts/later/seen; mount -t tmpfs mine /dev/.lxc-mounts/later");
        expect(sh(`ls ${host}/shared/later; grep -c ' ${host}/shared/later ' /proc/self/mountinfo`)).toBe("seen\n1");
        sh(`umount ${host}/shared/later`);
        expect(inside(place, "grep -c 'tmpfs later' /proc/self/mountinfo || true")).toBe("0");
      });
    } finally { sh(`umount -R ${host}/shared`); }
  });

  test("one after the other: a file system, a bind into it, a move out of it, a remount, the fstab file first", async () => {
    writeFileSync(home(place, "fstab"), `# first\nfirst srv tmpfs size=1m,create=dir 0 0\n`);
    const lines = [`lxc.mount.fstab = ${home(place, "fstab")}`, ...entries(`${host}/rw srv/a\\040b none bind,create=dir 0 0`, "second mnt tmpfs size=1m 0 0", "mnt srv/moved none move,relative,create=dir 0 0", "tmpfs srv/moved tmpfs remount,ro 0 0", "no/such/source srv/x none bind,relative,optional,create=dir 0 0", "etc srv/etc none bind,relative,ro,create=dir 0 0")];
    await running(place, lines, () => {
      const mounted = inside(place, `awk '$5 ~ "^/(srv|mnt)" { for (i = 7; $i != "-"; i++); print $5, $6, $(i + 2) }' /proc/self/mountinfo | sed 's# /dev/.*##'`).split("\n").sort();
      expect(mounted.map((line) => line.replace(/^(\/srv\/(a\\040b|etc) \w+),.*$/, "$1"))).toEqual(["/srv rw,relatime first", "/srv/a\\040b rw", "/srv/etc ro", "/srv/moved ro,relatime second"]);
    });
    rmSync(home(place, "fstab"));
  });

  test("nosymfollow, and an overlay entry", async () => {
    mkdirSync(home(place, "upper"));
    mkdirSync(home(place, "work"));
    sh(`chown ${place.rootId}:${place.rootId} ${home(place, "upper")} ${home(place, "work")}`);
    await running(place, entries(`${host}/mapped srv/links none bind,nosymfollow,create=dir 0 0`, `overlay srv/over overlay lowerdir=${host}/lower,upperdir=${home(place, "upper")},workdir=${home(place, "work")},create=dir 0 0`), () => {
      expect(inside(place, "cat /srv/links/file; cat /srv/links/link 2>&1 || true")).toContain("textcat: can't open '/srv/links/link'");
      expect(inside(place, "cat /srv/over/file; echo more > /srv/over/more; ls /srv/over")).toBe("lowerfile\nmore");
    });
    expect([existsSync(home(place, "upper/more")), existsSync(join(host, "lower/more"))]).toEqual([true, false]);
    rmSync(home(place, "upper"), { recursive: true });
    rmSync(home(place, "work"), { recursive: true });
  });

  test("idmap=", async () => {
    const lines = entries(`${host}/mapped srv/mapped none bind,idmap=container,create=dir 0 0`, `${host}/mapped srv/plain none bind,create=dir 0 0`, `${host}/none srv/none none bind,idmap=container,optional,create=dir 0 0`, "tmpfs srv/tmp tmpfs idmap=container,create=dir 0 0");
    const look = "stat -c %u /srv/mapped/file /srv/plain/file /srv/tmp; touch /srv/mapped/new";
    if (kind === "privileged") refused(place, lines, "lxc.mount.entry", "'idmap=container' needs ids to map to", "set lxc.idmap");
    else if (kind === "user-owned") refused(place, lines, "lxc.mount.entry", "'idmap=container' is for containers that root starts", "lxc-usernsexec");
    else {
      await running(place, lines, () => expect(inside(place, look)).toBe("0\n65534\n0"));
      expect(statSync(join(host, "mapped/new")).uid).toBe(0);
      await running(place, entries("etc srv none bind,relative,idmap=container 0 0"), () => expect(inside(place, "stat -c %u /etc/passwd /srv/passwd")).toBe("0\n65534")); // 100000 is not in the map twice
      refused(place, entries("proc srv proc idmap=container 0 0"), "lxc.mount.entry", "the ids of a mount cannot be mapped", "take idmap= out");
      refused(place, entries(`${host}/mapped srv none bind,idmap=/proc/self/ns/user 0 0`), "lxc.mount.entry", "idmap");
      refused(place, entries(`${host}/mapped srv none bind,idmap=mine 0 0`), "neither 'container' nor the path of a user namespace");
    }
  });

  test("what the kernel refuses is said with key, line and reason", () => {
    const at = `${home(place, "config")}:`;
    refused(place, entries("tmpfs srv tmpfs size=much 0 0"), at, "lxc.mount.entry", "size=much");
    refused(place, entries(`${host}/rw srv none defaults 0 0`), at, "the option bind is missing");
    refused(place, entries("tmpfs srv/x/y tmpfs defaults 0 0"), at, "the target 'srv/x/y' of a mount does not exist", "create=dir");
    refused(place, entries(`${host}/file srv none bind 0 0`), at, "of another type than its source", "create=file");
    refused(place, entries(`${host}/rw etc/passwd none bind,create=dir 0 0`), at, "etc/passwd", "something of another kind is there");
    refused(place, entries(`${host}/rw srv none move 0 0`), at, "what was to be moved is no mount point");
    refused(place, entries("tmpfs srv tmpfs remount,ro 0 0"), at, "nothing is mounted on 'srv'");
    refused(place, [`lxc.mount.auto = shmounts:${host}/nowhere`], at, "lxc.mount.auto", "does not exist");
    refused(place, entries("overlay srv overlay lowerdir=/nowhere,upperdir=/nowhere,workdir=/nowhere 0 0"), at, "a layer of the overlay does not exist");
    refused(place, ["lxc.mount.fstab = /nowhere/fstab"], at, "the fstab file '/nowhere/fstab' does not exist");
  });
});
