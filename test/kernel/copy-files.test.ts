// berth cp, push and pull: files and directories in and out of running and stopped containers, with the right ids; links
// lead nowhere outside, also while they change; nothing half written stays.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, closeSync, constants, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UnpackOrder } from "../../src/host/files/order.ts";
import { Receiver } from "../../src/host/files/receive.ts";
import { sent } from "../../src/host/files/send.ts";
import { argvFor, berth, create, DIST, ended, eventually, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind, Place, Ran, RunOptions } from "./place.ts";

const PATIENCE_MS = 90_000;
const tools = mkdtempSync(join(tmpdir(), "berth-files-"));
const flip = join(tools, "flip");
beforeAll(() => { expect(spawnSync("gcc", ["-O2", "-o", flip, join(import.meta.dir, "flip.c")]).status).toBe(0); });
afterAll(() => rmSync(tools, { recursive: true }));

const argvOf = (place: Place, verb: string, args: readonly string[]): string[] => argvFor(place, [join(DIST, "bin/berth"), verb, "-P", place.lxcpath, ...args]);
function files(place: Place, verb: string, args: readonly string[], options: RunOptions = {}): Ran {
  const [program = "", ...rest] = argvOf(place, verb, args);
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", input: options.input ?? "", cwd: options.cwd ?? place.lxcpath });
  return { status: status ?? 128, stdout, stderr };
}
const good = (place: Place, verb: string, args: readonly string[], options: RunOptions = {}): string => {
  const ran = files(place, verb, args, options);
  expect({ verb, args, ...ran }).toEqual({ verb, args, status: 0, stdout: ran.stdout, stderr: "" });
  return ran.stdout;
};

const FILE_KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
describe.each([...FILE_KINDS])("%s", (kind: Kind) => {
  let place: Place;
  let source: string;
  const rootfs = (...path: readonly string[]): string => join(place.lxcpath, place.name, "rootfs", ...path);
  const at = (path: string): string => `${place.name}:${path}`;
  const idsOf = (path: string): readonly number[] => [lstatSync(path).uid - place.rootId, lstatSync(path).gid - place.rootId, lstatSync(path).mode & 0o7777];
  const own = (path: string): void => { if (place.user !== undefined) spawnSync("chown", ["-hR", `${place.user.uid}:${place.user.gid}`, path]); };
  const scratch = (name: string): string => {
    const path = join(place.lxcpath, name);
    mkdirSync(path);
    own(path);
    return path;
  };

  beforeAll(() => {
    place = makePlace(kind);
    create(place);
    source = scratch("tree");
    mkdirSync(join(source, "sub/deep"), { recursive: true });
    writeFileSync(join(source, "a"), "one\n");
    chmodSync(join(source, "a"), 0o640);
    writeFileSync(join(source, "sub/deep/ünï\nx"), "two\n");
    writeFileSync(join(source, "sub/set"), "");
    chmodSync(join(source, "sub/set"), 0o4755);
    writeFileSync(join(source, "sub/big"), "");
    truncateSync(join(source, "sub/big"), 3_000_000);
    symlinkSync("/etc/passwd", join(source, "sub/link"));
    linkSync(join(source, "a"), join(source, "sub/deep/same"));
    own(source);
  }, PATIENCE_MS);
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    for (const name of readdirSync(place.lxcpath)) rmSync(join(place.lxcpath, name), { recursive: true });
    await leavePlace(place);
  }, PATIENCE_MS);

  const roundTrip = (where: string): void => {
    good(place, "push", [source, at(`/root/${where}`)]);
    expect([idsOf(rootfs(`root/${where}/a`)), idsOf(rootfs(`root/${where}/sub/set`)), idsOf(rootfs(`root/${where}/sub`)), readlinkSync(rootfs(`root/${where}/sub/link`))]).toEqual([[0, 0, 0o640], [0, 0, 0o755], [0, 0, 0o755], "/etc/passwd"]);
    const back = scratch(`back-${where}`);
    good(place, "pull", [at(`/root/${where}/.`), back]);
    expect(spawnSync("diff", ["-r", "--no-dereference", source, back], { encoding: "utf8" }).stdout).toBe("");
    for (const tree of [rootfs("root", where), back]) expect([lstatSync(join(tree, "a")).nlink, lstatSync(join(tree, "a")).ino]).toEqual([2, lstatSync(join(tree, "sub/deep/same")).ino]);
    expect(lstatSync(join(back, "a")).uid).toBe(place.user?.uid ?? 0);
    expect(Math.trunc(lstatSync(join(back, "a")).mtimeMs / 1000)).toBe(Math.trunc(lstatSync(join(source, "a")).mtimeMs / 1000));
  };

  test("stopped: there and back, streams, owners, what is replaced", () => {
    roundTrip("stopped");
    good(place, "cp", ["-p", "-u", "1000:1001", "-", at("/srv/x/y")], { input: "first" });
    expect([idsOf(rootfs("srv/x/y")), idsOf(rootfs("srv/x"))]).toEqual([[1000, 1001, 0o644], [1000, 1001, 0o755]]);
    good(place, "cp", ["-", at("/srv/x/y")], { input: "second" });
    expect([idsOf(rootfs("srv/x/y")), good(place, "cp", [at("/srv/x/y"), "-"])]).toEqual([[1000, 1001, 0o644], "second"]);
    good(place, "cp", ["-a", at("/srv/x"), at("/srv/copy")]);
    expect(idsOf(rootfs("srv/copy/y"))).toEqual([1000, 1001, 0o644]);
  }, PATIENCE_MS);

  /** Extended attributes of a tree, as getfattr(1) and getcap(8) tell them, with the ids that are meant. */
  const marksOf = (tree: string): string => sh(`cd ${tree} && getfattr -R -h -d -m '^user' . 2>/dev/null; getfacl -R -n -s . | sed s/:${place.rootId + 1001}:/:1001:/; getcap -n -r . | sed 's/ \\[rootid.*//'`);
  const sh = (line: string): string => {
    const { status, stdout, stderr } = spawnSync("sh", ["-ec", line], { encoding: "utf8" });
    expect({ line, status, stderr: status === 0 ? "" : stderr }).toEqual({ line, status: 0, stderr: "" });
    return stdout;
  };
  const allIsKept = (where: string): void => {
    const marked = rootfs("srv", where);
    sh(`mkdir -p ${marked}/d && cd ${marked} && echo x > f && echo ping > d/ping && ln d/ping pong && ln -s f d/link && chown -hR ${place.rootId}:${place.rootId} . && setfattr -n user.note -v 'a b' f && setfattr -n user.top -v 1 . && setfacl -m u:${place.rootId + 1001}:rw f && setfacl -d -m u:${place.rootId + 1001}:rx d && chmod 444 d/ping`);
    // as root of the container: capabilities are bound to its ids
    works(place, "lxc-usernsexec", [...usernsMap(), "--", "/usr/sbin/setcap", "cap_net_raw+ep", `${marked}/d/ping`]);
    sh(`setfattr -n user.ro -v 1 ${marked}/d/ping`);
    const before = marksOf(marked);
    expect(before).toMatch(/user.note="a b"[^]*cap_net_raw=ep/);
    good(place, "cp", ["-a", at(`/srv/${where}`), at(`/srv/${where}.copy`)]);
    expect([marksOf(`${marked}.copy`), lstatSync(`${marked}.copy/pong`).ino]).toEqual([before, lstatSync(`${marked}.copy/d/ping`).ino]);
    const out = scratch(`marked-${where}`);
    const pulled = files(place, "pull", ["-a", at(`/srv/${where}/.`), out]);
    if (place.user === undefined) {
      // ids as the container sees them: ACLs and capabilities name those of this host now
      expect([pulled.status, pulled.stderr, sh(`getfattr -n user.top --only-values ${out}; getfacl -n -s ${out}/f | grep 1001; getcap -n ${out}/d/ping`)]).toEqual([0, "", `1user:1001:rw-\n${out}/d/ping cap_net_raw=ep\n`]);
    } else {
      expect([pulled.status, pulled.stderr]).toEqual([0, expect.stringMatching(/the owners of \d+ files, '[^']+' the first of them, are not kept: operation not permitted\n {4}cause: only root/)]);
      expect(pulled.stderr).toContain("the capabilities of 'd/ping' are not kept: operation not permitted");
      expect(sh(`getfattr -n user.note --only-values ${out}/f; getfattr -n user.ro --only-values ${out}/d/ping; stat -c %a ${out}/d/ping`)).toBe("a b1444\n");
    }
    expect(files(place, "push", ["-a", out, at(`/srv/${where}.back`)])).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(sh(`getfattr -n user.note --only-values ${marked}.back/f; stat -c %h ${marked}.back/pong`)).toBe("a b2\n");
  };
  const usernsMap = (): readonly string[] => (place.kind === "privileged" ? ["-m", "b:0:0:65536"] : ["-m", `b:0:${place.rootId}:65536`]);

  if (kind !== "root-owned") test("stopped, with --archive: attributes, ACLs, capabilities, names of one file", () => allIsKept("stopped"), PATIENCE_MS);

  test("running: the same, also where the container mounts something", () => {
    start(place);
    roundTrip("running");
    if (kind !== "privileged") allIsKept("running");
    expect(inside(place, "cat /root/running/a; stat -c %u:%g /root/running/sub/big")).toBe("one\n0:0");
    expect(good(place, "cp", [at("/proc/1/comm"), "-"])).toBe("init\n");
    inside(place, "mkdir -p /dev/shm && echo in > /dev/shm/in");
    expect(good(place, "cp", [at("/dev/shm/in"), "-"])).toBe("in\n");
    expect(existsSync("/dev/shm/in")).toBe(false);
  }, PATIENCE_MS);

  test("wrong input is told, and nothing is changed", () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [["cp", at("/etc"), "-"], "is a directory"], [["cp", at("/nix"), "."], "no such file or directory"], [["push", source, at("/no/dir")], "no such file or directory"],
      [["push", source, "tree/a"], "copies from this host to NAME:PATH"], [["pull", source, at("/")], "copies from NAME:PATH to this host"], [["cp", "a", "b"], "neither side is in a container"],
      [["cp", "tree"], "a SOURCE and a TARGET are needed"], [["cp", `${source}/a`, at("/root/running")], ""], [["cp", `${source}/a`, at("/root/running/sub/deep/../..")], ""], [["cp", source, at("/root/running/a/")], "not a directory"],
      [["cp", "-u", "bob", `${source}/a`, at("/root")], "is not UID[:GID]"], [["cp", "-u", "7", at("/etc/passwd"), place.lxcpath], "is for what is written in a container"], [["cp", `${source}/a`, `no${place.name}:/root`], "is not defined"], [["cp", "tree/a", ".x/..:/etc"], "neither side"],
      [["cp", at("/dev/null"), place.lxcpath], "is left out"],
    ];
    for (const [[verb = "", ...args], text] of cases) {
      const { status, stderr } = files(place, verb, args);
      expect([verb, ...args, status === 0 ? "" : stderr]).toEqual([verb, ...args, text === "" || text === "is left out" ? "" : expect.stringContaining(text)]);
    }
    expect([existsSync(join(place.lxcpath, "passwd")), existsSync(join(place.lxcpath, "null"))]).toEqual([false, false]);
  }, PATIENCE_MS);

  const WAYS: Readonly<Partial<Record<Kind, string>>> = { "root-owned": "../../../../../../../../..", "user-owned": "/proc/self/root" };
  test("a link that takes turns with a directory", async () => {
    const way = WAYS[kind] ?? "";
    const victim = join(place.lxcpath, "victim");
    mkdirSync(victim, { recursive: true });
    writeFileSync(join(victim, "f"), "host");
    spawnSync("chown", ["-R", `${place.rootId}:${place.rootId}`, victim]);
    const [spot, link] = [rootfs("spot"), rootfs("spot.link")];
    spawnSync("sh", ["-c", `mkdir -p ${spot}/in && echo guest > ${spot}/f && ln -sfn ${way}${victim} ${link} && chown -hR ${place.rootId}:${place.rootId} ${spot} ${link}`]);
    const racer = spawn(flip, [spot, link], { stdio: "ignore" });
    try {
      for (let round = 0; round < 2; round++) {
        files(place, "cp", [source, at("/spot/")]);
        files(place, "cp", ["-a", "-", at("/spot/f")], { input: "evil" });
        expect(files(place, "cp", [at("/spot/f"), "-"]).stdout).not.toBe("host");
        files(place, "pull", [at("/spot"), at("/spot/f"), scratch(`round${round}`)]);
        expect([readdirSync(victim), readFileSync(join(victim, "f"), "utf8")]).toEqual([["f"], "host"]);
        expect(spawnSync("grep", ["-rl", "host", join(place.lxcpath, `round${round}`)], { encoding: "utf8" }).stdout).toBe("");
        rmSync(join(place.lxcpath, `round${round}`), { recursive: true });
      }
      expect(racer.exitCode).toBe(null);
    } finally {
      racer.kill("SIGKILL");
      await ended(racer);
      for (const path of [spot, link, victim]) rmSync(path, { recursive: true, force: true });
    }
  }, PATIENCE_MS);

  test("ended half way, nothing stays of it", async () => {
    const [program = "", ...rest] = argvOf(place, "cp", ["-", at("/srv/half")]);
    const child = spawn(program, rest, { stdio: ["pipe", "ignore", "pipe"] });
    child.stdin?.on("error", () => undefined); // it is ended while it is written to
    child.stdin?.write(Buffer.alloc(1 << 20));
    await eventually("it has begun", () => readdirSync(rootfs("srv")).some((name) => name.startsWith(".berth-")));
    child.kill("SIGTERM");
    await ended(child);
    await eventually("it has cleaned up", () => !readdirSync(rootfs("srv")).some((name) => name.startsWith(".berth-")));
    expect(existsSync(rootfs("srv/half"))).toBe(false);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
  }, PATIENCE_MS);

  test("a layer above another container, stopped", () => {
    const other = `${place.name}l`;
    works(place, "lxc-copy", ["-n", place.name, "-N", other, "-s"]);
    const ran = files(place, "cp", [`${source}/a`, `${other}:/srv/`]);
    expect(ran).toEqual({ status: 0, stdout: "", stderr: "" });
    expect([good(place, "cp", [`${other}:/srv/a`, "-"]), good(place, "cp", [`${other}:/srv/x/y`, "-"]), existsSync(rootfs("srv/a"))]).toEqual(["one\n", "second", false]);
    works(place, "lxc-destroy", ["-n", other]);
  }, PATIENCE_MS);
});

test("many copies beneath a root in which directories, files and links take turns", async () => {
  const base = mkdtempSync(join(tmpdir(), "berth-race-"));
  const sh = (line: string): void => expect(spawnSync("sh", ["-ec", line], { cwd: base }).status).toBe(0);
  sh(`mkdir -p host/in root/spot/in tree/in out; echo host > host/f; cp host/f host/in; echo guest > root/spot/f; ln -s ${base}/host root/link; ln -s ${base}/host/f root/spot/l; echo new > tree/f; echo new > tree/in/f; cp -r root/spot root/other`);
  const racers = [["spot", "link"], ["other/f", "other/l"]].map(([a = "", b = ""]) => spawn(flip, [join(base, "root", a), join(base, "root", b)], { stdio: "ignore" }));
  const root = openSync(join(base, "root"), constants.O_RDONLY | constants.O_DIRECTORY);
  const outer = openSync(base, constants.O_RDONLY | constants.O_DIRECTORY);
  const order = (path: string): UnpackOrder => ({ verb: "unpack", path, isDirectory: true, isStream: false, makesParents: true, isOwnerWished: false, keepsAll: false, engine: "", isSynced: false, random: "race" });
  const copied = (from: number, paths: readonly string[], into: number, path: string): void => {
    const receiver = new Receiver(into, order(path));
    receiver.begin();
    for (const bytes of sent(from, { paths, isOneFile: false })) receiver.take(bytes);
    receiver.finish();
  };
  try {
    for (let round = 0; round < 20; round++) {
      copied(outer, ["tree/in", "tree/f"], root, "spot");
      copied(outer, ["tree/f"], root, "other");
      copied(root, ["spot", "other", "link", "spot/in"], outer, `out/${round}`);
    }
    expect(racers.map(({ exitCode }) => exitCode)).toEqual([null, null]);
    expect([readdirSync(join(base, "host")).toSorted(), readdirSync(join(base, "host/in")), readFileSync(join(base, "host/f"), "utf8"), readFileSync(join(base, "host/in/f"), "utf8")]).toEqual([["f", "in"], ["f"], "host\n", "host\n"]);
    expect(spawnSync("grep", ["-rlx", "host", join(base, "out")], { encoding: "utf8" }).stdout).toBe("");
    expect(spawnSync("grep", ["-rlx", "guest\\|new", join(base, "out")], { encoding: "utf8" }).stdout).not.toBe("");
  } finally {
    for (const racer of racers) racer.kill("SIGKILL");
    await Promise.all(racers.map((racer) => ended(racer)));
    for (const fd of [root, outer]) closeSync(fd);
    rmSync(base, { recursive: true });
  }
}, PATIENCE_MS);
