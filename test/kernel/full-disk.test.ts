// A file system without any room, not even for a name: what would make something is told so and changes nothing; what
// removes works, and what has room again works as before.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, berth, DIST, leavePlace, makePlace, works } from "./place.ts";
import type { Place } from "./place.ts";
import { home, sh } from "./port.ts";

const PATIENCE_MS = 120_000;
const TYPES = [["ext4", "100M"], ["xfs", "320M"], ["btrfs", "120M"]] as const;
const FULL = expect.stringMatching(/no space left/i);

/** To the last block, and the last name. */
const fill = (folder: string): void => { sh(`for size in 1M 4k 512; do dd if=/dev/zero of=fill$size bs=$size 2>/dev/null || true; sync; done; i=0; while [ $i -lt 5000 ] && echo x 2>/dev/null > name$i; do i=$((i + 1)); done; sync; dd if=/dev/zero of=last bs=512 2>/dev/null || true`, folder); };
/** All that its directory holds, but the records of Berth. */
const look = (there: Place): string => sh("find . -path ./.berth -prune -o -path ./snaps/snap0/.berth -prune -o -type f -printf '%p %s %U\\n' | sort; cat config rootfs/mark snaps/snap0/rootfs/mark", home(there));
function mark(there: Place, text: string): void {
  const path = home(there, "rootfs/mark");
  writeFileSync(path, text);
  chownSync(path, there.rootId, there.rootId);
}

function refusesAll(there: Place, config: string): void {
  const { name, lxcpath } = there;
  const before = look(there);
  const refused: readonly (readonly [string, ...string[]])[] = [
    ["lxc-create", "-n", "other", "-t", "busybox", "-f", config], ["lxc-copy", "-n", name, "-N", "other"], ["lxc-copy", "-n", name, "-N", "other", "-s"], ["lxc-snapshot", "-n", name], ["lxc-snapshot", "-n", name, "-r", "snap0"],
    ["berth", "config", "set", "-P", lxcpath, name, "lxc.start.auto=1"], ["lxc-backup", "-P", lxcpath, name], ["berth", "export", "-P", lxcpath, name, "-o", join(lxcpath, "e.tar")],
    ...(there.user === undefined ? [["berth", "shift", "-P", lxcpath, name, "--to", "300000"] as const] : []),
  ];
  for (const [command, ...words] of refused) {
    const { status, stderr } = berth(there, command, words);
    expect([command, ...words, status, stderr]).toEqual([command, ...words, 1, FULL]);
    expect(stderr).not.toContain("a bug of Berth");
    expect([command, ...words, readdirSync(lxcpath), look(there)]).toEqual([command, ...words, [name], before]);
  }
}

describe.each(["privileged", "user-owned"] as const)("%s", (kind) => {
  const place = makePlace(kind);
  const { name } = place;
  const [archive, config] = [join(place.lxcpath, "a.tar"), join(place.lxcpath, "c.conf")];
  beforeAll(() => writeFileSync(config, `${place.config.join("\n")}\n`));
  afterAll(async () => {
    for (const [type] of TYPES) spawnSync("umount", [join(place.lxcpath, type)]);
    await leavePlace(place);
  }, PATIENCE_MS);

  test.each([...TYPES])("%s", (type, size) => {
    const folder = join(place.lxcpath, type);
    const there: Place = { ...place, lxcpath: join(folder, "c") };
    mkdirSync(folder);
    sh(`truncate -s ${size} ${type}.image; mkfs.${type} -q ${type}.image; mount -o loop ${type}.image ${type}; mkdir ${type}/c`, place.lxcpath);
    if (place.user !== undefined) chownSync(there.lxcpath, place.user.uid, place.user.gid);
    works(there, "lxc-create", ["-n", name, "-t", "busybox", "-f", config]);
    mark(there, "one");
    works(there, "lxc-snapshot", ["-n", name]);
    mark(there, "two");
    works(there, "berth", ["export", "-P", there.lxcpath, name, "-o", archive]);
    fill(folder);
    refusesAll(there, config);
    const [program = "", ...words] = argvFor(place, [join(DIST, "bin/berth"), "import", "-P", there.lxcpath, "other"]);
    const imported = spawnSync(program, words, { input: readFileSync(archive), encoding: "utf8" });
    expect([imported.status, imported.stderr, readdirSync(there.lxcpath)]).toEqual([1, FULL, [name]]);

    sh("rm fill1M", folder);
    works(there, "lxc-snapshot", ["-n", name, "-r", "snap0"]);
    expect(readFileSync(home(there, "rootfs/mark"), "utf8")).toBe("one");
    fill(folder);
    works(there, "lxc-snapshot", ["-n", name, "-d", "snap0"]);
    fill(folder);
    works(there, "lxc-destroy", ["-n", name]);
    expect(readdirSync(there.lxcpath)).toEqual([]);
  }, PATIENCE_MS);
});
