// The action notify of a seccomp policy: a program outside answers calls of init and of what is attached, in its place the answer is
// ENOSYS; whatever the proxy does, nobody in the container waits for ever, and the monitor goes on with its work.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { berth, berthStarted, create, ended, eventually, initPid, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";
import { asked, endProxy, startProxy } from "./proxy.ts";
import type { Proxy } from "./proxy.ts";

const room = mkdtempSync(join(tmpdir(), "berth-notify-"));
const socket = join(room, "proxy");
const policy = join(room, "policy");
const NOTIFIED = "2\ndenylist\nmkdir notify\n";
const config = [`lxc.seccomp.profile = ${policy}`, `lxc.seccomp.notify.proxy = unix:${socket}`, "lxc.seccomp.notify.cookie = a biscuit"];
beforeAll(() => {
  chmodSync(room, 0o755);
  writeFileSync(policy, NOTIFIED);
});
afterAll(() => rmSync(room, { recursive: true }));

const NO_SYS = "Function not implemented";
/** What mkdir inside says: nothing when it has worked. */
function mkdir(place: Place, name: string, options: readonly string[] = []): string {
  const ran = berth(place, "lxc-attach", ["-n", place.name, ...options, "--", "mkdir", `/tmp/${name}`]);
  return ran.status === 0 ? "" : ran.stderr.replace(/^.*: /, "").trim();
}
const mkdirStarted = (place: Place, name: string): ChildProcess => berthStarted(place, "lxc-attach", ["-n", place.name, "--", "mkdir", `/tmp/${name}`]);
const monitorPid = (place: Place): number => Number(/"monitorPid":(\d+)/.exec(readFileSync(join(place.lxcpath, place.name, ".berth/state"), "utf8"))?.[1]);

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind: Kind) => {
  let place: Place, proxy: Proxy;
  beforeAll(async () => {
    place = makePlace(kind);
    create(place, config);
    proxy = await startProxy(socket);
    start(place);
  }, 60_000);
  afterAll(async () => {
    await endProxy(proxy);
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  }, 60_000);
  const again = async (): Promise<void> => {
    await endProxy(proxy);
    proxy = await startProxy(socket);
  };

  test("the proxy's answer is the kernel's: an errno, a value, the call itself; for who is not root too", () => {
    expect(["errno-77", "value", "continue"].map((name) => mkdir(place, name))).toEqual(["File descriptor in bad state", "", ""]);
    expect(mkdir(place, "errno-30", ["-u", "5", "-g", "5"])).toBe("Read-only file system");
    expect(works(place, "lxc-attach", ["-n", place.name, "--", "sh", "-c", "ls -d /tmp/value /tmp/continue 2>/dev/null; true"]).trim()).toBe("/tmp/continue");
    expect(asked(proxy).filter(({ path }) => path?.startsWith("/tmp/")).map((told) => [told.path, told.monitor, told.init, told["cookie"]])).toEqual(
      ["errno-77", "value", "continue", "errno-30"].map((name) => [`/tmp/${name}`, monitorPid(place), initPid(place), "a biscuit"]),
    );
    expect(proxy.told().filter(({ event }) => event === "connected").map((told) => told["uid"])).toEqual([place.user?.uid ?? 0]);
  }, 60_000);

  test("nonsense is ENOSYS, never what it says, never a wait; behind it the proxy is asked anew", () => {
    for (const name of ["short", "long", "other", "flags", "both", "noise", "empty", "close"]) {
      expect([name, mkdir(place, name)]).toEqual([name, NO_SYS]);
      expect([name, mkdir(place, "errno-77")]).toEqual([name, "File descriptor in bad state"]);
    }
  }, 120_000);

  test("without a proxy ENOSYS, with one again its answers; one that dies in the middle is ENOSYS at once", async () => {
    await endProxy(proxy);
    expect(mkdir(place, "errno-77")).toBe(NO_SYS);
    proxy = await startProxy(socket);
    expect(mkdir(place, "errno-77")).toBe("File descriptor in bad state");
    expect(mkdir(place, "die")).toBe(NO_SYS);
    await again();
    expect(mkdir(place, "errno-77")).toBe("File descriptor in bad state");
  }, 60_000);

  test("while a call waits the monitor does everything else; a reboot, a stop and its own death end the waiting", async () => {
    await again();
    const waits = mkdirStarted(place, "never");
    await eventually("the proxy is asked", () => asked(proxy).length === 1);
    expect(state(place)).toBe("RUNNING");
    expect(works(place, "lxc-attach", ["-n", place.name, "--", "echo", "in"]).trim()).toBe("in");
    const before = initPid(place);
    works(place, "lxc-stop", ["-n", place.name, "-r"]);
    await eventually("it has rebooted", () => berth(place, "lxc-info", ["-n", place.name, "-pH"]).stdout.trim() !== String(before));
    expect(await ended(waits)).not.toBe(0);
    await again(); // the one before still keeps silent
    expect(mkdir(place, "errno-77")).toBe("File descriptor in bad state");
    expect(asked(proxy).at(-1)).toMatchObject({ init: initPid(place), monitor: monitorPid(place) });

    const stopped = mkdirStarted(place, "never");
    await eventually("the proxy is asked again", () => asked(proxy).length === 2);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect(await ended(stopped)).not.toBe(0);
    expect(state(place)).toBe("STOPPED");
  }, 60_000);
});

test("killed while a call waits, the monitor leaves no call behind that nobody answers", async () => {
  const place = makePlace("root-owned");
  create(place, config);
  const proxy = await startProxy(socket);
  start(place);
  const init = initPid(place);
  const waits = mkdirStarted(place, "never");
  await eventually("the proxy is asked", () => asked(proxy).length === 1);
  process.kill(monitorPid(place), "SIGKILL");
  // the proxy has the listener too: it is its word now, or its end
  await endProxy(proxy);
  expect(await ended(waits)).not.toBe(0);
  process.kill(init, "SIGKILL");
  await eventually("init is gone", () => { try { process.kill(init, 0); return false; } catch { return true; } });
  works(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
}, 60_000);

test("calls that the start itself makes under the filter are asked about too, and hooks', and an application container's", async () => {
  const place = makePlace("root-owned");
  create(place, [...config, "lxc.hook.start = /bin/hook"]);
  writeFileSync(join(place.lxcpath, place.name, "rootfs/bin/hook"), "#!/bin/sh\nmkdir -p /tmp/from-hook\n", { mode: 0o755 });
  writeFileSync(policy, `${NOTIFIED}execve notify\nsetresuid notify\nrecvmsg notify\nsendto notify\nclose notify\nioctl notify\ndup3 notify\n`);
  const proxy = await startProxy(socket);
  start(place);
  expect(works(place, "lxc-attach", ["-n", place.name, "--", "ls", "-d", "/tmp/from-hook"]).trim()).toBe("/tmp/from-hook");
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  expect(works(place, "lxc-execute", ["-n", place.name, "--", "echo", "run"]).trim()).toBe("run");
  const seen = new Set(asked(proxy).map(({ number }) => number));
  for (const number of [83, 59, 3, 47, 44]) expect([number, seen.has(number)]).toEqual([number, true]);
  writeFileSync(policy, NOTIFIED);
  await endProxy(proxy);
  works(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
}, 60_000);

test("a silent proxy is given up after LXC's thirty seconds, and asked anew", async () => {
  const place = makePlace("root-owned");
  create(place, config);
  const proxy = await startProxy(socket);
  start(place);
  const child = mkdirStarted(place, "never");
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => { said += chunk.toString(); });
  expect(await ended(child)).toBe(1);
  expect(said).toContain(NO_SYS);
  expect(mkdir(place, "errno-77")).toBe("File descriptor in bad state");
  expect(proxy.told().filter(({ event }) => event === "connected").length).toBe(2);
  await endProxy(proxy);
  works(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
}, 90_000);

test("a start without its proxy is refused with the line; without lxc.seccomp.notify.proxy it warns and the answer is ENOSYS", async () => {
  const place = makePlace("root-owned");
  create(place, config);
  rmSync(socket, { force: true });
  const ran = berth(place, "lxc-start", ["-n", place.name, "-d"]);
  expect(ran.status).toBe(1);
  expect(ran.stderr).toMatch(/connect to the proxy.*no such file or directory.*config:\d+ lxc\.seccomp\.notify\.proxy/);
  writeFileSync(socket, "no socket");
  expect(berth(place, "lxc-start", ["-n", place.name, "-d"]).stderr).toContain("connection refused");
  expect(state(place)).toBe("STOPPED");
  const file = join(place.lxcpath, place.name, "config");
  writeFileSync(file, readFileSync(file, "utf8").replace(/^lxc\.seccomp\.notify.*\n/gm, ""));
  const warned = berth(place, "lxc-start", ["-n", place.name, "-d"]);
  expect([warned.status, warned.stderr]).toEqual([0, expect.stringContaining("they fail with ENOSYS")]);
  expect(mkdir(place, "errno-77")).toBe(NO_SYS);
  works(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
}, 60_000);
