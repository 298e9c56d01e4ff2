// berth setup on this host, with an /etc and a /var/lib/berth of its own: bind mounts in a mount namespace per command.
import { afterAll, beforeEach, afterEach, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync, appendFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, leavePlace, makePlace, type Place, type Ran } from "./place.ts";
import { printed } from "./printed.ts";
import { asUser, hierarchies, makeUser, removeUser, type User } from "./users.ts";

const place: Place = makePlace("user-owned");
if (place.user === undefined) throw new Error("no user");
const alice: User = place.user;
const bob: User = makeUser(`${place.mark}b`, { subuid: [], subgid: [] });
afterAll(async () => { removeUser(bob); await leavePlace(place); });

let room = "";
/** Runs with the room's /etc. */
function inRoom(argv: readonly string[]): Ran {
  const script = `mount --bind ${room}/etc /etc && mount --bind ${room}/var /var/lib && exec "$@"`;
  const { status, stdout, stderr } = spawnSync("unshare", ["-m", "--propagation", "private", "sh", "-c", script, "sh", ...argv], { encoding: "utf8", timeout: 120_000, input: "" });
  return { status: status ?? 255, stdout, stderr };
}
const setup = (...args: readonly string[]): Ran => inRoom([join(DIST, "bin/berth"), "setup", ...args]);
const etc = (file: string): string => readFileSync(join(room, "etc", file), "utf8");
const linesFor = (user: User, file: string): readonly string[] => etc(file).split("\n").filter((line) => line.startsWith(`${user.name}:`));

/** Every file and what is in it; shadow's backups are not looked at. */
function everything(top: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder).toSorted()) {
      const path = join(folder, name);
      const stat = lstatSync(path);
      const kept = `${stat.mode.toString(8)} ${stat.uid}:${stat.gid}`;
      if (stat.isDirectory()) { found[path] = kept; walk(path); } else if (!/\/sub[ug]id-$/.test(path)) found[path] = stat.isSymbolicLink() ? readlinkSync(path) : `${kept} ${stat.isFile() ? Bun.hash(readFileSync(path)) : ""}`;
    }
  };
  walk(top);
  return found;
}
const world = (): Readonly<Record<string, string>> => ({ ...everything(join(room, "etc")), ...everything(join(room, "var")), ...everything(alice.home), ...everything(bob.home) });
const trees = (user: User): readonly string[] => hierarchies().map((top) => join(top, "berth", user.name)).filter((path) => existsSync(path));

beforeEach(() => {
  room = mkdtempSync(`/var/tmp/berth-setup-${place.mark}-`);
  spawnSync("cp", ["-a", "/etc", join(room, "etc")]);
  mkdirSync(join(room, "var"));
  for (const file of ["subuid", "subgid"]) writeFileSync(join(room, "etc", file), etc(file).split("\n").filter((line) => !line.startsWith(alice.name) && !line.startsWith(bob.name)).join("\n"));
});
afterEach(() => {
  for (const user of [alice, bob]) setup("--undo", user.name);
  for (const user of [alice, bob]) rmSync(join(user.home, ".config"), { recursive: true, force: true });
  const left = [...trees(alice), ...trees(bob)];
  rmSync(room, { recursive: true, force: true });
  expect(left).toEqual([]);
});

test("a dry run shows the changes and makes none; the second run has nothing to do; an undo leaves all as it was", () => {
  const before = world();
  const shown = setup("--dry-run", alice.name);
  expect({ ...shown, stdout: "" }).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(world()).toEqual(before);
  const data = printed<{ readonly changes: readonly { readonly kind: string }[] }>("berth setup", setup("--dry-run", "--nics", "3", "--format", "json", alice.name).stdout);
  expect(data).toMatchObject({ user: alice.name, needs: [], isDone: false, changes: expect.arrayContaining([expect.objectContaining({ kind: "line", line: `${alice.name} veth lxcbr0 3` })]) });
  expect(setup(alice.name)).toMatchObject({ status: 1, stderr: expect.stringContaining("there is no terminal to ask on") });
  expect(world()).toEqual(before);

  const made = setup("--yes", alice.name);
  expect({ ...made, stdout: "" }).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(made.stdout).toContain(shown.stdout);
  const [range = ""] = linesFor(alice, "subuid");
  expect(range).toMatch(/:\d+:65536$/);
  expect(shown.stdout).toContain(range);
  expect(etc("subgid")).toContain(range);
  expect(etc("lxc/lxc-usernet")).toContain(`${alice.name} veth lxcbr0 10\n`);
  expect(trees(alice).length).toBe(hierarchies().length);
  expect(lstatSync(join(alice.home, ".config/lxc/default.conf")).uid).toBe(alice.uid);

  const made1 = world();
  expect(setup("--yes", alice.name)).toEqual({ status: 0, stdout: `${alice.name}: nothing to do\n`, stderr: "" });
  expect(world()).toEqual(made1);

  expect(setup("--undo", "--dry-run", alice.name)).toMatchObject({ status: 0, stdout: expect.stringContaining(range) });
  expect(printed("berth setup --undo", setup("--undo", "--dry-run", "--format", "json", alice.name).stdout)).toMatchObject({ kept: [], isDone: false });
  expect(world()).toEqual(made1);
  expect(setup("--undo", alice.name)).toMatchObject({ status: 0, stderr: "" });
  expect(world()).toEqual(before);
  expect(trees(alice)).toEqual([]);
  expect(setup("--undo", alice.name)).toEqual({ status: 0, stdout: `${alice.name}: nothing to undo\n`, stderr: "" });
});

test("what is made is enough: the user creates, runs and destroys a container, with cgroups of his own", () => {
  expect(setup("--yes", "--bridge", "none", alice.name).status).toBe(0);
  const enter = `for d in ${trees(alice).filter((path) => !path.includes("/unified/")).join(" ")}; do echo 0 > $d/cgroup.procs || exit 9; done; exec "$@"`;
  expect(inRoom(asUser(alice, "setpriv", ["mkdir", "ct"])).status).toBe(0);
  const asAlice = (command: string, ...args: readonly string[]): Ran => inRoom(asUser(alice, "setpriv", ["sh", "-c", enter, "sh", join(DIST, "bin", command), "-P", join(alice.home, "ct"), "-n", place.name, ...args]));
  expect(asAlice("lxc-create", "-t", "busybox")).toMatchObject({ status: 0, stderr: "" });
  const ran = asAlice("lxc-execute", "-s", "lxc.cgroup.pids.max = 77", "--", "sh", "-c", "cat /proc/self/uid_map /proc/self/cgroup");
  expect({ ...ran, stdout: "" }).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(ran.stdout).toContain("65536");
  expect(asAlice("lxc-destroy")).toMatchObject({ status: 0, stderr: "" });
  expect(setup("--undo", alice.name)).toMatchObject({ status: 0, stderr: "" });
});

test("ranges never touch: of those in the files, of other users made meanwhile, of real ids", () => {
  appendFileSync(join(room, "etc/subuid"), "\n# somebody\nsomebody:100000:65536\n4711:165536:10\n");
  appendFileSync(join(room, "etc/passwd"), "far:x:170000:100::/:/bin/false\n");
  for (const user of [alice, bob]) expect(setup("--yes", user.name).status).toBe(0);
  const ranges = etc("subuid").split("\n").filter((line) => /^[^#]*:\d+:\d+$/.test(line)).map((line) => line.split(":").slice(1).map(Number)).map(([start = 0, count = 0]) => [start, start + count] as const);
  const own = [alice, bob].map((user) => Number(linesFor(user, "subuid")[0]?.split(":")[1]));
  for (const start of own) {
    expect(start).toBeGreaterThan(170000);
    expect(ranges.filter(([from, end]) => from < start + 65536 && start < end).length).toBe(1);
  }
});

test("what is enough is kept, whatever wrote it", () => {
  for (const file of ["subuid", "subgid"]) appendFileSync(join(room, "etc", file), `\n${alice.uid}:7000000:70000\n`);
  mkdirSync(join(room, "etc/lxc"), { recursive: true });
  writeFileSync(join(room, "etc/lxc/lxc-usernet"), `${alice.name} veth lxcbr0 2\n`);
  const before = etc("subuid");
  expect(setup("--yes", alice.name).status).toBe(0);
  expect(etc("subuid")).toBe(before);
  expect(etc("lxc/lxc-usernet")).toBe(`${alice.name} veth lxcbr0 2\n`);
  expect(readFileSync(join(alice.home, ".config/lxc/default.conf"), "utf8")).toContain("lxc.idmap = u 0 7000000 70000\n");
});

test("an undo takes back nothing that others changed since, and says so", () => {
  expect(setup("--yes", alice.name).status).toBe(0);
  const config = join(alice.home, ".config/lxc/default.conf");
  appendFileSync(config, "lxc.tty.max = 2\n");
  appendFileSync(join(room, "etc/subuid"), "later:900000:65536\n");
  writeFileSync(join(room, "etc/subgid"), etc("subgid").replace(/:65536\n$/, ":65537\n"));
  const undone = setup("--undo", alice.name);
  expect(undone.status).toBe(0);
  expect(undone.stdout).toContain(`left as it is: ${config} was changed since\n`);
  expect(undone.stdout).toMatch(/left as it is: '.*:65536' is no longer in \/etc\/subgid\n/);
  expect(readFileSync(config, "utf8")).toContain("lxc.tty.max = 2");
  expect(etc("subuid")).toContain("later:900000:65536\n");
  expect(etc("subgid")).toContain(":65537\n");
  expect(linesFor(alice, "subuid")).toEqual([]);
});

test("what two users need stays until the last of them is undone", () => {
  const before = world();
  for (const user of [alice, bob]) expect(setup("--yes", user.name).status).toBe(0);
  expect(setup("--undo", alice.name).status).toBe(0);
  expect(existsSync(join(room, "etc/init.d/berth-cgroups"))).toBe(true);
  expect(etc("berth/cgroup-users")).toBe(`${bob.name}\n`);
  expect(trees(bob).length).toBe(hierarchies().length);
  expect(setup("--undo", bob.name).status).toBe(0);
  expect(world()).toEqual(before);
});

test("the boot script makes the trees again", () => {
  expect(setup("--yes", alice.name).status).toBe(0);
  const script = (...args: readonly string[]): Ran => inRoom(["/etc/init.d/berth-cgroups", ...args]);
  expect(script("stop", alice.name).status).toBe(0);
  expect(trees(alice)).toEqual([]);
  expect(script("start")).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(trees(alice).map((path) => lstatSync(path).uid)).toEqual(hierarchies().map(() => alice.uid));
});

test("a home is opened for the one id that is asked for, and closed again", () => {
  const mode = (): string => (lstatSync(alice.home).mode & 0o777).toString(8);
  spawnSync("chmod", ["700", alice.home]);
  expect(setup("--yes", alice.name).status).toBe(0);
  expect(mode()).toBe("700");
  expect(setup("--yes", "--home-access", alice.name).status).toBe(0);
  expect(setup("--yes", "--home-access", alice.name).stdout).toBe(`${alice.name}: nothing to do\n`);
  const id = linesFor(alice, "subuid")[0]?.split(":")[1] ?? "";
  const passes = (uid: string): number | null => spawnSync("setpriv", ["--reuid", uid, "--regid", uid, "--clear-groups", "test", "-d", `${alice.home}/.config`]).status;
  expect([passes(id), passes(String(Number(id) + 1))]).toEqual([0, 1]);
  expect(setup("--undo", alice.name).status).toBe(0);
  expect([mode(), passes(id)]).toEqual(["700", 1]);
  spawnSync("chmod", ["711", alice.home]);
});

test("root does not write where a user's link leads", () => {
  const target = join(room, "target");
  mkdirSync(target);
  symlinkSync(target, join(alice.home, ".config"));
  const ran = setup("--yes", alice.name);
  expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining("stopped at: for his default.conf") });
  expect(readdirSync(target)).toEqual([]);
});

test("a lock that a killed usermod left is taken over", () => {
  const dead = spawnSync("true").pid;
  writeFileSync(join(room, "etc/subuid.lock"), `${dead}\0`);
  expect(setup("--yes", alice.name).status).toBe(0);
  expect(readdirSync(join(room, "etc")).filter((name) => /^sub[ug]id\..|berth-\d/.test(name))).toEqual([]);
});

test("who may not, and who need not", () => {
  const refused = inRoom(asUser(alice, "setpriv", [join(DIST, "bin/berth"), "setup", "--yes"]));
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining(`as root: berth setup ${alice.name}`) });
  expect(inRoom(asUser(alice, "setpriv", [join(DIST, "bin/berth"), "setup", "--dry-run", "--format", "json"]))).toMatchObject({ status: 0, stdout: expect.stringContaining(`"user": "${alice.name}"`) });
  expect(setup("--yes", "root")).toMatchObject({ status: 1, stderr: expect.stringContaining("needs no setup") });
  expect(setup("--yes", "nobody-of-that-name")).toMatchObject({ status: 1, stderr: expect.stringContaining("there is no user") });
  expect(inRoom(["env", "-u", "SUDO_USER", join(DIST, "bin/berth"), "setup"])).toMatchObject({ status: 1, stderr: expect.stringContaining("which user?") });
  expect(inRoom(["env", `SUDO_USER=${alice.name}`, join(DIST, "bin/berth"), "setup", "--dry-run"])).toMatchObject({ status: 0, stdout: expect.stringContaining(`For ${alice.name} is changed:`) });
});
