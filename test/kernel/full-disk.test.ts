// A file system without any room, not even for a name: what would make something is told so and changes nothing; what
// removes works, and what has room again works as before.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, DIST, leavePlace, makePlace, works } from "./place.ts";
import type { Place } from "./place.ts";
import { home, sh } from "./port.ts";

const PATIENCE_MS = 120_000;
const place = makePlace("privileged");
const { name } = place;
const TYPES = [["ext4", "100M"], ["xfs", "320M"], ["btrfs", "120M"]] as const;
const archive = join(place.lxcpath, "a.tar");
beforeAll(() => writeFileSync(join(place.lxcpath, "c.conf"), "lxc.net.0.type = empty\n"));
afterAll(async () => {
  for (const [type] of TYPES) spawnSync("umount", [join(place.lxcpath, type)]);
  await leavePlace(place);
}, PATIENCE_MS);

/** To the last block, and the last name. */
const fill = (folder: string): void => { sh(`for size in 1M 4k 512; do dd if=/dev/zero of=fill$size bs=$size 2>/dev/null || true; sync; done; i=0; while [ $i -lt 5000 ] && echo x 2>/dev/null > name$i; do i=$((i + 1)); done; sync; dd if=/dev/zero of=last bs=512 2>/dev/null || true`, folder); };

/** All that its directory holds, but the records of Berth. */
const look = (there: Place): string => sh("find . -path ./.berth -prune -o -path ./snaps/snap0/.berth -prune -o -type f -printf '%p %s %U\\n' | sort; cat config rootfs/mark snaps/snap0/rootfs/mark", home(there));

test.each([...TYPES])("%s", (type, size) => {
  const folder = join(place.lxcpath, type);
  mkdirSync(folder);
  sh(`truncate -s ${size} ${type}.image; mkfs.${type} -q ${type}.image; mount -o loop ${type}.image ${type}; mkdir ${type}/c`, place.lxcpath);
  const there: Place = { ...place, lxcpath: join(folder, "c") };
  works(there, "lxc-create", ["-n", name, "-t", "busybox", "-f", join(place.lxcpath, "c.conf")]);
  writeFileSync(home(there, "rootfs/mark"), "one");
  works(there, "lxc-snapshot", ["-n", name]);
  writeFileSync(home(there, "rootfs/mark"), "two");
  works(there, "berth", ["export", "-P", there.lxcpath, name, "-o", archive]);
  const before = look(there);
  fill(folder);

  const refused: readonly (readonly [string, readonly string[]])[] = [
    ["lxc-create", ["-n", "other", "-t", "busybox", "-f", join(place.lxcpath, "c.conf")]], ["lxc-copy", ["-n", name, "-N", "other"]], ["lxc-copy", ["-n", name, "-N", "other", "-s"]],
    ["lxc-snapshot", ["-n", name]], ["lxc-snapshot", ["-n", name, "-r", "snap0"]], ["berth", ["shift", "-P", there.lxcpath, name, "--to", "300000"]],
    ["berth", ["config", "set", "-P", there.lxcpath, name, "lxc.start.auto=1"]], ["lxc-backup", ["-P", there.lxcpath, name]], ["berth", ["export", "-P", there.lxcpath, name, "-o", join(folder, "e.tar")]],
  ];
  for (const [command, words] of refused) {
    const { status, stderr } = berth(there, command, words);
    expect([command, ...words, status, stderr]).toEqual([command, ...words, 1, expect.stringMatching(/no space left/i)]);
    expect(stderr).not.toContain("a bug of Berth");
    expect([command, ...words, readdirSync(there.lxcpath), look(there)]).toEqual([command, ...words, [name], before]);
  }
  const imported = spawnSync(join(DIST, "bin/berth"), ["import", "-P", there.lxcpath, "other"], { input: readFileSync(archive), encoding: "utf8" });
  expect([imported.status, imported.stderr, readdirSync(there.lxcpath)]).toEqual([1, expect.stringMatching(/no space left/i), [name]]);

  sh("rm fill1M", folder);
  works(there, "lxc-snapshot", ["-n", name, "-r", "snap0"]);
  expect(readFileSync(home(there, "rootfs/mark"), "utf8")).toBe("one");
  fill(folder);
  works(there, "lxc-snapshot", ["-n", name, "-d", "snap0"]);
  fill(folder);
  works(there, "lxc-destroy", ["-n", name]);
  expect(readdirSync(there.lxcpath)).toEqual([]);
}, PATIENCE_MS);
