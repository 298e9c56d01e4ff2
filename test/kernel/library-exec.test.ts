// Commands of the library under Node and Bun, as root and as an ordinary user: terminals, ends, what is the caller's own inside.
import { afterAll, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, DIST, eventually, leavePlace, makePlace, works } from "./place.ts";
import type { Place } from "./place.ts";

const PATIENCE_MS = 90_000;
const places: Readonly<Record<string, Place>> = { root: makePlace("privileged"), "an ordinary user": makePlace("user-owned, delegated") };
afterAll(async () => { for (const place of Object.values(places).toReversed()) await leavePlace(place); }, PATIENCE_MS);

/** Prints what it has seen as JSON, then takes the sandbox away. */
const program = (lxcpath: string, shared: string): string => `
const { sandbox, isBerthError } = await import(${JSON.stringify(join(DIST, "lib/index.js"))});
const box = await sandbox({ lxcpath: ${JSON.stringify(lxcpath)}, limits: { memory: "48M" }, mounts: [{ source: ${JSON.stringify(shared)}, target: "/mine", mine: true }] });
const seen = {};
try {
  const end = async (command, options) => { const { milliseconds, stdout, stderr, ...rest } = await (await box.exec(command, options)).output(); return { ...rest, said: stdout + stderr, hasTime: milliseconds > 0 }; };
  seen.code = await end(["sh", "-c", "exit 137"]);
  seen.signal = await end(["sh", "-c", "kill -TERM $$"]);
  seen.late = await end(["sleep", "1000"], { timeout: 200 });
  seen.aborted = await end(["sleep", "1000"], { signal: AbortSignal.abort() });
  seen.input = await end(["cat"], { input: "in" });
  seen.memory = await end(["sh", "-c", "exec dd if=/dev/zero of=/dev/null bs=200M count=1"]);
  const tty = await box.exec(["sh", "-c", "stty -echo; tty; trap 'stty size' WINCH; stty size; while :; do read word || continue; case $word in size) stty size;; *) exit 3;; esac; done"], { tty: { rows: 33, columns: 101 } });
  let text = "";
  const until = (what) => new Promise((resolve) => { const look = setInterval(() => { if (text.includes(what)) { clearInterval(look); resolve(); } }, 5); });
  const reading = (async () => { for await (const chunk of tty.stdout) text += new TextDecoder().decode(chunk); })();
  await until("33 101");
  tty.resize({ rows: 50, columns: 132 });
  while (!text.includes("50 132")) { tty.stdin.write("size\\n"); await new Promise((resolve) => setTimeout(resolve, 20)); }
  tty.stdin.write("end\\n");
  seen.tty = { status: (await tty.ended).status, isTty: text.startsWith("/dev/") };
  await reading;
  const own = { uid: process.getuid(), gid: process.getgid() };
  seen.mine = (await end(["sh", "-c", "stat -c '%u %g' /mine /mine/theirs; cat /mine/theirs; echo new > /mine/made"], own)).said;
  seen.mapped = (await end(["cat", "/proc/self/uid_map"])).said.trim().split(/\\s+/).join(" ");
  const failed = await (await box.exec(["/no/such/program"])).ended.catch((error) => error);
  seen.step = isBerthError(failed) && { code: failed.code, op: failed.step?.op, errno: failed.step?.errno, of: failed.step?.of > 5 };
} finally {
  await box.destroy({ force: true });
}
console.log(JSON.stringify(seen));`;

const plain = { wasOutOfMemory: false, wasTimedOut: false, wasAborted: false, hasTime: true };
const killed = { ...plain, status: 137, signal: "SIGKILL", said: "" };
const cases = Object.keys(places).flatMap((who) => [["Node", "node", who], ["Bun", process.execPath, who]] as const);

test.each(cases)("%s (%s), %s", (_, runtime, who) => {
  const place = places[who];
  if (place === undefined) throw new Error(who);
  const [uid, gid] = [place.user?.uid ?? 0, place.user?.uid ?? 0];
  const shared = join(place.lxcpath, "shared");
  mkdirSync(shared, { recursive: true });
  writeFileSync(join(shared, "theirs"), "hello\n");
  for (const path of [shared, join(shared, "theirs")]) chownSync(path, uid, gid);
  const [command = "", ...rest] = argvFor(place, [runtime, ...(runtime === "node" ? ["--input-type=module"] : []), "-e", program(place.lxcpath, shared)]);
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: "utf8", cwd: "/", timeout: PATIENCE_MS });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const seen: unknown = JSON.parse(stdout);
  expect(seen).toEqual({
    code: { ...plain, status: 137, code: 137, said: "" }, signal: { ...plain, status: 143, signal: "SIGTERM", said: "" },
    late: { ...killed, wasTimedOut: true }, aborted: { ...killed, wasAborted: true }, input: { ...plain, status: 0, code: 0, said: "in" },
    memory: { ...killed, wasOutOfMemory: true }, tty: { status: 3, isTty: true }, step: { code: expect.any(String), op: "exec", errno: "ENOENT", of: true },
    mine: `${uid} ${gid}\n${uid} ${gid}\nhello\n`, mapped: expect.stringMatching(/^0 [1-9]\d{5} /),
  });
  const made = statSync(join(shared, "made"));
  expect([made.uid, made.gid, readFileSync(join(shared, "made"), "utf8")]).toEqual([uid, gid, "new\n"]);
  expect(readdirSync(place.lxcpath)).toEqual(["shared"]);
}, PATIENCE_MS);

/** Makes a sandbox and a fork of it, says so, and goes on for ever: whatever becomes of it comes from outside. */
const lasting = (lxcpath: string, option: string): string => `
const { sandbox } = await import(${JSON.stringify(join(DIST, "lib/index.js"))});
const box = await sandbox({ lxcpath: ${JSON.stringify(lxcpath)}, ${option} });
await box.stop({ seconds: 0 });
const fork = await box.fork(box.name + "-fork");
await fork.start();
console.log(box.name);
setInterval(() => undefined, 1000);`;

test.each([["Node", "node", "root", "SIGKILL"], ["Bun", process.execPath, "an ordinary user", "SIGTERM"]] as const)("a program that is killed leaves no sandbox: %s (%s), %s, %s", async (_, runtime, who, signal) => {
  const place = places[who];
  if (place === undefined) throw new Error(who);
  const program = async (option: string): Promise<void> => {
    const [command = "", ...rest] = argvFor(place, [runtime, ...(runtime === "node" ? ["--input-type=module"] : []), "-e", lasting(place.lxcpath, option)]);
    const child = spawn(command, rest, { cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve, reject) => { child.stdout.once("data", () => resolve()); child.once("exit", () => reject(new Error("it ended early"))); });
    child.kill(signal);
  };
  const here = (): readonly string[] => readdirSync(place.lxcpath).filter((name) => name.startsWith("sandbox-"));
  await program("");
  await eventually("both are gone", () => here().length === 0);
  await program("isLasting: true");
  await new Promise((resolve) => setTimeout(resolve, 500)); // for a keeper that there should not be
  const names = here().toSorted((a, b) => b.length - a.length);
  expect(names.length).toBe(2);
  for (const name of names) works(place, "lxc-destroy", ["-f", "-n", name]);
}, PATIENCE_MS);
