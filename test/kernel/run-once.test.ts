// `berth run` without a name, or with --rm: from an image to a shell or a command, and nothing is left of it, whatever ends it.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheOf, containers, destroy, inPlace } from "./download-room.ts";
import { argvFor, berth as called, DIST, ended, eventually, type Kind, type Place, type Ran } from "./place.ts";

const PATIENCE_MS = 60_000;
let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-run-once-"));
  for (const name of ["bin", "dev", "etc", "proc", "root", "sbin", "sys", "tmp"]) mkdirSync(join(work, "tree", name), { recursive: true });
  cpSync("/bin/busybox", join(work, "tree/bin/busybox"));
  for (const name of ["sh", "sleep", "echo", "hostname", "id", "cat", "tty"]) symlinkSync("busybox", join(work, "tree/bin", name));
  const packed = spawnSync("tar", ["-C", join(work, "tree"), "-cf", join(work, "image.tar"), "--owner=0", "--group=0", "."], { encoding: "utf8" });
  if (packed.status !== 0) throw new Error(packed.stderr);
  spawnSync("chmod", ["755", work]);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const options = (place: Place): readonly string[] => ["-P", place.lxcpath, "-f", join(place.lxcpath, "in.conf"), "--image", `file:${join(work, "image.tar")}`];
const run = (place: Place, ...args: readonly string[]): Ran => called(place, "berth", ["run", ...options(place), ...args]);
/** A program in the place of an init that would have to boot. */
const withoutBoot = (place: Place): void => appendFileSync(join(place.lxcpath, "in.conf"), "lxc.init.cmd = /bin/sleep 1000\nlxc.signal.halt = SIGKILL\n");
/** The images of the machine are not those of a test. */
const cached = (place: Place): string => `LXC_CACHE_PATH=${cacheOf(place)}`;
const within = (kind: Kind, use: (place: Place) => void | Promise<void>) => () => inPlace(kind, async (place) => { withoutBoot(place); await use({ ...place, into: ["env", cached(place)] }); });

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  test("a command's output and status come through, and the container is gone; its name was its own", within(kind, (place) => {
    const { status, stdout } = run(place, "--", "sh", "-c", "hostname; id -u; exit 7");
    expect(stdout).toMatch(/^run-\d+-\w{4}\n0\n$/);
    expect([status, containers(place)]).toEqual([7, []]);
  }), PATIENCE_MS);

  test("a signal to it ends the command and the container", within(kind, async (place) => {
    const [program = "", ...args] = argvFor(place, [join(DIST, "bin/berth"), "run", ...options(place), "--", "sleep", "1000"]);
    const child = spawn(program, args, { stdio: "ignore" });
    await eventually("it runs", () => containers(place).some((name) => called(place, "lxc-info", ["-n", name, "-sH"]).stdout === "RUNNING\n"));
    child.kill("SIGTERM");
    await ended(child);
    await eventually("it is gone", () => containers(place).length === 0);
  }), PATIENCE_MS);
});

test("a shell on a terminal, and its status", within("privileged", (place) => {
  const line = [cached(place), join(DIST, "bin/berth"), "run", ...options(place)].join(" ");
  const { status, stdout } = spawnSync("script", ["-qec", line, "/dev/null"], { encoding: "utf8", input: "tty\nexit 5\n" });
  expect(stdout).toContain("/dev/pts/");
  expect([status, containers(place)]).toEqual([5, []]);
}), PATIENCE_MS);

test("--rm with a name: gone, too; but never one that was there before", within("privileged", (place) => {
  expect(run(place, "--rm", place.name, "--", "hostname")).toMatchObject({ status: 0, stdout: `${place.name}\n` } satisfies Partial<Ran>);
  expect(containers(place)).toEqual([]);
  expect(run(place, place.name, "--", "echo", "stays")).toMatchObject({ status: 0, stdout: "stays\n" });
  const { status, stderr } = run(place, place.name, "--rm", "--", "true");
  expect([status, stderr.includes("--rm removes what it has made itself")]).toEqual([1, true]);
  expect(containers(place)).toEqual([place.name]);
  called(place, "lxc-stop", ["-n", place.name, "-k"]);
  destroy(place);
}), PATIENCE_MS);

test("one that cannot start is gone as well, and the reason is told", within("privileged", (place) => {
  appendFileSync(join(place.lxcpath, "in.conf"), "lxc.hook.pre-start = /bin/false\n");
  const { status, stderr } = run(place, "--", "true");
  expect([status, stderr.includes("lxc.hook.pre-start ended with status 1"), containers(place)]).toEqual([1, true, []]);
}), PATIENCE_MS);

test("an image that is a template's name says so", within("privileged", (place) => {
  const { status, stderr } = called(place, "berth", ["run", "-P", place.lxcpath, "--image", "busybox"]);
  expect([status, containers(place)]).toEqual([1, []]);
  expect(stderr).toContain("'busybox' is a template: berth create NAME -t busybox");
}), PATIENCE_MS);
