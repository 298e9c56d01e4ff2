// Owns the plans of berth net create and delete: a bridge's settings around its way up and down.
import type { Plan } from "../../isa/op.ts";
import { O_CREAT, O_EXCL } from "../../linux/fs.ts";
import { NETWORKS } from "../../model/bridge.ts";
import { byOption } from "../../model/origin.ts";

const from = byOption("NAME");

/** First the file, which is gone again where the bridge does not come up. */
export const planNetworkCreate = (up: Plan, { file, text }: { readonly file: string; readonly text: string }): Plan => ({
  ...up, ops: [
    { op: "mkdir", from, path: NETWORKS, mode: 0o755, parents: 1 },
    { op: "writeFile", from, path: file, data: text, flags: O_CREAT | O_EXCL, mode: 0o644, undo: [{ op: "unlink", from, path: file, onError: ["ENOENT"] }] },
    ...up.ops,
  ],
});

export const planNetworkDelete = (down: Plan, file: string, leases: string): Plan => ({
  ...down, ops: [...down.ops, { op: "unlink", from, path: leases, onError: ["ENOENT"] }, { op: "unlink", from, path: file, onError: ["ENOENT"] }],
});
