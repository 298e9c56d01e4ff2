// Berth's own file is out of reach of a container's root who is the host's root (CVE-2019-5736).
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { DIST, create, initPid, leavePlace, makePlace, start, works } from "./place.ts";
import type { Place } from "./place.ts";

let place: Place;
let copy: string;
beforeAll(() => {
  place = makePlace("privileged");
  create(place);
  const rootfs = join(place.lxcpath, place.name, "rootfs");
  const built = spawnSync("musl-gcc", ["-static", "-O2", "-o", join(rootfs, "bin/thief"), join(import.meta.dir, "own-file-thief.c")], { encoding: "utf8" });
  expect(built.stderr).toBe("");
  copy = join(place.lxcpath, "copy");
  mkdirSync(join(copy, "libexec/berth"), { recursive: true });
  cpSync(join(DIST, "bin"), join(copy, "bin"), { recursive: true, verbatimSymlinks: true });
  // a file of its own: the container's monitor must not be what keeps it from being written to
  copyFileSync(join(DIST, "libexec/berth/berth-engine"), join(copy, "libexec/berth/berth-engine"));
  symlinkSync(join(DIST, "libexec/berth/berth-planner"), join(copy, "libexec/berth/berth-planner"));
  start(place);
});
afterAll(async () => {
  works(place, "lxc-destroy", ["-n", place.name, "-f"]);
  rmSync(copy, { recursive: true, force: true });
  await leavePlace(place);
});

/** What the thief inside says while `enter` is run on the host, again and again until it has got hold of its file. */
async function stolenFrom(enter: readonly string[]): Promise<string[]> {
  const thief = spawn("nsenter", ["-t", String(initPid(place)), "-m", "-p", "--", "/bin/thief"], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const ended = new Promise((resolve) => { thief.once("close", resolve); });
  thief.stdout.on("data", (text: Buffer) => { said += text.toString(); });
  try {
    const until = async (word: string, meanwhile: () => void): Promise<void> => {
      const end = performance.now() + 60_000;
      while (!said.includes(word)) {
        if (performance.now() > end) throw new Error(`the thief never said: ${word}`);
        meanwhile();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    await until("ready", () => undefined);
    await until("stolen", () => { spawnSync(enter[0] ?? "", enter.slice(1), { stdio: "ignore" }); });
    await ended;
  } finally {
    thief.kill("SIGKILL");
  }
  return said.trim().split("\n");
}

test("an executable that is not sheltered can be written to from inside", async () => {
  const victim = join(place.lxcpath, "victim");
  copyFileSync("/usr/bin/nsenter", victim);
  const said = await stolenFrom([victim, "-t", String(initPid(place)), "-m", "-p", "--", "/proc/self/exe", "--version"]);
  rmSync(victim);
  expect(said).toEqual(["ready", "stolen", "written", "mount_setattr -1", "remount -1", "written"]);
}, 120_000);

test("ours cannot: not while a command is attached, not after, not by making its mount writable", async () => {
  const engine = join(copy, "libexec/berth/berth-engine");
  expect([existsSync(engine), statSync(engine).ino === statSync(join(DIST, "libexec/berth/berth-engine")).ino]).toEqual([true, false]);
  const said = await stolenFrom([join(copy, "bin/lxc-attach"), "-P", place.lxcpath, "-n", place.name, "--", "/bin/true"]);
  expect(said).toEqual(["ready", "stolen", "Read-only file system", "mount_setattr -1", "remount -1", "Read-only file system"]);
}, 120_000);

test("nor by a command that is the file itself", async () => {
  const said = await stolenFrom([join(copy, "bin/lxc-attach"), "-P", place.lxcpath, "-n", place.name, "--", "/proc/self/exe"]);
  // where no mount can be made, inside, it is a sealed copy in memory
  expect(["Read-only file system", "Operation not permitted"]).toContain(said[2] ?? "");
  expect(said.slice(2).includes("written")).toBe(false);
}, 120_000);

test("where its helpers are is nothing that a caller's environment can say", () => {
  const bad = join(place.lxcpath, "bad");
  mkdirSync(join(bad, "libexec/berth"), { recursive: true });
  symlinkSync("/bin/true", join(bad, "libexec/berth/berth-planner"));
  const engine = join(copy, "libexec/berth/berth-engine");
  const asked = (argv: readonly string[]): string => spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8", env: { PATH: "/usr/bin:/bin", BERTH_PREFIX: bad } }).stderr;
  // perl executes it by its descriptor, as sudo may
  const byDescriptor = `open(my $file, "<", "${engine}") or die; $^F = 99; my ($none, $nr, $flag) = ("", ${process.arch === "arm64" ? 281 : 322}, 0x1000);
    my @words = map { $_ . chr(0) } "lxc-attach", "-n", "no-such"; my $env = "BERTH_PREFIX=${bad}" . chr(0);
    my ($argv, $envp) = (pack("P P P x8", @words), pack("P x8", $env)); syscall($nr, fileno($file), $none, $argv, $envp, $flag); die "$!"`;
  const said = [asked([join(copy, "bin/lxc-attach"), "-n", "no-such"]), asked(["perl", "-e", byDescriptor])];
  rmSync(bad, { recursive: true });
  for (const text of said) expect(text).not.toContain(bad);
  for (const text of said) expect(text).toContain("no-such");
});
