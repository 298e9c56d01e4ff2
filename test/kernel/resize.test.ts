// berth resize: an image grows, stopped and running, and gets smaller as far as its files allow; what has no size of its own is told so.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";
import { home } from "./port.ts";

const PATIENCE_MS = 90_000;
const resize = (place: Place, ...args: readonly string[]): Ran => berth(place, "berth", ["resize", "-P", place.lxcpath, ...args]);
const GOOD = { status: 0, stdout: "", stderr: "" };
const MIB = 2 ** 20;
/** Has this machine's root CAP_SYS_RESOURCE? ext4 wants it. */
const MAY_GROW = (BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0"}`) & (1n << 24n)) !== 0n;
/** MiB of the root file system, as it sees them. */
const total = (place: Place): number => Number(inside(place, "df -m / | tail -1 | tr -s ' ' | cut -d' ' -f2"));
const stop = (place: Place): string => works(place, "lxc-stop", ["-n", place.name, "-k"]);

describe("root", () => {
  const place = makePlace("privileged");
  const { name } = place;
  const image = home(place, "rootdev");
  beforeAll(() => writeFileSync(join(place.lxcpath, "c.conf"), "lxc.net.0.type = empty\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n"));
  afterAll(async () => { await leavePlace(place); }, PATIENCE_MS);
  const made = (fstype: string, size: string): void => {
    works(place, "lxc-create", ["-n", name, "-t", "busybox", "-f", join(place.lxcpath, "c.conf"), "-B", "loop", "--fssize", size, "--fstype", fstype]);
    start(place);
    inside(place, "echo one > /etc/mark; chown 5:6 /etc/mark");
    stop(place);
  };

  test.each([["ext4", 48, 100, 160], ["xfs", 320, 480, 640], ["btrfs", 128, 200, 400]])("%s grows: stopped, after a kill, and running", (fstype, first, second, third) => {
    made(fstype, `${first}M`);
    expect(resize(place, name, `${second}M`)).toEqual(GOOD);
    expect(statSync(image).size).toBe(second * MIB);
    start(place);
    const [before, loops] = [total(place), readdirSync("/sys/block").length];
    expect(before).toBeGreaterThan((first + second) / 2);
    if (!MAY_GROW && fstype === "ext4") {
      expect(resize(place, name, `${third}M`).stderr).toContain("which this root has not\n    remedy: lxc-stop");
      stop(place);
    } else truncateSync(image, third * MIB); // as one that was killed has left it
    expect(resize(place, name, `${third}M`)).toEqual(GOOD);
    if (!MAY_GROW && fstype === "ext4") start(place);
    expect(total(place)).toBeGreaterThan((second + third) / 2);
    expect(readdirSync("/sys/block").length).toBe(loops);
    const smaller = resize(place, name, `${second}M`);
    expect([smaller.status, smaller.stderr]).toEqual([1, expect.stringContaining(`${name} is running\n    cause: it has ${third * MIB} bytes, and no file system gets smaller while it is used`)]);
    stop(place);
    expect(resize(place, name, `${second}M`)).toEqual(GOOD);
    expect([statSync(image).size, statSync(image).mode & 0o777]).toEqual([second * MIB, 0o600]);
    start(place);
    expect([inside(place, "cat /etc/mark; stat -c %u:%g /etc/mark"), total(place) < (second + third) / 2]).toEqual(["one\n5:6", true]);
    stop(place);
    works(place, "lxc-destroy", ["-n", name]);
  }, PATIENCE_MS);

  test("what does not fit leaves it as it was; an image that is too small for a container or a copy; what is no size, and what has none", () => {
    made("ext4", "48M");
    start(place);
    inside(place, "head -c 20000000 /dev/urandom > /etc/large; sync");
    stop(place);
    for (const size of ["12M", "10k"]) expect(resize(place, name, size)).toMatchObject({ status: 1, stderr: expect.stringMatching(/: what is in '.*rootdev' does not fit into \d+ bytes\n[^]*remedy: choose a larger size; it has the one it had/) });
    for (const words of [[], ["1G", "2G"], ["x"], ["0"], ["-1G"]]) expect(resize(place, name, ...words).status).toBe(1);
    expect([statSync(image).size, readdirSync(home(place, ".berth")).filter((entry) => /^(restore|changing|exchange)/.test(entry))]).toEqual([48 * MIB, []]);
    start(place);
    expect(inside(place, "cat /etc/mark; stat -c %s /etc/large")).toBe("one\n20000000");
    stop(place);
    const full = berth(place, "lxc-copy", ["-n", name, "-N", `${name}2`, "-L", "12M"]);
    expect([full.status, full.stderr, readdirSync(place.lxcpath).toSorted()]).toEqual([1, expect.stringMatching(/no space left while copying .*\n {4}cause: the file system on '.*2\/rootdev' is full\n {4}remedy: make it larger: -L SIZE\n/), ["c.conf", name].toSorted()]);
    works(place, "lxc-destroy", ["-n", name]);
    for (const template of ["busybox", "host"]) {
      const small = berth(place, "lxc-create", ["-n", name, "-t", template, "-B", "loop", "--fssize", "1M"]);
      expect([template, small.status, /no space left/i.test(small.stderr), readdirSync(place.lxcpath)]).toEqual([template, 1, true, ["c.conf"]]);
    }
    mkdirSync(join(place.lxcpath, "tree"));
    writeFileSync(join(place.lxcpath, "tree/large"), Buffer.alloc(30 * MIB, "x"));
    spawnSync("tar", ["-czf", join(place.lxcpath, "tree.tar.gz"), "-C", join(place.lxcpath, "tree"), "."]);
    for (const template of ["tree", "tree.tar.gz"]) {
      const small = berth(place, "lxc-create", ["-n", name, "-t", join(place.lxcpath, template), "-B", "loop", "--fssize", "16M"]);
      expect([small.status, small.stderr]).toEqual([1, expect.stringMatching(/no space left while .* is full\n {4}remedy: make it larger: --fssize SIZE\n/s)]);
      rmSync(join(place.lxcpath, template), { recursive: true });
    }
    expect(readdirSync(place.lxcpath)).toEqual(["c.conf"]);
    create(place);
    expect(resize(place, name, "1G").stderr).toContain(`the root file system of '${name}' has no size of its own\n    cause: lxc.rootfs.path = dir:${home(place, "rootfs")}: it may take what the file system below it has\n    remedy: put it on one that has: lxc-copy -n ${name} -N NEW -B loop -L SIZE\n`);
    expect(resize(place, "nobody", "1G").stderr).toContain("is not defined");
    works(place, "lxc-destroy", ["-n", name]);
    expect(spawnSync("losetup", ["-l"], { encoding: "utf8" }).stdout).not.toContain(place.lxcpath);
  }, PATIENCE_MS);
});

test("an ordinary user's container has no size", async () => {
  const place = makePlace("user-owned");
  create(place);
  expect(resize(place, place.name, "1G")).toMatchObject({ status: 1, stderr: expect.stringContaining("has no size of its own") });
  works(place, "lxc-destroy", ["-n", place.name]);
  await leavePlace(place);
}, PATIENCE_MS);
