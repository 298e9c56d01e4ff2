// lxc-create -B rbd and -B zfs and their options, with stand-ins for programs whose storage is not there to try: of Ceph's rbd(8),
// which keeps its images in files, so that a container lies on one and takes it away with itself; of zfs(8), what it is asked.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, inside, leavePlace, makePlace, works } from "./place.ts";
import type { Place } from "./place.ts";
import { leaveRoom, makeRoom, must } from "./net-room.ts";
import type { Room } from "./net-room.ts";

const PATIENCE_MS = 60_000;
const RBD = `#!/bin/sh
echo "$*" >> PLACE/asked
[ "$1" != --id ] || shift 2
case $1 in
  info) [ -e "PLACE/$(echo "$2" | tr / .)" ] ;;
  create) truncate -s "$6"M "PLACE/$3.$4" ;;
  map) mkdir -p "/dev/rbd/$3" && ln -s "$(losetup --find --show "PLACE/$3.$4")" "/dev/rbd/$3/$4" ;;
  unmap) losetup -d "$(readlink "$2")"; rm "$2"; rmdir "\${2%/*}" ;;
  rm) rm "PLACE/$(echo "$2" | tr / .)" ;;
esac
`;

// one dataset is all that there is
const ZFS = `#!/bin/sh
echo "$*" >> PLACE/asked
case $1 in
  list) case $* in *snapshot*) ;; *) cat PLACE/dataset ;; esac ;;
  create) for last; do :; done; printf '%s\t-\n' "$last" > PLACE/dataset ;;
  destroy) rm PLACE/dataset ;;
esac
`;

let room: Room;
let place: Place;
const hadFolder = existsSync("/dev/rbd");
const path = (name: string): string => join(place.lxcpath, name);
const asked = (): readonly string[] => readFileSync(path("in-cluster/asked"), "utf8").trim().split("\n").filter((line) => !/\binfo /.test(line));

beforeAll(async () => {
  room = await makeRoom();
  place = { ...makePlace("privileged"), into: room.into };
  mkdirSync(path("in-cluster"));
  must(room.into, "mount -t tmpfs tmpfs /usr/local/sbin");
  for (const [name, script] of [["rbd", RBD], ["zfs", ZFS]] as const) {
    writeFileSync(path(`in-${name}`), script.replaceAll("PLACE", path("in-cluster")));
    must(room.into, `install -m 755 ${path(`in-${name}`)} /usr/local/sbin/${name}`);
  }
}, PATIENCE_MS);
afterAll(async () => {
  berth(place, "lxc-destroy", ["-f", "-n", place.name]);
  if (!hadFolder && existsSync("/dev/rbd")) rmdirSync("/dev/rbd");
  await leavePlace(place);
  leaveRoom(room);
}, PATIENCE_MS);

test("--rbdname, --rbdpool, --rbduser: an image of that name and pool, asked for as that user, of that size and type", () => {
  writeFileSync(path("in.conf"), "lxc.net.0.type = empty\n");
  works(place, "lxc-create", ["-n", place.name, "-f", path("in.conf"), "-B", "rbd", "--rbdname", "disk", "--rbdpool", "pond", "--rbduser", "ada", "--fssize", "48M", "--fstype", "ext2", "-t", "busybox"]);
  expect(asked()).toEqual(["--id ada create --pool pond disk --size 48", "--id ada map --pool pond disk"]);
  expect(readFileSync(path(`${place.name}/config`), "utf8")).toContain("lxc.rootfs.path = rbd:/dev/rbd/pond/disk\n");
  expect(must(room.into, `blkid -o value -s TYPE ${path("in-cluster/pond.disk")}`)).toBe("ext2");
  works(place, "lxc-start", ["-n", place.name]);
  expect(inside(place, "awk '$5 == \"/\" { print $10 }' /proc/self/mountinfo")).toMatch(/^\/dev\/(?:loop\d+|rbd\/pond\/disk)$/);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  works(place, "lxc-destroy", ["-n", place.name]);
  expect(asked().slice(2)).toEqual(["--id ada unmap /dev/rbd/pond/disk", "--id ada rm pond/disk"]);
  expect(existsSync(path("in-cluster/pond.disk"))).toBe(false);
}, PATIENCE_MS);

test("an image of that name that is there already is another's", () => {
  writeFileSync(path("in-cluster/lxc.disk"), "mine");
  const ran = berth(place, "lxc-create", ["-n", place.name, "-f", path("in.conf"), "-B", "rbd", "--rbdname", "disk", "-t", "busybox"]);
  expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining("'lxc/disk' is there already")]);
  expect([readFileSync(path("in-cluster/lxc.disk"), "utf8"), existsSync(path(place.name))]).toEqual(["mine", false]);
}, PATIENCE_MS);

test("--zfsroot: a dataset below that one; it is destroyed again where it cannot be mounted", () => {
  rmSync(path("in-cluster/asked"), { force: true });
  writeFileSync(path("in-filesystems"), `${readFileSync("/proc/filesystems", "utf8").replace(/^.*\tzfs\n/m, "")}nodev\tzfs\n`);
  must(room.into, `mount --bind ${path("in-filesystems")} /proc/filesystems`);
  const ran = berth(place, "lxc-create", ["-n", place.name, "-f", path("in.conf"), "-B", "zfs", "--zfsroot", "tank/boxes", "-t", "busybox"]);
  must(room.into, "umount /proc/filesystems");
  expect([ran.status, asked().filter((line) => !line.startsWith("list"))]).toEqual([1, [`create -o mountpoint=${path(place.name)}/rootfs -o canmount=noauto -p tank/boxes/${place.name}`, `destroy -r tank/boxes/${place.name}`]]);
  expect(existsSync(path(place.name))).toBe(false);
}, PATIENCE_MS);
