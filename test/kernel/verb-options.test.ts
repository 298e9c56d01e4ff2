// Berth's own verbs with their container named by --name, which is the same as the first word, and the options of theirs that
// no other test is about: each by what it does.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, berth, create, DIST, eventually, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";

const PATIENCE_MS = 60_000;
let place: Place;
const two = (): string => `${place.name}2`;
const path = (...names: readonly string[]): string => join(place.lxcpath, ...names);
const rootfs = (...names: readonly string[]): string => path(place.name, "rootfs", ...names);
const config = (name = place.name): string => readFileSync(path(name, "config"), "utf8");

beforeAll(() => {
  place = makePlace("root-owned");
  create(place, ["lxc.signal.halt = SIGKILL"]);
}, PATIENCE_MS);
afterAll(async () => {
  for (const name of [two(), place.name]) berth(place, "lxc-destroy", ["-f", "-s", "-n", name]);
  await leavePlace(place);
}, PATIENCE_MS);

describe("stopped", () => {
  test("rename, shift, resize by --name", () => {
    works(place, "lxc-copy", ["-n", place.name, "-N", `${two()}x`, "-B", "loop", "-L", "40M"]);
    works(place, "berth", ["rename", "-P", place.lxcpath, "--name", `${two()}x`, two()]);
    expect([existsSync(path(`${two()}x`)), statSync(path(two(), "rootdev")).size]).toEqual([false, 40 * 2 ** 20]);
    works(place, "berth", ["resize", "-P", place.lxcpath, "--name", two(), "56M"]);
    expect(statSync(path(two(), "rootdev")).size).toBe(56 * 2 ** 20);
    works(place, "lxc-destroy", ["-n", two()]);
    works(place, "lxc-copy", ["-n", place.name, "-N", two()]);
    works(place, "berth", ["shift", "-P", place.lxcpath, "--name", two(), "--to", "300000"]);
    expect([lstatSync(path(two(), "rootfs/bin")).uid, config(two()).includes("lxc.idmap = u 0 300000 65536\n")]).toEqual([300000, true]);
    works(place, "lxc-destroy", ["-n", two()]);
  }, PATIENCE_MS);

  test("export --name, with its snapshots or --no-snapshots; restore --name, as it was and --newname", () => {
    writeFileSync(rootfs("root/then"), "");
    works(place, "lxc-snapshot", ["-n", place.name]);
    rmSync(rootfs("root/then"));
    const members = (...words: readonly string[]): string => {
      const file = path("out.tar");
      works(place, "berth", ["export", "-P", place.lxcpath, "--name", place.name, "-o", file, ...words]);
      const { stdout } = spawnSync("tar", ["--list", "--file", file], { encoding: "utf8" });
      rmSync(file);
      return stdout;
    };
    expect([members(), members("--no-snapshots")].map((list) => [/^rootfs\/bin\/busybox$/m.test(list), list.includes("snaps/snap0/rootfs/root/then")])).toEqual([[true, true], [true, false]]);
    works(place, "berth", ["restore", "-P", place.lxcpath, "--name", place.name, "snap0", "--newname", two()]);
    expect([existsSync(rootfs("root/then")), existsSync(path(two(), "rootfs/root/then"))]).toEqual([false, true]);
    works(place, "lxc-destroy", ["-n", two()]);
    works(place, "berth", ["restore", "-P", place.lxcpath, "--name", place.name, "snap0"]);
    expect(existsSync(rootfs("root/then"))).toBe(true);
    works(place, "lxc-snapshot", ["-n", place.name, "-d", "snap0"]);
  }, PATIENCE_MS);

  test("edit --name, and any file with --file", () => {
    const editor = path("editor");
    writeFileSync(editor, "#!/bin/sh\necho lxc.tty.max = 7 >> $1\n", { mode: 0o755 });
    writeFileSync(path("some.conf"), "# mine\n");
    const edit = (...words: readonly string[]): Ran => {
      const [program = "", ...rest] = argvFor(place, ["env", "-u", "VISUAL", `EDITOR=${editor}`, join(DIST, "bin/berth"), "edit", "-P", place.lxcpath, ...words]);
      const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", input: "" });
      return { status: status ?? 128, stdout, stderr };
    };
    expect([edit("--name", place.name).status, config().endsWith("lxc.tty.max = 7\n")]).toEqual([0, true]);
    const before = config();
    expect([edit("--file", path("some.conf")), readFileSync(path("some.conf"), "utf8"), config() === before]).toEqual([{ status: 0, stdout: expect.stringContaining("+lxc.tty.max = 7\n"), stderr: "" }, "# mine\nlxc.tty.max = 7\n", true]);
  }, PATIENCE_MS);

  test("ensure --name: --stopped, then --started", () => {
    const ensure = (...words: readonly string[]): string => works(place, "berth", ["ensure", "-P", place.lxcpath, "--name", two(), "-t", "busybox", "-c", "lxc.net.0.type=empty", "-c", "lxc.signal.halt=SIGKILL", ...words]);
    expect([ensure("--stopped").endsWith("changed\n"), state(place, two())]).toEqual([true, "STOPPED"]);
    expect([ensure("--started").endsWith("changed\n"), state(place, two()), ensure("--started")]).toEqual([true, "RUNNING", "unchanged\n"]);
    expect([ensure("--started", "--stopped").endsWith("changed\n"), state(place, two())]).toEqual([true, "STOPPED"]);
    works(place, "lxc-destroy", ["-n", two()]);
  }, PATIENCE_MS);

  test("ensure --image: what it is made of", () => {
    const archive = path("tree.tar.gz");
    expect(spawnSync("tar", ["-C", rootfs(), "-czf", archive, "."]).status).toBe(0);
    expect(works(place, "berth", ["ensure", "-P", place.lxcpath, "--name", two(), "--image", `file:${archive}`, "-c", "lxc.net.0.type=empty", "--stopped"], { env: { PATH: process.env["PATH"] ?? "", LXC_CACHE_PATH: path("cache") } })).toEndWith("changed\n");
    expect(config(two())).toContain("lxc.net.0.type = empty\n");
    works(place, "lxc-destroy", ["-n", two()]);
    for (const name of [archive, path("cache")]) rmSync(name, { recursive: true });
  }, PATIENCE_MS);

  test("why --name: the head of what went wrong; --all: each step of it, too", () => {
    expect(berth(place, "lxc-start", ["-n", place.name, "-s", "lxc.hook.pre-start=/bin/false"]).status).toBe(1);
    const [head, whole] = [works(place, "berth", ["why", "-P", place.lxcpath, "--name", place.name]), works(place, "berth", ["why", "-P", place.lxcpath, "--name", place.name, "--all"])];
    expect([head.includes("lxc.hook.pre-start"), /^Steps \(/m.test(head), head.includes("berth why -a")]).toEqual([true, false, true]);
    expect([whole.includes("lxc.hook.pre-start"), /^Steps \(/m.test(whole), whole.includes("berth why -a")]).toEqual([true, true, false]);
  }, PATIENCE_MS);
});

describe("files in and out", () => {
  const inPlace = (verb: string, ...words: readonly string[]): Ran => {
    const [program = "", ...rest] = argvFor(place, [join(DIST, "bin/berth"), verb, "-P", place.lxcpath, ...words]);
    const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", input: "", cwd: place.lxcpath });
    return { status: status ?? 128, stdout, stderr };
  };
  const GOOD = { status: 0, stdout: "", stderr: "" };
  const idsOf = (file: string): readonly number[] => [lstatSync(file).uid - place.rootId, lstatSync(file).gid - place.rootId];
  beforeAll(() => {
    mkdirSync(path("tree/sub"), { recursive: true });
    writeFileSync(path("tree/sub/file"), "one\n");
  });

  test("push --parents --user: the way there is made, and it is theirs; without --parents there is no way", () => {
    expect([inPlace("push", "tree", `${place.name}:/srv/a/b/c`).status, existsSync(rootfs("srv/a"))]).toEqual([1, false]);
    expect(inPlace("push", "--parents", "--user", "1000:1001", "tree", `${place.name}:/srv/a/b/c`)).toEqual(GOOD);
    expect([readFileSync(rootfs("srv/a/b/c/sub/file"), "utf8"), idsOf(rootfs("srv/a/b/c/sub/file")), idsOf(rootfs("srv/a"))]).toEqual(["one\n", [1000, 1001], [1000, 1001]]);
  });
  test("pull --parents: the same on this host, where it is the caller's; --user is for what is written inside", () => {
    expect([inPlace("pull", `${place.name}:/srv/a/b/c`, "out/x/y").status, existsSync(path("out"))]).toEqual([1, false]);
    expect(inPlace("pull", "--parents", `${place.name}:/srv/a/b/c`, "out/x/y")).toEqual(GOOD);
    expect([readFileSync(path("out/x/y/sub/file"), "utf8"), lstatSync(path("out/x/y/sub/file")).uid]).toEqual(["one\n", 0]);
    expect(inPlace("pull", "--user", "1000", `${place.name}:/srv/a/b/c`, "other")).toEqual({ status: 1, stdout: "", stderr: expect.stringContaining("--user is for what is written in a container") });
    expect(existsSync(path("other"))).toBe(false);
  });
  test("--recursive changes nothing: directories come with all that is in them", () => {
    const treeOf = (folder: string): readonly string[] => readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
    const inside = `${place.name}:/srv`;
    for (const [verb, words] of [["push", ["tree", `${inside}/VERB`]], ["cp", ["tree", `${inside}/VERB`]], ["pull", [`${inside}/a/b/c`, "VERB"]]] as const) {
      const named = (name: string): readonly string[] => words.map((word) => word.replace("VERB", name));
      const folder = (name: string): string => (verb === "pull" ? path(name) : rootfs("srv", name));
      expect([inPlace(verb, ...named(`${verb}1`)), inPlace(verb, "--recursive", ...named(`${verb}2`))]).toEqual([GOOD, GOOD]);
      expect([treeOf(folder(`${verb}1`)), treeOf(folder(`${verb}2`))]).toEqual([["sub", "sub/file"], ["sub", "sub/file"]]);
    }
  });
  afterAll(() => { for (const name of ["tree", "out", "pull1", "pull2"]) rmSync(path(name), { recursive: true, force: true }); });
});

describe("running", () => {
  beforeAll(() => { start(place, ["--", "sh", "-c", "echo said on the console; exec sleep 1000"]); }, PATIENCE_MS);

  test("logs, mount and umount by --name; umount --explain leaves it there", async () => {
    await eventually("it has spoken", () => works(place, "berth", ["logs", "-P", place.lxcpath, "--name", place.name]).includes("said on the console"));
    mkdirSync(path("data"));
    const mounted = (): boolean => readFileSync(`/proc/${works(place, "lxc-info", ["-n", place.name, "-pH"]).trim()}/mountinfo`, "utf8").includes(" /mnt/data ");
    works(place, "berth", ["mount", "-P", place.lxcpath, "--name", place.name, path("data"), "/mnt/data"]);
    expect(mounted()).toBe(true);
    expect([works(place, "berth", ["umount", "-P", place.lxcpath, "--name", place.name, "/mnt/data", "--explain"]).includes("/mnt/data"), mounted()]).toEqual([true, true]);
    works(place, "berth", ["umount", "-P", place.lxcpath, "--name", place.name, "/mnt/data"]);
    expect(mounted()).toBe(false);
  }, PATIENCE_MS);

  test("stats --delay: how often it looks", () => {
    const looks = (delay: string): number => spawnSync("timeout", ["2.5", join(DIST, "bin/berth"), "stats", "-P", place.lxcpath, place.name, "--follow", "--delay", delay, "--format", "json"], { encoding: "utf8" }).stdout.split("\n").filter((line) => line.startsWith("[")).length;
    expect([looks("30"), looks("0.1") >= 3]).toEqual([1, true]);
    expect(berth(place, "berth", ["stats", "-P", place.lxcpath, "--follow", "--delay", "0"])).toEqual({ status: 1, stdout: "", stderr: expect.stringContaining("--delay: '0' is not a number of seconds") });
  }, PATIENCE_MS);
});
