// Create and destroy for real, for each kind of container: what is made, whose it is, and that nothing is left.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KINDS, berth, leavePlace, makePlace, works } from "./place.ts";
import type { Place } from "./place.ts";

const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
const containers = (place: Place): readonly string[] => readdirSync(place.lxcpath).filter((name) => !name.endsWith(".conf") && !name.startsWith("in-"));

describe.each(KINDS.filter((kind) => kind !== "user-owned, delegated"))("%s", (kind) => {
  let place: Place;
  let config: string;
  beforeAll(() => {
    place = makePlace(kind);
    config = join(place.lxcpath, "in.conf");
    writeFileSync(config, `${place.config.join("\n")}\n`);
  });
  afterAll(() => leavePlace(place));

  const path = (...parts: readonly string[]): string => join(place.lxcpath, place.name, ...parts);
  const make = (...args: readonly string[]): string => works(place, "lxc-create", ["-n", place.name, "-f", config, ...args]);
  const destroy = (...args: readonly string[]): void => {
    expect(works(place, "lxc-destroy", ["-n", place.name, ...args])).toBe("");
    expect(containers(place)).toEqual([]);
  };
  const uid = (): number => place.user?.uid ?? 0;
  const gid = (): number => place.user?.gid ?? 0;

  function expectLayout(): void {
    expect(mode(path())).toBe("770");
    expect([lstatSync(path()).uid, lstatSync(path()).gid]).toEqual([place.rootId, gid()]);
    expect(mode(path("config"))).toBe("640");
    expect([lstatSync(path("config")).uid, lstatSync(path("config")).gid]).toEqual([uid(), gid()]);
    expect(mode(path("rootfs"))).toBe("755");
    expect([lstatSync(path("rootfs")).uid, lstatSync(path("rootfs")).gid]).toEqual([place.rootId, place.rootId]);
    expect(existsSync(path("partial"))).toBe(false);
    expect(readdirSync(path()).sort()).toEqual([".berth", "config", "rootfs"]);
    expect(readdirSync(path(".berth"))).toEqual(["created"]);
  }

  test("busybox", () => {
    make("-t", "busybox");
    expectLayout();
    for (const file of ["bin/busybox", "etc/inittab", "etc/init.d/rcS", "etc/udhcpc/default.script"]) expect(lstatSync(path("rootfs", file)).uid).toBe(place.rootId);
    expect(lstatSync(path("rootfs/bin/sh")).isSymbolicLink()).toBe(true);
    const text = readFileSync(path("config"), "utf8");
    expect(text).toStartWith("# Template used to create this container: ");
    for (const line of [`lxc.rootfs.path = dir:${path("rootfs")}`, `lxc.uts.name = ${place.name}`, "lxc.signal.halt = SIGUSR1", ...place.config]) expect(text.split("\n")).toContain(line);
    expect(works(place, "lxc-ls", ["-1"]).trim()).toBe(place.name);
    destroy();
  });

  test("an archive, compressed, with what the archive says of owners and modes", () => {
    const archive = join(place.lxcpath, "in-archive");
    const tree = join(place.lxcpath, "in-tree");
    mkdirSync(join(tree, "sub"), { recursive: true });
    mkdirSync(join(tree, "dev"));
    writeFileSync(join(tree, "sub/file"), "content");
    chmodSync(join(tree, "sub/file"), 0o4751);
    spawnSync("chown", ["-R", "5:6", join(tree, "sub")]);
    chmodSync(join(tree, "sub/file"), 0o4751);
    spawnSync("mknod", [join(tree, "dev/null"), "c", "1", "3"]);
    expect(spawnSync("tar", ["-czf", archive, "-C", tree, "."]).status).toBe(0);
    make("-t", archive);
    expectLayout();
    const file = lstatSync(path("rootfs/sub/file"));
    expect([file.uid, file.gid, file.mode & 0o7777]).toEqual([place.rootId + 5, place.rootId + 6, 0o4751]);
    expect(readdirSync(path("rootfs/dev"))).toEqual(place.kind === "privileged" ? ["null"] : []);
    destroy();
    works(place, "lxc-create", ["-n", place.name, "-f", config, "-t", "local", "--", "--fstree", archive]);
    expectLayout();
    destroy();
    rmSync(archive);
    rmSync(tree, { recursive: true });
  });

  test("a directory is copied and stays as it was", () => {
    const tree = join(place.lxcpath, "in-tree");
    mkdirSync(join(tree, "etc"), { recursive: true });
    writeFileSync(join(tree, "etc/issue"), "tree");
    if (place.user !== undefined) spawnSync("chown", ["-R", `${place.user.uid}:${place.user.gid}`, tree]);
    make("-t", tree);
    expectLayout();
    expect(lstatSync(path("rootfs/etc/issue")).uid).toBe(place.rootId);
    expect(readFileSync(join(tree, "etc/issue"), "utf8")).toBe("tree");
    works(place, "lxc-create", ["-n", `${place.name}2`, "-f", config, "-t", path("rootfs")]);
    expect(lstatSync(join(place.lxcpath, `${place.name}2/rootfs/etc/issue`)).uid).toBe(place.rootId);
    works(place, "lxc-destroy", ["-n", `${place.name}2`]);
    destroy();
    rmSync(tree, { recursive: true });
  });

  test("an image with metadata: its config first, its excludes, the name in its files", () => {
    const [tree, meta] = [join(place.lxcpath, "in-tree"), join(place.lxcpath, "in-meta")];
    mkdirSync(join(tree, "etc"), { recursive: true });
    mkdirSync(meta);
    writeFileSync(join(tree, "etc/hostname"), "LXC_NAME\n");
    writeFileSync(join(tree, "etc/unwanted"), "");
    writeFileSync(join(tree, "etc/plain"), "LXC_NAME");
    symlinkSync("/etc/passwd", join(tree, "etc/link"));
    const texts = { config: "lxc.tty.max = 3", "config-user": "lxc.tty.max = 4", excludes: "./etc/unwanted", templates: "/etc/hostname\n/etc/link\n/etc/missing\n../../../etc/passwd\n", fstab: "tmpfs LXC_NAME tmpfs defaults,create=dir", "create-message": "welcome" };
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(meta, name), text);
    for (const folder of [tree, meta]) expect(spawnSync("tar", ["-cJf", `${folder}.tar`, "-C", folder, "."]).status).toBe(0);
    expect(make("-t", "local", "--", "-f", `${tree}.tar`, "-m", `${meta}.tar`)).toBe("\n---\nwelcome");
    const text = readFileSync(path("config"), "utf8");
    expect(text).toContain(`# Distribution configuration\nlxc.tty.max = ${place.kind === "privileged" ? 3 : 4}\n`);
    expect(text).toContain(`lxc.mount.fstab = ${path("fstab")}\n`);
    expect(readFileSync(path("fstab"), "utf8")).toBe(`tmpfs ${place.name} tmpfs defaults,create=dir`);
    expect(readFileSync(path("rootfs/etc/hostname"), "utf8")).toBe(`${place.name}\n`);
    expect(lstatSync(path("rootfs/etc/hostname")).uid).toBe(place.rootId);
    expect([readFileSync(path("rootfs/etc/plain"), "utf8"), lstatSync(path("rootfs/etc/link")).isSymbolicLink(), existsSync(path("rootfs/etc/unwanted"))]).toEqual(["LXC_NAME", true, false]);
    expect(readdirSync(path(".berth"))).toEqual(["created"]);
    destroy();
    for (const left of [tree, meta, `${tree}.tar`, `${meta}.tar`]) rmSync(left, { recursive: true });
  });

  test("none: a config and nothing else", () => {
    make("-t", "none");
    expect(readdirSync(path()).sort()).toEqual([".berth", "config"]);
    expect(readFileSync(path("config"), "utf8")).not.toContain("lxc.rootfs.path");
    destroy();
  });

  test("a template gets LXC's arguments; one that fails leaves nothing", () => {
    const template = join(place.lxcpath, "in-template");
    writeFileSync(template, `#!/bin/sh\necho "$@"\nid -u\nfor a; do case $a in --rootfs=*) mkdir "\${a#*=}/made";; --path=*) echo "lxc.tty.max = 7" >> "\${a#*=}/config";; esac; done\nexit $(cat /proc/self/uid_map | wc -l | tr 2 0)\n`);
    chmodSync(template, 0o755);
    const answer = berth(place, "lxc-create", ["-n", place.name, "-f", config, "-t", template, "--", "--own", "two words"]);
    const mapped = place.kind === "privileged" ? "" : " --mapped-uid 65536 --mapped-gid 65536";
    expect(answer.stdout).toBe(`--path=${path()} --name=${place.name} --rootfs=${path("rootfs")} --own two words${mapped}\n0\n`);
    if (place.kind === "privileged") {
      expect(answer.status).toBe(1);
      expect(answer.stderr).toContain("failed with status 1");
      expect(containers(place)).toEqual([]);
    } else {
      expect(answer.status).toBe(0);
      expect(readFileSync(path("config"), "utf8")).toContain("lxc.tty.max = 7");
      destroy();
    }
    rmSync(template);
  });

  test("an existing container is not touched", () => {
    make("-t", "none");
    const before = readFileSync(path("config"), "utf8");
    const again = berth(place, "lxc-create", ["-n", place.name, "-t", "busybox"]);
    expect([again.status, again.stderr.split("\n")[0]]).toEqual([1, `lxc-create: ${place.name}: Container already exists`]);
    expect([readdirSync(path()).sort(), readFileSync(path("config"), "utf8")]).toEqual([[".berth", "config"], before]);
    destroy();
  });

  test("a broken archive leaves nothing", () => {
    const archive = join(place.lxcpath, "in-broken");
    expect(spawnSync("sh", ["-c", `tar -cz -C /etc . 2>/dev/null | head -c 5000 > '${archive}'`]).status).toBe(0);
    const answer = berth(place, "lxc-create", ["-n", place.name, "-f", config, "-t", archive]);
    expect([answer.status, answer.stdout]).toEqual([1, ""]);
    expect(answer.stderr).toContain("unpacking in-broken failed");
    // one that is not packed: tar(1) itself takes it for whole
    for (const pack of ["cat", "gzip"]) {
      expect(spawnSync("sh", ["-c", `tar -c -C /etc hostname passwd | head -c 1124 | ${pack} > '${archive}'; ${pack === "cat" ? "" : "z"}cat '${archive}' | tar -t`], { encoding: "utf8" })).toMatchObject({ status: 0, stdout: "hostname\n" });
      const cut = berth(place, "lxc-create", ["-n", place.name, "-f", config, "-t", archive]);
      expect([cut.status, cut.stderr.includes("the archive is cut off") ? "" : cut.stderr, existsSync(path())]).toEqual([1, "", false]);
    }
    expect(containers(place)).toEqual([]);
    rmSync(archive);
  });
});
