// What goes on without its caller: the process id in lxc-start's pidfile, lxc-execute -d, lxc-unshare -d, lxc-stop -W; Debian's
// commands and Berth's with the same words.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../kernel/place.ts";
import { make, run, SIDES, unmake } from "./sides.ts";
import type { Ran, Twin, Which } from "./sides.ts";

const PATIENCE_MS = 60_000;
const BOTH: readonly Which[] = ["theirs", "ours"];
const work = mkdtempSync(join(tmpdir(), "background-twin-"));
const twin: Twin = { lxcpath: join(work, "lxc"), rootId: 0 };
const QUIET = { out: "", err: "", status: 0 };

beforeAll(() => {
  mkdirSync(twin.lxcpath);
  for (const which of BOTH) make(twin, which, "lxc.net.0.type = empty\nlxc.signal.halt = SIGUSR1\n");
}, PATIENCE_MS);
afterAll(() => {
  unmake(twin);
  rmSync(work, { recursive: true, force: true });
}, PATIENCE_MS);

const stateOf = (which: Which): string => run(twin, which, "lxc-info", ["-sH"]).out.trim();
const initOf = (which: Which): string => run(twin, which, "lxc-info", ["-pH"]).out.trim();
const parentOf = (pid: string): string => /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
const stopped = (which: Which): Promise<void> => eventually(`${which} has stopped`, () => stateOf(which) === "STOPPED");
const inRootfs = (which: Which, path: string): string => join(twin.lxcpath, SIDES[which].name, "rootfs", path);

describe.each([...BOTH])("%s", (which) => {
  test("lxc-start --pidfile: the process that watches over init; the file goes with it", async () => {
    const file = join(work, `${which}.pid`);
    expect(run(twin, which, "lxc-start", ["-d", "--pidfile", file])).toEqual(QUIET);
    expect(readFileSync(file, "utf8").trim()).toBe(parentOf(initOf(which)));
    run(twin, which, "lxc-stop", ["-k"]);
    await stopped(which);
    await eventually("the file is gone", () => !existsSync(file));
  }, PATIENCE_MS);

  test("lxc-execute --daemon: back while the command goes on; it ends with it", async () => {
    const gate = inRootfs(which, "tmp/gate");
    expect(run(twin, which, "lxc-execute", ["--daemon", "--", "/bin/sh", "-c", "until [ -e /tmp/gate ]; do sleep 0.1; done; echo over > /tmp/over"])).toEqual(QUIET);
    expect([stateOf(which), existsSync(inRootfs(which, "tmp/over"))]).toEqual(["RUNNING", false]);
    spawnSync("touch", [gate]);
    await stopped(which);
    expect(readFileSync(inRootfs(which, "tmp/over"), "utf8")).toBe("over\n");
  }, PATIENCE_MS);

  test("lxc-stop --nowait: asked, and not waited for; without it, it is", async () => {
    const start = (): Ran => run(twin, which, "lxc-start", ["-d", "--", "/bin/sh", "-c", "trap 'sleep 2; exit 0' USR1; touch /tmp/ready; while :; do sleep 0.1; done"]);
    const ready = (): Promise<void> => eventually("it listens", () => existsSync(inRootfs(which, "tmp/ready")));
    expect(start()).toEqual(QUIET);
    await ready();
    expect(run(twin, which, "lxc-stop", ["--nowait"])).toEqual(QUIET);
    expect(stateOf(which)).not.toBe("STOPPED");
    await stopped(which);
    rmSync(inRootfs(which, "tmp/ready"));
    start();
    await ready();
    expect(run(twin, which, "lxc-stop", [])).toEqual(QUIET);
    expect(stateOf(which)).toBe("STOPPED");
  }, PATIENCE_MS);

  test("lxc-unshare --daemon: back while the command goes on, in namespaces of its own", async () => {
    const [gate, told] = [join(work, `${which}.gate`), join(work, `${which}.told`)];
    const words = ["-s", "UTSNAME|IPC", "--daemon", "--", "/bin/sh", "-c", `until [ -e ${gate} ]; do sleep 0.1; done; readlink /proc/self/ns/uts > ${told}.new; mv ${told}.new ${told}`];
    const { status } = spawnSync(join(SIDES[which].folder, "lxc-unshare"), words, { stdio: "ignore", timeout: 20_000 });
    expect([status, existsSync(told)]).toEqual([0, false]);
    spawnSync("touch", [gate]);
    await eventually("it has told", () => existsSync(told));
    expect(readFileSync(told, "utf8")).not.toBe(spawnSync("readlink", ["/proc/self/ns/uts"], { encoding: "utf8" }).stdout);
  }, PATIENCE_MS);
});
