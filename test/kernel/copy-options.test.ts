// berth copy has the options of lxc-copy, and they do the same: where the copy goes and what it is called, how it is made, what
// it keeps, and copies that are gone when they stop. Where Debian's lxc-copy has it, the twin in storage-twin.test.ts tells the rest.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, berthStarted, create, DIST, ended, eventually, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";

const PATIENCE_MS = 60_000;
const MAC = "00:16:3e:11:22:33";
let place: Place;
const two = (): string => `${place.name}2`;
const path = (...names: readonly string[]): string => join(place.lxcpath, ...names);
const config = (name: string, folder = place.lxcpath): string => readFileSync(join(folder, name, "config"), "utf8");
const copied = (...words: readonly string[]): Ran => berth(place, "berth", ["copy", "-P", place.lxcpath, place.name, ...words]);
const copy = (...words: readonly string[]): string => works(place, "berth", ["copy", "-P", place.lxcpath, place.name, ...words]);
const drop = (...words: readonly string[]): void => { works(place, "lxc-destroy", words); };

beforeAll(() => {
  place = makePlace("privileged");
  create(place, ["lxc.net.1.type = veth", `lxc.net.1.hwaddr = ${MAC}`, "lxc.signal.halt = SIGKILL"]);
  writeFileSync(path(place.name, "rootfs/root/kept"), "kept\n");
  mkdirSync(path("other"));
  mkdirSync(path("data"));
  writeFileSync(path("data/file"), "of the host\n");
}, PATIENCE_MS);
afterEach(() => { for (const name of readdirSync(place.lxcpath).filter((one) => one.startsWith(two()))) drop("-f", "-n", name); });
afterAll(async () => {
  drop("-f", "-n", place.name);
  await leavePlace(place);
}, PATIENCE_MS);

describe("of a stopped one", () => {
  test("--name and --newname: the words' other way; its name and its address are its own", () => {
    works(place, "berth", ["copy", "-P", place.lxcpath, "--name", place.name, "--newname", two()]);
    expect([readFileSync(path(two(), "rootfs/root/kept"), "utf8"), config(two()).includes(`lxc.uts.name = ${two()}\n`), config(two()).includes(MAC)]).toEqual(["kept\n", true, false]);
    expect(config(two())).toMatch(/^lxc\.net\.1\.hwaddr = 00:16:3e:/m);
  }, PATIENCE_MS);

  test("--keepname and --keepmac: they are the original's", () => {
    copy(two(), "--keepname", "--keepmac");
    expect([config(two()).includes(`lxc.uts.name = ${place.name}\n`), config(two()).includes(MAC)]).toEqual([true, true]);
  }, PATIENCE_MS);

  test("--newpath: in another directory of containers", () => {
    copy("--newpath", path("other"));
    expect([existsSync(path("other", place.name, "rootfs/root/kept")), config(place.name, path("other")).includes(`${path("other", place.name)}/rootfs`)]).toEqual([true, true]);
    drop("-P", path("other"), "-n", place.name);
  }, PATIENCE_MS);

  test("--rename: no copy at all", () => {
    copy(two());
    works(place, "berth", ["copy", "-P", place.lxcpath, two(), `${two()}r`, "--rename"]);
    expect([existsSync(path(two())), existsSync(path(`${two()}r`, "rootfs/root/kept"))]).toEqual([false, true]);
  }, PATIENCE_MS);

  test("--rename to several names at once: it has one of them, and is whole", async () => {
    copy(two());
    const names = ["a", "b", "c", "d"].map((letter) => `${two()}${letter}`);
    const statuses = await Promise.all(names.map((name) => ended(berthStarted(place, "lxc-copy", ["-n", two(), "-N", name, "-R"]))));
    expect(statuses.toSorted((a, b) => a - b)).toEqual([0, 1, 1, 1]);
    const [winner = "", ...others] = readdirSync(place.lxcpath).filter((name) => name.startsWith(two()));
    expect([others, config(winner).includes(`${path(winner)}/rootfs`), config(winner).includes(`lxc.uts.name = ${winner}\n`)]).toEqual([[], true, true]);
  }, PATIENCE_MS);

  test("a whole copy: the config of a renaming that was killed before its one step is gone", () => {
    const left = (name: string): string => path(place.name, `.berth/config.${name}`);
    mkdirSync(path(place.name, ".berth"), { recursive: true });
    for (const name of ["old", "new"]) writeFileSync(left(name), "lxc.uts.name = of-old\n");
    utimesSync(left("old"), 1e9, 1e9);
    copy(two());
    expect([existsSync(left("old")), existsSync(left("new"))]).toEqual([false, true]);
    works(place, "berth", ["copy", "-P", place.lxcpath, place.name, `${two()}r`, "--rename"]);
    works(place, "berth", ["copy", "-P", place.lxcpath, `${two()}r`, place.name, "--rename"]);
    expect(config(place.name)).not.toContain("of-old");
    rmSync(left("new"));
  }, PATIENCE_MS);

  test("--rename to where nothing can be, and what is for another root file system: told, and nothing has changed", () => {
    const before = readdirSync(path(place.name));
    const inside = path(place.name, "rootfs/sub");
    for (const [words, said] of [
      [["--newpath", "/etc/passwd"], "cannot make a container in '/etc/passwd': not a directory"], [["--newpath", "/proc/no"], "cannot make a container in '/proc/no'"], [["--newpath", inside], `'${inside}' lies in the container itself`],
      [["--snapshot"], "--snapshot is for a copy"], [["--backingstorage", "loop"], "--backingstorage is for a copy"], [["--fssize", "20M"], "--fssize is for a copy"],
    ] as const) expect(copied(two(), "--rename", ...words)).toMatchObject({ status: 1, stderr: expect.stringContaining(said) });
    expect([readdirSync(path(place.name)).filter((name) => name !== ".berth"), existsSync(inside)]).toEqual([before.filter((name) => name !== ".berth"), false]);
  }, PATIENCE_MS);

  test("a colon in the way of layers is told", () => {
    mkdirSync(path("a:b"));
    expect(copied("--newpath", path("a:b"), "--snapshot")).toMatchObject({ status: 1, stderr: expect.stringContaining("layers cannot be named in") });
    copy("--newpath", path("a:b"));
    const refused = berth(place, "lxc-copy", ["-P", path("a:b"), "-n", place.name, "-N", two(), "-s"]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(`layers cannot be named in '${path("a:b", place.name)}/rootfs'`)]);
    drop("-P", path("a:b"), "-n", place.name);
    rmSync(path("a:b"), { recursive: true });
  }, PATIENCE_MS);

  test("--newpath below what is copied is refused", () => {
    const inside = path(place.name, "rootfs/sub");
    for (const words of [[], ["--snapshot"]]) expect(copied(two(), "--newpath", inside, ...words)).toMatchObject({ status: 1, stderr: expect.stringContaining(`'${inside}' lies in what is copied`) });
    expect(existsSync(inside)).toBe(false);
  }, PATIENCE_MS);

  test("--fssize where nothing has a size of its own: a warning", () => {
    expect(copied(two(), "--fssize", "20M")).toMatchObject({ status: 0, stderr: expect.stringContaining("warning: --fssize has no effect: the copy is kept on dir") });
  }, PATIENCE_MS);

  test("--snapshot: a layer above the original's files, which cannot go before it", () => {
    copy(two(), "--snapshot");
    expect([config(two()).includes(`lxc.rootfs.path = overlay:${path(place.name)}/rootfs:`), readdirSync(path(two(), "overlay/delta")).includes("root")]).toEqual([true, false]);
    expect(berth(place, "lxc-destroy", ["-n", place.name]).status).toBe(1);
  }, PATIENCE_MS);

  test("--backingstorage and --fssize: on an image of that size", () => {
    copy(two(), "--backingstorage", "loop", "--fssize", "48M");
    expect([config(two()).includes(`lxc.rootfs.path = loop:${path(two())}/rootdev\n`), statSync(path(two(), "rootdev")).size]).toEqual([true, 48 * 2 ** 20]);
    works(place, "lxc-start", ["-n", two()]);
    expect(works(place, "lxc-attach", ["-n", two(), "--", "cat", "/root/kept"])).toBe("kept\n");
  }, PATIENCE_MS);
});

describe("of one that runs", () => {
  beforeAll(() => { start(place, ["-s", "lxc.net.1.type="]); }, PATIENCE_MS);
  afterAll(() => { berth(place, "lxc-stop", ["-n", place.name, "-k"]); }, PATIENCE_MS);

  test("--allowrunning: only with it", () => {
    expect([copied(two()).status, existsSync(path(two()))]).toEqual([1, false]);
    copy(two(), "--allowrunning");
    expect([existsSync(path(two(), "rootfs/root/kept")), state(place, two())]).toEqual([true, "STOPPED"]);
  }, PATIENCE_MS);
});

describe("gone when it stops", () => {
  const said = (...words: readonly string[]): string => copy("--newname", two(), "--ephemeral", ...words);
  beforeAll(() => { writeFileSync(path(place.name, "config"), config(place.name).replace(/^lxc\.net\.1\..*\n/gm, "")); });
  const gone = (): Promise<void> => eventually("it is gone", () => !existsSync(path(two())));

  test("--ephemeral with a command; --mount brings a directory of the host", () => {
    expect(said("--mount", `bind=${path("data")}:/mnt:ro`, "--", "sh", "-c", "hostname; cat /mnt/file; touch /mnt/new 2>/dev/null || echo read-only")).toBe(`Created ${two()} as clone of ${place.name}\n${two()}\nof the host\nread-only\n`);
    expect([existsSync(path(two())), readdirSync(path("data"))]).toEqual([false, ["file"]]);
  }, PATIENCE_MS);

  test("--keepdata: it stays, with what was written", () => {
    said("--keepdata", "--", "touch", "/written");
    expect([state(place, two()), existsSync(path(two(), "overlay/delta/written"))]).toEqual(["STOPPED", true]);
  }, PATIENCE_MS);

  test("--tmpfs: what it writes is not on the disk; --daemon: it runs until it is stopped", async () => {
    for (const [words, isOnDisk] of [[["--daemon"], true], [["--daemon", "--tmpfs"], false]] as const) {
      said(...words);
      works(place, "lxc-attach", ["-n", two(), "--", "touch", "/written"]);
      expect([words, state(place, two()), existsSync(path(two(), "overlay/delta/written"))]).toEqual([words, "RUNNING", isOnDisk]);
      works(place, "lxc-stop", ["-n", two(), "-k"]);
      await gone();
    }
  }, PATIENCE_MS);

  test("--foreground: its console is here", async () => {
    const words = [join(DIST, "bin/berth"), "copy", "-P", place.lxcpath, place.name, "--newname", two(), "--ephemeral", "--foreground", "--", "sh", "-c", "'echo in front; exit 3'"];
    const { status, stdout } = spawnSync("script", ["-qec", words.join(" "), "/dev/null"], { encoding: "utf8", input: "" });
    expect([status, stdout.includes("in front")]).toEqual([3, true]);
    await gone();
  }, PATIENCE_MS);
});
