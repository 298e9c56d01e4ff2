// Owns how what was kept of a volume, a dataset or an image comes to the place of it: what is made like it gets the name, or lvm
// puts the snapshot back into what it was made of.
import type { Op, Plan } from "../../isa/op.ts";
import { O_EXCL, O_RDONLY } from "../../linux/fs.ts";
import type { Origin } from "../../model/origin.ts";
import type { OutsideStorage } from "../../model/storage.ts";
import { toolOp } from "./tool.ts";

/** `then` gets the name of `now`, which is called `aside` until it goes. */
export interface NameExchange { readonly way: "names"; readonly now: OutsideStorage; readonly then: OutsideStorage; readonly aside: OutsideStorage }
/** A snapshot of lvm that holds only what differs is used up when it is put back, and made anew. Its device; what it has for changes. */
export interface Merge { readonly way: "merge"; readonly now: OutsideStorage; readonly snapshot: string; readonly size: number }
export type Exchange = NameExchange | Merge;

/** Beside the volume; nobody else calls one so. */
export const thenOf = (now: OutsideStorage): string => `${now.name}_berth_new`;
export const asideOf = (now: OutsideStorage): string => `${now.name}_berth_old`;

/** What is to be done: all of it, or what a kill has left of it; `none`: it had not begun. */
export type Rest = "all" | "name" | "config" | "none";

export interface ExchangeVolumes {
  readonly exchange: Exchange;
  readonly rest: Rest;
  /** An image of rbd has a device. */
  readonly isMapped: boolean;
  /** A file that replaces another. */
  readonly config: { readonly from: string; readonly to: string };
  /** Whoever goes on after a kill waits for it: the engine of the command that was killed comes to its end. */
  readonly lock?: string;
  readonly at: Origin;
}

/** So that whoever explains a failure knows that it is mounted. */
export const IN_USE = "nobody has it mounted";
const [LOCK, DEVICE] = [0, 1];

const lastOf = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
const idOf = ({ user }: OutsideStorage): readonly string[] => (user === undefined ? [] : ["--id", user]);

function rename({ kind, name, ...storage }: OutsideStorage, to: string, from: Origin): Op {
  switch (kind) {
    case "lvm": return toolOp(["lvrename", name, lastOf(to)], from);
    case "zfs": return toolOp(["zfs", "rename", name, to], from);
    case "rbd": return toolOp(["rbd", ...idOf({ kind, name, ...storage }), "rename", name, to], from);
  }
}
const renamed = (storage: OutsideStorage, to: string, from: Origin): Op => ({ ...rename(storage, to, from), undo: [rename({ ...storage, name: to }, storage.name, from)] });

const mapOp = (now: OutsideStorage, from: Origin): Op => toolOp(["rbd", ...idOf(now), "map", now.name], from);
const unmapOp = (now: OutsideStorage, from: Origin): Op => toolOp(["rbd", ...idOf(now), "unmap", `/dev/rbd/${now.name}`], from);
/** Its device is called after it: it goes first, and fails where it is mounted; the other's comes. */
const unmapped = ({ now }: Exchange, isMapped: boolean, from: Origin): readonly Op[] => (now.kind === "rbd" && isMapped ? [{ ...unmapOp(now, from), undo: [mapOp(now, from)] }] : []);
const mapped = ({ now }: Exchange, from: Origin): readonly Op[] => (now.kind === "rbd" ? [{ ...mapOp(now, from), undo: [unmapOp(now, from)] }] : []);

/** A device that is mounted is not opened so, nor mounted as long as it is open. lvm puts nothing back into what is open. */
const opened = ({ now }: Exchange, at: Origin): readonly Op[] => (now.kind === "lvm" ? [{ op: "open", path: now.name, flags: O_RDONLY | O_EXCL, into: DEVICE, from: at, note: IN_USE }] : []);
const closed = ({ now }: Exchange, at: Origin): readonly Op[] => (now.kind === "lvm" ? [{ op: "close", slot: DEVICE, from: at }] : []);

function nameOps(exchange: NameExchange, { rest, isMapped, at }: ExchangeVolumes): readonly Op[] {
  const { now, then, aside } = exchange;
  const aways = rest === "all" ? [...opened(exchange, at), ...unmapped(exchange, isMapped, at), renamed(now, aside.name, at)] : [];
  const names = rest === "all" || rest === "name" ? [renamed(then, now.name, at)] : [];
  return [...aways, ...names, ...(rest === "all" ? closed(exchange, at) : []), ...((rest === "config" || rest === "none") && isMapped ? [] : mapped(exchange, at))];
}

/** In the order that leaves a kill nothing it could lose: the files, the config, the snapshot. */
export function planExchangeVolumes(made: { readonly name: string; readonly lxcpath: string }, wish: ExchangeVolumes): Plan {
  const { exchange, rest, config, lock, at } = wish;
  const put: readonly Op[] = rest === "none" ? [] : [{ op: "rename", path: config.from, to: config.to, from: at, ...(rest === "all" ? {} : { onError: ["ENOENT"] }) }];
  const locked: readonly Op[] = lock === undefined ? [] : [{ op: "lock", path: lock, into: LOCK, nowait: 1, from: at, note: "who finishes this after a kill waits for it" }];
  if (exchange.way === "names") return { verb: "restore", ...made, ops: [...locked, ...nameOps(exchange, wish), ...put] };
  const merge: readonly Op[] = rest === "all" ? [...opened(exchange, at), ...closed(exchange, at), toolOp(["lvconvert", "--merge", exchange.snapshot], at)] : [];
  const again = rest === "none" ? [] : [toolOp(["lvcreate", "-s", "-L", `${exchange.size}b`, "-n", lastOf(exchange.snapshot), exchange.now.name], at)];
  return { verb: "restore", ...made, ops: [...locked, ...merge, ...put, ...again] };
}

/** What is mounted is put back when it is activated next: this makes it now, or goes on where nobody does any more. It is not waited for. */
export const planGoOn = (made: { readonly name: string; readonly lxcpath: string }, { now }: Merge, at: Origin): Plan => ({ verb: "restore", ...made, ops: [toolOp(["lvchange", "--refresh", now.name], at)] });
