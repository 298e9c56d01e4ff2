// Images that want out: symbolic links in the way of every mount, also ones that change while we work; and a /dev and
// mount points full of traps. No start hangs, and nothing outside the root is touched or seen.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { berth, create, ended, leavePlace, makePlace } from "./place.ts";
import type { Kind, Place } from "./place.ts";

const tools = mkdtempSync(join(tmpdir(), "berth-flip-"));
const flip = join(tools, "flip");
beforeAll(() => { expect(spawnSync("gcc", ["-O2", "-o", flip, join(import.meta.dir, "flip.c")]).status).toBe(0); });
afterAll(() => rmSync(tools, { recursive: true }));

const ROUNDS = 8;
const ESCAPE_KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
describe.each([...ESCAPE_KINDS])("%s", (kind: Kind) => {
  let place: Place;
  let victim: string;
  const rootfs = (...path: readonly string[]): string => join(place.lxcpath, place.name, "rootfs", ...path);
  const config = (): string => join(place.lxcpath, place.name, "config");
  beforeAll(() => {
    place = makePlace(kind);
    create(place);
    victim = join(place.lxcpath, "victim");
    for (const path of [victim, join(victim, "in"), join(place.lxcpath, "host")]) mkdirSync(path);
    for (const path of ["outside-file", "in/outside-file"]) writeFileSync(join(victim, path), "");
    writeFileSync(join(place.lxcpath, "host/file"), "");
    spawnSync("chown", ["-R", `${place.rootId}:${place.rootId}`, victim]); // were it reached, it could be written
  });
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    for (const path of ["victim", "host"]) rmSync(join(place.lxcpath, path), { recursive: true });
    await leavePlace(place);
  });
  const untouched = (): void => expect(readdirSync(victim, { recursive: true, encoding: "utf8" }).sort()).toEqual(["in", "in/outside-file", "outside-file"]);
  function withConfig<T>(lines: readonly string[], body: () => T): T {
    const text = readFileSync(config(), "utf8");
    appendFileSync(config(), `${lines.join("\n")}\n`);
    try { return body(); } finally { writeFileSync(config(), text); }
  }

  test.each([["an absolute link", () => victim], ["a link upwards", () => `../../../../../../../../../../..${victim}`], ["a link through /proc", () => `/proc/self/root${victim}`], ["a link to /", () => "/"]])("%s that takes turns with a directory", async (_, target) => {
    for (const path of ["spot", `.${victim}`]) mkdirSync(rootfs(path, "in"), { recursive: true });
    symlinkSync(target(), rootfs("spot.link"));
    spawnSync("chown", ["-hR", `${place.rootId}:${place.rootId}`, rootfs()]);
    const racer = spawn(flip, [rootfs("spot"), rootfs("spot.link")], { stdio: "ignore" });
    const lines = [`${place.lxcpath}/host spot/in none bind,create=dir 0 0`, "tmpfs spot/t tmpfs size=1m,create=dir 0 0", `${place.lxcpath}/host/file spot/f none bind,create=file 0 0`, "spot/in srv none bind,relative,optional,create=dir 0 0", "spot mnt none rbind,relative,optional,create=dir 0 0"].map((line) => `lxc.mount.entry = ${line}`);
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const { status, stdout, stderr } = withConfig(lines, () => berth(place, "lxc-execute", ["-n", place.name, "--", "sh", "-c", "find /srv /mnt -xdev -name outside-file 2>/dev/null || true"]));
        expect(status === 0 || /lxc\.mount\.entry/.test(stderr) || stderr).toBe(true);
        expect(stdout).toBe("");
        untouched();
      }
      expect(racer.exitCode).toBe(null);
    } finally {
      racer.kill("SIGKILL");
      await ended(racer);
      for (const path of ["spot", "spot.link"]) rmSync(rootfs(path), { recursive: true, force: true });
    }
  }, 120_000);

  test("pipes, links, devices and crowds where mounts and terminals go", () => {
    const set = (line: string): void => expect(spawnSync("sh", ["-ec", line], { cwd: rootfs() }).status).toBe(0);
    const started = (lines: readonly string[]): { status: number; stderr: string } => {
      const ran = withConfig(lines, () => berth(place, "lxc-execute", ["-n", place.name, "--", "true"]));
      untouched();
      return ran; // a hang would have ended by the patience of berth(), with status 137
    };
    set("mkdir -p srv; mv dev dev.kept; mkfifo pipe; mkdir crowd; cd crowd; seq 4000 | xargs touch");
    for (const trap of [`ln -s ${victim} dev`, `ln -s pipe dev`, "mkfifo dev", "mkdir dev; for n in null zero full random urandom tty tty1 console ptmx pts fd stdin .lxc-boot-id; do mkfifo dev/$n; done", `mkdir dev; ln -s ${victim} dev/pts; ln -s ${victim}/new dev/console; ln -s ${victim}/new dev/ptmx; ln -s ${victim}/new dev/null`]) {
      set(trap);
      set(`chown -hR ${place.rootId}:${place.rootId} dev pipe`);
      for (const autodev of [0, 1]) {
        const { status, stderr } = started([`lxc.autodev = ${autodev}`, "lxc.tty.max = 1"]);
        expect([trap, autodev, [0, 1].includes(status) || stderr]).toEqual([trap, autodev, true]);
      }
      set("rm -rf dev");
    }
    set("mv dev.kept dev; mv proc proc.kept; mkfifo proc");
    expect(started([]).stderr).toContain("proc");
    set("rm proc; mv proc.kept proc");
    for (const [entry, status] of [[`${place.lxcpath}/host pipe none bind 0 0`, 1], [`${place.lxcpath}/host/file pipe none bind 0 0`, 0], ["pipe srv none bind,relative 0 0", 1], ["pipe etc/hostname none bind,relative,create=file 0 0", 0], ["crowd srv none rbind,relative 0 0", 0], [`${place.lxcpath}/host crowd none bind 0 0`, 0]] as const) {
      const ran = started([`lxc.mount.entry = ${entry}`]);
      expect([entry, ran.status, status === 0 ? ran.stderr : ""]).toEqual([entry, status, status === 0 ? expect.not.stringContaining("failed to start") : ""]);
    }
    set("rm -rf pipe crowd");
  }, 120_000);
});
