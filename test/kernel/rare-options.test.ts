// Options that no other test gives: each does what its help says, or is refused with what to do; where it can be, Debian's
// command is asked the same.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, eventually, initPid, inside, leavePlace, makePlace, onTerminal, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";

const PATIENCE_MS = 90_000;
let place: Place;
const path = (...names: readonly string[]): string => join(place.lxcpath, ...names);
const config = (name = place.name): string => path(name, "config");
const second = (): string => `${place.name}2`;

beforeAll(() => {
  place = makePlace("privileged");
  create(place, ["lxc.tty.max = 1"]);
}, PATIENCE_MS);
afterAll(async () => {
  berth(place, "lxc-destroy", ["-f", "-n", second()]);
  works(place, "lxc-destroy", ["-f", "-n", place.name]);
  rmSync(place.lxcpath, { recursive: true });
  await leavePlace(place);
}, PATIENCE_MS);

const debian = (command: string, args: readonly string[]): number | null => spawnSync(`/usr/bin/${command}`, ["-P", place.lxcpath, "-n", place.name, ...args], { encoding: "utf8", timeout: 20_000 }).status;

describe("stopped", () => {
  const READERS: readonly (readonly [string, readonly string[]])[] = [
    ["lxc-attach", ["--", "true"]], ["lxc-cgroup", ["memory.max"]], ["lxc-checkpoint", ["-s", "-D", "/nowhere"]], ["lxc-console", []], ["lxc-device", ["add", "/dev/null"]],
    ["lxc-freeze", []], ["lxc-snapshot", ["-L"]], ["lxc-stop", []], ["lxc-unfreeze", []],
  ];
  test.each(READERS)("%s: another config, one that is missing; the status is Debian's", (command, words) => {
    const other = path("other.conf");
    writeFileSync(other, `${readFileSync(config(), "utf8")}lxc.log.level = ERROR\n`);
    for (const file of [other, path("missing.conf")]) {
      const { status } = berth(place, command, ["-n", place.name, "--rcfile", file, ...words]);
      expect([command, file, status === 0]).toEqual([command, file, debian(command, ["--rcfile", file, ...words]) === 0]);
    }
    rmSync(other);
  }, PATIENCE_MS);

  test("what a config says is asked of another one: lxc-info and lxc-wait, lxc-destroy", () => {
    const other = path("other.conf");
    writeFileSync(other, `lxc.uts.name = elsewhere\nlxc.rootfs.path = dir:${path(place.name, "rootfs")}\n`);
    expect(works(place, "lxc-info", ["-n", place.name, "--rcfile", other, "-c", "lxc.uts.name", "-H"])).toBe("elsewhere\n");
    expect(spawnSync("/usr/bin/lxc-info", ["-P", place.lxcpath, "-n", place.name, "--rcfile", other, "-c", "lxc.uts.name", "-H"], { encoding: "utf8" }).stdout).toBe("elsewhere\n");
    works(place, "lxc-wait", ["-n", place.name, "--rcfile", other, "-s", "STOPPED"]);
    expect(berth(place, "lxc-destroy", ["-n", place.name, "--rcfile", path("missing.conf")]).status).not.toBe(0);
    expect(existsSync(config())).toBe(true);
    works(place, "lxc-ls", ["--rcfile", other]);
    rmSync(other);
  }, PATIENCE_MS);

  test("lxc-execute: ids, a strict config, an explained one", () => {
    expect(works(place, "lxc-execute", ["-n", place.name, "-u", "7", "-g", "8", "--", "sh", "-c", "id -u; id -g"])).toBe("7\n8\n");
    expect(berth(place, "lxc-execute", ["-n", place.name, "--strict", "-s", "lxc.utsname=old", "--", "true"]).stderr).toContain("lxc.uts.name");
  }, PATIENCE_MS);

  test("lxc-clone of LXC 1: what it takes, and what LXC 1 did not either", () => {
    const clone = (...args: readonly string[]): string => berth(place, "lxc-clone", ["-p", place.lxcpath, "-P", place.lxcpath, "-o", place.name, "-n", second(), ...args]).stderr;
    expect(clone("-B", "dir", "-K", "-M", "-H")).toMatch(/^(copying .*\n)*$/);
    expect(readFileSync(config(second()), "utf8")).toContain(`lxc.uts.name = ${place.name}\n`);
    works(place, "lxc-destroy", ["-n", second()]);
    for (const [letter, long] of [["-t", "ext4"], ["-v", "group"]] as const) expect(clone(letter, long)).toContain("not supported");
    expect(existsSync(path(second()))).toBe(false);
  }, PATIENCE_MS);

  test("lxc-clone onto an image: its size, by the words of LXC 1 and of 0.8", () => {
    for (const [name, size] of [["-n", "-L"], ["--name", "--fssize"]] as const) {
      works(place, "lxc-clone", ["-p", place.lxcpath, "-P", place.lxcpath, "-o", place.name, name, second(), "-B", "loop", size, "40M"]);
      expect([name, statSync(path(second(), "rootdev")).size]).toEqual([name, 40 * 2 ** 20]);
      works(place, "lxc-destroy", ["-n", second()]);
    }
  }, PATIENCE_MS);

  test("lxc-start-ephemeral --storage-type: what it writes is in memory, or in its directory", () => {
    for (const [type, isOnDisk] of [["tmpfs", false], ["dir", true]] as const) {
      works(place, "lxc-start-ephemeral", ["-o", place.name, "-n", second(), "-d", "--storage-type", type]);
      works(place, "lxc-attach", ["-n", second(), "--", "touch", "/written"]);
      expect([type, existsSync(path(second(), "overlay/delta/written"))]).toEqual([type, isOnDisk]);
      works(place, "lxc-stop", ["-n", second(), "-k"]);
    }
  }, PATIENCE_MS);

  test("lxc-start-ephemeral of LXC 0.9 and 1: user, key, type, keep, another lxcpath", () => {
    const ran = berth(place, "lxc-start-ephemeral", ["-P", place.lxcpath, "-o", place.name, "-n", second(), "-U", "overlayfs", "-S", "/no/key", "-u", "root", "-k", "--", "sh", "-c", "id -u; echo kept > /root/kept"]);
    expect([ran.status, ran.stdout.includes("0\n")]).toEqual([0, true]);
    expect([existsSync(config(second())), state(place, second())]).toEqual([true, "STOPPED"]);
    works(place, "lxc-destroy", ["-n", second()]);
  }, PATIENCE_MS);

  test("lxc-restart of LXC 0.7: what it needs, and what it cannot", () => {
    for (const [args, text] of [[["-d", "/nowhere"], "/nowhere"], [["-S", "/nowhere", "-p"], "--pause"]] as const) {
      expect(berth(place, "lxc-restart", ["-n", place.name, ...args])).toEqual({ status: 1, stdout: "", stderr: expect.stringContaining(text) });
    }
  });

  test("lxc-unshare --user: the id inside", () => {
    const { stdout, status } = spawnSync(join(import.meta.dir, "../../dist/bin/lxc-unshare"), ["-s", "USER", "--user", "0", "--", "id", "-u"], { encoding: "utf8" });
    const theirs = spawnSync("/usr/bin/lxc-unshare", ["-s", "USER", "--user", "0", "--", "id", "-u"], { encoding: "utf8" });
    expect([status, stdout]).toEqual([theirs.status, theirs.stdout]);
  });
});

describe("running", () => {
  beforeAll(() => { start(place); }, PATIENCE_MS);

  const EXPLAINED: readonly (readonly [string, readonly string[], string])[] = [
    ["lxc-console", [], "join this terminal"], ["lxc-cgroup", ["pids.max", "7"], "write \"7\" to"], ["lxc-device", ["add", "/dev/null", "/dev/none"], "make character device"], ["lxc-freeze", [], "freez"], ["lxc-unfreeze", [], ""],
  ];
  test.each(EXPLAINED)("%s --explain shows its plan and does nothing", (command, words, op) => {
    const told = works(place, command, ["-n", place.name, "--explain", ...words]);
    expect(told).toContain(op);
    expect(told).toMatch(/^ *\d+ /m);
    expect([state(place), inside(place, "ls /dev/none 2>/dev/null || true")]).toEqual(["RUNNING", ""]);
    expect(JSON.parse(works(place, command, ["-n", place.name, "--explain=json", ...words]))).toBeObject();
  }, PATIENCE_MS);

  test("lxc-attach: its environment, /sys and /proc of other namespaces", () => {
    const env = { PATH: process.env["PATH"] ?? "", KEPT: "yes" };
    expect(berth(place, "lxc-attach", ["-n", place.name, "--keep-env", "--", "sh", "-c", "echo $KEPT"], { env }).stdout).toBe("yes\n");
    expect(berth(place, "lxc-attach", ["-n", place.name, "-s", "PID|MOUNT", "--remount-sys-proc", "--", "sh", "-c", "cat /proc/1/comm; ls /sys | head -1"], { env }).stdout).toBe("init\nblock\n");
  }, PATIENCE_MS);

  test("lxc-attach --context: what cannot be had is refused, and nothing is run", () => {
    const { status, stdout, stderr } = berth(place, "lxc-attach", ["-n", place.name, "--context", "no:such:label", "--", "echo", "ran"]);
    expect([status === 0, stdout, stderr.includes("no:such:label")]).toEqual([false, "", true]);
  }, PATIENCE_MS);

  test("lxc-start and lxc-execute share each kind of namespace", () => {
    const ns = (pid: number, kind: string): string => readlinkSync(`/proc/${pid}/ns/${kind}`);
    works(place, "lxc-copy", ["-n", place.name, "-N", second(), "-a"]);
    const other = { ...place, name: second() };
    works(place, "lxc-start", ["-n", second(), "--share-pid", place.name, "--", "sleep", "100"]);
    expect(["pid", "uts"].map((kind) => ns(initPid(other), kind) === ns(initPid(place), kind))).toEqual([true, false]);
    works(place, "lxc-stop", ["-k", "-n", second()]);
    const kinds = ["ipc", "uts", "net"];
    const seen = works(place, "lxc-execute", ["-n", second(), "--share-ipc", place.name, "--share-uts", place.name, "--share-net", place.name, "--", "sh", "-c", `for k in ${kinds.join(" ")}; do readlink /proc/self/ns/$k; done`]);
    expect(seen.trim().split("\n")).toEqual(kinds.map((kind) => ns(initPid(place), kind)));
    expect(works(place, "lxc-execute", ["-n", second(), "--share-pid", place.name, "--", "sh", "-c", "readlink /proc/self/ns/pid"]).trim()).toBe(ns(initPid(place), "pid"));
  }, PATIENCE_MS);

  test("lxc-start -L: what the console prints goes to a file; --escape is checked", async () => {
    const log = path("console.log");
    works(place, "lxc-start", ["-n", second(), "-d", "-L", log, "--", "sh", "-c", "echo said; exec sleep 100"]);
    await eventually("it is in the file", () => existsSync(log) && readFileSync(log, "utf8").includes("said"));
    works(place, "lxc-stop", ["-k", "-n", second()]);
    expect(berth(place, "lxc-start", ["-n", second(), "-F", "--escape", "??"]).stderr).toContain("is not a letter");
  }, PATIENCE_MS);

  test("lxc-copy -e: in the foreground with its status, in the background", async () => {
    const front = onTerminal(place, "lxc-copy", ["-n", place.name, "-N", `${second()}f`, "-a", "-e", "-F", "--", "sh", "-c", "echo front; exit 3"]);
    expect([front.status, front.stdout.includes("front")]).toEqual([3, true]);
    works(place, "lxc-copy", ["-n", place.name, "-N", `${second()}d`, "-a", "-e", "-d"]);
    expect(state(place, `${second()}d`)).toBe("RUNNING");
    works(place, "lxc-stop", ["-k", "-n", `${second()}d`]);
    await eventually("it is gone", () => !existsSync(path(`${second()}d`)));
  }, PATIENCE_MS);

  test("lxc-top sorts by each column, both ways; what is no column is refused", () => {
    for (const column of ["n", "c", "b", "m", "s", "k"]) expect(onTerminal(place, "lxc-top", ["-s", column, "-r", "-d", "1"], "q").stdout).toContain(place.name);
    expect(onTerminal(place, "lxc-top", ["-s", "z"], "q").status).toBe(1);
  }, PATIENCE_MS);

  test("lxc-ps, lxc-netstat and lxc-shutdown of LXC 1", async () => {
    expect(works(place, "lxc-ps", ["-P", place.lxcpath, "-n", place.name, "--", "-e"])).toContain(place.name);
    expect(berth(place, "lxc-netstat", ["-P", place.lxcpath, "-q", "-n", `no${place.name}`])).toEqual({ status: 1, stdout: "", stderr: "" });
    const before = initPid(place);
    works(place, "lxc-shutdown", ["-n", place.name, "-r"]);
    await eventually("it runs again", () => state(place) === "RUNNING" && initPid(place) !== before);
  }, PATIENCE_MS);

  test("a directory of its own for what is shown", () => {
    mkdirSync(path("empty"));
    expect(works(place, "lxc-list", ["-P", path("empty")])).toBe("RUNNING\n\nFROZEN\n\nSTOPPED\n");
  });
});
