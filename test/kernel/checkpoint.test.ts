// lxc-checkpoint where CRIU is not able to: what it cannot do is said before, its own reason and log after, and nothing has changed.
// That a container is written and comes back: test/system/checkpoint.check.sh, on a kernel that Debian's CRIU knows.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, initPid, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";

let place: Place;
let images: string;
beforeAll(() => {
  place = makePlace("privileged");
  images = join(place.lxcpath, "images");
  create(place);
});
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
});
const checkpoint = (...args: readonly string[]): ReturnType<typeof berth> => berth(place, "lxc-checkpoint", ["-n", place.name, "-D", images, ...args]);
const config = (): string => join(place.lxcpath, place.name, "config");

test("options that make no sense together", () => {
  const says = (...args: readonly string[]): string => { const ran = berth(place, "lxc-checkpoint", ["-n", place.name, ...args]); return ran.status === 1 ? ran.stderr : `status ${ran.status}`; };
  expect(says()).toBe("lxc-checkpoint: -D is required\n");
  expect(says("-D", images, "-r", "-s")).toBe("lxc-checkpoint: -s not compatible with -r\n");
  expect(says("-D", images, "-r", "-p")).toBe("lxc-checkpoint: -p and --predump-dir are not compatible with -r\n");
  expect(says("-D", images, "-F")).toBe("lxc-checkpoint: -d and -F are for -r\n");
});

test("a container that is not running, or that has terminals outside; a directory that holds nothing", () => {
  expect(checkpoint()).toMatchObject({ status: 1, stderr: expect.stringContaining("is not running") });
  start(place);
  const { status, stderr } = checkpoint("-s");
  expect([status, state(place)]).toEqual([1, "RUNNING"]);
  for (const part of ["its console cannot be written to files", "lxc.console.path = none", "lxc.tty.max: its terminals cannot"]) expect(stderr).toContain(part);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  appendFileSync(config(), "lxc.console.path = none\nlxc.tty.max = 0\n");
  expect(checkpoint("-r")).toMatchObject({ status: 1, stderr: expect.stringContaining(`there is no checkpoint in '${images}'`) });
});

test("the plan of a dump, a pre-dump and a dump after it", () => {
  start(place);
  const asked = (...args: readonly string[]): string => works(place, "lxc-checkpoint", ["-n", place.name, "-D", images, "--explain", ...args]);
  expect(asked()).toMatch(new RegExp(`run /usr/sbin/criu dump --tree ${initPid(place)} --images-dir ${images} --log-file dump.log -v2 .*--ext-mount-map auto .*--leave-running; `));
  const stop = asked("-s", "-v", "--predump-dir", "../before", "-A", "/bin/true");
  expect(stop).toMatch(/criu dump .*-vvvv .*--track-mem --prev-images-dir \.\.\/before --action-script \/bin\/true; /);
  expect(stop).not.toContain("--leave-running");
  expect(asked("-p")).toMatch(/criu pre-dump .*--track-mem; /);
  expect(existsSync(images)).toBe(false);
});

test("a dump that CRIU cannot do: its reason and its log, and the container goes on", () => {
  const pid = initPid(place);
  writeFileSync(images, ""); // a file, where a directory is to be
  expect(checkpoint("-s").stderr).toContain(images);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  start(place);
  expect(initPid(place)).not.toBe(pid);
  const missing = berth(place, "lxc-checkpoint", ["-n", place.name, "-D", `${images}.2`, "-s", "-A", join(place.lxcpath, "no-such-script"), "--predump-dir", "no-such-dump"]);
  expect(missing.stderr).toMatch(/CRIU could not do it: \S/);
  expect(missing.stderr).toContain(`its log says more: ${images}.2/dump.log`);
  expect([missing.status, state(place)]).toEqual([1, "RUNNING"]);
});

test("a checkpoint that is none: CRIU's reason and its log, and nothing is left of the start", async () => {
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  const broken = `${images}.3`;
  mkdirSync(broken);
  writeFileSync(join(broken, "inventory.img"), "");
  const before = snapshot(place.watch);
  for (const how of ["-d", "-F"]) {
    const ran = berth(place, "lxc-checkpoint", ["-n", place.name, "-D", broken, "-r", how]);
    expect([ran.status, state(place)]).toEqual([1, "STOPPED"]);
    const reason = /CRIU could not do it: (.*?) \(step/.exec(ran.stderr)?.[1] ?? "none was told";
    expect(readFileSync(join(broken, "restore.log"), "utf8")).toContain(reason);
    expect(ran.stderr).toContain(`its log says more: ${broken}/restore.log`);
  }
  expect((await leaksAtLast(before, place.watch)).filter((leak) => !leak.startsWith("files:"))).toEqual([]);
});

test("of a container with ids of its own: its root sees the images, and each it goes on from; the log is root's, and nothing of it is left", async () => {
  const [first, second] = [`${images}.closed/first`, `${images}.closed/second`];
  for (const path of [first, second]) { mkdirSync(path, { recursive: true, mode: 0o700 }); writeFileSync(join(path, "inventory.img"), ""); }
  chmodSync(`${images}.closed`, 0o700);
  symlinkSync("../first", join(second, "parent"));
  const own = readFileSync(config(), "utf8");
  appendFileSync(config(), "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n");
  const asked = (...args: readonly string[]): ReturnType<typeof berth> => berth(place, "lxc-checkpoint", ["-n", place.name, "-D", second, "-r", ...args]);
  const plan = asked("--explain").stdout;
  expect(plan).toMatch(new RegExp(`criu restore --images-dir ${second} .*--work-dir ${place.lxcpath}/${place.name}/\\.berth/images .*--cgroup-root /lxc\\.payload\\.${place.name} `));
  // what CRIU passes on its way from one to the other is seen so, too
  for (const path of [`${images}.closed`, first, second]) expect(plan).toMatch(new RegExp(`attach .* at ${path}  `));
  const before = snapshot(place.watch);
  const ran = asked();
  expect([ran.status, state(place), ran.stderr]).toEqual([1, "STOPPED", expect.stringContaining(`its log says more: ${second}/restore.log`)]);
  expect(statSync(join(second, "restore.log")).uid).toBe(0);
  expect(existsSync(join(place.lxcpath, place.name, ".berth/images"))).toBe(false);
  expect((await leaksAtLast(before, place.watch)).filter((leak) => !leak.startsWith("files:"))).toEqual([]);
  writeFileSync(config(), own);
});

test("a network that CRIU does not bring back is refused by its line", () => {
  const own = readFileSync(config(), "utf8");
  appendFileSync(config(), "lxc.net.0.type = macvlan\nlxc.net.0.link = lo\n");
  expect(checkpoint("-r", "-D", `${images}.3`)).toMatchObject({ status: 1, stderr: expect.stringContaining("CRIU writes it, and would say then 'net: couldn't restore macvlan interface'") });
  writeFileSync(config(), own);
  start(place);
});
