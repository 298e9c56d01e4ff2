// lxc-copy for each kind of container: whole copies, layers, new names; refusals and kills that leave nothing; together with Debian's LXC.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, berthStarted, create, ended, eventually, inside, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";

const PATIENCE_MS = 60_000;
const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];
const sh = (line: string, cwd: string): string => {
  const { status, stdout, stderr } = spawnSync("sh", ["-ec", line], { cwd, encoding: "utf8" });
  expect([line, status, stderr]).toEqual([line, 0, stderr]);
  return stdout;
};
/** A slow machine is told what takes so long. */
const withoutProgress = (text: string): string => text.replace(/^copying .*\n/gm, "");
const called = (place: Place, name: string): Place => ({ ...place, name });
const home = (place: Place, ...path: readonly string[]): string => join(place.lxcpath, place.name, ...path);
const config = (place: Place): string => readFileSync(home(place, "config"), "utf8");
/** A container with a shell hook of its own, an fstab, and everything that a file can be. */
function makeRich(place: Place, more: readonly string[] = ["lxc.net.1.type = empty", "lxc.net.1.hwaddr = 02:00:00:00:00:01"]): void {
  create(place, more);
  writeFileSync(home(place, "hook.sh"), `#!/bin/sh\necho "$LXC_SRC_NAME" "$@" "$(cat "$LXC_ROOTFS_MOUNT/etc/hostname")" > "$LXC_ROOTFS_MOUNT/cloned"\n`, { mode: 0o755 });
  writeFileSync(home(place, "fstab"), "tmpfs mnt tmpfs size=64k 0 0\n");
  appendFileSync(home(place, "config"), `# kept\nlxc.hook.clone = ${home(place, "hook.sh")} first\nlxc.mount.fstab = ${home(place, "fstab")}\n`);
  const uid = place.rootId;
  sh(`mkdir -p srv mnt; echo ${place.name} > etc/hostname; echo text > srv/a; ln srv/a srv/hard; ln -s ../../../etc srv/link; mkfifo srv/fifo; truncate -s 8M srv/holes; echo end >> srv/holes
    chown -h ${uid + 1000}:${uid + 1001} srv/a srv/link; chmod 4751 srv/a; setfattr -n user.word -v value srv/a; setfacl -m u:${uid + 7}:rx srv/holes; mkdir -m 1777 srv/d
    perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "srv/socket", Listen => 1) or die'
    cp bin/busybox srv/ping; touch -h -d '2001-02-03 04:05:06.789' srv/link srv/a srv/d srv`, home(place, "rootfs"));
  for (const path of ["srv", "srv/d", "srv/fifo", "srv/socket", "srv/holes", "srv/ping", "mnt"]) sh(`chown ${uid}:${uid} ${path}`, home(place, "rootfs"));
  // a capability that the container's own root could have given
  sh(`setcap ${uid === 0 ? "" : `-n ${uid} `}cap_net_raw+ep srv/ping; touch -d '2001-02-03 04:05:06.789' srv`, home(place, "rootfs"));
}
/** Everything stat(2) and getxattr(2) say, but what has to differ. */
const look = (rootfs: string): string => sh(`find . -path ./cloned -prune -o -path ./etc -prune -o -path . -prune -o -printf '%p %M %U:%G %n %s %T@ %l\n' | sort; getfattr -Rhd -m - srv | sort; stat -c %b srv/holes | awk '{print $1 < 64}'; stat -c %i srv/a srv/hard | uniq | wc -l`, rootfs);

describe.each(KINDS)("%s", (kind) => {
  const place = makePlace(kind);
  beforeAll(() => makeRich(place), PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-n", place.name]); await leavePlace(place); }, PATIENCE_MS);
  const copied = called(place, `${place.name}2`);

  test("a whole copy: every file as it was, its own name, addresses, hook and fstab", () => {
    const ran = berth(place, "lxc-copy", ["-n", place.name, "-N", copied.name, "--", "second"]);
    expect({ ...ran, stderr: withoutProgress(ran.stderr) }).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(look(home(copied, "rootfs"))).toBe(look(home(place, "rootfs")));
    expect(readFileSync(home(copied, "rootfs/cloned"), "utf8")).toBe(`${place.name} first ${copied.name} lxc clone second ${copied.name}\n`);
    expect(readdirSync(home(copied)).toSorted()).toEqual([".berth", "config", "fstab", "hook.sh", "rootfs"]);
    expect(config(copied)).toContain(`# kept\nlxc.hook.clone = ${home(copied, "hook.sh")} first\nlxc.mount.fstab = ${home(copied, "fstab")}\nlxc.rootfs.path = dir:${home(copied, "rootfs")}\nlxc.uts.name = ${copied.name}\n`);
    expect(config(copied)).toMatch(/lxc.net.1.hwaddr = 00:16:3e(:[0-9a-f]{2}){3}\n/);
    start(copied);
    expect(inside(copied, "hostname; mount | grep -c ' /mnt '")).toBe(`${copied.name}\n1`);
    works(copied, "lxc-stop", ["-n", copied.name, "-k"]);
    works(copied, "lxc-destroy", ["-n", copied.name]);
  }, PATIENCE_MS);

  test("-K and -M keep the name and the addresses; -p goes elsewhere", () => {
    const other = { ...place, lxcpath: join(place.lxcpath, "other") };
    works(place, "lxc-copy", ["-n", place.name, "-p", other.lxcpath, "-K", "-M"]);
    expect(readFileSync(home(other, "rootfs/etc/hostname"), "utf8")).toBe(`${place.name}\n`);
    expect(config(other)).toContain("lxc.net.1.hwaddr = 02:00:00:00:00:01\n");
    works(other, "lxc-destroy", ["-P", other.lxcpath, "-n", other.name]);
    rmSync(other.lxcpath, { recursive: true });
  }, PATIENCE_MS);

  test("layers: the container's files below, its own above; neither goes before the other", () => {
    works(place, "lxc-copy", ["-n", place.name, "-N", copied.name, "-s"]);
    expect(config(copied)).toContain(`lxc.rootfs.path = overlay:${home(place, "rootfs")}:${home(copied, "overlay/delta")}\n`);
    expect([readFileSync(home(copied, "lxc_rdepends"), "utf8"), readFileSync(home(place, "lxc_snapshots"), "utf8")]).toEqual([`${place.lxcpath}\n${place.name}\n`, `${place.lxcpath}\n${copied.name}\n`]);
    start(copied);
    expect(inside(copied, "hostname; cat srv/hard; echo new > srv/a; rm srv/hard; cat cloned")).toBe(`${copied.name}\ntext\n${place.name} first ${copied.name} lxc clone ${copied.name}`);
    works(copied, "lxc-stop", ["-n", copied.name, "-k"]);
    expect(readFileSync(home(place, "rootfs/srv/hard"), "utf8")).toBe("text\n");
    const third = called(place, `${place.name}3`);
    works(copied, "lxc-copy", ["-n", copied.name, "-N", third.name]);
    start(third);
    expect(inside(third, "cat srv/a; ls srv/hard 2>&1; hostname")).toBe(`new\nls: srv/hard: No such file or directory\n${third.name}`);
    works(third, "lxc-stop", ["-n", third.name, "-k"]);
    works(copied, "lxc-destroy", ["-n", copied.name]);
    for (const verb of [["lxc-destroy", "-n", place.name], ["lxc-copy", "-n", place.name, "-R", "-N", "x"]]) {
      const refused = berth(place, verb[0] ?? "", verb.slice(1));
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("has clones")]);
    }
    works(third, "lxc-destroy", ["-n", third.name]);
    expect(existsSync(home(place, "lxc_snapshots"))).toBe(false);
  }, PATIENCE_MS);

  test("another name, and back; a kill after the directory has it is finished by the next command", () => {
    works(place, "lxc-copy", ["-n", place.name, "-R", "-N", copied.name]);
    expect(existsSync(home(place))).toBe(false);
    expect(config(copied)).toContain(`lxc.rootfs.path = dir:${home(copied, "rootfs")}\n`);
    expect(config(copied)).toContain("lxc.net.1.hwaddr = 02:00:00:00:00:01\n");
    start(copied);
    expect(inside(copied, "hostname")).toBe(copied.name);
    const refused = berth(copied, "lxc-copy", ["-n", copied.name, "-R", "-N", place.name]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(`is running\n    remedy: lxc-stop -n ${copied.name} first\n`)]);
    works(copied, "lxc-stop", ["-n", copied.name, "-k"]);
    // what a killed renaming leaves
    writeFileSync(home(copied, ".berth", `config.${place.name}`), config(copied).replaceAll(home(copied), home(place)).replaceAll(`name = ${copied.name}`, `name = ${place.name}`));
    renameSync(home(copied), home(place));
    start(place);
    expect(inside(place, "hostname")).toBe(place.name);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect(existsSync(home(place, ".berth", `config.${place.name}`))).toBe(false);
  }, PATIENCE_MS);

  test("what is refused leaves nothing", () => {
    const before = readdirSync(place.lxcpath);
    start(place);
    const running = berth(place, "lxc-copy", ["-n", place.name, "-N", "x"]);
    expect([running.status, running.stderr]).toEqual([1, expect.stringContaining("or copy it as it is with -a\n")]);
    works(place, "lxc-copy", ["-n", place.name, "-N", copied.name, "-a"]);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    for (const [args, said] of [
      [["-N", copied.name], "Container already exists"], [[], "You must provide a NEWNAME"], [["-N", "a/b"], "invalid container name"],
      [["-N", "x", "-B", "zfs"], /cannot use '-B zfs'|Unprivileged users cannot create zfs/], [["-N", "x", "-B", "what"], "cannot put a copy on 'what'"], [["-N", "x", "-t"], "--tmpfs is for --ephemeral"], [["-R", "-N", copied.name], "Container already exists"],
    ] as const) {
      const refused = berth(place, "lxc-copy", ["-n", place.name, ...args]);
      expect([refused.status, refused.stderr]).toEqual([1, typeof said === "string" ? expect.stringContaining(said) : expect.stringMatching(said)]);
    }
    expect(berth(place, "lxc-copy", ["-n", "nobody", "-N", "x"]).stderr).toContain("is not defined");
    works(copied, "lxc-destroy", ["-n", copied.name]);
    if (kind === "user-owned") { // a device cannot be made there
      sh(`mknod srv/node c 1 5; chown ${place.rootId} srv/node`, home(place, "rootfs"));
      const { status, stderr } = berth(place, "lxc-copy", ["-n", place.name, "-N", "x"]);
      expect([status, stderr]).toEqual([1, expect.stringContaining(`copying ${home(place, "rootfs")} failed\n    cause: making srv/node: operation not permitted\n    remedy: mend that in the source, then copy again: nothing was left\n`)]);
      rmSync(home(place, "rootfs/srv/node"));
      // a capability for another user namespace counts for nobody inside
      sh(`cp bin/busybox srv/foreign; chown ${place.rootId}:${place.rootId} srv/foreign; setcap -n 12 cap_net_raw+ep srv/foreign`, home(place, "rootfs"));
      works(place, "lxc-copy", ["-n", place.name, "-N", copied.name]);
      expect(sh("getcap srv/*", home(copied, "rootfs"))).toBe("srv/ping cap_net_raw=ep\n");
      works(copied, "lxc-destroy", ["-n", copied.name]);
      rmSync(home(place, "rootfs/srv/foreign"));
    }
    expect(readdirSync(place.lxcpath)).toEqual(before);
  }, PATIENCE_MS);
});

describe("privileged", () => {
  const place = makePlace("privileged");
  beforeAll(() => makeRich(place, []), PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-n", place.name]); await leavePlace(place); }, PATIENCE_MS);
  const copied = called(place, `${place.name}2`);
  const theirs = (command: string, ...args: readonly string[]): number | null => spawnSync(`/usr/bin/${command}`, ["-P", place.lxcpath, ...args], { stdio: "ignore" }).status;

  test("a full file system: said, and nothing is left", () => {
    const small = join(place.lxcpath, "small");
    mkdirSync(small);
    sh("mount -t tmpfs -o size=200k small small", place.lxcpath);
    try {
      const failed = berth(place, "lxc-copy", ["-n", place.name, "-N", "x", "-p", small]);
      expect([failed.status, failed.stderr]).toEqual([1, expect.stringMatching(/no space left while copying .*rootfs\n[^]*remedy: free some space[^]*Failed to clone\n$/)]);
      expect(readdirSync(small)).toEqual([]);
    } finally {
      sh("umount small; rmdir small", place.lxcpath);
    }
  }, PATIENCE_MS);

  test("killed while it copies: the next command removes what was half made", async () => {
    sh("for i in 1 2 3 4 5 6 7 8; do head -c 32M /dev/urandom > srv/big$i; done", home(place, "rootfs"));
    const running = berthStarted(place, "lxc-copy", ["-n", place.name, "-N", copied.name]);
    await eventually("the copy is half made", () => existsSync(home(copied, "rootfs/srv/big1")) || running.exitCode !== null);
    const planner = Number(readFileSync(`/proc/${running.pid ?? 0}/task/${running.pid ?? 0}/children`, "utf8").trim().split(" ")[0]);
    expect(planner).toBeGreaterThan(1);
    process.kill(planner, "SIGKILL"); // the launcher only waits for it
    expect(await ended(running)).toBe(125);
    sh("rm srv/big*", home(place, "rootfs"));
    await eventually("its lock is free", () => !berth(place, "lxc-copy", ["-n", place.name, "-N", copied.name]).stderr.includes("is making or removing"));
    expect(look(home(copied, "rootfs"))).toBe(look(home(place, "rootfs")));
    works(copied, "lxc-destroy", ["-n", copied.name]);
  }, PATIENCE_MS);

  test("Debian's LXC starts a copy and layers of ours, counts them among the clones, and removes them", () => {
    works(place, "lxc-copy", ["-n", place.name, "-N", copied.name]);
    expect([theirs("lxc-start", "-n", copied.name), theirs("lxc-stop", "-k", "-n", copied.name), theirs("lxc-destroy", "-n", copied.name)]).toEqual([0, 0, 0]);
    works(place, "lxc-copy", ["-n", place.name, "-N", copied.name, "-s"]);
    expect(theirs("lxc-start", "-n", copied.name)).toBe(0);
    expect(state(copied)).toBe("RUNNING");
    expect(theirs("lxc-stop", "-k", "-n", copied.name)).toBe(0);
    expect(theirs("lxc-destroy", "-n", place.name)).not.toBe(0);
    expect([readFileSync(home(place, "lxc_snapshots"), "utf8"), readFileSync(home(copied, "lxc_rdepends"), "utf8")]).toEqual([`${place.lxcpath}\n${copied.name}\n`, `${place.lxcpath}\n${place.name}\n`]);
    expect(theirs("lxc-destroy", "-n", copied.name)).toBe(0);
    expect([existsSync(home(place)), existsSync(home(place, "lxc_snapshots"))]).toEqual([true, false]); // it has read what ours wrote
  }, PATIENCE_MS);

  test("layers that Debian's LXC made start, are copied and destroyed", () => {
    writeFileSync(home(place, "config"), config(place).replace("hook.sh first", "hook.sh")); // it cannot copy a hook with arguments
    expect(theirs("lxc-copy", "-n", place.name, "-N", copied.name, "-s")).toBe(0);
    expect(readFileSync(home(copied, "lxc_rdepends"), "utf8")).toBe(`${place.lxcpath}\n${place.name}\n`);
    expect(berth(place, "lxc-destroy", ["-n", place.name]).stderr).toContain("has clones");
    start(copied);
    expect(state(copied)).toBe("RUNNING");
    works(copied, "lxc-stop", ["-n", copied.name, "-k"]);
    works(copied, "lxc-destroy", ["-n", copied.name]);
    expect(existsSync(home(place, "lxc_snapshots"))).toBe(false);
  }, PATIENCE_MS);
});
