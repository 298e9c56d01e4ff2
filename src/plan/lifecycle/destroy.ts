// Owns the plan that removes a container's directory: exactly the entries it is given, in their order.
import { AT_REMOVEDIR, O_DIRECTORY, O_PATH } from "../../linux/fs.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byDefault } from "../../model/origin.ts";
import type { OutsideStorage, ZfsDataset } from "../../model/storage.ts";
import type { Op, Plan } from "../../isa/op.ts";
import { dropOutside } from "../storage/made.ts";
import { dropDatasets } from "../storage/zfs-family.ts";
import { usernsOps, wholeMap, withSelf } from "../usernsexec.ts";

export interface RemoveInputs {
  readonly name: string;
  readonly lxcpath: string;
  /** What lies in the container's directory, removed in this order. */
  readonly entries: readonly Entry[];
  /** Absolute paths outside it, which create recorded as made by it. */
  readonly outside: readonly Entry[];
  /** Volumes, datasets or images that create recorded as made by it; snapshots before what they were made of. */
  readonly storage?: readonly OutsideStorage[];
  /** Where datasets are among them: all of their pools. */
  readonly datasets?: readonly ZfsDataset[];
  /** The directory itself stays: only what is listed goes. */
  readonly isDirectoryKept?: boolean;
}

export interface Entry { readonly path: string; readonly isDirectory: boolean }

const PARENT = 0;

function removeOps(inputs: RemoveInputs): readonly Op[] {
  const from = byDefault("lxc-destroy");
  const { name, entries, outside } = inputs;
  const gone = { from, onError: ["ENOENT"] } as const;
  const removal = ({ path, isDirectory }: Entry, at?: typeof PARENT): Op => {
    const where = at === undefined ? { path } : { at, path: `${name}/${path}` };
    return isDirectory ? { op: "removeTree", ...where, ...gone } : { op: "unlink", ...where, ...gone };
  };
  const last: Op = { op: "unlink", at: PARENT, path: name, flags: AT_REMOVEDIR, ...gone, note: "fails when anything is left in it" };
  return [...outside.map((entry) => removal(entry)), ...entries.map((entry) => removal(entry, PARENT)), ...(inputs.isDirectoryKept === true ? [] : [last])];
}

/** An ordinary user does it as root of a user namespace that maps every id it may use: its containers' files are
 * owned by those. Resolved beneath the lxcpath, so that nothing elsewhere can be named. */
export function planRemove(inputs: RemoveInputs, facts: HostFacts): Plan {
  const from = byDefault("lxc-destroy");
  const { name, lxcpath } = inputs;
  const [all, isDataset] = [inputs.storage ?? [], ({ kind }: OutsideStorage): boolean => kind === "zfs"];
  const storage = [...dropDatasets(all.filter(isDataset), inputs.datasets ?? [], from), ...all.filter((one) => !isDataset(one)).flatMap((one) => dropOutside(one, from))];
  const open: Op = { op: "open", path: lxcpath, flags: O_PATH | O_DIRECTORY, into: PARENT, from };
  if (facts.caller.euid === 0) return { verb: "destroy", name, lxcpath, ops: [open, ...storage, ...removeOps(inputs)] };
  const map = withSelf(facts, facts.newuidmap === undefined || facts.newgidmap === undefined ? [] : wholeMap(facts));
  const body: Op[] = [...removeOps(inputs), { op: "exitWith", status: 0, from }];
  const ops = usernsOps(facts, { idmap: map.idmap, flags: 0, name: "remover", from, pid: 1, uid: 0, gid: 0, body });
  return { verb: "destroy", name, lxcpath, ops: [open, ...ops, { op: "exitWith", child: 1, from }] };
}

