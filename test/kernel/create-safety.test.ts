// What create and destroy must never do: touch what they did not make, leave something half made, or run into each other.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, berthStarted, ended, eventually, leavePlace, makePlace, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";

const must = (...argv: readonly string[]): void => {
  const { status, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8" });
  expect({ argv, status, stderr }).toMatchObject({ status: 0 });
};
const containers = (place: Place): readonly string[] => readdirSync(place.lxcpath).filter((name) => !name.startsWith("in-"));

describe.each(["root-owned", "user-owned"] as const)("%s", (kind) => {
  let place: Place;
  let config: string;
  let slow: string;
  /** What the create that is under way has said. */
  let said = "";
  beforeAll(() => {
    place = makePlace(kind);
    config = join(place.lxcpath, "in-conf");
    writeFileSync(config, `${place.config.join("\n")}\n`);
    slow = join(place.lxcpath, "in-slow");
    writeFileSync(slow, `#!/bin/sh\nfor a; do case $a in --rootfs=*) mkdir "\${a#*=}/made"; chmod 0 "\${a#*=}/made";; esac; done\nexec sleep 1000\n`);
    chmodSync(slow, 0o755);
  });
  afterAll(() => leavePlace(place));

  const path = (...parts: readonly string[]): string => join(place.lxcpath, place.name, ...parts);
  const args = (...more: readonly string[]): readonly string[] => ["-n", place.name, "-f", config, ...more];
  const busybox = (): string => works(place, "lxc-create", args("-t", "busybox"));
  const destroy = (...more: readonly string[]): Ran => berth(place, "lxc-destroy", ["-n", place.name, ...more]);
  const destroyed = (): void => {
    expect(destroy()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(containers(place)).toEqual([]);
  };
  const refused = (ran: Ran, word: string): void => expect({ status: ran.status, isSaid: ran.stderr.includes(word), stderr: ran.stderr }).toMatchObject({ status: 1, isSaid: true });
  const begun = async (): Promise<ChildProcess> => {
    const child = berthStarted(place, "lxc-create", args("-t", slow));
    said = "";
    child.stderr?.on("data", (bytes) => { said += String(bytes); });
    await eventually("the template runs", () => existsSync(path("rootfs/made")));
    return child;
  };
  const plannerOf = (child: ChildProcess): number => {
    const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ")[0]);
    if (!(pid > 1)) throw new Error(`no planner runs; lxc-create: ${/^State:.*/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[0]}, status ${child.exitCode}, it said '${said}'`); // 0 would be everybody in this process group
    return pid;
  };
  const killPlanner = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number> => {
    const end = ended(child);
    process.kill(plannerOf(child), signal);
    return end;
  };
  const isSlowGone = (): boolean => spawnSync("pgrep", ["-fc", `${place.name}/rootfs`], { encoding: "utf8" }).stdout.trim() === "0";

  test("of many that create one name, one does", async () => {
    const children = Array.from({ length: 4 }, () => berthStarted(place, "lxc-create", args("-t", "busybox")));
    expect((await Promise.all(children.map(ended))).toSorted((a, b) => a - b)).toEqual([0, 1, 1, 1]);
    expect(containers(place)).toEqual([place.name]);
    destroyed();
  });

  test("while it is made, nobody else makes, destroys or starts it", async () => {
    const child = await begun();
    refused(berth(place, "lxc-create", args("-t", "none")), "Container already exists");
    refused(destroy(), "is being made or removed");
    refused(berth(place, "lxc-start", ["-n", place.name]), "is being made or removed");
    expect(existsSync(path("rootfs/made"))).toBe(true);
    expect(await killPlanner(child, "SIGTERM")).toBe(1);
    expect(containers(place)).toEqual([]);
    await eventually("the template has ended", isSlowGone);
  });

  test.each(["lxc-create", "lxc-destroy", "lxc-start"])("what a killed create leaves is cleaned by %s", async (command) => {
    await killPlanner(await begun(), "SIGKILL");
    await eventually("the template has ended", isSlowGone);
    await eventually("its lock is free", () => berth(place, command, command === "lxc-create" ? args("-t", "none") : ["-n", place.name]).stderr.includes("is being made") === false);
    expect(existsSync(path("rootfs"))).toBe(false);
    if (command === "lxc-create") destroyed();
    expect(containers(place)).toEqual([]);
  });

  test("a mount point below is not removed into", () => {
    busybox();
    must("mount", "-t", "tmpfs", "none", path("rootfs/mnt"));
    writeFileSync(path("rootfs/mnt/precious"), "");
    refused(destroy(), "is a mount point");
    expect(existsSync(path("rootfs/mnt/precious"))).toBe(true);
    expect(existsSync(path("partial"))).toBe(false);
    must("umount", path("rootfs/mnt"));
    destroyed();
  });

  test("links are not followed: the container's directory, its rootfs, anything in it", () => {
    busybox();
    const precious = join(place.lxcpath, "in-precious");
    mkdirSync(precious);
    writeFileSync(join(precious, "file"), "");
    symlinkSync(precious, join(place.lxcpath, "in-link"));
    writeFileSync(join(precious, "config"), "");
    refused(berth(place, "lxc-destroy", ["-n", "in-link"]), "is a symbolic link");
    unlinkSync(join(place.lxcpath, "in-link"));
    renameSync(path("rootfs"), path("elsewhere"));
    symlinkSync(precious, path("rootfs"));
    refused(destroy(), "is a symbolic link");
    unlinkSync(path("rootfs"));
    renameSync(path("elsewhere"), path("rootfs"));
    symlinkSync(precious, path("rootfs/link"));
    destroyed();
    expect(readdirSync(precious).sort()).toEqual(["config", "file"]);
    rmSync(precious, { recursive: true });
  });

  test("an lxcpath behind a symbolic link, with slashes at its end, is the same one", () => {
    const link = join(place.lxcpath, "in-path");
    symlinkSync(place.lxcpath, link);
    const linked: Place = { ...place, lxcpath: `${link}//` };
    works(linked, "lxc-create", args("-t", "busybox"));
    works(linked, "lxc-start", ["-n", place.name]);
    for (const one of [place, linked, { ...place, lxcpath: link }]) expect(works(one, "lxc-info", ["-n", place.name, "-sH"])).toBe("RUNNING\n");
    refused(destroy(), "is running");
    works(linked, "lxc-stop", ["-n", place.name, "-k"]);
    expect(berth(linked, "lxc-destroy", ["-n", place.name])).toEqual({ status: 0, stdout: "", stderr: "" });
    expect([containers(place), existsSync(path())]).toEqual([[], false]);
    unlinkSync(link);
  });

  test("a rootfs elsewhere goes only if create made it", () => {
    const mine = join(place.lxcpath, "in-outside");
    works(place, "lxc-create", args("-t", "busybox", `--dir=${mine}/deep`));
    expect(existsSync(join(mine, "deep/bin/busybox"))).toBe(true);
    destroyed();
    expect(existsSync(mine)).toBe(false);
    mkdirSync(join(mine, "theirs"), { recursive: true });
    refused(berth(place, "lxc-create", args("-t", "busybox", `--dir=${mine}`)), "is not empty");
    works(place, "lxc-create", args("-t", "none", `--dir=${mine}`));
    const answer = destroy();
    expect([answer.status, containers(place)]).toEqual([0, []]);
    expect(answer.stderr).toContain("is left as it is");
    expect(readdirSync(mine)).toEqual(["theirs"]);
    rmSync(mine, { recursive: true });
  });

  test("a directory that was there and empty is so again after a failure", () => {
    const mine = join(place.lxcpath, "in-mine");
    mkdirSync(mine);
    const owner = place.user ?? { uid: 0, gid: 0 };
    chownSync(mine, owner.uid, owner.gid);
    const failing = join(place.lxcpath, "in-failing");
    writeFileSync(failing, `#!/bin/sh\nmkdir -p ${mine}/a/b\nln -s / ${mine}/c\nexit 9\n`);
    chmodSync(failing, 0o755);
    refused(berth(place, "lxc-create", args("-t", failing, `--dir=${mine}`)), "failed with status 9");
    expect([readdirSync(mine), containers(place)]).toEqual([[], []]);
    expect(spawnSync("stat", ["-c", "%u %g", mine], { encoding: "utf8" }).stdout.trim()).toBe(`${owner.uid} ${owner.gid}`);
    rmSync(mine, { recursive: true });
  });

  test("a full disk", () => {
    const small = join(place.lxcpath, "in-small");
    mkdirSync(small);
    must("mount", "-t", "tmpfs", "-o", `size=1m,mode=755,uid=${place.user?.uid ?? 0},gid=${place.user?.gid ?? 0}`, "none", small);
    const answer = berth({ ...place, lxcpath: small }, "lxc-create", args("-t", "busybox"));
    refused(answer, "no space left");
    expect(answer.stderr).toContain("remedy");
    expect(readdirSync(small)).toEqual([]);
    must("umount", small);
    rmSync(small, { recursive: true });
  });

  test("an archive cannot write outside", () => {
    const archive = join(place.lxcpath, "in-evil");
    const target = join(place.lxcpath, "in-target");
    mkdirSync(target);
    if (place.user !== undefined) chownSync(target, place.user.uid, place.user.gid);
    must("python3", "-c", `
import tarfile, io
t = tarfile.open(${JSON.stringify(archive)}, "w")
def add(name, type=tarfile.REGTYPE, link=""):
    i = tarfile.TarInfo(name); i.type = type; i.linkname = link
    t.addfile(i, io.BytesIO(b""))
add("ok"); add(${JSON.stringify(`${target}/absolute`)}); add("x", tarfile.SYMTYPE, ${JSON.stringify(target)}); add("x/linked"); add("../../in-target/dots"); add("../../in-dots")
`);
    expect(berth(place, "lxc-create", args("-t", archive)).status).toBe(1);
    expect([readdirSync(target), existsSync(join(place.lxcpath, "in-dots")), containers(place)]).toEqual([[], false, []]);
    rmSync(target, { recursive: true });
    rmSync(archive);
  });

  test("snapshots and clones keep it", () => {
    works(place, "lxc-create", args("-t", "none"));
    mkdirSync(path("snaps/snap0"), { recursive: true });
    if (place.user !== undefined) must("chown", "-R", `${place.user.uid}:${place.user.gid}`, path("snaps"));
    refused(destroy(), `${place.name} has snapshots`);
    const clone = join(place.lxcpath, "clone");
    mkdirSync(clone);
    writeFileSync(path("lxc_snapshots"), `${place.lxcpath}\nclone\n`);
    refused(destroy("-s"), `${place.name} has clones`);
    rmdirSync(clone); // one that is no longer there keeps nothing
    expect(destroy("-s")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(containers(place)).toEqual([]);
  });

  test("a running one stays, unless it is forced", () => {
    busybox();
    works(place, "lxc-start", ["-n", place.name]);
    refused(destroy(), `${place.name} is running`);
    expect(destroy("-f")).toMatchObject({ status: 0, stdout: "" });
    expect(containers(place)).toEqual([]);
  });

  test("lxc.hook.destroy runs first, and one that fails keeps the container", () => {
    const witness = join(place.lxcpath, "in-witness");
    writeFileSync(config, `${place.config.join("\n")}\nlxc.hook.destroy = ${join(place.lxcpath, "in-hook")}\n`);
    writeFileSync(join(place.lxcpath, "in-hook"), `#!/bin/sh\n[ -e ${witness} ] || exit 3\necho "$@" "$LXC_NAME" > ${witness}\n`);
    chmodSync(join(place.lxcpath, "in-hook"), 0o755);
    works(place, "lxc-create", args("-t", "none"));
    refused(destroy(), "lxc.hook.destroy");
    expect(readdirSync(path()).sort()).toEqual([".berth", "config"]);
    writeFileSync(witness, "");
    chmodSync(witness, 0o666);
    destroyed();
    expect(readFileSync(witness, "utf8")).toBe(`${place.name} lxc destroy ${place.name}\n`);
    writeFileSync(config, `${place.config.join("\n")}\n`);
  });

  test("lxc.rootfs.managed = 0: the root file system is somebody else's, destroy does not touch it", () => {
    busybox();
    const own = readFileSync(path("config"), "utf8");
    writeFileSync(path("config"), `${own}lxc.rootfs.managed = 0\n`);
    refused(destroy(), "lxc.rootfs.managed = 0");
    expect(existsSync(path("rootfs/bin"))).toBe(true);
    writeFileSync(path("config"), own);
    destroyed();
  });
});

test("what belongs to somebody else is not silently left, nor lost", async () => {
  const place = makePlace("user-owned");
  const precious = join(place.lxcpath, place.name, "roots");
  works(place, "lxc-create", ["-n", place.name, "-t", "busybox"]);
  mkdirSync(precious);
  writeFileSync(join(precious, "file"), "");
  const answer = berth(place, "lxc-destroy", ["-n", place.name]);
  expect([answer.status, answer.stderr.includes("permission denied"), answer.stderr.includes("remedy"), existsSync(join(precious, "file"))]).toEqual([1, true, true, true]);
  rmSync(precious, { recursive: true });
  expect(works(place, "lxc-destroy", ["-n", place.name])).toBe("");
  expect(readdirSync(place.lxcpath)).toEqual([]);
  await leavePlace(place);
});

test("a container that Debian's LXC made", async () => {
  const place = makePlace("root-owned");
  writeFileSync(join(place.lxcpath, "in-conf"), `${place.config.join("\n")}\n`);
  must("/usr/bin/lxc-create", "-P", place.lxcpath, "-n", place.name, "-t", "busybox", "-f", join(place.lxcpath, "in-conf"));
  expect(works(place, "lxc-destroy", ["-n", place.name])).toBe("");
  expect(containers(place)).toEqual([]);
  await leavePlace(place);
});

test("a user without ids gets a config, but no root file system", async () => {
  const place = makePlace("user-owned");
  for (const id of ["uid", "gid"]) must("sh", "-c", `flock /tmp/berth-etc.lock sed -i /^${place.mark}:/d /etc/sub${id}`);
  const refusal = berth(place, "lxc-create", ["-n", place.name, "-t", "busybox"]);
  expect([refusal.status, refusal.stderr.includes("/etc/subuid"), containers(place)]).toEqual([1, true, []]);
  works(place, "lxc-create", ["-n", place.name, "-t", "none"]);
  expect(works(place, "lxc-destroy", ["-n", place.name])).toBe("");
  expect(containers(place)).toEqual([]);
  await leavePlace(place);
});

test("an lxcpath that cannot be written, a name's own message", async () => {
  const place = makePlace("user-owned");
  for (const lxcpath of ["/usr", "/etc/passwd", "/nowhere"]) {
    const answer = berth({ ...place, lxcpath }, "lxc-create", ["-n", place.name, "-t", "none"]);
    expect([answer.status, answer.stderr.includes(`cannot make a container in '${lxcpath}'`), answer.stderr.includes("remedy")]).toEqual([1, true, true]);
  }
  await leavePlace(place);
});
