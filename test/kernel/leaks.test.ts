// The leak check sees each kind of leak: without this, "nothing is left" would mean nothing.
import { afterAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { leaveRoom, makeRoom, must } from "./net-room.ts";
import { leaks, leaksAtLast, snapshot } from "./leaks.ts";

const room = mkdtempSync(join(tmpdir(), "berthleak"));
const mark = basename(room);
const watch = { mark, folders: [room] };
afterAll(() => rmSync(room, { recursive: true }));
const sh = (...argv: string[]): void => expect([argv.join(" "), Bun.spawnSync(argv).exitCode]).toEqual([argv.join(" "), 0]);

test("a mount", async () => {
  const target = join(room, "target");
  mkdirSync(target);
  const before = snapshot(watch);
  sh("mount", "-t", "tmpfs", "none", target);
  expect(leaks(before, watch).join()).toContain(`mounts: ${target}`);
  sh("umount", target);
  expect(await leaksAtLast(before, watch)).toEqual([]);
});

test("a cgroup", () => {
  const before = snapshot(watch);
  const path = `/sys/fs/cgroup/pids/lxc.${mark}`;
  mkdirSync(path);
  expect(leaks(before, watch)).toEqual([`cgroups: ${path}`]);
  rmdirSync(path);
  expect(leaks(before, watch)).toEqual([]);
});

test("a process", async () => {
  const before = snapshot(watch);
  const child = spawn("sh", ["-c", `sleep 1000 # ${mark}`, mark]);
  await new Promise((resolve) => child.once("spawn", resolve));
  while (leaks(before, watch).length === 0) await new Promise((resolve) => setTimeout(resolve, 5)); // between fork and exec it has our name
  expect(leaks(before, watch).join()).toContain("processes: ");
  child.kill("SIGKILL");
  expect(await leaksAtLast(before, watch)).toEqual([]);
});

test("a network link, in a network of its own", async () => {
  const host = await makeRoom();
  const look = `import { leaks, snapshot } from "${new URL("./leaks.ts", import.meta.url).pathname}";
    const watch = { mark: "berthleak0", folders: [] }, before = snapshot(watch);
    Bun.spawnSync(["ip", "link", "add", "berthleak0", "type", "bridge"]);
    console.log(leaks(before, watch).join());`;
  expect(must([...host.into, "env", `BUN=${process.execPath}`, `LOOK=${look}`], '"$BUN" -e "$LOOK"')).toContain("links: berthleak0");
  leaveRoom(host);
});

test("an abstract socket and a file", async () => {
  const before = snapshot(watch);
  const server = createServer().listen(`\0${room}/command`);
  await new Promise((resolve) => server.once("listening", resolve));
  writeFileSync(join(room, "left"), "");
  expect(leaks(before, watch)).toEqual([`sockets: @${room}/command`, `files: ${room}/left`]);
  server.close();
  rmSync(join(room, "left"));
  expect(await leaksAtLast(before, watch)).toEqual([]);
});
