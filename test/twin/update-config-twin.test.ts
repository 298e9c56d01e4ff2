// lxc-update-config beside Debian's: the same result, but for the differences that docs/differences.md lists.
import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JESSIE, PRECISE, TRUSTY, WHEEZY } from "../../src/config/golden/old-configs.ts";
import { DIST } from "../kernel/place.ts";

const room = mkdtempSync("/tmp/update-twin-");
afterAll(() => {
  rmSync(room, { recursive: true });
  rmSync(`/run/lxc/lock${room}`, { recursive: true, force: true });
});
const PROGRAMS = { theirs: "/usr/bin/lxc-update-config", ours: join(DIST, "bin/lxc-update-config") } as const;

interface Ended { readonly status: number | null; readonly stdout: string; readonly stderr: string }
const run = (side: keyof typeof PROGRAMS, ...words: readonly string[]): Ended => {
  const { status, stdout, stderr } = spawnSync(PROGRAMS[side], words, { encoding: "utf8", cwd: room });
  return { status, stdout, stderr };
};
function updated(side: keyof typeof PROGRAMS, text: string): string {
  const dir = join(room, side);
  mkdirSync(dir, { recursive: true });
  rmSync(join(dir, "config.backup"), { force: true });
  writeFileSync(join(dir, "config"), text);
  expect(run(side, "-c", join(dir, "config")).status).toBe(0);
  const after = readFileSync(join(dir, "config"), "utf8");
  // ours keeps nothing where nothing changes
  if (side === "theirs" || after !== text) expect([side, readFileSync(join(dir, "config.backup"), "utf8")]).toEqual([side, text]);
  return after;
}

/** What both must agree on: no comments (ours keeps dropped lines as such), no kind of storage, which Debian's makes `dir:` in a longer file; Debian's leaves lxc.rootfs with more blanks. */
const agreed = (text: string): readonly string[] => text.split("\n").filter((line) => !line.startsWith("#")).map((line) => line.replace(/^(lxc\.rootfs\.path\s*=\s*)(?:dir|lvm):/, "$1").replace(/^lxc\.rootfs(\s+=)/, "lxc.rootfs.path$1"));

test.each([["precise", PRECISE], ["trusty", TRUSTY], ["wheezy", WHEEZY], ["jessie", JESSIE]])("%s", (_name, text) => {
  const ours = updated("ours", text);
  expect(agreed(ours)).toEqual(agreed(updated("theirs", text)));
  expect(ours.split("\n").length).toBe(text.split("\n").length);
});

/** Lines, what ours makes of them, and what Debian's does. */
const DIFFERENT: readonly (readonly [string, string, string, string])[] = [
  ["limits", "lxc.limit.nofile = 5\n", "lxc.prlimit.nofile = 5\n", "lxc.limit.nofile = 5\n"],
  ["comments", "# lxc.tty = 1\nlxc.arch = i686\n", "# lxc.tty = 1\nlxc.arch = i686\n", "# lxc.tty.max = 1\nlxc.arch = i686\n"],
  ["values", "lxc.mount.entry = /a lxc.tty none bind 0 0\n", "lxc.mount.entry = /a lxc.tty none bind 0 0\n", "lxc.mount.entry = /a lxc.tty.max none bind 0 0\n"],
  ["the kind of storage", "lxc.rootfs = /dev/vg/a\nlxc.rootfs.backend = lvm\n", "lxc.rootfs.path = lvm:/dev/vg/a\n#lxc.rootfs.backend = lvm\n", "lxc.rootfs.path = lvm:/dev/vg/a\n"],
  ["no kind of storage", "lxc.rootfs = /dev/vg/a\n", "lxc.rootfs.path = /dev/vg/a\n", "lxc.rootfs.path = dir:/dev/vg/a\n"],
  ["a path with a kind", "lxc.rootfs = overlayfs:/a:/b\n", "lxc.rootfs.path = overlayfs:/a:/b\n", "lxc.rootfs.path = dir:overlayfs:/a:/b\n"],
  ["blanks", "lxc.rootfs   = /a\n", "lxc.rootfs.path   = /a\n", "lxc.rootfs   = /a\n"],
  ["no successor", "lxc.kmsg = 0\nlxc.pivotdir = a\nlxc.arch = i686\n", "#lxc.kmsg = 0\n#lxc.pivotdir = a\nlxc.arch = i686\n", "lxc.arch = i686\n"],
  ["a number and an address", "lxc.network.0.type = veth\nlxc.network.0.ipv4 = 10.0.0.2/24\n", "lxc.net.0.type = veth\nlxc.net.0.ipv4.address = 10.0.0.2/24\n", "lxc.net.0.type = veth\nlxc.net.0.ipv4 = 10.0.0.2/24\n"],
  ["numbers after a clear", "lxc.network.type = veth\nlxc.network =\nlxc.network.type = empty\n", "lxc.net.0.type = veth\nlxc.net =\nlxc.net.0.type = empty\n", "lxc.net.0.type = veth\nlxc.net =\nlxc.net.1.type = empty\n"],
];
test.each(DIFFERENT)("different: %s", (_name, text, ours, theirs) => {
  expect([updated("ours", text), updated("theirs", text)]).toEqual([ours, theirs]);
});

test("no words, help and wrong command lines: the same status, help on stdout", () => {
  for (const words of [[], ["-h"], ["--help"], ["-c"], ["-c", "nope"], ["--bad"], ["foo"]]) {
    const [ours, theirs] = [run("ours", ...words), run("theirs", ...words)];
    expect([words, ours.status, ours.stdout !== "", ours.stderr !== ""]).toEqual([words, theirs.status, theirs.stdout !== "", theirs.stderr !== ""]);
  }
});

test("Debian's LXC reads what ours writes", () => {
  mkdirSync(join(room, "c"));
  for (const text of [PRECISE, WHEEZY, JESSIE]) {
    writeFileSync(join(room, "c/config"), text);
    expect(run("ours", "-c", "c/config").status).toBe(0);
    const { status, stdout, stderr } = spawnSync("/usr/bin/lxc-info", ["-P", room, "-n", "c", "-c", "lxc.rootfs.path", "-c", "lxc.net"], { encoding: "utf8" });
    expect([status, stdout.includes("lxc.rootfs.path = "), stderr]).toEqual([0, true, ""]);
  }
});
