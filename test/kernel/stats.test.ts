// What a container uses, as the commands tell it: lxc-info -S, lxc-top and berth stats agree with the kernel's files.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { berth, berthStarted, create, ended, eventually, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";

interface Stats { readonly name: string; readonly state: string; readonly pid: number; readonly cpuNanoseconds: number; readonly memoryBytes: number; readonly pids: number; readonly nics: readonly unknown[]; readonly memoryLimitBytes?: number; readonly pidsLimit?: number }

describe.each<Kind>(["privileged", "user-owned, delegated"])("%s", (kind) => {
  let place: Place;
  beforeAll(() => { place = makePlace(kind); create(place, ["lxc.cgroup.memory.limit_in_bytes = 200M", "lxc.cgroup2.memory.max = 200M", "lxc.cgroup.pids.max = 90", "lxc.cgroup2.pids.max = 90"]); start(place); }, 60_000);
  afterAll(async () => { await leavePlace(place); }, 60_000);
  const stats = (words: readonly string[] = []): readonly Stats[] => JSON.parse(works(place, "berth", ["stats", "-P", place.lxcpath, "--format", "json", ...words])) as readonly Stats[];

  test("numbers: of all, of one, of none", () => {
    const [one] = stats();
    expect(one).toMatchObject({ name: place.name, state: "RUNNING", memoryLimitBytes: 200 << 20, pidsLimit: 90, nics: [] });
    expect([(one?.cpuNanoseconds ?? 0) > 0, (one?.memoryBytes ?? 0) > 0, (one?.pids ?? 0) >= 1]).toEqual([true, true, true]);
    expect(stats([place.name]).map(({ name }) => name)).toEqual([place.name]);
    inside(place, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done");
    expect(stats()[0]?.cpuNanoseconds).toBeGreaterThan(one?.cpuNanoseconds ?? 0);
    const missing = berth(place, "berth", ["stats", "-P", place.lxcpath, "nosuch"]);
    expect([missing.status, missing.stderr.split("\n")[0]]).toEqual([1, "berth stats: nosuch doesn't exist"]);
  }, 60_000);

  test("the table and OpenMetrics have a line of it; lxc-info and lxc-top tell of the same container", () => {
    expect(works(place, "berth", ["stats", "-P", place.lxcpath]).split("\n")[1]).toMatch(new RegExp(`^${place.name}  RUNNING  `));
    expect(works(place, "berth", ["stats", "-P", place.lxcpath, "--format", "openmetrics"])).toContain(`lxc_container_pids_limit{name="${place.name}"} 90\n`);
    expect(works(place, "lxc-info", ["-n", place.name, "-S"])).toMatch(/^CPU use: .*\nBlkIO use: .*\nMemory use: .*\nKMem use: .*\n$/);
  }, 60_000);

  test("a command that follows ends with its caller, and leaves nobody behind", async () => {
    for (const [command, args] of [["lxc-top", ["-b", "-d", "1"]], ["berth", ["stats", "-P", place.lxcpath, "--follow", "--format", "json"]]] as const) {
      const child = berthStarted(place, command, command === "berth" ? args.filter((word) => word !== "-P" && word !== place.lxcpath) : args);
      let text = "";
      child.stdout?.on("data", (bytes: Buffer) => { text += bytes.toString(); });
      if (command === "lxc-top") await eventually("it has printed", () => text.includes(`,${place.name},`));
      const planners = (): readonly string[] => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
        try { return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1] === String(child.pid); } catch { return false; }
      });
      const pids = planners();
      child.kill("SIGKILL");
      await ended(child);
      await eventually("its planner is gone", () => !pids.some((pid) => { try { return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("planner"); } catch { return false; } }));
    }
  }, 60_000);

  test("frozen shows", () => {
    works(place, "lxc-freeze", ["-n", place.name]);
    expect(stats()[0]?.state).toBe("FROZEN");
    works(place, "lxc-unfreeze", ["-n", place.name]);
  }, 60_000);
});
