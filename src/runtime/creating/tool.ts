// Owns a tool of the host that works in the new root file system, however that has to be mounted.
import type { Plan } from "../../isa/op.ts";
import { byOption } from "../../model/origin.ts";
import { planTool } from "../../plan/lifecycle/create.ts";
import { onMounted } from "../../plan/storage/mounted.ts";
import type { Job } from "./config.ts";

/** As the container's root; nothing but the root file system can be written. */
export const toolPlan = ({ target, facts, base, rootfs, storage }: Job, argv: readonly string[]): Plan => onMounted(
  planTool(target, facts, { idmap: base.idmap, rootfs, argv, ...(storage?.layers === undefined ? {} : { layers: storage.layers }) }),
  storage?.block, rootfs, byOption("--template"),
);
