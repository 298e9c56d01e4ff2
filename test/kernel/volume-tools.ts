// Owns stand-ins for the tools of lvm, of Ceph's rbd and of zfs, whose kernel or cluster is not there to try: volumes and images are files,
// their devices loop devices. Each call counts as a step, before which the command that asked can be killed.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { leaveRoom, makeRoom, must } from "./net-room.ts";
import type { Room } from "./net-room.ts";
import { leavePlace, makePlace } from "./place.ts";
import type { Place } from "./place.ts";

export interface VolumeTools {
  /** lxc.bdev.lvm.vg, lxc.bdev.rbd.rbdpool: a name of a folder below /dev. */
  readonly group: string;
  /** Of zfs's datasets. */
  readonly pool: string;
  /** What was asked to change something, since the last time. */
  readonly asked: () => readonly string[];
  /** Volumes that there are. */
  readonly names: () => readonly string[];
  /** Before this step of those that change something whoever asked is killed, with its engine; 0: nobody is. */
  readonly killAt: (step: number) => void;
  /** Steps since then. */
  readonly steps: () => number;
  /** Before the next call of the tool it fails, once. */
  readonly failAt: (step: number) => void;
  readonly leave: () => void;
}

const COMMON = `set -e
S=STATE G=GROUP
tool=\${0##*/}
name() { n=\${1##*/}; }
there() { [ -e $S/$1.img ]; }
attach() { mkdir -p /dev/$DIR$G; ln -s "$(losetup --find --show $S/$1.img)" /dev/$DIR$G/$1; }
detach() { d=$(readlink /dev/$DIR$G/$1); ! grep -q " $d " /proc/self/mountinfo || { echo "$1 is in use" >&2; exit 5; }; rm /dev/$DIR$G/$1; losetup -d $d; rmdir /dev/$DIR$G 2> /dev/null || :; }
step() {
	echo "$tool $*" >> $S/asked
	n=$(($(cat $S/steps) + 1)); echo $n > $S/steps
	[ $n != "$(cat $S/fail)" ] || { echo "no space for it" >&2; exit 5; }
	[ $n != "$(cat $S/kill)" ] || { kill -9 "$(cut -d ' ' -f 4 /proc/$PPID/stat)" $PPID; exit 9; }
}
`;

const LVM = `#!/bin/sh
DIR=
${COMMON}
case $tool in
lvs)
	for last; do :; done
	name $last
	[ -e $S/$n.attr ] || exit 5
	case $* in *lv_size*) echo "  $G:$(cat $S/$n.attr):$(stat -c %s $S/$n.img):$(cat $S/$n.origin):12.50" ;; *) echo "  $(cat $S/$n.attr)" ;; esac
	exit ;;
esac
step "$@"
case $tool in
lvcreate)
	size= origin= thin= to=
	while [ $# -gt 0 ]; do case $1 in -n) to=$2; shift ;; -L | -V) size=\${2%b}; shift ;; --thinpool) thin=1; shift ;; -s) origin=1 ;; -kn) thin=1 ;; -*) ;; *) from=$1 ;; esac; shift; done
	! there $to || { echo "$to already exists" >&2; exit 5; }
	if [ -z "$origin" ]; then truncate -s $size $S/$to.img; echo > $S/$to.origin
	else name $from; there $n || exit 5; cp --sparse=always $S/$n.img $S/$to.img; echo $n > $S/$to.origin; fi
	if [ -n "$thin" ]; then echo Vwi > $S/$to.attr; elif [ -n "$origin" ]; then echo swi > $S/$to.attr; else echo -wi > $S/$to.attr; fi
	attach $to ;;
lvrename)
	name $1
	there $n || { echo "$n not found" >&2; exit 5; }
	! there $2 || { echo "$2 already exists" >&2; exit 5; }
	for file in img attr origin; do mv $S/$n.$file $S/$2.$file; done
	mv /dev/$G/$n /dev/$G/$2 ;;
lvremove) name $2; there $n || exit 5; detach $n; rm $S/$n.* ;;
lvconvert)
	name $2
	origin=$(cat $S/$n.origin)
	there $n && there $origin || exit 5
	detach $n; detach $origin
	cp --sparse=always $S/$n.img $S/$origin.img; attach $origin
	if [ -e $S/slow ]; then echo Swi > $S/$n.attr; else rm $S/$n.*; fi ;;
lvchange) name $2; rm -f $(grep -l Swi $S/*.attr | sed "s/attr$/*/") ;;
esac
`;

const RBD = `#!/bin/sh
DIR=rbd/
${COMMON}
[ "$1" != --id ] || shift 2
[ "$1" != snap ] || { name $3; cat $S/$n.snaps 2> /dev/null || :; exit; }
[ "$1" != info ] || { name $2; there $n; exit; }
step "$@"
case $1 in
create) [ $3 = $G ]; truncate -s "$6"M $S/$4.img ;;
map) [ "$2" = --pool ] && attach $4 || { name $2; attach $n; } ;;
unmap) name $2; detach $n ;;
cp) name $2; a=$n; name $3; there $a; ! there $n; cp --sparse=always $S/$a.img $S/$n.img ;;
rename) name $2; a=$n; name $3; there $a; ! there $n; [ ! -e /dev/rbd/$G/$a ]; mv $S/$a.img $S/$n.img ;;
rm) name $2; [ ! -e /dev/rbd/$G/$n ]; rm $S/$n.img ;;
esac
`;

/** The file of its datasets is below the folder: ./zfs-tool.ts. */
const ZFS = `#!/bin/sh
DIR=
${COMMON}
[ "$1" = list ] || step "$@"
exec BUN TOOL $S/zfs "$@"
`;

/** In a room whose /usr/local/sbin is its own from now on. A thin pool `pool` is there. `folder`: for what they keep. */
function installVolumeTools(room: Room, folder: string, mark: string): VolumeTools {
  const group = `vg${mark}`;
  const file = (name: string): string => join(folder, name);
  mkdirSync(folder);
  const number = (name: string, value: number): void => writeFileSync(file(name), `${value}\n`);
  const reset = (): void => { for (const name of ["steps", "kill", "fail"]) number(name, 0); };
  reset();
  writeFileSync(file("asked"), "");
  writeFileSync(file("pool.attr"), "twi\n");
  const folders = ["/dev/mapper", "/dev/rbd"].filter((one) => !existsSync(one));
  for (const one of folders) mkdirSync(one);
  must(room.into, "mount -t tmpfs tmpfs /dev/mapper; touch /dev/mapper/control");
  must(room.into, "mount -t tmpfs tmpfs /usr/local/sbin");
  for (const [name, script] of [["lvm", LVM], ["rbd", RBD], ["zfs.sh", ZFS]] as const) {
    writeFileSync(file(name), script.replaceAll("STATE", folder).replaceAll("GROUP", group).replaceAll("BUN", process.execPath).replaceAll("TOOL", join(import.meta.dir, "zfs-tool.ts")));
    chmodSync(file(name), 0o755);
  }
  for (const name of ["lvs", "lvcreate", "lvrename", "lvremove", "lvconvert", "lvchange"]) must(room.into, `cp ${file("lvm")} /usr/local/sbin/${name}`);
  must(room.into, `cp ${file("rbd")} /usr/local/sbin/rbd; cp ${file("zfs.sh")} /usr/local/sbin/zfs`);
  return {
    group, pool: file("zfs"),
    asked: () => {
      const lines = readFileSync(file("asked"), "utf8").trim().split("\n").filter((line) => line !== "");
      writeFileSync(file("asked"), "");
      return lines;
    },
    names: () => readdirSync(folder).filter((name) => name.endsWith(".img")).map((name) => name.slice(0, -4)).toSorted(),
    killAt: (step) => { reset(); number("kill", step); },
    steps: () => Number(readFileSync(file("steps"), "utf8")),
    failAt: (step) => { reset(); number("fail", step); },
    leave: () => {
      // of a test that failed half way
      for (const name of readdirSync(folder).filter((one) => one.endsWith(".img"))) for (const line of spawnSync("losetup", ["--associated", file(name)], { encoding: "utf8" }).stdout.split("\n")) if (line !== "") spawnSync("losetup", ["-d", line.split(":")[0] ?? ""]);
      for (const one of ["/dev", "/dev/rbd"]) rmSync(join(one, group), { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
      for (const one of folders) rmdirSync(one);
    },
  };
}

export interface VolumeRoom { readonly room: Room; readonly place: Place; readonly tools: VolumeTools; readonly leave: () => Promise<void> }

/** A place for containers whose commands find these tools alone. */
export async function makeVolumeRoom(): Promise<VolumeRoom> {
  const room = await makeRoom();
  const place = { ...makePlace("privileged"), into: room.into };
  const tools = installVolumeTools(room, join(place.lxcpath, "volumes"), place.mark);
  const leave = async (): Promise<void> => {
    leaveRoom(room);
    tools.leave();
    await leavePlace(place);
  };
  return { room, place, tools, leave };
}

/** What of a restore is left in a container's records. */
export const isRestoring = (name: string): boolean => /^(restore|exchange|changing)/.test(name);
