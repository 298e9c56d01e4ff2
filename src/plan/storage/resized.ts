// Owns how a root file system on blocks grows: first what it lies on, then the file system itself, which is mounted where nobody else sees it.
import type { Op, Plan, Text } from "../../isa/op.ts";
import type { Origin } from "../../model/origin.ts";
import type { BlockPlace } from "../../model/storage.ts";
import { LOOP_NUMBER, onLocked, onMounted } from "./mounted.ts";
import { toolOp } from "./tool.ts";

/** What has a size. */
export type Sized =
  /** A file; `device`: the loop device that the running container has it on. */
  | { readonly kind: "image"; readonly path: string; readonly type: string; readonly device?: string }
  | { readonly kind: "lvm"; readonly path: string; readonly type: string }
  /** POOL/IMAGE, mapped as `path`. */
  | { readonly kind: "rbd"; readonly path: string; readonly type: string; readonly image: string; readonly user?: string }
  | { readonly kind: "zfs"; readonly path: string };

const MIB = 2 ** 20;

/** No tool grows these while they are mounted. */
export const isGrown = (type: string): boolean => ["ext2", "ext3", "ext4", "xfs", "btrfs"].includes(type);

function below(sized: Sized, size: number, from: Origin): readonly Op[] {
  switch (sized.kind) {
    case "image": return [toolOp(["truncate", "-s", String(size), sized.path], from), ...(sized.device === undefined ? [] : [toolOp(["losetup", "--set-capacity", sized.device], from)])];
    case "lvm": return [toolOp(["lvextend", "-L", `${size}b`, sized.path], from)];
    case "rbd": return [toolOp(["rbd", ...(sized.user === undefined ? [] : ["--id", sized.user]), "resize", "--size", String(Math.ceil(size / MIB)), sized.image], from)];
    case "zfs": return [toolOp(["zfs", "set", `quota=${size}`, sized.path], from)];
  }
}

/** resize2fs takes the device, the others where it is mounted. */
function grow(type: string, device: Text, target: string, from: Origin): Op {
  if (type === "xfs") return toolOp(["xfs_growfs", target], from);
  if (type === "btrfs") return toolOp(["btrfs", "filesystem", "resize", "max", target], from);
  return { ...toolOp([], from), argv: ["resize2fs", device] };
}

/** `target`: a directory to mount it at. Killed in between, the same again goes on. */
export function planGrow(made: { readonly name: string; readonly lxcpath: string }, sized: Sized, { size, target, from }: { readonly size: number; readonly target: string; readonly from: Origin }): Plan {
  const first = below(sized, size, from);
  if (sized.kind === "zfs") return { verb: "resize", ...made, ops: first };
  const device = sized.kind === "image" ? sized.device : sized.path;
  const block: BlockPlace = device === undefined ? { kind: "image", path: sized.path, type: sized.type } : { kind: "device", path: device, type: sized.type };
  const body: Plan = { verb: "resize", ...made, ops: [grow(sized.type, device ?? ["/dev/loop", { slot: LOOP_NUMBER }], target, from)] };
  return onLocked(onMounted(body, block, target, from), first);
}
