// Which descriptors a container gets: those of the caller that LXC hands on, and never one of ours.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, berth, create, eventually, initPid, leavePlace, makePlace, start, works } from "./place.ts";
import type { Place } from "./place.ts";

let place: Place;
beforeAll(() => {
  place = makePlace("root-owned");
  create(place);
});
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
});

const MANY = Array.from({ length: 20 }, (_, i) => 40 + i);
const LIST = "cd /proc/self/fd && echo *";
/** Runs a command of ours from a caller who has these descriptors open, and no others above 2. */
function from(open: readonly number[], command: string, args: readonly string[], { env = "", isTty = false } = {}): number[] {
  const words = [join(DIST, "bin", command), "-P", place.lxcpath, "-n", place.name, ...args].map((word) => `'${word}'`).join(" ");
  const line = `for fd in $(ls /proc/self/fd); do [ $fd -gt 2 ] && eval "exec $fd>&-"; done; ${open.map((fd) => `exec ${fd}</etc/passwd;`).join(" ")} ${env} exec ${words}`;
  // of a terminal's script(1) only the numbers that are on a line of their own are the answer
  const argv = isTty ? ["script", "-qec", `bash -c '${line.replaceAll("'", "'\\''")}'`, "/dev/null"] : ["bash", "-c", line];
  const { exitCode, stdout, stderr } = Bun.spawnSync(argv, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
  return (stdout.toString().match(/\d+/g) ?? []).map(Number).sort((a, b) => a - b);
}
// the shell expands the star with a descriptor of its own, the next free one
const shown = (open: readonly number[]): number[] => {
  const all = [0, 1, 2, ...open];
  const own = Array.from({ length: 99 }, (_, i) => i).find((fd) => !all.includes(fd)) ?? -1;
  return [...all, own].sort((a, b) => a - b);
};
/** What init has once it is settled: it reads files of its own at first. */
async function expectOfInit(wanted: readonly number[]): Promise<void> {
  const pid = initPid(place);
  const now = (): string => readdirSync(`/proc/${pid}/fd`).map(Number).sort((a, b) => a - b).join(" ");
  await eventually(`init has ${wanted.join(" ")} open and nothing else`, () => now() === wanted.join(" "));
}

test("start -d: the three, whatever the caller has; and those that LISTEN_FDS announces", async () => {
  from(MANY, "lxc-start", ["-d"]);
  await expectOfInit([0, 1, 2]);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  from([3, 4, ...MANY], "lxc-start", ["-d"], { env: "LISTEN_FDS=2" });
  await expectOfInit([0, 1, 2, 3, 4]);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
});

test("attach: the caller's own, without a terminal and on one", () => {
  start(place);
  const args = ["--clear-env", "--", "sh", "-c", LIST];
  const seen = [from([], "lxc-attach", args), from(MANY, "lxc-attach", args), from([], "lxc-attach", args, { isTty: true }), from(MANY, "lxc-attach", args, { isTty: true })];
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  expect(seen).toEqual([shown([]), shown(MANY), shown([]), shown(MANY)]);
});

test("attach --close-all-fds: the three, without a terminal and on one", () => {
  start(place);
  const args = ["-C", "--clear-env", "--", "sh", "-c", LIST];
  const seen = [from(MANY, "lxc-attach", args), from(MANY, "lxc-attach", args, { isTty: true })];
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  expect(seen).toEqual([shown([]), shown([])]);
});

test("execute and start -F: the caller's own; with --close-all-fds the three, and those that are announced", () => {
  const args = ["--", "sh", "-c", LIST];
  expect([from([], "lxc-execute", args), from(MANY, "lxc-execute", args)]).toEqual([shown([]), shown(MANY)]);
  expect([from([], "lxc-start", ["-F", ...args]), from(MANY, "lxc-start", ["-F", ...args])]).toEqual([shown([]), shown(MANY)]);
  expect(from(MANY, "lxc-start", ["-F", "--close-all-fds", ...args])).toEqual(shown([]));
  expect(from([3, 4, ...MANY], "lxc-start", ["-F", "--close-all-fds", ...args], { env: "LISTEN_FDS=2" })).toEqual(shown([3, 4]));
});

// a shell that lists them has the list itself as one more
const HOOKS = ["pre-start", "pre-mount", "mount", "autodev", "start-host", "start", "stop", "post-stop"];
test("each hook and network script of a start in the background, of its end, of a copy and of a destroy: the three", async () => {
  const hook = join(place.lxcpath, "fds");
  writeFileSync(hook, "#!/bin/sh\nls /proc/self/fd\n", { mode: 0o755 });
  const config = join(place.lxcpath, place.name, "config");
  const text = readFileSync(config, "utf8");
  const lines = [...HOOKS.map((name) => `lxc.hook.${name} = ${name === "start" ? "/bin/ls /proc/self/fd; :" : hook}`), `lxc.net.0.script.up = ${hook}`, `lxc.net.0.script.down = ${hook}`, `lxc.hook.clone = ${hook}`, `lxc.hook.destroy = ${hook}`];
  writeFileSync(config, `${text}${lines.map((line) => `${line}\n`).join("")}`);
  from(MANY, "lxc-start", ["-d"]);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  from(MANY, "lxc-copy", ["-N", `${place.name}2`]);
  const told = (name: string, of: string): readonly { readonly hook: string; readonly output: readonly string[] }[] => JSON.parse(works(place, "berth", ["why", "-P", place.lxcpath, name, "--format", "json"]))[of];
  const log = join(place.lxcpath, "log");
  const seen = [...told(place.name, "hooks"), ...told(`${place.name}2`, "hooksOfCopy")].map(({ hook: name, output }) => [name, output.join(" ")]);
  from(MANY, "lxc-destroy", ["-o", log, "-l", "DEBUG", "-n", `${place.name}2`]);
  writeFileSync(config, text);
  expect(new Set(seen.map(([name]) => name))).toEqual(new Set([...HOOKS, "up", "down", "clone"]));
  expect(seen.filter(([, fds]) => fds !== "0 1 2 3")).toEqual([]);
  expect(readFileSync(log, "utf8").match(/\| \d+$/gm)).toEqual(["| 0", "| 1", "| 2", "| 3"]);
});
