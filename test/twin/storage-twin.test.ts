// A container made by Debian's LXC is started, copied, snapshotted, restored and destroyed by Berth, and the other way
// round, for each kind of storage that both have: directory, layers, btrfs, image.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, leavePlace, makePlace } from "../kernel/place.ts";
import type { Place } from "../kernel/place.ts";
import { lendRoot } from "../kernel/users.ts";

const PATIENCE_MS = 120_000;
const sh = (line: string, cwd: string): string => {
  const { status, stdout, stderr } = spawnSync("sh", ["-ec", line], { cwd, encoding: "utf8" });
  expect([line, status, stderr]).toEqual([line, 0, stderr]);
  return stdout;
};

interface Side { readonly who: string; readonly folder: string }
const THEIRS: Side = { who: "Debian's LXC", folder: "/usr/bin" };
const OURS: Side = { who: "Berth", folder: join(DIST, "bin") };

interface Store {
  readonly name: string;
  readonly words: readonly string[];
  /** lxc.rootfs.path, in LXC's form. */
  readonly path: (home: string) => string;
  readonly isOnBtrfs?: boolean;
  /** LXC keeps no snapshot of an image. */
  readonly isKeptByOursOnly?: boolean;
  /** lxc-copy -s. */
  readonly hasLayers: boolean;
  /** LXC makes no whole copy of layers. */
  readonly isCopiedByOursOnly?: boolean;
  /** Its root is no root of the host. */
  readonly isMapped?: boolean;
}
const [DIR, OVERLAY, BTRFS]: readonly Store[] = [
  { name: "dir", words: ["-B", "dir"], path: (home) => `dir:${home}/rootfs`, hasLayers: true },
  { name: "overlay", words: ["-B", "overlay"], path: (home) => `overlay:${home}/rootfs:${home}/overlay/delta`, hasLayers: true, isCopiedByOursOnly: true },
  { name: "btrfs", words: ["-B", "btrfs"], path: (home) => `btrfs:${home}/rootfs`, isOnBtrfs: true, hasLayers: true },
];
const STORES: readonly Store[] = [
  ...[DIR, OVERLAY, BTRFS].flatMap((store) => (store === undefined ? [] : [store, { ...store, name: `${store.name}, ids of its own`, isMapped: true }])),
  // LXC itself does not start the one that it makes with ids of its own
  { name: "loop", words: ["-B", "loop", "--fssize", "48M"], path: (home) => `loop:${home}/rootdev`, isKeptByOursOnly: true, hasLayers: false },
  { name: "loop with xfs", words: ["-B", "loop", "--fssize", "320M", "--fstype", "xfs"], path: (home) => `loop:${home}/rootdev`, isKeptByOursOnly: true, hasLayers: false },
];

let place: Place;
let takeBack: () => void = () => undefined;
const made: { readonly lxcpath: string; readonly name: string }[] = [];
beforeAll(() => {
  place = makePlace("privileged");
  takeBack = lendRoot("100000:65536");
  mkdirSync(join(place.lxcpath, "plain"));
  mkdirSync(join(place.lxcpath, "btrfs"));
  sh("truncate -s 300M image; mkfs.btrfs -q image; mount -o loop image btrfs", place.lxcpath);
  writeFileSync(join(place.lxcpath, "first.conf"), "lxc.net.0.type = empty\n");
  writeFileSync(join(place.lxcpath, "mapped.conf"), "lxc.net.0.type = empty\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n");
}, PATIENCE_MS);
afterAll(async () => {
  for (const { lxcpath, name } of made) spawnSync(join(OURS.folder, "lxc-stop"), ["-k", "-P", lxcpath, "-n", name]); // of a test that failed half way
  takeBack();
  sh("umount btrfs", place.lxcpath);
  await leavePlace(place);
}, PATIENCE_MS);

/** One command of either side on a container, which must work. */
function does(side: Side, lxcpath: string, command: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(join(side.folder, command), ["-P", lxcpath, ...words], { encoding: "utf8", input: "", timeout: PATIENCE_MS });
  expect({ who: side.who, command, words, status, stderr: status === 0 ? "" : stderr }).toEqual({ who: side.who, command, words, status: 0, stderr: "" });
  return stdout;
}

/** Started, looked at, stopped; what the line prints inside. */
function booted(side: Side, lxcpath: string, name: string, line: string): string {
  does(side, lxcpath, "lxc-start", "-n", name, "-d");
  try {
    return does(side, lxcpath, "lxc-attach", "-n", name, "--clear-env", "--", "sh", "-c", line).trim();
  } finally {
    does(side, lxcpath, "lxc-stop", "-n", name, "-k");
  }
}

/** A copy of every kind that the side has: it is what the container was, and goes without harm to it. */
function copies(side: Side, store: Store, lxcpath: string, name: string): void {
  const isWhole = side === OURS || store.isCopiedByOursOnly !== true;
  for (const words of [...(isWhole ? [[]] : []), ...(store.hasLayers ? [["-s"]] : [])]) {
    const copy = `${name}2`;
    does(side, lxcpath, "lxc-copy", "-n", name, "-N", copy, ...words);
    expect(booted(side, lxcpath, copy, "cat /etc/mark; echo changed > /etc/mark; hostname")).toBe(`one\n${copy}`);
    does(side, lxcpath, "lxc-destroy", "-n", copy);
    expect(readdirSync(lxcpath)).toEqual([name]);
  }
  expect(existsSync(join(lxcpath, name, "lxc_snapshots"))).toBe(false);
}

function snapshots(side: Side, lxcpath: string, name: string): void {
  does(side, lxcpath, "lxc-snapshot", "-n", name, "-c", join(lxcpath, name, "config"));
  expect(does(side, lxcpath, "lxc-snapshot", "-n", name, "-L", "-C")).toMatch(/^snap0 \(.*\) \d{4}:\d\d:\d\d \d\d:\d\d:\d\d\n[^]*lxc.rootfs.path/);
  booted(side, lxcpath, name, "echo two > /etc/mark");
  does(side, lxcpath, "lxc-snapshot", "-n", name, "-r", "snap0");
  expect(booted(side, lxcpath, name, "cat /etc/mark")).toBe("one");
}

/** What one has made is wholly the other's to use. */
function passes(maker: Side, user: Side, store: Store): void {
  const lxcpath = join(place.lxcpath, store.isOnBtrfs === true ? "btrfs/c" : "plain/c");
  const name = `${place.mark}s`;
  mkdirSync(lxcpath);
  made.push({ lxcpath, name });
  does(maker, lxcpath, "lxc-create", "-n", name, "-t", "busybox", "-f", join(place.lxcpath, store.isMapped === true ? "mapped.conf" : "first.conf"), ...store.words);
  expect(readFileSync(join(lxcpath, name, "config"), "utf8")).toContain(`lxc.rootfs.path = ${store.path(join(lxcpath, name))}\n`);
  booted(maker, lxcpath, name, "echo one > /etc/mark");
  expect(booted(user, lxcpath, name, "cat /etc/mark")).toBe("one");
  copies(user, store, lxcpath, name);
  if (user === OURS || store.isKeptByOursOnly !== true) snapshots(user, lxcpath, name);
  expect(booted(maker, lxcpath, name, "cat /etc/mark")).toBe("one");
  does(user, lxcpath, "lxc-destroy", "-n", name, "-s");
  expect(readdirSync(lxcpath)).toEqual([]);
  rmSync(lxcpath, { recursive: true });
}

describe.each([...STORES])("$name", (store) => {
  test("made by Debian's LXC, used by Berth", () => passes(THEIRS, OURS, store), PATIENCE_MS);
  test("made by Berth, used by Debian's LXC", () => passes(OURS, THEIRS, store), PATIENCE_MS);
});
