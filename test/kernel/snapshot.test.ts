// lxc-snapshot for each kind of container: kept, listed, put back, removed; kills that leave one state or the other; together with Debian's LXC.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, berthStarted, create, ended, inside, leavePlace, makePlace, start, works } from "./place.ts";
import { printed } from "./printed.ts";
import type { Kind, Place } from "./place.ts";

const PATIENCE_MS = 60_000;
const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
const home = (place: Place, ...path: readonly string[]): string => join(place.lxcpath, place.name, ...path);
const called = (place: Place, name: string): Place => ({ ...place, name });
const NOTE = "srv-note";
/** Written as the container's root would. */
function note(place: Place, text: string): void {
  const file = home(place, "rootfs", NOTE);
  writeFileSync(file, `${text}\n`);
  spawnSync("chown", [`${place.rootId}:${place.rootId}`, file]);
}
const snapshot = (place: Place, ...args: readonly string[]): string => works(place, "lxc-snapshot", ["-n", place.name, ...args]);
const refused = (place: Place, ...args: readonly string[]): string => {
  const ran = berth(place, "lxc-snapshot", ["-n", place.name, ...args]);
  expect(ran.status).toBe(1);
  return ran.stderr;
};
const TIME = "\\d{4}:\\d\\d:\\d\\d \\d\\d:\\d\\d:\\d\\d";

describe.each(KINDS)("%s", (kind) => {
  const place = makePlace(kind);
  beforeAll(() => create(place), PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-n", place.name, "-s"]); await leavePlace(place); }, PATIENCE_MS);

  test("options of another action, and words nobody asked for: refused, and no snapshot is made", () => {
    for (const [args, said] of [
      [["-C"], "--showcomments is for --list"], [["-N", "x"], "--newname is for --restore"], [["-L", "-d", "snap0"], "--list and --destroy exclude each other"], [["-L", "-c", "/etc/fstab"], "--comment is for a new snapshot"],
      [["word"], "'word' is one word too many"], [["-r", "snap0", "a", "b"], "'b' is one word too many"], [["-r", "snap0", "-N", "a", "b"], "'b' is one word too many"],
    ] as const) expect(refused(place, ...args)).toContain(said);
    expect(existsSync(home(place, "snaps"))).toBe(false);
  }, PATIENCE_MS);

  test("kept by several at once: each gets a number of its own", async () => {
    const all = await Promise.all(["a", "b", "c", "d"].map(() => ended(berthStarted(place, "lxc-snapshot", ["-n", place.name]))));
    expect([all, readdirSync(home(place, "snaps")).toSorted()]).toEqual([[0, 0, 0, 0], ["snap0", "snap1", "snap2", "snap3"]]);
    expect(snapshot(place, "-d", "ALL")).toBe("");
  }, PATIENCE_MS);

  test("none yet", () => {
    expect([snapshot(place, "-L"), snapshot(place, "-L", "--format", "json")]).toEqual(["No snapshots\n", "[]\n"]);
  }, PATIENCE_MS);

  test("kept with a comment, changed, put back: files and config are as they were; the snapshots stay", () => {
    const comment = join(place.lxcpath, "comment");
    writeFileSync(comment, "before \x1b[31mall\n");
    note(place, "one");
    expect(snapshot(place, "-c", comment)).toBe("");
    rmSync(comment);
    note(place, "two");
    appendFileSync(home(place, "config"), "lxc.environment = LATER=1\n");
    expect(printed("lxc-snapshot NAME", snapshot(place, "--format", "json"))).toMatchObject({ name: "snap1" });
    const head = (name: string): string => `${name} \\(${home(place, "snaps")}\\) ${TIME}\n`;
    expect(snapshot(place, "-L")).toMatch(new RegExp(`^${head("snap0")}${head("snap1")}$`));
    expect(snapshot(place, "-L", "-C")).toMatch(new RegExp(`^${head("snap0")}before .*all\n${head("snap1")}$`));
    expect(JSON.parse(snapshot(place, "-L", "--format", "json"))).toMatchObject([{ name: "snap0", lxcpath: home(place, "snaps"), comment: "before \x1b[31mall\n" }, { name: "snap1" }]);
    expect(snapshot(place, "-r", "snap0")).toBe("");
    expect(readFileSync(home(place, "config"), "utf8")).not.toContain("LATER");
    expect(readFileSync(home(place, "config"), "utf8")).toContain(`lxc.rootfs.path = dir:${home(place, "rootfs")}\n`);
    start(place);
    expect(inside(place, `cat ${NOTE}; stat -c %u:%g ${NOTE}; hostname`)).toBe(`one\n0:0\n${place.name}`);
    for (const args of [[], ["-r", "snap1"]]) expect(refused(place, ...args)).toContain(`is running\n`);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    snapshot(place, "-r", "snap1", "-N", place.name);
    expect(readFileSync(home(place, "rootfs", NOTE), "utf8")).toBe("two\n");
    expect(readFileSync(home(place, "config"), "utf8")).toContain("LATER");
    expect(readdirSync(home(place, "snaps")).toSorted()).toEqual(["snap0", "snap1"]);
    expect(readdirSync(home(place, ".berth")).filter((name) => name.startsWith("restore"))).toEqual([]);
  }, PATIENCE_MS);

  test("what a killed snapshot has left goes with the next one", () => {
    const half = home(place, "snaps/snap2");
    works(place, "lxc-copy", ["-n", place.name, "-N", "snap2", "-p", home(place, "snaps")]);
    writeFileSync(join(half, "partial"), "");
    if (place.user !== undefined) chownSync(join(half, "partial"), place.user.uid, place.user.gid);
    snapshot(place);
    expect([existsSync(join(half, "partial")), existsSync(join(half, "ts")), readdirSync(home(place, "snaps")).toSorted()]).toEqual([false, true, ["snap0", "snap1", "snap2"]]);
    snapshot(place, "-d", "snap2");
  }, PATIENCE_MS);

  test("a new container of a snapshot", () => {
    const made = called(place, `${place.name}n`);
    snapshot(place, "-r", "snap0", made.name);
    start(made);
    expect(inside(made, `cat ${NOTE}; hostname`)).toBe(`one\n${made.name}`);
    works(made, "lxc-stop", ["-n", made.name, "-k"]);
    works(made, "lxc-destroy", ["-n", made.name]);
  }, PATIENCE_MS);

  test("of layers the upper one is kept; what they lie on counts the snapshot among its clones until it is gone", () => {
    const layers = called(place, `${place.name}l`);
    works(place, "lxc-copy", ["-n", place.name, "-N", layers.name, "-s"]);
    start(layers);
    inside(layers, `echo above > ${NOTE}`);
    works(layers, "lxc-stop", ["-n", layers.name, "-k"]);
    snapshot(layers);
    start(layers);
    inside(layers, `rm ${NOTE}`);
    works(layers, "lxc-stop", ["-n", layers.name, "-k"]);
    snapshot(layers, "-r", "snap0");
    start(layers);
    expect(inside(layers, `cat ${NOTE}`)).toBe("above");
    works(layers, "lxc-stop", ["-n", layers.name, "-k"]);
    expect(readFileSync(home(place, "lxc_snapshots"), "utf8")).toBe(`${place.lxcpath}\n${layers.name}\n${home(layers, "snaps")}\nsnap0\n`);
    works(layers, "lxc-destroy", ["-n", layers.name, "-s"]);
    expect(existsSync(home(place, "lxc_snapshots"))).toBe(false);
  }, PATIENCE_MS);

  test("what is not there is said with what is; removed one by one and all at once", () => {
    expect(refused(place, "-d", "snap7")).toContain("has no snapshot 'snap7'\n    remedy: it has snap0, snap1\n");
    expect(refused(place, "-r", "../x")).toContain("has no snapshot '../x'");
    expect(berth(place, "lxc-destroy", ["-n", place.name]).stderr).toContain("has snapshots");
    expect(refused(place, "-c", "/nowhere")).toContain("cannot read '/nowhere'");
    snapshot(place, "-d", "snap0");
    expect(readdirSync(home(place, "snaps"))).toEqual(["snap1"]);
    snapshot(place);
    expect(readdirSync(home(place, "snaps")).toSorted()).toEqual(["snap0", "snap1"]);
    snapshot(place, "-d", "ALL");
    expect([existsSync(home(place, "snaps")), snapshot(place, "-L")]).toEqual([false, "No snapshots\n"]);
  }, PATIENCE_MS);
});

describe("privileged", () => {
  const place = makePlace("privileged");
  beforeAll(() => create(place), PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-n", place.name, "-s"]); await leavePlace(place); }, PATIENCE_MS);
  const theirs = (...args: readonly string[]): { readonly status: number | null; readonly stdout: string } => spawnSync("/usr/bin/lxc-snapshot", ["-P", place.lxcpath, "-n", place.name, ...args], { encoding: "utf8" });

  test("Debian's LXC lists and restores what Berth keeps, and Berth what it keeps", () => {
    note(place, "one");
    snapshot(place);
    expect(theirs("-L").stdout).toBe(snapshot(place, "-L"));
    note(place, "two");
    expect(theirs().status).toBe(0);
    expect(snapshot(place, "-L")).toBe(theirs("-L").stdout);
    expect(theirs("-r", "snap0").status).toBe(0);
    expect(readFileSync(home(place, "rootfs", NOTE), "utf8")).toBe("one\n");
    snapshot(place, "-r", "snap1");
    expect(readFileSync(home(place, "rootfs", NOTE), "utf8")).toBe("two\n");
    expect(theirs("-d", "snap0").status).toBe(0);
    snapshot(place, "-d", "ALL");
  }, PATIENCE_MS);

  test("a full file system: the container is as it was, and nothing of the snapshot is left", () => {
    note(place, "kept");
    snapshot(place);
    const small = home(place, ".berth");
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=200k", "small", small]);
    try {
      expect(refused(place, "-r", "snap0")).toMatch(/no space left while copying/);
    } finally {
      spawnSync("umount", [small]);
    }
    expect(readFileSync(home(place, "rootfs", NOTE), "utf8")).toBe("kept\n");
    snapshot(place, "-d", "ALL");
  }, PATIENCE_MS);

  test("a snapshots directory that leads elsewhere is not followed", () => {
    const other = join(place.lxcpath, "elsewhere");
    mkdirSync(other);
    symlinkSync(other, home(place, "snaps"));
    const stderr = [refused(place), refused(place, "-d", "ALL")];
    rmSync(home(place, "snaps"));
    expect(stderr.every((text) => text.includes("is a symbolic link"))).toBe(true);
    expect(readdirSync(other)).toEqual([]);
    rmSync(other, { recursive: true });
    expect(statSync(home(place, "rootfs")).isDirectory()).toBe(true);
  }, PATIENCE_MS);
});
