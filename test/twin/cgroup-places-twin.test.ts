// Where the cgroups of a container and of its monitor lie, by every key that has a say in it, under Debian's lxc and under Berth.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../kernel/place.ts";
import { make, SIDES, unmake } from "./sides.ts";
import type { Twin, Which } from "./sides.ts";

const PATIENCE_MS = 60_000;
const twin: Twin = { lxcpath: mkdtempSync(join(tmpdir(), "places-twin-")), rootId: 0 };
/** Stands for /etc/lxc, in a mount namespace of its own. */
const etc = join(twin.lxcpath, "etc");
const TOP = `berth-places-${process.pid}`;
beforeAll(() => { cpSync("/etc/lxc", etc, { recursive: true }); });
afterEach(() => {
  unmake(twin);
  // LXC leaves directories behind that several containers might share, and lxc.pivot in them
  spawnSync("find", ["/sys/fs/cgroup", "-depth", "-type", "d", "-path", `*/${TOP}*`, "-exec", "rmdir", "{}", ";"]);
}, PATIENCE_MS);
afterAll(() => rmSync(twin.lxcpath, { recursive: true, force: true }));

interface Case { readonly config?: string; readonly system?: string; readonly from?: string }
const CASES: Readonly<Record<string, Case>> = {
  "by default": {},
  "lxc.cgroup.dir": { config: `lxc.cgroup.dir = ${TOP}/d\n` },
  "lxc.cgroup.dir.monitor and .container": { config: `lxc.cgroup.dir.monitor = ${TOP}/m/NAME\nlxc.cgroup.dir.container = ${TOP}/c/NAME\n` },
  "… with .monitor.pivot and .container.inner": { config: `lxc.cgroup.dir.monitor = ${TOP}/m/NAME\nlxc.cgroup.dir.container = ${TOP}/c/NAME\nlxc.cgroup.dir.monitor.pivot = ${TOP}/p/q\nlxc.cgroup.dir.container.inner = in\n` },
  "lxc.cgroup.relative = 1": { config: "lxc.cgroup.relative = 1\n", from: TOP },
  "lxc.cgroup.relative = 0": { config: "lxc.cgroup.relative = 0\n", from: TOP },
  "lxc.cgroup.pattern": { system: `lxc.cgroup.pattern = ${TOP}/%n/x\n` },
  "lxc.cgroup.pattern and lxc.cgroup.dir": { config: `lxc.cgroup.dir = ${TOP}/d\n`, system: `lxc.cgroup.pattern = ${TOP}/%n/x\n` },
  "lxc.cgroup.use": { system: "lxc.cgroup.use = memory,freezer\n" },
};

/** Started below `from` in each hierarchy, where one is given, with another lxc.conf. */
function started(which: Which, { system = "", from }: Case): number | null {
  const { folder, name } = SIDES[which];
  writeFileSync(join(etc, "lxc.conf"), system);
  const enter = from === undefined ? "" : `for d in /sys/fs/cgroup/*/; do mkdir -p $d${from}; for f in cpuset.cpus cpuset.mems; do [ -e $d$f ] && cat $d$f > $d${from}/$f; done; echo 0 > $d${from}/cgroup.procs; done; `;
  const { status } = spawnSync("unshare", ["-m", "--propagation", "private", "sh", "-c", `mount --bind ${etc} /etc/lxc && ${enter}exec "$@"`, "sh", join(folder, "lxc-start"), "-P", twin.lxcpath, "-n", name], { encoding: "utf8", timeout: PATIENCE_MS });
  return status;
}
function places(which: Which): readonly string[] {
  const { folder, name } = SIDES[which];
  const pid = spawnSync(join(folder, "lxc-info"), ["-P", twin.lxcpath, "-n", name, "-pH"], { encoding: "utf8" }).stdout.trim();
  const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
  const lines = (who: string, of: string): readonly string[] => readFileSync(`/proc/${of}/cgroup`, "utf8").trim().split("\n").map((line) => `${who} ${line.replace(/^\d+:/, "").replaceAll(name, "NAME").replace("/.lxc", "")}`);
  return [...lines("init", pid), ...lines("monitor", parent)];
}

interface Seen { readonly status: number | null; readonly places: readonly string[] }
test.each(Object.entries(CASES))("%s", async (_, one) => {
  const see = (which: Which): Seen => {
    make(twin, which, `lxc.uts.name = twin\nlxc.net.0.type = empty\n${one.config ?? ""}`);
    const status = started(which, one);
    return { status, places: status === 0 ? places(which) : [] };
  };
  const [theirs, ours] = [see("theirs"), see("ours")];
  expect(theirs.status).toBe(0);
  // our monitor goes to its cgroup when nobody waits for it any more: docs/decisions/0006-cold-start.md
  if (ours.status === 0) await eventually("the monitor is in its cgroup", () => Bun.deepEquals(places("ours"), theirs.places)).catch(() => undefined);
  expect({ ...ours, places: ours.status === 0 ? places("ours") : [] }).toEqual(theirs);
}, PATIENCE_MS);

test.each(["memory,nosuch"])("lxc.cgroup.use = %s: refused by both", (use) => {
  const statuses = (["theirs", "ours"] as const).map((which) => {
    make(twin, which, "lxc.uts.name = twin\nlxc.net.0.type = empty\n");
    return started(which, { system: `lxc.cgroup.use = ${use}\n` });
  });
  expect(statuses).toEqual([1, 1]);
}, PATIENCE_MS);

test("nothing of it stays", () => {
  expect(spawnSync("find", ["/sys/fs/cgroup", "-type", "d", "-path", `*/${TOP}*`], { encoding: "utf8" }).stdout).toBe("");
});
