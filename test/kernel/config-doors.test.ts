// Changing a config, by root and by an ordinary user: nothing is lost, nothing is half written, nobody is led astray.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, lchownSync, linkSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, berth, create, DIST, ended, eventually, leavePlace, makePlace, start, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";

const must = (...argv: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8" });
  expect({ argv, status, stderr }).toMatchObject({ status: 0 });
  return stdout;
};
const CONFIG = "# mine\nlxc.uts.name = old\nlxc.group = a\n";

describe.each(["root-owned", "user-owned"] as const)("%s", (kind) => {
  let place: Place;
  let dir: string;
  let file: string;
  let owner: { readonly uid: number; readonly gid: number };
  beforeAll(() => {
    place = makePlace(kind);
    owner = place.user ?? { uid: 0, gid: 0 };
    dir = join(place.lxcpath, "c");
    file = join(dir, "config");
  });
  const put = (path: string, text: string, mode = 0o640): void => {
    writeFileSync(path, text);
    chownSync(path, owner.uid, owner.gid);
    chmodSync(path, mode);
  };
  const own = (path: string): void => { mkdirSync(path); chownSync(path, owner.uid, owner.gid); };
  beforeEach(() => {
    rmSync(dir, { recursive: true, force: true });
    own(dir);
    put(file, CONFIG);
  });
  afterAll(async () => {
    await leavePlace(place);
  });

  /** `berth config WORDS -P LXCPATH`. */
  const config = (...words: readonly string[]): Ran => berth(place, "berth", ["config", ...words, "-P", place.lxcpath]);
  const set = (...words: readonly string[]): Ran => config("set", "c", ...words);
  const update = (path: string): Ran => berth(place, "lxc-update-config", ["-P", place.lxcpath, "-c", path]);
  const text = (path: string = file): string => readFileSync(path, "utf8");
  const look = (path: string = file): readonly unknown[] => { const { mode, uid, gid } = statSync(path); return [(mode & 0o7777).toString(8), uid, gid]; };
  const refused = (ran: Ran, word: string): void => expect({ status: ran.status, stdout: ran.stdout, isSaid: ran.stderr.includes(word), stderr: ran.stderr }).toMatchObject({ status: 1, stdout: "", isSaid: true });

  test("set and unset: only the key's lines change; mode, owner, extended attributes stay", () => {
    chmodSync(file, 0o604);
    must("setfattr", "-n", "user.note", "-v", "kept", file);
    expect(set("lxc.uts.name", "new")).toEqual({ status: 0, stdout: "lxc.uts.name: old -> new\n", stderr: "" });
    expect(text()).toBe("# mine\nlxc.group = a\nlxc.uts.name = new\n");
    expect([look(), must("getfattr", "--only-values", "-n", "user.note", file), readdirSync(dir)]).toEqual([["604", owner.uid, owner.gid], "kept", ["config"]]);
    expect(set("lxc.uts.name=new").stdout).toBe("lxc.uts.name: new, as before\n");
    expect(config("unset", "c", "lxc.uts.name")).toEqual({ status: 0, stdout: "lxc.uts.name: new -> (not set)\n", stderr: "" });
    expect(text()).toBe("# mine\nlxc.group = a\n");
  });

  test("a change that changes nothing leaves the very file", () => {
    const { ino, mtimeMs } = statSync(file);
    for (const ran of [set("lxc.uts.name", "old"), set("lxc.group", "--replace", "a"), config("unset", "c", "lxc.arch"), update(file), set("lxc.tty.max", "3", "--dry-run")]) expect([ran.status, ran.stderr]).toEqual([0, ""]);
    expect([statSync(file).ino, statSync(file).mtimeMs, readdirSync(dir)]).toEqual([ino, mtimeMs, ["config"]]);
  });

  test("bytes that are not UTF-8 stay", () => {
    writeFileSync(file, Buffer.from("# caf\xe9\nlxc.uts.name = old\n", "latin1"));
    expect(set("lxc.group", "b\u00e4r").status).toBe(0);
    expect(readFileSync(file, "latin1")).toBe("# caf\xe9\nlxc.uts.name = old\nlxc.group = b\xe4r\n");
    refused(set("lxc.group", "\u20ac"), "Latin-1");
  });

  test("of twenty that set at once, none is lost", async () => {
    const sets = Array.from({ length: 20 }, (_, n) => {
      const [program = "", ...rest] = argvFor(place, [join(DIST, "bin/berth"), "config", "set", "-P", place.lxcpath, n % 2 === 0 ? "-n" : "--file", n % 2 === 0 ? "c" : file, "lxc.group", `g${n}`]);
      return spawn(program, rest, { stdio: "ignore" });
    });
    expect(await Promise.all(sets.map(ended))).toEqual(sets.map(() => 0));
    expect(text().split("\n").filter((line) => line.startsWith("lxc.group = g")).toSorted()).toEqual(sets.map((_, n) => `lxc.group = g${n}`).toSorted());
    expect(readdirSync(dir)).toEqual(["config"]);
  });

  test("the lock is the one that LXC takes", async () => {
    const lock = place.user === undefined ? `/run/lxc/lock${place.lxcpath}/.c` : `${place.user.home}/.cache/lxc/run/lxc/lock${place.lxcpath}/.c`;
    expect(set("lxc.tty.max", "1").status).toBe(0);
    expect(existsSync(lock)).toBe(true);
    const holder = spawn("python3", ["-c", `import fcntl,struct,sys\nf=open(${JSON.stringify(lock)},"r+")\nfcntl.fcntl(f,37,struct.pack("hhqqi4x",1,0,0,0,0))\nprint(1,flush=True)\nsys.stdin.read()`]);
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const [program = "", ...rest] = argvFor(place, [join(DIST, "bin/berth"), "config", "set", "-P", place.lxcpath, "c", "lxc.tty.max", "2"]);
    const waiting = spawn(program, rest, { stdio: "ignore" });
    await eventually("it waits", () => new RegExp(`-> OFDLCK .*:${statSync(lock).ino} `).test(readFileSync("/proc/locks", "utf8")));
    expect(text()).toContain("lxc.tty.max = 1");
    holder.stdin.end();
    expect([await ended(waiting), text()]).toEqual([0, `${CONFIG}lxc.tty.max = 2\n`]);
  });

  test.each(["fsync:when=1", "fchmod:when=1", "rename:when=1", "fsync:when=2"])("killed at %s: the old file or the new one", (moment) => {
    const [program = "", ...rest] = argvFor(place, ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `inject=${moment}:signal=SIGKILL`, join(DIST, "bin/berth"), "config", "set", "-P", place.lxcpath, "c", "lxc.uts.name", "new"]);
    expect(spawnSync(program, rest, { encoding: "utf8" }).status).not.toBe(0);
    expect([CONFIG, "# mine\nlxc.group = a\nlxc.uts.name = new\n"]).toContain(text());
    expect(set("lxc.group", "b").status).toBe(0);
    expect([text().endsWith("lxc.group = b\n"), readdirSync(dir)]).toEqual([true, ["config"]]);
  });

  test("a full disk: the old file stays, with all attributes, and nothing else", () => {
    const small = join(place.lxcpath, "small");
    own(small);
    must("mount", "-t", "tmpfs", "-o", `size=32k,mode=755,uid=${owner.uid},gid=${owner.gid}`, "none", small);
    try {
      put(join(small, "config"), `lxc.utsname = old\n#${"x".repeat(9000)}\n`);
      spawnSync("dd", ["if=/dev/zero", `of=${small}/fill`, "bs=1k"]);
      refused(config("set", "--file", join(small, "config"), "lxc.group", "b"), "no space left");
      refused(update(join(small, "config")), "no space left");
      expect([text(join(small, "config")).slice(0, 18), readdirSync(small).toSorted()]).toEqual(["lxc.utsname = old\n", ["config", "fill"]]);
      rmSync(join(small, "fill"));
      expect(update(join(small, "config")).status).toBe(0);
      expect(readdirSync(small).toSorted()).toEqual(["config", "config.backup"]);
    } finally {
      must("umount", small);
      rmSync(small, { recursive: true });
    }
  });

  test("what may not be written is not: a directory, a file, a file system", () => {
    if (place.user === undefined) {
      const fixed = join(place.lxcpath, "fixed");
      mkdirSync(fixed);
      must("mount", "-t", "tmpfs", "none", fixed);
      writeFileSync(join(fixed, "config"), CONFIG);
      must("mount", "-o", "remount,ro", fixed);
      refused(config("set", "fixed", "lxc.group", "b"), "read-only file system");
      refused(update(join(fixed, "config")), "");
      must("umount", fixed);
      rmSync(fixed, { recursive: true });
      return;
    }
    chmodSync(dir, 0o555);
    refused(set("lxc.group", "b"), "permission denied");
    chmodSync(dir, 0o755);
    chmodSync(file, 0o444);
    refused(set("lxc.group", "b"), "permission denied");
    put(file, "lxc.utsname = a\n", 0o444);
    refused(update(file), "permission denied");
    chownSync(file, 0, 0);
    chmodSync(file, 0o600);
    refused(set("lxc.group", "b"), "permission denied");
    refused(config("get", "c", "lxc.group"), "permission denied");
    refused(update(file), "permission denied");
    chmodSync(file, 0o666); // a new file would be the user's
    refused(set("lxc.group", "b"), "operation not permitted");
    expect([text(), look(), readdirSync(dir)]).toEqual(["lxc.utsname = a\n", ["666", 0, 0], ["config"]]);
    refused(update(join(place.lxcpath, "missing")), "does not exist");
  });

  test("a config that is a link: its file changes, the link stays", () => {
    const real = join(place.lxcpath, "real");
    put(real, CONFIG);
    rmSync(file);
    symlinkSync("../real", file);
    lchownSync(file, owner.uid, owner.gid);
    expect(set("lxc.tty.max", "2").status).toBe(0);
    expect([lstatSync(file).isSymbolicLink(), text(real), readdirSync(dir)]).toEqual([true, `${CONFIG}lxc.tty.max = 2\n`, ["config"]]);
    put(real, "lxc.utsname = a\n");
    expect(update(file).stdout).toBe(`${real}: 1 line updated, the old text is ${real}.backup\n`);
    expect([readlinkSync(file), text(real), text(`${real}.backup`)]).toEqual(["../real", "lxc.uts.name = a\n", "lxc.utsname = a\n"]);
    rmSync(real);
    rmSync(`${real}.backup`);
    refused(set("lxc.group", "b"), "is not defined");
  });

  test("names: blanks, dashes, other letters; what is no name is refused", () => {
    for (const name of ["a b", "-n", "--file", "ü'\"$(x)", "config"]) {
      own(join(place.lxcpath, name));
      put(join(place.lxcpath, name, "config"), CONFIG);
      expect(berth(place, "berth", ["config", "set", "-P", place.lxcpath, `--name=${name}`, "lxc.tty.max", "5"])).toEqual({ status: 0, stdout: "lxc.tty.max: (not set) -> 5\n", stderr: "" });
      expect(berth(place, "berth", ["config", "get", "-P", place.lxcpath, `--name=${name}`, "lxc.tty.max"]).stdout).toBe("5\n");
      rmSync(join(place.lxcpath, name), { recursive: true });
    }
    for (const name of ["..", "c/../c", "a\nb", "x".repeat(300)]) refused(berth(place, "berth", ["config", "set", "-P", place.lxcpath, `--name=${name}`, "lxc.tty.max", "5"]), "invalid container name");
    rmSync(file);
    must("mkfifo", file);
    chownSync(file, owner.uid, owner.gid);
    refused(set("lxc.group", "b"), "not a regular file");
  });

  test("lxc-update-config keeps every backup, and is done when it is done", () => {
    put(file, "lxc.utsname = one\n", 0o600);
    const before = statSync(file).ino;
    expect(update(file)).toEqual({ status: 0, stderr: "", stdout: `${file}: 1 line updated, the old text is ${file}.backup\n` });
    expect([text(), look(), text(`${file}.backup`), statSync(`${file}.backup`).ino]).toEqual(["lxc.uts.name = one\n", ["600", owner.uid, owner.gid], "lxc.utsname = one\n", before]);
    expect(update(file).stdout).toBe(`${file}: nothing to do\n`);
    put(file, "lxc.utsname = two\n");
    expect(update(file).stdout).toBe(`${file}: 1 line updated, the old text is ${file}.backup; the backup that was there is ${file}.backup.1\n`);
    put(file, "lxc.utsname = three\n");
    expect(update(file).stdout).toContain(`${file}.backup.2\n`);
    expect([text(), ...["", ".1", ".2"].map((end) => text(`${file}.backup${end}`))]).toEqual(["lxc.uts.name = three\n", "lxc.utsname = three\n", "lxc.utsname = one\n", "lxc.utsname = two\n"]);
    expect(readdirSync(dir).toSorted()).toEqual(["config", "config.backup", "config.backup.1", "config.backup.2"]);
  });

  test("berth config fix mends the config and its own included files, each with a backup", () => {
    put(join(dir, "net"), "lxc.network.link = br0\n");
    put(join(place.lxcpath, "shared"), "lxc.tty = 1\n");
    put(file, `lxc.include = ${place.lxcpath}/shared\nlxc.network.type = veth\nlxc.include = ${dir}/net\n`);
    refused(update(file), "would not mean the same");
    const { status, stdout } = config("fix", "c");
    expect([status, stdout.includes("+lxc.net.0.link = br0\n"), stdout.includes(`${dir}/net: the old text is ${dir}/net.backup\n`)]).toEqual([0, true, true]);
    expect([text(), text(join(dir, "net")), text(join(place.lxcpath, "shared")), readdirSync(dir).toSorted()]).toEqual([
      `lxc.include = ${place.lxcpath}/shared\nlxc.net.0.type = veth\nlxc.include = ${dir}/net\n`, "lxc.net.0.link = br0\n", "lxc.tty = 1\n", ["config", "config.backup", "net", "net.backup"],
    ]);
    expect(config("fix", "c").stdout).toBe("c: nothing to mend\n");
    rmSync(join(place.lxcpath, "shared"));
  });

  test("a second name of the file keeps the old text", () => {
    linkSync(file, join(dir, "second"));
    expect(set("lxc.tty.max", "2").status).toBe(0);
    expect(text(join(dir, "second"))).toBe(CONFIG);
  });

  test("a running container: the file's value is told, and when it comes into force", () => {
    create(place);
    start(place);
    expect(config("set", place.name, "lxc.start.delay", "7")).toEqual({ status: 0, stdout: `lxc.start.delay: (not set) -> 7\n${place.name} is running: it takes this at its next start\n`, stderr: "" });
    expect(config("get", place.name, "lxc.start.delay").stdout).toBe("7\n");
    works(place, "lxc-stop", ["-k", "-n", place.name]);
    expect(config("set", place.name, "lxc.start.delay", "8").stdout).toBe("lxc.start.delay: 7 -> 8\n");
    works(place, "lxc-destroy", ["-n", place.name]);
  });
});

test("root changes a user's config: it stays the user's; a link of the user leads root nowhere else", async () => {
  const place = makePlace("user-owned");
  const { user, lxcpath } = place;
  if (user === undefined) throw new Error("no user");
  const dir = join(lxcpath, "c");
  const file = join(dir, "config");
  const secret = join(lxcpath, "secret");
  writeFileSync(secret, CONFIG, { mode: 0o600 });
  must("sh", "-c", `mkdir ${dir} && printf '${CONFIG.replaceAll("\n", "\\n")}' > ${file} && chown -R ${user.uid}:${user.gid} ${dir} && chmod 640 ${file}`);
  const asRoot = (...words: readonly string[]): Ran => berth(place, "berth", ["config", ...words, "-P", lxcpath], { isFromRoot: true });
  expect(asRoot("set", "c", "lxc.tty.max", "2").status).toBe(0);
  expect([statSync(file).uid, statSync(file).gid, statSync(file).mode & 0o777]).toEqual([user.uid, user.gid, 0o640]);
  for (const [link, at] of [[file, secret], [dir, lxcpath]] as const) {
    rmSync(dir, { recursive: true });
    if (link !== dir) mkdirSync(dir);
    if (link === dir) writeFileSync(join(lxcpath, "config"), CONFIG);
    symlinkSync(at, link);
    lchownSync(link, user.uid, user.gid);
    const ran = asRoot("set", "c", "lxc.tty.max", "2");
    expect([ran.status, ran.stderr.includes(`through a link of uid ${user.uid}, who does not own that file`), ran.stdout]).toEqual([1, true, ""]);
    expect(berth(place, "lxc-update-config", ["-P", lxcpath, "-c", file], { isFromRoot: true }).status).toBe(1);
    expect([readFileSync(secret, "utf8"), readdirSync(lxcpath).filter((name) => name.includes("backup"))]).toEqual([CONFIG, []]);
  }
  await leavePlace(place);
});

test("root and a user who set at once lose nothing, although LXC gives them different locks", async () => {
  const place = makePlace("user-owned");
  const { user, lxcpath } = place;
  if (user === undefined) throw new Error("no user");
  must("sh", "-c", `mkdir ${lxcpath}/c && touch ${lxcpath}/c/config && chown -R ${user.uid}:${user.gid} ${lxcpath}/c`);
  const sets = Array.from({ length: 20 }, (_, n) => {
    const [program = "", ...rest] = argvFor(place, [join(DIST, "bin/berth"), "config", "set", "-P", lxcpath, "c", "lxc.group", `g${n}`], n % 2 === 0);
    return spawn(program, rest, { stdio: "ignore" });
  });
  expect(await Promise.all(sets.map(ended))).toEqual(sets.map(() => 0));
  expect(readFileSync(join(lxcpath, "c/config"), "utf8").split("\n").toSorted()).toEqual(["", ...sets.map((_, n) => `lxc.group = g${n}`)].toSorted());
  expect([readdirSync(join(lxcpath, "c")), statSync(join(lxcpath, "c/config")).uid]).toEqual([["config"], user.uid]);
  await leavePlace(place);
});

test("a user who exchanges directories and links all the time leads root nowhere", async () => {
  const place = makePlace("user-owned");
  const { user, lxcpath } = place;
  if (user === undefined) throw new Error("no user");
  const secret = join(lxcpath, "in-secret");
  must("sh", "-c", `mkdir -m 700 ${secret} && printf 'lxc.utsname = s\\n' > ${secret}/config && mkdir ${lxcpath}/x && chown ${user.uid}:${user.gid} ${lxcpath}/x`);
  const [before, inode] = [readFileSync(join(secret, "config"), "utf8"), statSync(join(secret, "config")).ino];
  const flip = `cd ${lxcpath}/x && mkdir a && echo 'lxc.utsname = a' > a/config && ln -s ${secret} b && ln -s ${secret}/config l && while :; do cp -r a c; mv c gone; rm -rf gone; cp -P b c; rm -f c; mkdir c; cp -P l c/config; rm -f c/config; cp a/config c/config; rm -rf c; done 2>/dev/null`;
  const [program = "", ...rest] = argvFor(place, ["sh", "-c", flip]);
  const flipper = spawn(program, rest, { stdio: "ignore", detached: true });
  try {
    await eventually("it flips", () => existsSync(join(lxcpath, "x/l")));
    for (let n = 0; n < 30; n++) {
      berth(place, "berth", ["config", "set", "-P", `${lxcpath}/x`, "c", "lxc.group", `g${n}`], { isFromRoot: true });
      berth(place, "lxc-update-config", ["-c", join(lxcpath, "x/c/config")], { isFromRoot: true });
    }
  } finally {
    process.kill(-(flipper.pid ?? 0), "SIGKILL");
    await ended(flipper);
  }
  expect([readFileSync(join(secret, "config"), "utf8"), statSync(join(secret, "config")).ino, readdirSync(secret)]).toEqual([before, inode, ["config"]]);
  await leavePlace(place);
});
