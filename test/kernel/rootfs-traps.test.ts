// A root file system that is a trap: a directory of 100,000 entries, FIFOs, sockets and links out of it where files and devices are looked
// for. Whatever is done with the container ends, by itself, and nothing outside is touched.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, leavePlace, makePlace, state, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";

/** Each kind has a huge directory; one is enough for the largest. ext4(5) has at most 65,000 names of a file. */
const manyOf = (kind: Kind): number => (kind === "root-owned" ? 100_000 : 2_000);
const NAMES = 50_000;
const KILLED = 137; // by spawnSync, when its patience has ended
const sh = (line: string): void => {
  const { status, stderr } = spawnSync("sh", ["-ec", line], { encoding: "utf8" });
  expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: "" });
};

/** Names below /dev that a start, a login and a shell use. */
const NODES = ["null", "zero", "full", "random", "urandom", "tty", "console", "ptmx", "tty1", "log", "initctl"];
const FILES = ["etc/passwd", "etc/group", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/fstab", "etc/shadow", "etc/nsswitch.conf", "etc/ld.so.cache", "var/run/utmp"];

function fill(directory: string, count: number): void {
  mkdirSync(directory, { recursive: true });
  for (let i = 0; i < count; i++) {
    const first = join(directory, String(i - (i % NAMES)));
    if (i % NAMES === 0) writeFileSync(first, "");
    else linkSync(first, join(directory, String(i)));
  }
}

function setTraps(rootfs: string, outside: string): void {
  mkdirSync(join(rootfs, "var/run"), { recursive: true });
  rmSync(join(rootfs, "dev"), { recursive: true, force: true });
  mkdirSync(join(rootfs, "dev"));
  for (const name of NODES) sh(`mkfifo ${rootfs}/dev/${name}`);
  for (const name of ["fd", "stdin", "stdout", "stderr"]) symlinkSync(outside, join(rootfs, "dev", name));
  for (const name of FILES) {
    rmSync(join(rootfs, name), { force: true });
    sh(`mkfifo ${rootfs}/${name}`);
  }
  for (const name of ["tmp", "run"]) {
    rmSync(join(rootfs, name), { recursive: true, force: true });
    symlinkSync(outside, join(rootfs, name));
  }
  symlinkSync("../../../../../../..", join(rootfs, "up"));
}

const TRAPPED: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
describe.each([...TRAPPED])("%s", (kind: Kind) => {
  let place: Place, outside: string, rootfs: string;
  beforeAll(() => {
    place = makePlace(kind);
    create(place);
    rootfs = join(place.lxcpath, place.name, "rootfs");
    outside = join(place.lxcpath, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "kept"), "kept");
    setTraps(rootfs, outside);
    fill(join(rootfs, "many"), manyOf(kind));
    sh(`chown -hR ${place.rootId}:${place.rootId} ${rootfs}/dev ${rootfs}/etc ${rootfs}/many ${rootfs}/var; chmod 1777 ${outside}`);
  }, 120_000);
  afterAll(async () => {
    rmSync(outside, { recursive: true, force: true });
    await leavePlace(place);
  }, 60_000);
  /** Ended by itself; how, is its own affair. */
  const ends = (command: string, args: readonly string[]): number => {
    const ran = berth(place, command, ["-n", place.name, ...args]);
    expect({ command, args, status: ran.status, stderr: ran.stderr }).not.toMatchObject({ status: KILLED });
    return ran.status;
  };
  const withConfig = (more: readonly string[], use: () => void): void => {
    const config = join(place.lxcpath, place.name, "config");
    const text = readFileSync(config, "utf8");
    writeFileSync(config, `${text}${more.map((line) => `${line}\n`).join("")}`);
    try { use(); } finally { writeFileSync(config, text); }
  };
  const untouched = (): void => {
    expect(readdirSync(outside)).toEqual(["kept"]);
    expect(readFileSync(join(outside, "kept"), "utf8")).toBe("kept");
  };

  test.each([["as it comes", []], ["with the image's own /dev", ["lxc.autodev = 0", "lxc.tty.max = 2"]]] as const)("start, attach, execute: %s", (_, more) => {
    withConfig(more, () => {
      works(place, "lxc-start", ["-n", place.name, "-d"]);
      expect(works(place, "lxc-attach", ["-n", place.name, "--", "/bin/echo", "in"])).toBe("in\n");
      expect(berth(place, "lxc-attach", ["-n", place.name], { input: "echo shell\n" })).toMatchObject({ status: 0, stdout: "shell\n" });
      expect(works(place, "lxc-attach", ["-n", place.name, "--", "ls", "/up/many"]).split("\n").length).toBe(manyOf(kind) + 1);
      ends("lxc-info", []);
      works(place, "lxc-stop", ["-n", place.name, "-k"]);
      expect(state(place)).toBe("STOPPED");
      expect(works(place, "lxc-execute", ["-n", place.name, "--", "/bin/echo", "run"])).toBe("run\n");
      expect(state(place)).toBe("STOPPED");
    });
    untouched();
  }, 120_000);

  test.each(["sys", "proc", "dev/shm", "dev/pts"])("%s is a link out of it: the start is refused", (name) => {
    withConfig(name.startsWith("dev/") ? ["lxc.autodev = 0"] : [], () => {
      const away = join(rootfs, "away");
      if (existsSync(join(rootfs, name))) renameSync(join(rootfs, name), away);
      symlinkSync(outside, join(rootfs, name));
      const { status, stderr } = berth(place, "lxc-start", ["-n", place.name, "-d"]);
      rmSync(join(rootfs, name));
      if (existsSync(away)) renameSync(away, join(rootfs, name));
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/the directory '[^']*'.*: file exists/) });
      expect(state(place)).toBe("STOPPED");
    });
    untouched();
  });

  test("copy, and destroy of both", () => {
    const name = `${place.mark}d`;
    expect(berth(place, "lxc-copy", ["-n", place.name, "-N", name]).status).toBe(0);
    const copied = join(place.lxcpath, name, "rootfs");
    expect(readdirSync(join(copied, "many")).length).toBe(manyOf(kind));
    expect(lstatSync(join(copied, "etc/passwd")).isFIFO()).toBe(true);
    expect(statSync(join(copied, "dev/null")).isFIFO()).toBe(true);
    works(place, "lxc-destroy", ["-n", name]);
    works(place, "lxc-destroy", ["-n", place.name]);
    expect([existsSync(join(place.lxcpath, name)), existsSync(join(place.lxcpath, place.name))]).toEqual([false, false]);
    untouched();
  }, 120_000);
});
