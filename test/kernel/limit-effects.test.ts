// A limit is proved by what it does: memory, processes, processors, block I/O. Devices: cgroup-limits.test.ts, unified.test.ts.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, initPid, inside, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Kind, Place, Ran } from "./place.ts";

const LIMITS = ["memory.limit_in_bytes = 40M", "memory.memsw.limit_in_bytes = 40M", "pids.max = 30", "cpu.cfs_period_us = 20000", "cpu.cfs_quota_us = 5000", "cpuset.cpus = 0"];
interface Stats { readonly at: number; readonly cpuNanoseconds: number; readonly cpuThrottledPeriods: number; readonly pids: number; readonly oomKills: number }

describe.each<Kind>(["privileged", "user-owned, delegated"])("%s", (kind) => {
  let place: Place;
  beforeAll(() => { place = makePlace(kind); create(place, LIMITS.map((limit) => `lxc.cgroup.${limit}`)); start(place, ["-q"]); }, 60_000);
  afterAll(async () => { await leavePlace(place); }, 60_000);
  const stats = (): Stats => (JSON.parse(works(place, "berth", ["stats", "-P", place.lxcpath, "--format", "json", place.name])) as readonly Stats[])[0]!;

  test("a quota of a quarter of a processor is not exceeded", () => {
    const before = stats();
    expect(inside(place, "nproc; i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done")).toBe("1");
    const after = stats();
    expect(after.cpuThrottledPeriods).toBeGreaterThan(before.cpuThrottledPeriods);
    // a load on this machine makes it less; a period that has begun may add a little
    expect((after.cpuNanoseconds - before.cpuNanoseconds) / 1e6 / (after.at - before.at)).toBeLessThan(0.35);
  }, 60_000);

  test("a memory hog is killed, the container goes on, and berth why says so", () => {
    const { status } = berth(place, "lxc-attach", ["-n", place.name, "--", "tail", "/dev/zero"]);
    expect(status).toBe(137);
    expect(state(place)).toBe("RUNNING");
    expect(stats().oomKills).toBeGreaterThan(0);
    expect(works(place, "berth", ["why", "-P", place.lxcpath, place.name])).toMatch(/Out of memory: the kernel has killed .* its limit is 40\.00 MiB\./);
  }, 60_000);

  test("a fork bomb stops at pids.max", () => {
    const bomb = berth(place, "lxc-attach", ["-n", place.name, "--", "sh", "-c", "i=0; while [ $i -lt 60 ]; do sleep 1000 > /dev/null 2>&1 & i=$((i+1)); done; echo never"]);
    expect([bomb.status === 0, bomb.stdout, bomb.stderr]).toEqual([false, "", "sh: can't fork: Resource temporarily unavailable\n"]);
    expect(stats().pids).toBeLessThanOrEqual(30);
    expect(stats().pids).toBeGreaterThan(20);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect(works(place, "berth", ["why", "-P", place.lxcpath, place.name])).toContain("out of memory");
  }, 60_000);

  test("an init that is a hog: its last exit says out of memory", () => {
    const hog = berth(place, "lxc-execute", ["-n", place.name, "-q", "--", "tail", "/dev/zero"]);
    expect(hog.status).toBe(137);
    expect(works(place, "lxc-info", ["-n", place.name])).toMatch(/Last exit: +status 137 \(out of memory: the kernel has killed a process of it\)/);
    const direct = berth(place, "lxc-start", ["-n", place.name, "-q", "-F", "--", "/bin/tail", "/dev/zero"]);
    expect(direct.status).toBe(137);
    expect(works(place, "lxc-info", ["-n", place.name])).toMatch(/Last exit: +killed by signal 9 \(out of memory\)/);
    expect(JSON.parse(works(place, "lxc-info", ["-n", place.name, "--format", "json"]))).toMatchObject({ lastExit: { signal: 9, wasOom: true } });
  }, 60_000);
});

describe("block I/O", () => {
  let place: Place;
  let disk = "";
  const run = (program: string, ...words: readonly string[]): string => { const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8" }); expect([program, status, stderr]).toEqual([program, 0, expect.any(String)]); return stdout.trim(); };
  beforeAll(() => {
    place = makePlace("privileged");
    mkdirSync(join(place.lxcpath, "mnt"));
    const image = join(place.lxcpath, "image");
    run("truncate", "-s", "16M", image);
    run("mkfs.ext4", "-q", image);
    disk = run("losetup", "--find", "--show", image);
    run("mount", disk, join(place.lxcpath, "mnt"));
  }, 60_000);
  afterAll(async () => {
    spawnSync("umount", [join(place.lxcpath, "mnt")]);
    spawnSync("losetup", ["-d", disk]);
    await leavePlace(place);
  }, 60_000);

  test.each(["lxc.cgroup2.io.max=DEVICE wbps=1048576", "lxc.cgroup.blkio.throttle.write_bps_device=DEVICE 1048576"])("%s: two megabytes take more than a second", (line) => {
    const { rdev } = statSync(disk);
    const device = `${rdev >> 8}:${rdev & 0xff}`;
    const [file, config] = [join(place.lxcpath, "mnt/big"), join(place.lxcpath, "io.conf")];
    writeFileSync(config, "lxc.net.0.type = empty\n");
    const begin = performance.now();
    const ran: Ran = berth(place, "lxc-execute", ["-n", `${place.name}io`, "-q", "-f", config, "-s", line.replace("DEVICE", device), "--", "dd", "if=/dev/zero", `of=${file}`, "bs=1M", "count=2", "oflag=direct"]);
    expect(ran.status).toBe(0);
    expect(performance.now() - begin).toBeGreaterThan(1000);
    expect(readFileSync(file).length).toBe(2 << 20);
    rmSync(file);
  }, 60_000);
});

describe("refusals", () => {
  let place: Place;
  beforeAll(() => { place = makePlace("privileged"); create(place); }, 60_000);
  afterAll(async () => { await leavePlace(place); }, 60_000);
  test.each([
    ["lxc.cgroup.memory.limit_in_bytes = lots", "the kernel does not take 'lots' for lxc.cgroup.memory.limit_in_bytes: invalid argument", "a number of bytes"],
    ["lxc.cgroup.memory.limit_in_bytes = 4K", "the kernel does not take '4K' for lxc.cgroup.memory.limit_in_bytes", ""],
    ["lxc.cgroup.cpuset.cpus = 900", "the kernel does not take '900' for lxc.cgroup.cpuset.cpus", "a list such as 0-3,7"],
    ["lxc.cgroup2.pids.max = many", "the kernel does not take 'many' for lxc.cgroup2.pids.max: invalid argument", "a number of processes"],
    ["lxc.cgroup.pids.nosuch = 1", "the kernel does not take '1' for lxc.cgroup.pids.nosuch: no such file or directory", "cgroup.controllers"],
    ["lxc.cgroup.blkio.throttle.read_bps_device = 300:0 1", "the kernel does not take '300:0 1' for lxc.cgroup.blkio.throttle.read_bps_device: no such device", "lsblk"],
    ["lxc.cgroup.devices.allow = nothing", "the kernel does not take 'nothing' for lxc.cgroup.devices.allow", "TYPE MAJOR:MINOR ACCESS"],
  ])("%s: refused with the line and the kernel's word, and nothing is left", (line, text, remedy) => {
    const file = join(place.lxcpath, place.name, "config");
    const before = readFileSync(file, "utf8");
    writeFileSync(file, `${before}${line}\n`);
    const { status, stderr } = berth(place, "lxc-start", ["-n", place.name]);
    writeFileSync(file, before);
    const isKilled = line.includes("= 4K"); // where the kernel takes it, no process fits in: the start fails all the same
    expect(status).toBe(1);
    if (!isKilled) expect(stderr).toContain(text);
    if (!isKilled) expect(stderr).toContain(`config:${before.split("\n").length} ${line.split(" = ")[0] ?? ""}`);
    if (!isKilled) expect(stderr).toContain(remedy);
    expect(state(place)).toBe("STOPPED");
  }, 60_000);

  test("a cgroup that vanishes meanwhile: freezing and setting say so within a bounded time", () => {
    start(place);
    const pid = initPid(place);
    const own = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n").map((line) => line.split(":")).find(([, names]) => names === "pids")?.[2];
    expect(own).toBeDefined();
    // its processes move out, and the empty directory goes
    expect(inside(place, "true")).toBe("");
    moveOut(`/sys/fs/cgroup/pids${own ?? ""}/cgroup.procs`);
    run("rmdir", `/sys/fs/cgroup/pids${own ?? ""}`);
    const { status, stderr } = berth(place, "lxc-cgroup", ["-n", place.name, "pids.max", "5"]);
    expect([status, stderr.split("\n")[0]]).toEqual([1, `lxc-cgroup: ${place.name}: Failed to assign '5' value to 'pids.max' for '${place.name}'`]);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
  }, 60_000);
  /** Its init makes processes, which end, while we look. */
  const moveOut = (list: string): void => {
    const tasks = (): readonly string[] => readFileSync(list, "utf8").split("\n").filter((task) => task !== "");
    for (let inIt = tasks(); inIt.length > 0; inIt = tasks()) {
      for (const task of inIt) {
        try {
          writeFileSync("/sys/fs/cgroup/pids/cgroup.procs", task);
        } catch (error) {
          expect(error).toMatchObject({ code: "ESRCH" });
        }
      }
    }
  };
  const run = (program: string, ...words: readonly string[]): void => { expect(spawnSync(program, words).status).toBe(0); };
});
