// The container's root against what comes in: a command on its way in, before its program runs, is looked at with everything a root can try.
// What the kernel leaves nobody: /proc/PID/cmdline and comm are for everyone's eyes, so is lxc-attach's own command line; and the root of a
// container without an id map is the host's root, who may trace whatever he sees: for him it holds that there is nothing of the host's to be had.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, berth, berthStarted, create, DIST, ended, eventually, initPid, inside, leavePlace, makePlace, onTerminal, start, state, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";

const ATTACKED: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
const ENOUGH = 2, MOST = 300;
/** What there is to be had of one who does not hide. */
const BOOTY = ["exe", "ptrace", "a descriptor"];

function made(kind: Kind): Place {
  const place = makePlace(kind);
  create(place, ["lxc.cap.drop = sys_module"]);
  const spy = join(place.lxcpath, place.name, "rootfs/bin/spy");
  expect(spawnSync("musl-gcc", ["-static", "-O2", "-o", spy, join(import.meta.dir, "attach-spy.c")], { encoding: "utf8" }).stderr).toBe("");
  return place;
}

/** Everything that a root inside has got of processes called `hunted`, while this is run on the host until he has seen some, and got this. */
async function stolen(place: Place, { hunted, enter, wanted = [] }: { readonly hunted: string; readonly enter: readonly string[]; readonly wanted?: readonly string[] }): Promise<readonly string[]> {
  const user = place.kind === "privileged" ? [] : ["-U", "-S", "0", "-G", "0"];
  const spy = spawn("nsenter", ["-t", String(initPid(place)), ...user, "-m", "-p", "--", "/bin/spy", hunted], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  spy.stdout.on("data", (text: Buffer) => { said += text.toString(); });
  await eventually("the spy looks", () => said.includes("ready"));
  const seen = (): number => said.split("\n").filter((line) => line === "seen").length;
  const isEnough = (): boolean => seen() >= ENOUGH && wanted.every((word) => said.includes(`got ${word}\n`));
  for (let i = 0; i < MOST && !isEnough(); i++) {
    spawnSync(enter[0] ?? "", enter.slice(1), { stdio: "ignore" });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  inside(place, "for pid in $(pidof spy); do kill -9 $pid; done; true");
  await ended(spy);
  expect(seen()).toBeGreaterThanOrEqual(ENOUGH);
  return [...new Set(said.split("\n").filter((line) => line.startsWith("got ")).map((line) => line.slice(4)))].toSorted();
}
const attach = (place: Place, command: readonly string[]): readonly string[] => argvFor(place, [join(DIST, "bin/lxc-attach"), "-P", place.lxcpath, "-n", place.name, "--", ...command]);

describe.each([...ATTACKED])("%s", (kind: Kind) => {
  let place: Place;
  beforeAll(() => {
    place = made(kind);
    start(place);
  }, 60_000);
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  }, 60_000);

  // who enters a user's namespace as root is not its own
  if (kind !== "user-owned") test("one that comes in naively is an open book", async () => {
    const user = kind === "privileged" ? [] : ["-U", "--preserve-credentials"];
    const enter = ["nsenter", "-t", String(initPid(place)), ...user, "-m", "-p", "--", "/no/such/command"];
    expect(await stolen(place, { hunted: "nsenter", enter, wanted: BOOTY })).toEqual(expect.arrayContaining([...BOOTY]));
  }, 120_000);

  test("ours is not", async () => {
    const got = await stolen(place, { hunted: "command", enter: attach(place, ["/bin/true"]) });
    if (kind !== "privileged") return expect(got).toEqual([]);
    // the host's root: what there is to hold is in the container already, or is this one command's: a pipe, a socket, the record of its steps
    expect(got.filter((word) => word.startsWith("other"))).toEqual([]);
    const files = got.filter((word) => word.startsWith("fd ")).map((word) => word.slice(3));
    return expect(files.filter((file) => !/^(socket:|pipe:|\/dev\/null$|anon_inode:|\/memfd:events )/.test(file))).toEqual([]);
  }, 120_000);

  test("it changes its /proc, /dev and mounts without an end: attach works or fails, and is gone", async () => {
    const before = snapshot(place.watch);
    const storm = berthStarted(place, "lxc-attach", ["-n", place.name, "--", "sh", "-c", `
      mkdir -p /tmp/p; while :; do
        mount -t tmpfs none /proc; ln -s / /proc/self; umount /proc; mount --bind /tmp /dev/pts; mount --bind /etc /dev; umount /dev; umount /dev/pts
        mv /etc/passwd /etc/p2; ln -s /proc/1/environ /etc/passwd; rm /etc/passwd; mv /etc/p2 /etc/passwd
      done 2>/dev/null`]);
    const outcomes = Array.from({ length: 15 }, () => berth(place, "lxc-attach", ["-n", place.name, "--", "sh", "-c", "echo in; exit 7"]));
    for (const { status, stdout } of outcomes) expect([[7, "in\n"], [1, ""], [126, ""], [127, ""]]).toContainEqual([status, stdout]);
    expect(outcomes.some(({ status }) => status === 7)).toBe(true);
    for (let i = 0; i < 5; i++) expect(typeof onTerminal(place, "lxc-attach", ["-n", place.name, "--", "sh", "-c", "echo in"]).status).toBe("number");
    storm.kill("SIGKILL");
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    await ended(storm);
    expect(await leaksAtLast(before, place.watch)).toEqual([]);
    start(place);
    expect(inside(place, "echo in")).toBe("in");
  }, 120_000);

  test("its init dies while commands come in: none of them runs anywhere else", async () => {
    const hosts = ["mnt", "pid", "net", "uts", "ipc"].map((name) => readlinkSync(`/proc/self/ns/${name}`));
    for (let round = 0; round < 5; round++) {
      if (state(place) !== "RUNNING") start(place);
      let text = "";
      const coming = Array.from({ length: 6 }, () => berthStarted(place, "lxc-attach", ["-n", place.name, "--", "sh", "-c", "for n in mnt pid net uts ipc; do readlink /proc/self/ns/$n; done"]));
      for (const child of coming) child.stdout?.on("data", (chunk: Buffer) => { text += chunk.toString(); });
      const stop = berthStarted(place, "lxc-stop", ["-n", place.name, "-k"]);
      await Promise.all([...coming, stop].map(ended));
      for (const host of hosts) expect(text).not.toContain(host);
    }
    if (state(place) !== "RUNNING") start(place);
  }, 120_000);

  test("a pid that is another process' by now is not entered", () => {
    const record = join(place.lxcpath, place.name, ".berth/state");
    const text = readFileSync(record, "utf8");
    Bun.sleepSync(100); // proc(5) tells start times in hundredths of a second: not in the same one as init
    const other = spawn("sleep", ["1000"], { stdio: "ignore" });
    writeFileSync(record, text.replace(/"initPid":\d+/, `"initPid":${other.pid}`));
    const ran = berth(place, "lxc-attach", ["-n", place.name, "--", "/bin/true"]);
    other.kill("SIGKILL");
    writeFileSync(record, text);
    expect({ status: ran.status, stdout: ran.stdout }).toEqual({ status: 1, stdout: "" });
    expect(inside(place, "echo in")).toBe("in");
  });
});
