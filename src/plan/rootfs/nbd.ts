// Owns a root file system in an image of qemu, lxc.rootfs.path = nbd:FILE[:PARTITION]: qemu-nbd connects it as a block device, beside
// the monitor, and ends with it.
import type { Op } from "../../isa/op.ts";
import { O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } from "../../linux/fs.ts";
import { MOUNT_ATTR_RDONLY, mountOptions } from "../../linux/mount-flags.ts";
import { SIGTERM } from "../../linux/signals.ts";
import type { Scope } from "../scope.ts";
import { stateDirectory } from "../scope.ts";

export interface NbdImage {
  readonly program: string;
  readonly file: string;
  readonly format: string;
  /** /dev/nbdN. */
  readonly device: string;
  readonly partition?: number;
}

/** What the file system is on, once it is connected. */
export const nbdDevice = ({ device, partition }: Pick<NbdImage, "device" | "partition">): string => (partition === undefined ? device : `${device}p${partition}`);

/** Looking at the device makes the kernel read its table of partitions. */
const UNTIL_CONNECTED = 'until [ -b "$0" ] && [ "$(cat "/sys/class/block/${0##*/}/size" 2> /dev/null || echo 0)" != 0 ]; do case "$(cat "/proc/$1/stat" 2> /dev/null)" in ""|*") Z "*) cat "$2" >&2; exit 1;; esac; : < "$3"; sleep 0.05; done';
const CONNECTED_MILLISECONDS = 30_000;

/** In the monitor. SIGTERM lets qemu write down what an image of its own kind keeps in memory; the file system is unmounted by then. */
export function nbdOps({ spec, slots }: Scope, image: NbdImage): readonly Op[] {
  const { rootfs } = spec;
  if (rootfs === undefined) return [];
  const { from } = rootfs;
  const log = `${stateDirectory(spec)}/nbd.log`;
  const [own, pidfd, said, nothing] = [slots.take(), slots.take(), slots.take(), slots.take()];
  for (const slot of [nothing, said]) slots.give(slot);
  const isReadOnly = (mountOptions(rootfs.options).set & MOUNT_ATTR_RDONLY) !== 0;
  // verbose: else it goes into the background, where no monitor has it
  const body: readonly Op[] = [
    { op: "joinParent", from, signal: SIGTERM, note: "a monitor that is killed leaves no device connected" }, { op: "setsid", from }, { op: "closeInherited", from },
    { op: "open", from, path: "/dev/null", flags: O_RDWR, into: nothing }, { op: "dup", from, slot: nothing, fd: 0 },
    { op: "open", from, path: log, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600, into: said }, ...[1, 2].map((fd): Op => ({ op: "dup", from, slot: said, fd })),
    { op: "exec", from, path: image.program, argv: ["qemu-nbd", "--verbose", "--format", image.format, ...(isReadOnly ? ["--read-only"] : []), "--connect", image.device, image.file], env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] },
  ];
  const undo: readonly Op[] = [{ op: "kill", from, pidfd, signal: SIGTERM, onError: ["ESRCH"] }, { op: "waitExit", from, pidfd, timeout: 30_000 }];
  return [
    { op: "clone", from, flags: 0, name: "qemu-nbd", pid: own, pidfd, body, undo, note: `connects ${image.file} as ${image.device}` },
    { op: "spawn", from, argv: ["/bin/sh", "-c", UNTIL_CONNECTED, nbdDevice(image), [{ slot: own }], log, image.device], env: ["PATH=/usr/bin:/bin"], timeout: CONNECTED_MILLISECONDS, note: `qemu-nbd connects ${image.device}` },
  ];
}
