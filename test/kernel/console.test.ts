// lxc-console with real terminals, for each kind of container, and Debian's against ours and ours against Debian's.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Scratch } from "./engine-run.ts";
import { argvFor, berth, create, DIST, eventually, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";
import { CommandSession } from "./terminal.ts";

const MEGABYTE = 1 << 20;
const PATIENCE_MS = 60_000;
const LEAVE = "\x01q";
const GREETING = (tty: number, key = "a"): string => `\r\nConnected to tty ${tty}\r\nType <Ctrl+${key} q> to exit the console, <Ctrl+${key} Ctrl+${key}> to enter Ctrl+${key} itself\r\n`;
const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];

const open = (place: Place, scratch: Scratch, args: readonly string[], redirect = "", folder = join(DIST, "bin")): CommandSession =>
  new CommandSession(scratch, argvFor(place, [join(folder, "lxc-console"), "-P", place.lxcpath, "-n", place.name, ...args]), redirect);
/** Shells with job control on tty2 and tty3, as busybox's init starts them; a login stays on tty1. */
const createWithShells = (place: Place): void => {
  create(place);
  appendFileSync(join(place.lxcpath, place.name, "rootfs/etc/inittab"), "tty2::respawn:/bin/sh\ntty3::respawn:/bin/sh\n");
};

describe.each(KINDS)("%s", (kind) => {
  const place = makePlace(kind);
  beforeAll(() => {
    createWithShells(place);
    start(place, ["-s", "lxc.tty.max=3"]); // the template's own line comes last
  }, PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-stop", ["-n", place.name, "-k"]); works(place, "lxc-destroy", ["-n", place.name]); await leavePlace(place); }, PATIENCE_MS);

  test("a tty: the greeting, keys and screen, size, Ctrl-C; detached and attached again it is as it was", async () => {
    using scratch = new Scratch();
    const s = open(place, scratch, ["-t", "2"]);
    await s.shows("Connected");
    s.type("stty size; VALUE=kept\r");
    await s.shows("37 91");
    s.resize(50, 20);
    s.type("sh -c 'echo sl''eeping; exec sleep 100'\r");
    await s.shows("sleeping");
    s.type("\x03stty size\r");
    await s.shows("20 50");
    s.type(LEAVE);
    const seen = await s.end();
    expect(seen.screen).toStartWith(GREETING(2));
    expect([seen.status, seen.isRestored]).toEqual([0, true]);
    using again = new Scratch();
    const t = open(place, again, ["-t", "2"]);
    await t.shows("Connected");
    t.type("echo \"<$VALUE>\"\r");
    await t.shows("<kept>");
    t.type(LEAVE);
    expect((await t.end()).status).toBe(0);
  }, PATIENCE_MS);

  test("a megabyte goes in whole and comes out whole, on a tty and on the console", async () => {
    for (const tty of [2, 0]) {
      using scratch = new Scratch();
      const s = open(place, scratch, ["-t", String(tty)]);
      await s.shows(`Connected to tty ${tty}`);
      s.type("\r");
      await s.shows("/ # ");
      s.type(`stty raw -echo; echo re''ady; head -c ${MEGABYTE} | tee /tmp/in | md5sum; cat /tmp/in; rm /tmp/in; stty sane; echo E''ND\r`);
      await s.shows("ready");
      const keys = Buffer.alloc(MEGABYTE, "0123456789bcdefghijklmnoprstuvwxyz!");
      s.type(keys);
      await s.shows("END");
      s.type(LEAVE);
      const { screen } = await s.end();
      const sum = new Bun.CryptoHasher("md5").update(keys).digest("hex");
      const at = screen.indexOf(`${sum}  -`);
      expect(at).toBeGreaterThan(0);
      const from = screen.indexOf("0123", at + sum.length);
      expect(screen.slice(from, from + MEGABYTE)).toBe(keys.toString());
    }
  }, PATIENCE_MS);

  test("the console's size is the terminal's, and follows it", async () => {
    using scratch = new Scratch();
    const s = open(place, scratch, ["-t", "0"]);
    await s.shows("Connected");
    s.type("\r");
    await s.shows("/ # ");
    s.type("stty size\r");
    await s.shows("37 91");
    s.resize(50, 20);
    await eventually("the console has the new size", () => inside(place, "stty size < /dev/console") === "20 50");
    s.type(LEAVE);
    expect((await s.end()).status).toBe(0);
  }, PATIENCE_MS);

  test("the prefix twice is one, before another key it is itself, and it may be another", async () => {
    using scratch = new Scratch();
    const s = open(place, scratch, ["-t", "2", "-e", "^b"]);
    await s.shows("Connected");
    s.type("echo re''ady; cat -v\r");
    await s.shows("ready");
    s.type("\x02\x02\x02x\x01q\r");
    await s.shows("^B^Bx^Aq\r\n^B^Bx^Aq\r\n"); // the echo, then what cat got
    s.type("\x03\x02q");
    const seen = await s.end();
    expect(seen.screen).toStartWith(GREETING(2, "b"));
    expect(seen.status).toBe(0);
  }, PATIENCE_MS);

  test("several at once; a taken one is refused; it is free again when its holder is killed", async () => {
    using one = new Scratch();
    using two = new Scratch();
    const [a, b] = [open(place, one, ["-t", "2"]), open(place, two, ["-t", "3"])];
    await Promise.all([a.shows("Connected to tty 2"), b.shows("Connected to tty 3")]);
    const denied = berth(place, "lxc-console", ["-n", place.name, "-t", "2"]);
    expect(denied.stderr).toStartWith(`lxc-console: ${place.name}: Denied access to tty\n    cause: somebody else`);
    expect(denied.status).toBe(1);
    expect(berth(place, "lxc-console", ["-n", place.name, "-t", "9"]).stderr).toContain("the container has no tty of that number");
    using three = new Scratch();
    const first = open(place, three, []);
    await first.shows("Connected to tty 1");
    expect(berth(place, "lxc-console", ["-n", place.name]).status).toBe(1);
    process.kill(a.pid, "SIGKILL");
    expect((await a.end()).status).toBe(137);
    using four = new Scratch();
    const next = open(place, four, []);
    await next.shows("Connected to tty 2");
    for (const s of [next, first, b]) s.type(LEAVE);
    expect((await Promise.all([next, first, b].map((s) => s.end()))).map(({ status, isRestored }) => [status, isRestored])).toEqual([[0, true], [0, true], [0, true]]);
  }, PATIENCE_MS);

  test("nobody sets the terminal but the launcher: raw, and back", async () => {
    using scratch = new Scratch();
    const trace = scratch.path("trace");
    const s = new CommandSession(scratch, ["strace", "-f", "-e", "trace=ioctl", "-o", trace, join(DIST, "bin/lxc-console"), "-P", place.lxcpath, "-n", place.name, "-t", "2"]);
    await s.shows("Connected");
    s.type(LEAVE);
    expect((await s.end()).status).toBe(0);
    expect(scratch.read("trace").split("\n").filter((line) => line.includes("TCSETS")).length).toBe(2);
  }, PATIENCE_MS);

  test("SIGTERM detaches, a hang-up is one", async () => {
    using scratch = new Scratch();
    const s = open(place, scratch, ["-t", "2"]);
    await s.shows("Connected");
    process.kill(s.pid, "SIGTERM");
    const seen = await s.end();
    expect([seen.status, seen.isRestored]).toEqual([0, true]);
    using again = new Scratch();
    const t = open(place, again, ["-t", "2"]);
    await t.shows("Connected");
    process.kill(t.pid, "SIGHUP");
    expect((await t.end()).status).toBe(129);
  }, PATIENCE_MS);

  test("stdin may be a pipe or a file, its end detaches", () => {
    const ran = berth(place, "lxc-console", ["-n", place.name, "-t", "2"], { input: "touch /tmp/typed\r" });
    expect(ran.status).toBe(0);
    expect(ran.stderr).toContain("Connected to tty 2\n");
    expect(inside(place, "for i in 1 2 3 4 5 6 7 8 9; do [ -e /tmp/typed ] && break; sleep 0.1; done; ls /tmp/typed; rm /tmp/typed")).toBe("/tmp/typed");
  }, PATIENCE_MS);

  test("Debian's lxc-console works on it", async () => {
    using scratch = new Scratch();
    const s = open(place, scratch, ["-t", "2"], "", "/usr/bin");
    await s.shows("Connected");
    s.type("\r");
    await s.shows("/ # ");
    s.type("echo the''irs\r");
    await s.shows("theirs");
    s.type(LEAVE);
    const seen = await s.end();
    expect(seen.screen).toStartWith(GREETING(2));
    expect([seen.status, seen.isRestored]).toEqual([0, true]);
  }, PATIENCE_MS);

  test("a client that does not read loses something, and stops neither the console nor the container", async () => {
    using scratch = new Scratch();
    const s = open(place, scratch, ["-t", "0"]);
    await s.shows("Connected to tty 0");
    process.kill(s.pid, "SIGSTOP");
    inside(place, `head -c ${MEGABYTE} /dev/zero | tr '\\0' x > /dev/console`);
    process.kill(s.pid, "SIGCONT");
    s.type("\rstty -echo; echo E''ND; stty echo\r");
    await s.shows("END");
    s.type(LEAVE);
    expect((await s.end()).status).toBe(0);
  }, PATIENCE_MS);

  test("the end of the container is the end of the session", async () => {
    const own = { ...place, name: `${place.name}2` };
    create(own);
    start(own);
    using one = new Scratch();
    using two = new Scratch();
    const sessions = [open(own, one, ["-t", "1"]), open(own, two, ["-t", "0"])];
    await Promise.all(sessions.map((s) => s.shows("Connected")));
    works(own, "lxc-stop", ["-n", own.name, "-k"]);
    expect((await Promise.all(sessions.map((s) => s.end()))).map(({ status, isRestored }) => [status, isRestored])).toEqual([[0, true], [0, true]]);
    const ran = berth(own, "lxc-console", ["-n", own.name]);
    expect([ran.status, ran.stderr]).toEqual([1, `lxc-console: ${own.name}: ${own.name} is not running\n    remedy: start it: lxc-start -n ${own.name}\n`]);
    works(own, "lxc-destroy", ["-n", own.name]);
  }, PATIENCE_MS);
});

test("ours works on a container that Debian's LXC runs", async () => {
  const place = makePlace("privileged");
  createWithShells(place);
  const theirs = (command: string, ...args: readonly string[]): number => Bun.spawnSync([`/usr/bin/${command}`, "-P", place.lxcpath, "-n", place.name, ...args]).exitCode;
  expect(theirs("lxc-start")).toBe(0);
  using scratch = new Scratch();
  const s = open(place, scratch, ["-t", "2"]);
  await s.shows("Connected");
  s.type("\r");
  await s.shows("/ # ");
  s.type("stty size; echo ou''rs\r");
  await s.shows("ours");
  expect(s.screen).toContain("37 91");
  expect(berth(place, "lxc-console", ["-n", place.name, "-t", "2"]).stderr).toStartWith(`lxc-console: ${place.name}: Denied access to tty\n    cause: `);
  s.type(LEAVE);
  expect((await s.end()).status).toBe(0);
  expect(theirs("lxc-stop", "-k")).toBe(0);
  works(place, "lxc-destroy", ["-n", place.name]);
  rmSync(place.lxcpath, { recursive: true }); // LXC leaves its lxc.pivot behind: no look for leaks
}, PATIENCE_MS);
