// berth cp in and out of a stopped container that lies on an image: mounted by root for that moment, where nobody sees it; never
// beside another mount of the same blocks.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, DIST, ended, eventually, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Ran } from "./place.ts";
import { home } from "./port.ts";
import { asUser, makeUser, removeUser } from "./users.ts";

const PATIENCE_MS = 90_000;
const place = makePlace("root-owned");
const { name } = place;
const cp = (...words: readonly string[]): Ran => berth(place, "berth", ["cp", "-P", place.lxcpath, ...words]);
const GOOD = { status: 0, stdout: "", stderr: "" };
const isMounted = (): boolean => readFileSync("/proc/self/mountinfo", "utf8").includes(name) || spawnSync("losetup", ["--associated", home(place, "rootdev")], { encoding: "utf8" }).stdout !== "";
beforeAll(() => {
  writeFileSync(join(place.lxcpath, "c.conf"), `${place.config.join("\n")}\n`);
  works(place, "lxc-create", ["-n", name, "-t", "busybox", "-f", join(place.lxcpath, "c.conf"), "-B", "loop", "--fssize", "24M"]);
  mkdirSync(join(place.lxcpath, "tree/in"), { recursive: true });
  for (const file of ["tree/a", "tree/in/b"]) writeFileSync(join(place.lxcpath, file), file);
}, PATIENCE_MS);
afterAll(() => leavePlace(place), PATIENCE_MS);

test("in and out, with the container's ids; nothing stays mounted, and the container has it", () => {
  expect(cp("-p", "-u", "7:8", join(place.lxcpath, "tree"), `${name}:/srv/`)).toEqual(GOOD);
  expect(cp(`${name}:/srv/tree/in/b`, "-")).toEqual({ ...GOOD, stdout: "tree/in/b" });
  expect(isMounted()).toBe(false);
  start(place);
  expect(inside(place, "cat /srv/tree/a; stat -c ' %u:%g' /srv/tree/in/b")).toBe("tree/a 7:8");
  works(place, "lxc-stop", ["-n", name, "-k"]);
}, PATIENCE_MS);

test("what does not fit is told, the rest is as it was", () => {
  const { status, stderr } = berth(place, "berth", ["cp", "-P", place.lxcpath, "-", `${name}:/srv/big`], { input: "x".repeat(40 << 20) });
  expect([status, stderr]).toEqual([1, expect.stringContaining(`cannot write '${name}:/srv/big': no space left on device`)]);
  expect([isMounted(), cp(`${name}:/srv/big`, "-").stderr, cp(`${name}:/srv/tree/a`, "-").stdout]).toEqual([false, expect.stringContaining("no such file"), "tree/a"]);
}, PATIENCE_MS);

test("while it is written no start mounts it, and a killed writer leaves nothing", async () => {
  const child = spawn(join(DIST, "bin/berth"), ["cp", "-P", place.lxcpath, "-", `${name}:/srv/half`], { stdio: ["pipe", "ignore", "pipe"] });
  child.stdin?.on("error", () => undefined); // it is killed while it is written to
  child.stdin?.write(Buffer.alloc(1 << 20));
  await eventually("it is mounted", isMounted);
  for (const refused of [berth(place, "lxc-start", ["-n", name]), cp(`${name}:/srv/tree/a`, "-")]) expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(`the image '${home(place, "rootdev")}' is in use`)]);
  child.kill("SIGKILL");
  await ended(child);
  await eventually("it is unmounted", () => !isMounted());
  start(place);
  expect(inside(place, "ls /srv; cat /srv/tree/a")).toBe("tree\ntree/a");
  // and two containers do not share an image
  works(place, "lxc-stop", ["-n", name, "-r"]);
  works(place, "lxc-wait", ["-n", name, "-s", "RUNNING", "-t", "30"]);
  works(place, "lxc-stop", ["-n", name, "-k"]);
}, PATIENCE_MS);

test("nobody copies, keeps, exports or resizes what another has mounted; an export that is slow keeps it from a start", async () => {
  const image = home(place, "rootdev");
  const size = statSync(image).size;
  const writer = spawn(join(DIST, "bin/berth"), ["cp", "-P", place.lxcpath, "-", `${name}:/srv/half`], { stdio: ["pipe", "ignore", "ignore"] });
  writer.stdin?.on("error", () => undefined); // it is killed while it is written to
  writer.stdin?.write(Buffer.alloc(1 << 20));
  await eventually("it is mounted", isMounted);
  const there = readdirSync(place.lxcpath).toSorted();
  for (const [command, ...words] of [
    ["lxc-copy", "-n", name, "-N", "other"], ["lxc-copy", "-n", name, "-N", "other", "-B", "dir"], ["lxc-snapshot", "-n", name], ["berth", "export", "-P", place.lxcpath, name, "-o", join(place.lxcpath, "e.tar")],
    ["berth", "resize", "-P", place.lxcpath, name, "20M"], ["berth", "resize", "-P", place.lxcpath, name, "32M"],
  ] as const) {
    const { status, stderr } = berth(place, command, words);
    expect([command, status, stderr]).toEqual([command, 1, expect.stringContaining(`the image '${image}' is in use\n    cause: process ${String(writer.pid)} (`)]);
    expect(stderr).toContain(`cp -P ${place.lxcpath} - ${name}:/srv/half) has it: a second mount of the same blocks would destroy it`);
    expect([readdirSync(place.lxcpath).toSorted(), statSync(image).size, works(place, "lxc-snapshot", ["-n", name, "-L"])]).toEqual([there, size, "No snapshots\n"]);
  }
  writer.kill("SIGKILL");
  await ended(writer);
  await eventually("it is unmounted", () => !isMounted());
  const reader = spawn(join(DIST, "bin/berth"), ["export", "-P", place.lxcpath, name], { stdio: ["ignore", "pipe", "ignore"] }); // nobody takes it
  await eventually("it is read", isMounted);
  const { stderr } = berth(place, "lxc-start", ["-n", name]);
  for (const words of [`the image '${image}' is in use`, `cause: process ${String(reader.pid)} (`]) expect(stderr).toContain(words);
  reader.stdout?.resume();
  expect(await ended(reader)).toBe(0);
  start(place);
  const busy = berth(place, "lxc-copy", ["-n", name, "-N", "other", "-a"]);
  expect([busy.status, busy.stderr]).toEqual([1, expect.stringContaining("is running")]);
  works(place, "lxc-stop", ["-n", name, "-k"]);
  works(place, "lxc-copy", ["-n", name, "-N", "other"]);
  works(place, "lxc-destroy", ["-n", "other"]);
}, PATIENCE_MS);

test("an ordinary user is told why not", () => {
  const user = makeUser(`${place.mark}u`, { subuid: [], subgid: [] });
  try {
    const lxcpath = join(user.home, "c");
    expect(spawnSync("sh", ["-ec", `mkdir -p ${lxcpath}/x && cp ${home(place, "rootdev")} ${lxcpath}/x/rootdev && printf 'lxc.rootfs.path = loop:%s\n' ${lxcpath}/x/rootdev > ${lxcpath}/x/config && chown -R ${user.uid}:${user.gid} ${lxcpath}`]).status).toBe(0);
    const [program = "", ...rest] = asUser(user, "setpriv", [join(DIST, "bin/berth"), "cp", "-P", lxcpath, "x:/etc/passwd", "-"]);
    const { status, stderr } = spawnSync(program, rest, { encoding: "utf8" });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/an ordinary user cannot read '[^']+' while x is stopped\n {4}cause: the kernel lets only root mount file systems that lie on block devices\n {4}remedy: do it as root/)]);
  } finally {
    removeUser(user);
  }
}, PATIENCE_MS);
