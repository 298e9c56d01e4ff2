// What README.md shows is what happens: its blocks are run, in order, in one session, on an lxcpath of its own.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./place.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";

interface Block { readonly isFailing: boolean; readonly script: string }
const BLOCK = /<!-- run( fails)? -->\n```sh\n([\s\S]*?)```/g;
const blocks = (text: string): Block[] => [...text.matchAll(BLOCK)].map(([, fails, script = ""]) => ({ isFailing: fails !== undefined, script }));

const room = mkdtempSync("/tmp/berth-readme-");
afterAll(() => rmSync(room, { recursive: true }));
const watch = { mark: "/var/lib/lxc/web", folders: [] };

/** One session: the exports of a block reach the next. /var/lib/lxc is an empty one, in a mount namespace of its own. */
function session(list: readonly Block[]): { status: number; output: string } {
  const script = list.map(({ isFailing, script: text }, i) => `echo "-- block ${i}"\n${isFailing ? `(set -e\n${text}) && exit 99 || true` : text}`).join("\n");
  const line = `mkdir -p /var/lib/lxc && mount -t tmpfs none /var/lib/lxc && cd ${ROOT} && set -e && ${"\n"}${script}`;
  const { exitCode, stdout, stderr } = Bun.spawnSync(["unshare", "-m", "bash", "-c", `exec 2>&1; ${line}`], { stdin: "ignore" });
  return { status: exitCode, output: stdout.toString() + stderr.toString() };
}

test("the README has blocks to run, and every sh block says whether it is run", () => {
  const text = readFileSync(join(ROOT, "README.md"), "utf8");
  expect(blocks(text).length).toBeGreaterThan(6);
  expect(text.match(/```sh/g)?.length).toBe(blocks(text).length);
});

test("a block that fails is noticed; one that should fail and does not, too", () => {
  expect(session([{ isFailing: false, script: "false" }]).status).not.toBe(0);
  expect(session([{ isFailing: true, script: "true" }]).status).toBe(99);
});

test("every block does what it says, and nothing is left", async () => {
  const before = snapshot(watch);
  const { status, output } = session(blocks(readFileSync(join(ROOT, "README.md"), "utf8")));
  expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
  expect(output).toContain("hello from inside");
  expect(output).toContain("100000");
  expect(output).toMatch(/nosuchbridge/);
  expect(await leaksAtLast(before, watch)).toEqual([]);
});
