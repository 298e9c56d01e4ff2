// How far long work is: on a terminal one line with a bar that is rewritten, else plain lines of words, without a bar, a carriage
// return or an escape code; with -q nothing. Of create and image pull, which download and unpack, of copy, export and import.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { closeSync, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { cacheOf, destroy, downloadRoom, makeDownloadPlace, runBeside } from "./download-room.ts";
import { heldAt } from "./lease.ts";
import { create, DIST, leavePlace, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";

const PATIENCE_MS = 60_000;
const room = downloadRoom();
let place: Place;
const two = (): string => `${place.name}2`;
const path = (...names: readonly string[]): string => join(place.lxcpath, ...names);
const MEGABYTE = 1 << 20;

beforeAll(() => { place = makeDownloadPlace("privileged"); }, PATIENCE_MS);
afterAll(() => leavePlace(place), PATIENCE_MS);

const piped = (argv: readonly string[]): Promise<Ran> => runBeside(place, argv);
/** What a terminal shows of it; its input and output may be elsewhere. */
const shown = async (argv: readonly string[], redirect = ""): Promise<string> => {
  const ran = await runBeside(place, ["script", "-qec", `${argv.map((word) => `'${word}'`).join(" ")} ${redirect}`, "/dev/null"]);
  expect([argv, ran.status, ran.status === 0 ? "" : ran.stdout]).toEqual([argv, 0, ""]);
  return ran.stdout;
};
/** No line that a program or a log could not keep. */
// oxlint-disable-next-line no-control-regex
const isPlain = (text: string): void => expect([text, /[\r\x1b]|\[[=> ]+\]|%/.test(text)]).toEqual([text, false]);
/** Ends full, on the same line as it began. */
const hasBar = (text: string, stage: string): void => {
  const [line = ""] = text.split("\n").filter((one) => one.includes(stage) && one.includes("["));
  expect([stage, line]).toEqual([stage, expect.stringMatching(/^(?:[^\n]*\r)?[^\r\n]* \[={24}\] 100% [\d.]+ k?M?B of [\d.]+ k?M?B *\r?$/)]);
};
const pull = (...words: readonly string[]): readonly string[] => [join(DIST, "bin/berth"), "image", "pull", "tiny/one", "--arch", "amd64", "--server", room.server().url, ...words];
const made = (...words: readonly string[]): readonly string[] => [join(DIST, "bin/lxc-create"), "-P", place.lxcpath, "-n", place.name, "-f", path("in.conf"), ...words, "-t", "download", "--", ...room.tiny()];
const forget = (): void => { for (const name of ["download", "unpacked", "sha256"]) rmSync(join(cacheOf(place), name), { recursive: true, force: true }); };

test("berth image pull", async () => {
  const { status, stdout, stderr } = await piped(pull());
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^tiny\/one sha256:\w+\n$/)]);
  expect(stderr).toMatch(/^rootfs\.tar\.xz: [\d.]+ kB of [\d.]+ kB$/m);
  isPlain(stderr);
  forget();
  hasBar(await shown(pull()), "rootfs.tar.xz");
  forget();
  expect((await piped(pull("-q"))).stderr).toBe("");
  forget();
}, PATIENCE_MS);

test("the line is as wide as the terminal, less the last column; and another name of the machine is taken", async () => {
  for (const columns of [60, 132]) {
    forget();
    const ran = await runBeside(place, ["script", "-qec", `stty cols ${columns}; ${pull().map((word) => `'${word === "amd64" ? "x86_64" : word}'`).join(" ")}`, "/dev/null"]);
    const lines = ran.stdout.split(/[\r\n]+/).filter((line) => line.includes("%"));
    expect([ran.status, lines.length > 0, [...new Set(lines.map(({ length }) => length))]]).toEqual([0, true, [columns - 1]]);
  }
  forget();
}, PATIENCE_MS);

test("lxc-create -t download", async () => {
  const { status, stdout, stderr } = await piped(made());
  expect([status, stderr]).toEqual([0, expect.stringMatching(/^unpacking rootfs\.tar\.xz: ([\d.]+ kB) of \1$/m)]);
  isPlain(stdout + stderr);
  destroy(place);
  forget();
  const screen = await shown(made());
  for (const stage of ["rootfs.tar.xz", "unpacking rootfs.tar.xz"]) hasBar(screen, stage);
  destroy(place);
  forget();
  expect((await piped(made("-q"))).stderr).toBe("");
  destroy(place);
}, PATIENCE_MS);

test("lxc-copy: once in a pipe", async () => {
  create(place);
  writeFileSync(path(place.name, "rootfs/held"), "");
  // a copy that takes a second: what is copied in no time says nothing
  const slow = (name: string, ...words: readonly string[]): Promise<Ran> => heldAt(path(place.name, "rootfs/held"), () => piped([join(DIST, "bin/lxc-copy"), "-P", place.lxcpath, "-n", place.name, "-N", name, ...words]), () => Bun.sleep(1000));
  const { status, stderr } = await slow(two());
  expect([status, stderr]).toEqual([0, `copying ${path(place.name)}/rootfs\n`]);
  expect((await slow(`${two()}q`, "-q")).stderr).toBe("");
  for (const name of [two(), `${two()}q`]) works(place, "lxc-destroy", ["-n", name]);
}, PATIENCE_MS);

test("berth export and import: on a terminal alone, and by one of them where a pipe leads from one to the other", async () => {
  writeFileSync(path(place.name, "rootfs/root/large"), Buffer.alloc(8 * MEGABYTE, 1));
  const [out, berth] = [path("in.tar"), join(DIST, "bin/berth")];
  const give = (...words: readonly string[]): readonly string[] => [berth, "export", "-P", place.lxcpath, place.name, ...words];
  const take = (...words: readonly string[]): readonly string[] => [berth, "import", "-P", place.lxcpath, two(), ...words];
  const drop = (): void => { works(place, "lxc-destroy", ["-n", two()]); };
  expect(await piped(give("-o", out))).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(await piped(take("-i", out))).toEqual({ status: 0, stdout: "", stderr: "" });
  drop();
  expect(await shown(give("-o", out))).toMatch(new RegExp(`\\rexporting ${place.name} \\d+\\.\\d MB *\\r\\n$`));
  hasBar(await shown(take("-i", out)), "importing");
  drop();
  hasBar(await shown(take(), `< ${out}`), "importing");
  drop();
  const both = await shown(give(), `| ${take().join(" ")}`);
  expect([both.includes("exporting"), /\rimporting \d+\.\d MB *\r\n$/.test(both)]).toEqual([false, true]);
  drop();
  expect([await shown(give("-q", "-o", out)), await shown(take("-q", "-i", out))]).toEqual(["", ""]);
  drop();
  // a pipe that nobody says anything about keeps its bytes
  const fd = openSync(out, "w");
  const { status, stderr } = spawnSync(give()[0] ?? "", give().slice(1), { stdio: ["ignore", fd, "pipe"], encoding: "utf8" });
  closeSync(fd);
  expect([status, stderr, spawnSync("tar", ["-tf", out]).status]).toEqual([0, "", 0]);
  works(place, "lxc-destroy", ["-n", place.name]);
  expect(existsSync(path(place.name))).toBe(false);
}, PATIENCE_MS);
