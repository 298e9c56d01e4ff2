// lxc-attach at a terminal, at a pipe and at nothing, for each kind of container.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Scratch } from "./engine-run.ts";
import { argvFor, berth, create, DIST, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";
import { CommandSession } from "./terminal.ts";

const MEGABYTE = 1 << 20;
const PATIENCE_MS = 60_000;
const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
/** Every byte there is, in no order that a terminal would like. */
const EVERYTHING = Buffer.from(Array.from({ length: MEGABYTE }, (_, i) => (i * 167 + (i >> 8)) & 0xff));
const md5 = (bytes: Uint8Array): string => new Bun.CryptoHasher("md5").update(bytes).digest("hex");

describe.each(KINDS)("%s", (kind) => {
  const place: Place = makePlace(kind);
  const attach = (scratch: Scratch, command: readonly string[], { options = [], redirect = "" }: { readonly options?: readonly string[]; readonly redirect?: string } = {}): CommandSession =>
    new CommandSession(scratch, argvFor(place, [join(DIST, "bin/lxc-attach"), "-P", place.lxcpath, "-n", place.name, ...options, "--", ...command]), redirect);
  const shell = (scratch: Scratch, line: string, options?: { readonly options?: readonly string[]; readonly redirect?: string }): CommandSession => attach(scratch, ["sh", "-c", line], options);

  beforeAll(() => { create(place); start(place); }, PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-stop", ["-n", place.name, "-k"]); works(place, "lxc-destroy", ["-n", place.name]); await leavePlace(place); }, PATIENCE_MS);

  test("a pty of the container is all three, and the controlling terminal; the status comes through", async () => {
    using scratch = new Scratch();
    const seen = await shell(scratch, "tty; tty < /dev/tty; tty <&1; tty <&2; exit 77").end();
    expect(seen.screen).toMatch(/^(\/dev\/pts\/\d+)\r\n\/dev\/tty\r\n\1\r\n\1\r\n$/);
    expect([seen.status, seen.isRestored]).toEqual([77, true]);
  }, PATIENCE_MS);

  test("Debian's lxc-attach gets a pty of the container's, too", async () => {
    using scratch = new Scratch();
    const s = new CommandSession(scratch, argvFor(place, ["/usr/bin/lxc-attach", "-P", place.lxcpath, "-n", place.name, "--", "sh", "-c", "tty; stty size; exit 6"]));
    const seen = await s.end();
    expect(seen.screen).toMatch(/^\/dev\/pts\/\d+\r+\n37 91\r+\n$/);
    expect([seen.status, seen.isRestored]).toEqual([6, true]);
  }, PATIENCE_MS);

  test("a megabyte of every byte goes in whole and comes out whole", async () => {
    using scratch = new Scratch();
    const s = shell(scratch, `stty raw -echo; echo ready; head -c ${MEGABYTE} > /tmp/in; md5sum < /tmp/in; echo BEGIN; cat /tmp/in; rm /tmp/in; printf E''ND`);
    await s.shows("ready");
    s.type(EVERYTHING);
    await s.shows("END");
    const { bytes } = s;
    const seen = await s.end();
    const at = bytes.indexOf("BEGIN\n") + "BEGIN\n".length;
    expect(bytes.subarray(0, at).toString()).toContain(`${md5(EVERYTHING)}  -`);
    expect(bytes.subarray(at, at + MEGABYTE).equals(EVERYTHING)).toBe(true);
    expect([bytes.subarray(at + MEGABYTE).toString("latin1").startsWith("END"), seen.status, seen.isRestored]).toEqual([true, 0, true]);
  }, PATIENCE_MS);

  test("the size is the terminal's, and SIGWINCH reaches what runs in front", async () => {
    using scratch = new Scratch();
    const s = shell(scratch, "trap 'stty size; exit 3' WINCH; stty size; while :; do sleep 0.02; done");
    await s.shows("37 91");
    s.resize(50, 20);
    await s.shows("20 50");
    expect((await s.end()).status).toBe(3);
  }, PATIENCE_MS);

  test("job control: Ctrl-Z stops what runs in front and not lxc-attach, Ctrl-C ends it and not its shell", async () => {
    using scratch = new Scratch();
    const s = attach(scratch, ["sh", "-i"]);
    await s.shows("# ");
    s.type("PS1='<$?>% '\r");
    await s.shows("<0>% ");
    s.type("sh -c \"trap 'echo ag''ain' CONT; echo be''gun; while :; do sleep 0.02; done\"\r");
    await s.shows("begun");
    s.type("\x1a");
    await s.shows("Stopped");
    s.type("echo st''ill here\r");
    await s.shows("still here");
    s.type("fg\r");
    await s.shows("again"); // the job has the terminal before it is told to go on
    s.type("\x03");
    await s.shows("<130>% ");
    s.type("exit 4\r");
    const seen = await s.end();
    expect([seen.status, seen.isRestored]).toEqual([4, true]);
  }, PATIENCE_MS);

  test("Ctrl-\\ and Ctrl-D are keys as well; what is killed inside is 128 and the signal", async () => {
    using scratch = new Scratch();
    const s = shell(scratch, "trap 'echo qu''it; kill -TERM $$' QUIT; echo ready; while :; do sleep 0.02; done");
    await s.shows("ready");
    s.type("\x1c");
    await s.shows("quit");
    expect((await s.end()).status).toBe(128 + 15);
    using again = new Scratch();
    const t = shell(again, "echo ready; exec cat");
    await t.shows("ready");
    t.type("line\r");
    await t.shows("line\r\nline\r\n");
    t.type("\x04");
    expect((await t.end()).status).toBe(0);
  }, PATIENCE_MS);

  test("-L: the log has what the screen had, added to what was there", async () => {
    const log = join(place.lxcpath, "log");
    for (const word of ["one", "two"]) {
      using scratch = new Scratch();
      await shell(scratch, `echo ${word}`, { options: ["-L", log] }).end();
    }
    expect(readFileSync(log, "utf8")).toBe("one\r\ntwo\r\n");
    expect(statSync(log).uid).toBe(place.user?.uid ?? 0);
  }, PATIENCE_MS);

  test("stdin from a pipe, a file or closed, stdout to a file: each is what it was, the rest is the terminal", async () => {
    using scratch = new Scratch();
    const piped = await shell(scratch, "cat; echo screen >&2; [ -t 0 ] || [ -t 1 ] || [ ! -t 2 ] || exit 6", { redirect: "< before > out" }).end();
    expect([piped.status, piped.screen, scratch.read("out")]).toEqual([6, "screen\r\n", scratch.read("before")]);
    using none = new Scratch();
    const closed = await shell(none, "echo out; read x; exit 5", { redirect: "<&-" }).end();
    expect([closed.status, closed.screen.startsWith("out\r\n")]).toEqual([5, true]);
  }, PATIENCE_MS);

  test("without any terminal a megabyte passes, and there is none inside", () => {
    const all = berth(place, "lxc-attach", ["-n", place.name, "--", "sh", "-c", "md5sum; tty; exit 8"], { input: EVERYTHING.toString("latin1") });
    expect([all.status, all.stdout]).toEqual([8, `${md5(Buffer.from(EVERYTHING.toString("latin1")))}  -\nnot a tty\n`]);
    const nothing = Bun.spawnSync(["sh", "-c", `exec "$@" <&- >&- 2>&-`, "sh", ...argvFor(place, [join(DIST, "bin/lxc-attach"), "-P", place.lxcpath, "-n", place.name, "--", "sh", "-c", "exit 9"])]);
    expect(nothing.exitCode).toBe(9);
  }, PATIENCE_MS);

  test("what is behind the terminal when it hangs up ends", async () => {
    using scratch = new Scratch();
    const s = shell(scratch, "trap 'rm /tmp/shell; exit' HUP; echo $$ > /tmp/shell; echo ready; while :; do sleep 0.02; done");
    await s.shows("ready");
    process.kill(s.pid, "SIGHUP");
    expect((await s.end()).status).toBe(129);
    expect(works(place, "lxc-attach", ["-n", place.name, "--", "sh", "-c", "for i in $(seq 200); do [ -e /tmp/shell ] || { echo gone; break; }; sleep 0.05; done"])).toBe("gone\n");
  }, PATIENCE_MS);
});
