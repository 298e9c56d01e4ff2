// Bad input: one clear message with the remedy, the right exit code, and nothing half made.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, eventually, inside, leavePlace, makePlace, state, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";
import { grant } from "./users.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";

let place: Place;
let user: Place;
beforeAll(() => {
  place = makePlace("root-owned");
  user = makePlace("user-owned");
  create(place);
  create(user);
});
afterAll(async () => {
  for (const each of [place, user]) {
    berth(each, "lxc-destroy", ["-n", each.name, "-f"]);
    await leavePlace(each);
  }
});

/** One failure that speaks of the words, is prefixed as LXC does, ends so, and changed nothing. */
async function fails(where: Place, ran: () => Ran, status: number, ...words: readonly (string | RegExp)[]): Promise<void> {
  const before = snapshot(where.watch);
  const answer = ran();
  expect({ status: answer.status, stderr: answer.stderr }).toEqual({ status, stderr: answer.stderr });
  for (const word of words) expect(answer.stderr).toMatch(typeof word === "string" ? new RegExp(word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i") : word);
  if (!answer.stderr.includes("Usage: ")) expect(answer.stderr.split("\n").length).toBeLessThan(16);
  expect(await leaksAtLast(before, where.watch)).toEqual([]);
}
const configOf = (where: Place): string => join(where.lxcpath, where.name, "config");
const rootfs = (where: Place, ...path: readonly string[]): string => join(where.lxcpath, where.name, "rootfs", ...path);
function withConfig(where: Place, line: string, body: () => Promise<void>): Promise<void> {
  const text = readFileSync(configOf(where), "utf8");
  appendFileSync(configOf(where), `${line}\n`);
  return body().finally(() => writeFileSync(configOf(where), text));
}

test("no name", async () => {
  for (const command of ["lxc-start", "lxc-stop", "lxc-attach", "lxc-info", "lxc-destroy"]) await fails(place, () => berth(place, command), 1, `${command}: No container name specified`);
});

test("a container that does not exist", async () => {
  const nobody = `${place.mark}nobody`;
  for (const [command, status] of [["lxc-start", 1], ["lxc-attach", 1], ["lxc-destroy", 1], ["lxc-info", 1], ["lxc-stop", 2]] as const) {
    await fails(place, () => berth(place, command, ["-n", nobody]), status, ...(command === "lxc-info" ? [] : [`${command}: `]), nobody);
  }
});

test("a name with a slash, a dot name, an empty name", async () => {
  for (const name of ["a/b", "../x", ".", ""]) await fails(place, () => berth(place, "lxc-create", ["-n", name, "-t", "busybox"]), 1, "lxc-create: ", "name");
});

test("a missing root file system", async () => {
  renameSync(rootfs(place), rootfs(place, "..", "elsewhere"));
  await fails(place, () => berth(place, "lxc-start", ["-n", place.name, "-d"]), 1, "lxc-start: ", "rootfs", /no such|missing|not exist/i);
  renameSync(rootfs(place, "..", "elsewhere"), rootfs(place));
});

test("init is missing, or not executable", async () => {
  renameSync(rootfs(place, "sbin"), rootfs(place, "sbin-elsewhere"));
  await fails(place, () => berth(place, "lxc-start", ["-n", place.name, "-d"]), 1, "lxc-start: ", "/sbin/init");
  renameSync(rootfs(place, "sbin-elsewhere"), rootfs(place, "sbin"));
  writeFileSync(rootfs(place, "not-executable"), "#!/bin/sh\n", { mode: 0o644 });
  await fails(place, () => berth(place, "lxc-start", ["-n", place.name, "-d", "--", "/not-executable"]), 1, "/not-executable", /permission|executable/i);
  rmSync(rootfs(place, "not-executable"));
});

test("what is to be run is a directory, a pipe, a link to itself, or a name whose file is not executable", async () => {
  mkdirSync(rootfs(place, "folder"));
  symlinkSync("loop", rootfs(place, "loop"));
  expect(spawnSync("mkfifo", [rootfs(place, "pipe")]).status).toBe(0);
  writeFileSync(rootfs(place, "bin/plain"), "", { mode: 0o644 });
  const cases = [["/folder", "'/folder' is a directory"], ["/pipe", "'/pipe' is no file that can be executed, but a named pipe"], ["/loop", "too many symbolic links on the way to '/loop'"]] as const;
  for (const [path, cause] of cases) await fails(place, () => berth(place, "lxc-start", ["-n", place.name, "-d", "--", path]), 1, path, `cause: ${cause}`, "remedy: name a program of the container after --");
  await fails(place, () => berth(place, "lxc-execute", ["-n", place.name, "--", "plain"]), 255, "permission denied", "cause: a file 'plain' is in the container's PATH, but it cannot be executed", "remedy: ");
  await fails(place, () => berth(place, "lxc-execute", ["-n", place.name, "--", "nosuch"]), 255, "cause: there is no program 'nosuch' in the container's PATH", "remedy: ");
  for (const path of ["folder", "pipe", "loop", "bin/plain"]) rmSync(rootfs(place, path), { recursive: true });
});

test("init dies at once: its status and its last words", async () => {
  writeFileSync(rootfs(place, "dies"), "#!/bin/sh\necho the last words; exit 3\n", { mode: 0o755 });
  await fails(place, () => berth(place, "lxc-start", ["-n", place.name, "-d", "--", "/dies"]), 1, "lxc-start: ", "3", "the last words");
  expect(works(place, "lxc-info", ["-n", place.name])).toMatch(/\b3\b/);
  rmSync(rootfs(place, "dies"));
});

test("a broken config line: file, line and key", async () => {
  const line = readFileSync(configOf(place), "utf8").split("\n").length;
  await withConfig(place, "lxc.nonsense = 1", () => fails(place, () => berth(place, "lxc-start", ["-n", place.name, "-d"]), 1, `config:${line}`, "lxc.nonsense"));
  await withConfig(place, "lxc.tty.max = many", () => fails(place, () => berth(place, "lxc-start", ["-n", place.name, "-d"]), 1, `config:${line}: lxc.tty.max`, "    lxc.tty.max = many\n                  ^^^^ expected a number from 0 to"));
  await withConfig(place, "lxc.idmap = u 0 banana 1", () => fails(place, () => berth(place, "lxc-start", ["-n", place.name, "-d"]), 1, `config:${line}`, "banana"));
  // LXC passes over such a line, and so does a start: only lint has a word for it
  await withConfig(place, "no equals sign here", async () => {
    const ran = berth(place, "lxc-start", ["-n", place.name, "-d"]);
    berth(place, "lxc-stop", ["-n", place.name, "-k"]);
    await Promise.resolve();
    expect(ran).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});

test("two broken lines are reported together", async () => {
  await withConfig(place, "lxc.nonsense = 1\nlxc.folly = 2", () => fails(place, () => berth(place, "lxc-start", ["-n", place.name, "-d"]), 1, "lxc.nonsense", "lxc.folly"));
});

test("a subuid range that is too small, or absent", async () => {
  grant(user.mark, { subuid: ["300000:1000"], subgid: ["300000:65536"] });
  await fails(user, () => berth(user, "lxc-start", ["-n", user.name, "-d"]), 1, "/etc/subuid", /berth setup|subuid/);
  grant(user.mark, undefined);
  await fails(user, () => berth(user, "lxc-start", ["-n", user.name, "-d"]), 1, "/etc/subuid", user.mark);
  // half of it could be removed, so none of it is
  await fails(user, () => berth(user, "lxc-destroy", ["-n", user.name]), 1, "/etc/subuid", user.mark);
  expect(existsSync(configOf(user))).toBe(true);
  grant(user.mark, { subuid: ["300000:65536"], subgid: ["300000:65536"] });
});

test("ids for users and none for groups, or the other way round: nothing is made", async () => {
  const make = (where: Place, ...more: readonly string[]) => (): Ran => berth(where, "lxc-create", ["-n", `${where.mark}x`, "-t", "busybox", ...more]);
  grant(user.mark, { subuid: [], subgid: ["300000:65536"] });
  await fails(user, make(user), 1, "cause: /etc/subuid grants none", "remedy: as root: berth setup");
  grant(user.mark, { subuid: ["300000:65536"], subgid: ["300000:0"] });
  await fails(user, make(user), 1, "cause: /etc/subgid grants none", "remedy: as root: berth setup");
  grant(user.mark, { subuid: ["300000:65536"], subgid: ["300000:65536"] });
  const half = join(place.lxcpath, "half.conf");
  writeFileSync(half, "lxc.idmap = u 0 300000 65536\n");
  for (const where of [place, user]) await fails(where, make(where, "-f", half), 1, "half.conf:1 lxc.idmap: the id map has no gid", "remedy: add a line: lxc.idmap = g 0 ");
  expect([place, user].map((where) => existsSync(join(where.lxcpath, `${where.mark}x`)))).toEqual([false, false]);
  rmSync(half);
});

test("a monitor's mount namespace is not for an ordinary user: the line, and why", () =>
  withConfig(user, "lxc.monitor.unshare = 1", () => fails(user, () => berth(user, "lxc-start", ["-n", user.name, "-d"]), 1, /config:\d+ lxc\.monitor\.unshare: an ordinary user's monitor cannot have/, "remedy: take lxc.monitor.unshare out")));

test("newuidmap not setuid, or missing", async () => {
  const { mode } = { mode: 0o4755 };
  const path = Bun.which("newuidmap") ?? "";
  expect(path).not.toBe("");
  // in a mount namespace of its own: the machine's newuidmap stays what it is
  const bent = (how: string): Ran => {
    const { stdout, stderr, exitCode } = Bun.spawnSync(["unshare", "-m", "sh", "-c", `${how} && setpriv --reuid ${user.user?.uid} --regid ${user.user?.gid} --clear-groups env -i HOME=/tmp PATH=/usr/bin:/bin ${join(import.meta.dir, "../../dist/bin/lxc-start")} -P ${user.lxcpath} -n ${user.name} -d`]);
    return { status: exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
  };
  await fails(user, () => bent(`cp ${path} /tmp/${user.mark}map && chmod 755 /tmp/${user.mark}map && mount --bind /tmp/${user.mark}map ${path} && rm /tmp/${user.mark}map`), 1, "newuidmap", /setuid/i);
  await fails(user, () => bent(`mount --bind /dev/null ${path}`), 1, "newuidmap");
  expect(mode).toBe(0o4755);
});

test("destroy where the caller cannot look", async () => {
  const closed = join(place.lxcpath, "closed");
  mkdirSync(join(closed, "x"), { recursive: true });
  chmodSync(closed, 0o700);
  await fails(user, () => berth(user, "lxc-destroy", ["-P", closed, "-n", "x"]), 1, "lxc-destroy: x: cannot look at", "permission denied");
  chmodSync(closed, 0o755);
  chmodSync(join(closed, "x"), 0o700);
  await fails(user, () => berth(user, "lxc-destroy", ["-P", closed, "-n", "x"]), 1, "lxc-destroy: x: cannot look at", "permission denied");
  rmSync(closed, { recursive: true });
});

test("an lxcpath that is not writable", async () => {
  const closed = join(user.lxcpath, "closed");
  mkdirSync(closed, { mode: 0o555 });
  await fails(user, () => berth(user, "lxc-create", ["-P", closed, "-n", `${user.mark}x`, "-t", "busybox"]), 1, "lxc-create: ", closed);
  chmodSync(closed, 0o755);
  rmSync(closed, { recursive: true });
});

test("a user without HOME is told that this is why", async () => {
  await fails(user, () => {
    const { status, stderr } = spawnSync("setpriv", ["--reuid", `${user.user?.uid}`, "--regid", `${user.user?.gid}`, "--clear-groups", "env", "-i", "PATH=/usr/bin:/bin", join(import.meta.dir, "../../dist/bin/lxc-create"), "-n", "x", "-t", "none"], { encoding: "utf8" });
    return { status: status ?? 137, stdout: "", stderr };
  }, 1, "/.local/share/lxc", "HOME is not set");
});

test("a full disk while creating: nothing half made", async () => {
  const small = join(place.lxcpath, "small");
  mkdirSync(small);
  expect(Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=256k", "none", small]).exitCode).toBe(0);
  try {
    await fails(place, () => berth(place, "lxc-create", ["-P", small, "-n", `${place.mark}x`, "-t", "busybox"]), 1, "lxc-create: ", /space|full/i);
    expect(readdirSync(small)).toEqual([]);
  } finally {
    Bun.spawnSync(["umount", small]);
    rmSync(small, { recursive: true });
  }
});

test("create over an existing container, destroy of a running one", async () => {
  await fails(place, () => berth(place, "lxc-create", ["-n", place.name, "-t", "busybox"]), 1, /already exists/);
  works(place, "lxc-start", ["-n", place.name, "-d"]);
  // its last process is there: what the leak check sees from now on is destroy's doing
  await eventually("getty runs", () => inside(place, "ps").includes("getty"));
  await fails(place, () => berth(place, "lxc-destroy", ["-n", place.name]), 1, "is running");
  expect([state(place), existsSync(configOf(place))]).toEqual(["RUNNING", true]);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
});

test("an unknown option, an unknown template", async () => {
  await fails(place, () => berth(place, "lxc-start", ["-n", place.name, "--no-such-option"]), 1, "no-such-option");
  await fails(place, () => berth(place, "lxc-create", ["-n", `${place.mark}x`, "-t", "no-such-template"]), 1, "no-such-template");
});
