// lxc-start --wait: the command ends when the container has come as far as it says, and tells what is missing when the time is over.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, berthStarted, create, ended, eventually, initPid, inside, KINDS, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";

const ip = (place: Place, ...args: readonly string[]): void => {
  const ran = spawnSync("nsenter", ["-t", String(initPid(place)), "-n", "ip", ...args], { encoding: "utf8" });
  expect([args, ran.status, ran.stderr]).toEqual([args, 0, ""]);
};
const waiting = (place: Place, milestone: string, ...more: readonly string[]): ReturnType<typeof berthStarted> => berthStarted(place, "lxc-start", ["-n", place.name, `--wait=${milestone}`, "--timeout", "60", ...more]);
const running = (place: Place): Promise<void> => eventually("it runs", () => state(place) === "RUNNING");
const stop = (place: Place): void => { works(place, "lxc-stop", ["-n", place.name, "-k"]); };

for (const kind of KINDS) {
  describe(kind, () => {
    let place: Place;
    beforeAll(() => { place = makePlace(kind); create(place); });
    afterAll(async () => {
      berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
      await leavePlace(place);
    });

    test("network: an address of global scope where the default route goes, in whatever order they come", async () => {
      const child = waiting(place, "network");
      await running(place);
      for (const args of [["link", "add", "v0", "type", "veth", "peer", "name", "v1"], ["link", "set", "v1", "up"], ["addr", "add", "192.0.2.5/24", "dev", "v1"], ["addr", "add", "169.254.7.7/16", "scope", "link", "dev", "v0"], ["link", "set", "v0", "up"], ["route", "add", "default", "dev", "v0"]]) ip(place, ...args);
      expect(child.exitCode).toBeNull();
      ip(place, "addr", "add", "198.51.100.5/24", "dev", "v0");
      expect(await ended(child)).toBe(0);
      stop(place);
    });

    test("booted: a login prompt is there when it ends", () => {
      start(place, ["--wait=booted", "--timeout", "60"]);
      expect(inside(place, "ps")).toMatch(/getty|init/);
      stop(place);
    });

    test("booted, of a program that is no init: it runs", () => {
      works(place, "lxc-start", ["-n", place.name, "--wait=booted", "--timeout", "60", "--", "/bin/sleep", "1000"]);
      expect(state(place)).toBe("RUNNING");
      stop(place);
    });
  });
}

describe("what is missing", () => {
  let place: Place;
  beforeAll(() => { place = makePlace("root-owned"); create(place); });
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  });

  test("running: a hook that does not end; the start goes on, and comes to its end", async () => {
    const gate = join(place.lxcpath, "gate");
    writeFileSync(join(place.lxcpath, "hook"), `#!/bin/sh\nwhile [ ! -e ${gate} ]; do sleep 0.05; done\n`, { mode: 0o755 });
    const child = berthStarted(place, "lxc-start", ["-n", place.name, "-s", `lxc.hook.pre-start=${join(place.lxcpath, "hook")}`, "--wait=booted", "--timeout", "1"]);
    let said = "";
    child.stderr?.on("data", (bytes: Buffer) => { said += bytes.toString(); });
    expect(await ended(child)).toBe(2);
    // its end never comes: the hook holds it open as well
    await eventually("it says so", () => said.includes(`after 1 s ${place.name} is not running`));
    writeFileSync(gate, "");
    await running(place);
    stop(place);
  });

  test("booted: the first script of its init does not end", () => {
    writeFileSync(join(place.lxcpath, place.name, "rootfs/etc/init.d/rcS"), "#!/bin/sh\nsleep 1000\n");
    const ran = berth(place, "lxc-start", ["-n", place.name, "--wait=booted", "--timeout", "1"]);
    expect([ran.status, ran.stderr]).toEqual([3, expect.stringContaining("its init (init) has started no login prompt (getty)")]);
    expect(state(place)).toBe("RUNNING");
    stop(place);
  });

  test("booted: an init whose inittab starts no login prompt; its first script is waited for", async () => {
    const rootfs = join(place.lxcpath, place.name, "rootfs");
    const [inittab, script] = [readFileSync(join(rootfs, "etc/inittab"), "utf8"), readFileSync(join(rootfs, "etc/init.d/rcS"), "utf8")];
    writeFileSync(join(rootfs, "etc/inittab"), "::sysinit:/etc/init.d/rcS\n::respawn:/bin/sleep 1000\n");
    writeFileSync(join(rootfs, "etc/init.d/rcS"), "#!/bin/sh\nuntil [ -e /root/over ]; do sleep 1; done\n");
    const child = waiting(place, "booted");
    await running(place);
    await Bun.sleep(1500);
    expect(child.exitCode).toBeNull();
    writeFileSync(join(rootfs, "root/over"), "");
    expect(await ended(child)).toBe(0);
    stop(place);
    // nothing to wait for at all
    writeFileSync(join(rootfs, "etc/inittab"), "");
    start(place, ["--wait=booted", "--timeout", "20"]);
    stop(place);
    writeFileSync(join(rootfs, "etc/inittab"), inittab);
    writeFileSync(join(rootfs, "etc/init.d/rcS"), script);
  });

  test("booted: an init that gives way to a program, which opens no terminal", async () => {
    const gate = join(place.lxcpath, place.name, "rootfs/root/gate");
    writeFileSync(join(place.lxcpath, place.name, "rootfs/root/init"), "#!/bin/sh\nuntil [ -e /root/gate ]; do sleep 1; done\nexec /bin/sleep 1000\n", { mode: 0o755 });
    const child = waiting(place, "booted", "-s", "lxc.init.cmd=/root/init");
    await running(place);
    expect(child.exitCode).toBeNull();
    writeFileSync(gate, "");
    expect(await ended(child)).toBe(0);
    stop(place);
  });

  test("network: there is none; -q says nothing", () => {
    const ran = berth(place, "lxc-start", ["-n", place.name, "--wait=network", "--timeout", "1"]);
    expect([ran.status, ran.stderr]).toEqual([4, expect.stringContaining("it has no interface but lo")]);
    stop(place);
    expect(berth(place, "lxc-start", ["-q", "-n", place.name, "--wait=network", "--timeout", "0"])).toMatchObject({ stdout: "", stderr: "" });
    berth(place, "lxc-stop", ["-n", place.name, "-k"]);
  });

  test("a container that stops meanwhile", async () => {
    const child = waiting(place, "network");
    await running(place);
    stop(place);
    expect(await ended(child)).toBe(1);
  });

  test("a start that fails is told as ever", () => {
    const ran = berth(place, "lxc-start", ["-n", place.name, "-s", "lxc.hook.pre-start=/bin/false", "--wait=network", "--timeout", "60"]);
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining("lxc.hook.pre-start ended with status 1")]);
  });

  test("wrong words and the foreground are refused", () => {
    const says = (...args: readonly string[]): readonly [number, string] => { const { status, stderr } = berth(place, "lxc-start", ["-n", place.name, ...args]); return [status, stderr]; };
    expect(says("--wait=ready")).toEqual([1, expect.stringContaining("--wait: 'ready' is not known")]);
    expect(says("--wait=booted", "--timeout", "soon")).toEqual([1, expect.stringContaining("--timeout: 'soon' is not a number of seconds")]);
    expect(says("-F", "--wait=booted")).toEqual([1, expect.stringContaining("--wait and --timeout are about a start in the background")]);
  });
});
