// Privileges that lxc-attach -e leaves to a command, and lxc-stop --nolock while somebody holds the container's lock:
// Debian's commands and Berth's with the same words.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { make, run, SIDES, unmake } from "./sides.ts";
import type { Twin, Which } from "./sides.ts";

const PATIENCE_MS = 60_000;
const BOTH: readonly Which[] = ["theirs", "ours"];
const twin: Twin = { lxcpath: join(mkdtempSync(join(tmpdir(), "elevated-twin-")), "lxc"), rootId: 0 };
const start = (which: Which): void => expect({ which, ...run(twin, which, "lxc-start") }).toEqual({ which, out: "", err: "", status: 0 });

beforeAll(() => {
  mkdirSync(twin.lxcpath);
  for (const which of BOTH) {
    make(twin, which, "lxc.net.0.type = empty\nlxc.mount.auto = proc\nlxc.cap.drop = sys_time mknod\n");
    start(which);
  }
}, PATIENCE_MS);
afterAll(() => {
  unmake(twin);
  rmSync(join(twin.lxcpath, ".."), { recursive: true, force: true });
  rmSync(`/run/lxc/lock${twin.lxcpath}`, { recursive: true, force: true });
}, PATIENCE_MS);

/** Capabilities, and whether it is in the container's cgroup or in the caller's. */
const LOOK = ["--", "/bin/sh", "-c", "/bin/busybox grep -E '^Cap(Eff|Bnd)' /proc/self/status; /bin/busybox grep -q payload /proc/self/cgroup && echo inside; true"];
const seen = (which: Which, words: readonly string[]): string => {
  const { out, err, status } = run(twin, which, "lxc-attach", [...words, ...LOOK]);
  expect({ which, words, status, err: status === 0 ? "" : err }).toEqual({ which, words, status: 0, err: "" });
  return out;
};

test("lxc-attach --elevated-privileges: capabilities, cgroup, all of it", () => {
  const words: readonly (readonly string[])[] = [[], ["-eCAP"], ["-eCGROUP"], ["--elevated-privileges=CAP|CGROUP"], ["-eLSM"], ["-e"]];
  for (const one of words) expect([one, seen("ours", one)]).toEqual([one, seen("theirs", one)]);
  const [dropped, all] = [/CapBnd:\s+(\w+)/.exec(seen("ours", []))?.[1] ?? "", /CapBnd:\s+(\w+)/.exec(seen("ours", ["-eCAP"]))?.[1] ?? ""];
  expect(BigInt(`0x${all}`) & ~BigInt(`0x${dropped}`)).toBe((1n << 25n) | (1n << 27n)); // CAP_SYS_TIME, CAP_MKNOD
}, PATIENCE_MS);

const HOLD = "import fcntl, os, sys\nos.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)\nf = open(sys.argv[1], 'a'); fcntl.lockf(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()";
// different: Debian's waits for the lock even so
test("lxc-stop -k --nolock does not wait for the lock", async () => {
  const holder = spawn("python3", ["-c", HOLD, `/run/lxc/lock${twin.lxcpath}/.${SIDES.ours.name}`], { stdio: ["pipe", "pipe", "inherit"] });
  await new Promise((resolve) => { holder.stdout.once("data", resolve); });
  expect([run(twin, "ours", "lxc-stop", ["-k", "--nolock"]), run(twin, "ours", "lxc-info", ["-sH"]).out, holder.exitCode]).toEqual([{ out: "", err: "", status: 0 }, "STOPPED\n", null]);
  const ended = new Promise((resolve) => { holder.once("exit", resolve); });
  holder.stdin.end();
  await ended;
}, PATIENCE_MS);
