// berth export and berth import for each kind of container: everything comes back, ids as the container sees them.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { berth, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind } from "./place.ts";
import { called, exported, GOOD, home, imported, look, makeRich, sh } from "./port.ts";

const PATIENCE_MS = 90_000;
const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];

describe.each([...KINDS])("%s", (kind) => {
  const place = makePlace(kind);
  const file = join(place.lxcpath, "web.tar");
  const copy = called(place, `${place.name}2`);
  beforeAll(() => {
    makeRich(place);
    works(place, "lxc-snapshot", ["-n", place.name]);
    sh("echo two > srv/a", home(place, "rootfs"));
    sh("touch -d '2001-02-03 04:05:06' srv/a", home(place, "rootfs"));
    expect(exported(place, file)).toEqual(GOOD);
  }, PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-n", place.name, "-s"]); await leavePlace(place); }, PATIENCE_MS);

  test("any tar can read it; ids are the container's", () => {
    expect(sh("tar --list --numeric-owner --verbose --file web.tar ./ rootfs/srv/a rootfs/srv 2>/dev/null || tar --list --numeric-owner --verbose --file web.tar", place.lxcpath)).toContain("1000/1001");
    const names = sh("tar --list --file web.tar", place.lxcpath).split("\n");
    expect([names[0], names[1], names.at(-2), names.includes("rootfs/srv/hard"), names.includes("snaps/snap0/rootfs/srv/a"), names.includes("files/hook.sh")]).toEqual(["berth-export", "config", "berth-sha256", true, true, true]);
    const sum = sh("tar --extract --to-stdout --file web.tar berth-sha256", place.lxcpath).trim();
    const bytes = readFileSync(file);
    const at = bytes.lastIndexOf("berth-sha256");
    expect(new Bun.CryptoHasher("sha256").update(bytes.subarray(0, at)).digest("hex")).toBe(sum);
    sh(`mkdir out; tar --extract --file web.tar --directory out rootfs/bin rootfs/srv/link; test -x out/rootfs/bin/busybox; test "$(readlink out/rootfs/srv/link)" = ../../../etc; rm -r out`, place.lxcpath);
  });

  test("imported under another name it is the same, starts, and has its snapshots", () => {
    const before = look(place);
    expect(imported(place, file, copy.name)).toEqual({ ...GOOD });
    expect(look(copy)).toBe(before);
    expect(readdirSync(home(copy)).toSorted()).toEqual([".berth", "config", "hook.sh", "rootfs", "snaps"]);
    expect(readFileSync(home(copy, "config"), "utf8")).toContain(`# kept\nlxc.hook.start-host = ${home(copy, "hook.sh")}\n`);
    start(copy);
    expect(inside(copy, "cat /srv/a; hostname; stat -c %u:%g /srv/a")).toBe(`two\n${copy.name}\n1000:1001`);
    works(copy, "lxc-stop", ["-n", copy.name, "-k"]);
    works(copy, "lxc-snapshot", ["-n", copy.name, "-r", "snap0"]);
    expect(readFileSync(home(copy, "rootfs/srv/a"), "utf8")).toBe("one\n");
    works(copy, "lxc-destroy", ["-n", copy.name, "-s"]);
  }, PATIENCE_MS);
});

describe("from one kind to another", () => {
  const [root, user] = [makePlace("privileged"), makePlace("user-owned")];
  const file = join(root.lxcpath, "web.tar");
  beforeAll(() => makeRich(root), PATIENCE_MS);
  afterAll(async () => { works(root, "lxc-destroy", ["-n", root.name]); await leavePlace(root); await leavePlace(user); }, PATIENCE_MS);

  test("root's becomes a user's, with ids of that user, and root's again", () => {
    expect(exported(root, file)).toEqual(GOOD);
    expect(imported(user, file, user.name)).toEqual(GOOD);
    expect(look(user)).toBe(look(root));
    expect(readFileSync(home(user, "config"), "utf8")).toContain("lxc.idmap = u 0 300000 65536\n");
    start(user);
    expect(inside(user, "stat -c %u:%g /srv/a; hostname")).toBe(`1000:1001\n${user.name}`);
    works(user, "lxc-stop", ["-n", user.name, "-k"]);
    works(user, "lxc-destroy", ["-n", user.name]);
  }, PATIENCE_MS);

  test("a path that tar could write and never unpack is refused before it is, one byte less comes back", () => {
    const deep = called(root, `${root.name}d`);
    works(root, "lxc-copy", ["-n", root.name, "-N", deep.name]);
    const below = (line: string): string => sh(`perl -e 'chdir "rootfs/srv" or die; for (1..16) { my $d = "d" x 250; mkdir $d; chdir $d or die } ${line}'`, home(deep));
    const name = (length: number): string => `"f" x ${length}`;
    below(`open F, ">", ${name(73)} or die; print F "down here"`);
    expect(exported(deep, file)).toEqual(GOOD);
    works(deep, "lxc-destroy", ["-n", deep.name]);
    expect(imported(root, file)).toEqual(GOOD);
    expect(below(`open F, "<", ${name(73)} or die; print <F>; rename ${name(73)}, ${name(74)} or die`)).toBe("down here");
    const refused = exported(deep, file);
    expect([refused.status, refused.stderr.split("\n").slice(0, 2)]).toEqual([1, [expect.stringMatching(/'\/srv\/d+…' is no path for an archive$/), "    cause: it has more than 4095 bytes: tar writes it, and can never unpack it"]]);
    const kept = readdirSync(home(deep));
    const backup = berth(deep, "lxc-backup", [deep.name]);
    expect([backup.status, backup.stderr.includes("is no path for an archive"), readdirSync(home(deep)), readdirSync(home(deep, ".berth")).includes("export-messages")]).toEqual([1, true, kept, false]);
    works(deep, "lxc-destroy", ["-n", deep.name]);
  }, PATIENCE_MS);

  test("layers and images are exported as what the container sees", () => {
    const other = called(root, `${root.name}l`);
    works(root, "lxc-copy", ["-n", root.name, "-N", other.name, "-s"]);
    start(other);
    inside(other, "echo above > /srv/a; rm /srv/fifo");
    works(other, "lxc-stop", ["-n", other.name, "-k"]);
    expect(exported(other, file)).toEqual(GOOD);
    works(other, "lxc-destroy", ["-n", other.name]);
    expect(imported(root, file)).toEqual(GOOD);
    expect([readFileSync(home(other, "rootfs/srv/a"), "utf8"), existsSync(home(other, "rootfs/srv/fifo")), readFileSync(home(other, "config"), "utf8").includes(`lxc.rootfs.path = dir:${home(other, "rootfs")}\n`)]).toEqual(["above\n", false, true]);
    works(other, "lxc-destroy", ["-n", other.name]);
    works(root, "lxc-copy", ["-n", root.name, "-N", other.name, "-B", "loop", "-L", "64M"]);
    expect(exported(other, file)).toEqual(GOOD);
    works(other, "lxc-destroy", ["-n", other.name]);
    expect(imported(root, file)).toEqual(GOOD);
    expect(look(other)).toBe(look(root));
    works(other, "lxc-destroy", ["-n", other.name]);
  }, PATIENCE_MS);
});
