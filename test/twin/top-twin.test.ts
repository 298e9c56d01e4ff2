// lxc-top of Debian and of Berth look at the same container, one of ours: equal screens and lines, but for what changes meanwhile.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DIST, eventually } from "../kernel/place.ts";
import { make, run, SIDES, unmake } from "./sides.ts";
import type { Twin } from "./sides.ts";

const PATIENCE_MS = 60_000;
const twin: Twin = { lxcpath: mkdtempSync(join(tmpdir(), "top-twin-")), rootId: 0 };
beforeAll(() => {
  make(twin, "ours", "lxc.uts.name = twin\nlxc.net.0.type = empty\n");
  expect(run(twin, "ours", "lxc-start")).toEqual({ out: "", err: "", status: 0 });
}, PATIENCE_MS);
afterAll(() => {
  unmake(twin);
  rmSync(twin.lxcpath, { recursive: true, force: true });
}, PATIENCE_MS);

/** On a terminal of 200 columns and 30 rows; `quit` is typed once the screen has its last line. */
function onScreen(program: string, words: string, isLast: (text: string) => boolean, quit = "q"): Promise<{ readonly text: string; readonly status: number | null }> {
  return new Promise((resolve) => {
    const child = spawn("script", ["-qec", `stty cols 200 rows 30; ${program} -P ${twin.lxcpath} ${words}`, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
    let text = "";
    let hasQuit = false;
    child.stdout.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      if (!hasQuit && isLast(text)) { hasQuit = true; child.stdin.write(quit); }
    });
    child.on("exit", (status) => { resolve({ text, status }); });
  });
}
const THEIRS = "/usr/bin/lxc-top", OURS = join(DIST, "bin/lxc-top");
/** Use differs from moment to moment; what it looks like does not. */
const shape = (text: string): string => text.replace(/\d+\.\d\d KiB/g, "N.NN KiB").replace(/ +N\.NN KiB/g, " N.NN KiB").replace(/\d+\.\d\d MiB/g, "N.NN KiB").replace(/ +N\.NN KiB/g, " N.NN KiB").replace(/ +\d\.\d\d/g, " N.NN");
const ended = (text: string): boolean => /TOTAL .*\d\.\d\d.*\n?$/.test(text) && text.includes("TOTAL 1 of 1");

test("the screen", async () => {
  const [theirs, ours] = [await onScreen(THEIRS, "-d 1", ended), await onScreen(OURS, "-d 1", ended)];
  const first = (text: string): string => shape(text.split("\u001b[H\u001b[J")[1]?.trimEnd().replaceAll("\r", "") ?? "");
  expect(first(theirs.text)).toContain("Container");
  expect([first(ours.text), ours.status]).toEqual([first(theirs.text), theirs.status]);
}, PATIENCE_MS);

test("batch lines", async () => {
  const hasLine = (text: string): boolean => text.includes(`,${SIDES.ours.name},`);
  const [theirs, ours] = [await onScreen(THEIRS, "-b -d 1", hasLine, "\u0003"), await onScreen(OURS, "-b -d 1", hasLine, "\u0003")];
  const lines = (text: string): readonly string[] => text.split("\r\n").slice(0, 2).map((line) => line.replace(/\d+(?=,|$)/g, "N"));
  expect(lines(theirs.text)[1]).toBe("N,twoN,N,N,N,N,N,N,N,N");
  expect(lines(ours.text)).toEqual(lines(theirs.text));
}, PATIENCE_MS);

test("a delay that is no number is refused by both", async () => {
  const [theirs, ours] = [await onScreen(THEIRS, "-d x", () => true), await onScreen(OURS, "-d x", () => true)];
  expect([ours.status, theirs.status]).toEqual([1, 1]);
}, PATIENCE_MS);

test("sorted by a column, and the other way round", async () => {
  make(twin, "theirs", "lxc.net.0.type = empty\n");
  const other = (command: string, ...words: readonly string[]): number | null => spawnSync(join(DIST, "bin", command), ["-P", twin.lxcpath, "-n", SIDES.theirs.name, ...words]).status;
  // what it has written counts as its memory
  expect(other("lxc-start", "--", "/bin/sh", "-c", "/bin/busybox dd if=/dev/zero of=/tmp/x bs=1048576 count=24; : > /tmp/full; exec sleep 1000")).toBe(0);
  await eventually("it has taken memory", () => existsSync(join(twin.lxcpath, SIDES.theirs.name, "rootfs/tmp/full")));
  const order = async (program: string, words: string): Promise<readonly string[]> => {
    const { text } = await onScreen(program, `${words} -d 1`, (seen) => seen.includes("TOTAL 2 of 2"));
    const frame = text.split("\u001b[H\u001b[J").findLast((one) => one.includes("TOTAL 2 of 2")) ?? "";
    return [...frame.replaceAll(/\u001b\[\d+m/g, "").matchAll(/^(tw[ot])\d+ /gm)].map(([, name = ""]) => name);
  };
  for (const [words, first, second] of [["-s n", "two", "twt"], ["-s n -r", "twt", "two"], ["--sort m", "twt", "two"], ["--sort m --reverse", "two", "twt"]] as const) {
    expect([words, await order(OURS, words), await order(THEIRS, words)]).toEqual([words, [first, second], [first, second]]);
  }
  expect(other("lxc-stop", "-k")).toBe(0);
}, PATIENCE_MS);
