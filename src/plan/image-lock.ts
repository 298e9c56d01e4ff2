// Owns the lock that whoever mounts an image has: a start, and a command that looks into it.
import type { Op, Slot } from "../isa/op.ts";
import type { Origin } from "../model/origin.ts";

/** So that whoever explains a failure knows which lock it is. */
export const IMAGE_LOCK = "nobody else mounts the image meanwhile";
/** Two loop devices of one image would destroy what is in it. */
export const lockImage = (path: string, into: Slot, from: Origin): Op => ({ op: "lock", path, into, nowait: 1, from, note: IMAGE_LOCK, undo: [{ op: "close", slot: into, from, onError: ["EBADF"] }], onError: ["EACCES", "EROFS", "EPERM"] });
