// Owns how datasets of zfs go that others are clones of: those live on, with the snapshots that they need.
import type { Op } from "../../isa/op.ts";
import type { Origin } from "../../model/origin.ts";
import type { OutsideStorage, ZfsDataset } from "../../model/storage.ts";
import { toolOp } from "./tool.ts";

/** What `@` divides. */
const shortOf = (snapshot: string): string => snapshot.slice(snapshot.indexOf("@") + 1);

/** The last part of the name of its dataset. */
const baseOf = (snapshot: string): string => snapshot.slice(snapshot.lastIndexOf("/", snapshot.indexOf("@")) + 1, snapshot.indexOf("@"));

/** A snapshot that Berth made for a clone is called after the clone, or so. */
export const STAMP = "berth_";

/** Plays what the tool would do, so that each next step is right. */
class Family {
  readonly ops: Op[] = [];
  private datasets: readonly ZfsDataset[];
  private readonly from: Origin;

  constructor(datasets: readonly ZfsDataset[], from: Origin) {
    this.datasets = datasets;
    this.from = from;
  }

  find(name: string): ZfsDataset | undefined { return this.datasets.find((one) => one.name === name); }
  clonesOf(snapshot: string): readonly ZfsDataset[] { return this.datasets.filter(({ origin }) => origin === snapshot); }
  hasSnapshot(snapshot: string): boolean { return this.find(snapshot.slice(0, snapshot.indexOf("@")))?.snapshots.includes(shortOf(snapshot)) === true; }

  private tool(...words: readonly string[]): void { this.ops.push(toolOp(["zfs", ...words], this.from)); }

  /** The clone takes over the dataset's snapshots up to the one that it was made of; the dataset is its clone then. */
  promote(clone: ZfsDataset, source: ZfsDataset): readonly string[] {
    this.tool("promote", clone.name);
    const moved = source.snapshots.slice(0, source.snapshots.indexOf(shortOf(clone.origin ?? "")) + 1);
    this.datasets = this.datasets.map((one): ZfsDataset => {
      if (one.name === clone.name) return { name: one.name, snapshots: [...moved, ...one.snapshots], ...(source.origin === undefined ? {} : { origin: source.origin }) };
      if (one.name === source.name) return { name: one.name, snapshots: one.snapshots.slice(moved.length), ...(clone.origin === undefined ? {} : { origin: `${clone.name}@${shortOf(clone.origin)}` }) };
      const origin = moved.find((snapshot) => one.origin === `${source.name}@${snapshot}`);
      return origin === undefined ? one : { ...one, origin: `${clone.name}@${origin}` };
    });
    return moved.map((snapshot) => `${clone.name}@${snapshot}`);
  }

  destroy(name: string): void {
    this.tool("destroy", "-r", name);
    this.datasets = this.datasets.filter((one) => one.name !== name);
  }

  /** Only where nobody needs it. */
  destroySnapshot(snapshot: string): void {
    if (!this.hasSnapshot(snapshot) || this.clonesOf(snapshot).length > 0) return;
    this.ops.push({ ...toolOp(["zfs", "destroy", snapshot], this.from), onError: "ignore", note: "somebody may hold it" });
    this.datasets = this.datasets.map((one) => (snapshot.startsWith(`${one.name}@`) ? { ...one, snapshots: one.snapshots.filter((short) => short !== shortOf(snapshot)) } : one));
  }
}

/** The newest snapshot of it that has clones, and one of those. */
function needing(family: Family, { name, snapshots }: ZfsDataset): ZfsDataset | undefined {
  return snapshots.toReversed().flatMap((snapshot) => family.clonesOf(`${name}@${snapshot}`))[0];
}

/** By Berth, for the clone that was recorded, for a restore, or for a clone that has been promoted since. */
const isMadeFor = (snapshot: string, { origin = "@" }: OutsideStorage): boolean => [shortOf(origin), baseOf(snapshot)].includes(shortOf(snapshot)) || shortOf(snapshot).startsWith(STAMP);

/** Snapshots that would go with the dataset, and datasets below it, that Berth has not made. What has clones goes on in those. */
export function othersBelow(name: string, datasets: readonly ZfsDataset[]): readonly string[] {
  const isCloned = (short: string): boolean => datasets.some(({ origin }) => origin === `${name}@${short}`);
  const isOurs = (short: string): boolean => short.startsWith(STAMP) || /_snap\d+$/.test(short) || short === baseOf(`${name}@`);
  const snapshotsOf = datasets.find((one) => one.name === name)?.snapshots ?? [];
  return [...snapshotsOf.filter((short) => !isCloned(short) && !isOurs(short)).map((short) => `@${short}`), ...datasets.flatMap((one) => (one.name.startsWith(`${name}/`) ? [one.name] : []))];
}

function remove(family: Family, doomed: OutsideStorage, others: readonly OutsideStorage[]): void {
  const dataset = family.find(doomed.name);
  if (dataset === undefined) return doomed.origin === undefined ? undefined : family.destroySnapshot(doomed.origin);
  const first = others.filter(({ name }) => family.find(name)?.origin?.startsWith(`${dataset.name}@`) === true);
  for (const one of first) remove(family, one, others.filter((other) => other !== one));
  const clone = needing(family, dataset);
  const moved = clone === undefined ? [] : family.promote(clone, dataset);
  const origin = clone === undefined ? dataset.origin : undefined;
  family.destroy(dataset.name);
  for (const snapshot of moved) family.destroySnapshot(snapshot);
  if (origin !== undefined && isMadeFor(origin, doomed)) family.destroySnapshot(origin);
}

/** All of them, clones before what they are clones of; a clone that stays gets what it needs. What is no more there leaves the snapshot that was made for it. */
export function dropDatasets(doomed: readonly OutsideStorage[], datasets: readonly ZfsDataset[], from: Origin): readonly Op[] {
  const family = new Family(datasets, from);
  for (const one of doomed) if (family.find(one.name) !== undefined || one.origin !== undefined) remove(family, one, doomed.filter((other) => other !== one));
  return family.ops;
}
