// Owns the op that runs a tool of storage: mkfs, btrfs, lvcreate, zfs, rbd.
import type { OpOf } from "../../isa/op.ts";
import type { Origin } from "../../model/origin.ts";

/** Where such programs are; nothing else of the environment reaches them. */
const ENVIRONMENT = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"];

export const toolOp = (argv: readonly string[], from: Origin): OpOf<"spawn"> => ({ op: "spawn", argv, env: ENVIRONMENT, from });
