// What README.md shows is what happens: its blocks are run, in order, in one session, on an lxcpath of its own.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { blocks, session } from "./doc-session.ts";
import { debianImage } from "../../scripts/demo-image.ts";
import { SETTLED } from "./net-room.ts";
import { DIST, ROOT } from "./place.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";

const room = mkdtempSync("/tmp/berth-readme-");
afterAll(() => rmSync(room, { recursive: true }));
const all = blocks(readFileSync(join(ROOT, "README.md"), "utf8"));
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPlaceholderForATest me@here";
const watch = { mark: "/var/lib/lxc/web", folders: [] };

test("the README has blocks to run, and every sh block says whether it is run", () => {
  const text = readFileSync(join(ROOT, "README.md"), "utf8");
  expect(blocks(text).length).toBeGreaterThan(6);
  expect(text.match(/```sh/g)?.length).toBe(blocks(text).length);
});

test("a block that fails is noticed; one that should fail and does not, too", () => {
  expect(session([{ isFailing: false, script: "false" }]).status).not.toBe(0);
  expect(session([{ isFailing: true, script: "true" }]).status).toBe(99);
});

test("the first real container: create, start, shell; and all of it in one command", async () => {
  await debianImage(() => undefined); // no image server can be reached from where the blocks run: the packages' one is taken
  mkdirSync(join(room, "home/.ssh"), { recursive: true });
  writeFileSync(join(room, "home/.ssh/id_ed25519.pub"), `${KEY}\n`);
  const before = snapshot(watch);
  const mine = [
    { isFailing: false, script: `export PATH="${DIST}/bin:$PATH"` }, ...all.filter(({ isBridged }) => isBridged === true).slice(0, 1),
    { isFailing: false, script: "berth exec deb -- sh -c 'tail -n1 /home/ann/.ssh/authorized_keys; cat /proc/1/comm; ip -4 -o addr show dev eth0 2>/dev/null; true'" }, ...all.filter(({ isBridged }) => isBridged === true).slice(1),
    { isFailing: false, script: "lxc-net stop; berth undelete --purge" },
  ];
  const { status, output } = session(mine, { unshared: ["-n"], before: SETTLED, env: { HOME: join(room, "home"), LXC_CACHE_PATH: join(room, "cache"), DOWNLOAD_SERVER: "http://127.0.0.1:1" } });
  expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
  for (const part of [KEY, "systemd", "VERSION_CODENAME=", "debian/bookworm"]) expect(output).toContain(part);
  expect(output).toMatch(/unpacked for the host.s ids, below (deb second|second deb)/);
  expect([output.split("Unpacking the rootfs").length - 1, output.includes("Using the unpacked image")]).toEqual([1, true]);
  expect(await leaksAtLast(before, watch)).toEqual([]);
}, 300_000);

test("every block does what it says, and nothing is left", async () => {
  const before = snapshot(watch);
  const { status, output } = session(all.filter(({ isBridged }) => isBridged !== true));
  expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
  expect(output).toContain("hello from inside");
  expect(output).toContain("100000");
  expect(output).toMatch(/nosuchbridge/);
  expect(await leaksAtLast(before, watch)).toEqual([]);
});
