// Owns how a snapshot of a container that lies on a volume, a dataset or an image of rbd takes the container's place: which way, and what is made for it.
import { mkdirSync } from "node:fs";
import { imageSnapshots, isThere, volumeFacts } from "../../host/probe/backends.ts";
import { zfsDatasets } from "../../host/probe/zfs.ts";
import { containerDir, recordDir } from "../../host/store/layout.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import { rootOnly, type OutsideStorage } from "../../model/storage.ts";
import { keptAgain } from "../../plan/storage/cloned.ts";
import { asideOf, type Exchange } from "../../plan/storage/exchanged.ts";
import type { NewStorage } from "../../plan/storage/made.ts";
import { othersBelow } from "../../plan/storage/zfs-family.ts";
import { stageOf } from "../changing/stage.ts";
import { exchangeVolumes } from "../changing/volumes.ts";
import { placeOf } from "../copying/storage.ts";
import { readCreated } from "../creating/record.ts";
import { makeStorage } from "../creating/storage.ts";
import type { Target } from "../verbs.ts";

const from = byOption("--restore");
const asNew = "restore it as a new container: -N NEWNAME";

/** `made`: like the snapshot, under another name. */
export interface VolumeRestore { readonly exchange: Exchange; readonly made?: NewStorage }

const KINDS = ["lvm", "zfs", "rbd"] as const;
const kindOf = (type: string): OutsideStorage["kind"] | undefined => KINDS.find((kind) => kind === type);
/** As create records it. */
const nameOf = ({ type, path }: Pick<RootfsSpec, "type" | "path">): string => (type === "rbd" ? path.replace(/^\/dev\/rbd\//, "") : path);

/** Neither a directory, a layer nor an image. */
export const isVolume = (rootfs: RootfsSpec | undefined): rootfs is RootfsSpec => rootfs !== undefined && kindOf(rootfs.type) !== undefined;

/** Only what create made is given away for another one. */
function ownOf(target: Target, { type, path, isManaged }: RootfsSpec): Result<OutsideStorage> {
  const [own, name] = [readCreated(target)?.outside, nameOf({ type, path })];
  if (isManaged && own?.kind === type && own.name === name) return ok(own);
  return fail({ code: "storage.unsupported", at: from, text: `'${name}' is not to be replaced`, cause: isManaged ? "Berth did not make it: it may be needed as it is" : "lxc.rootfs.managed = 0", remedy: asNew });
}

interface Kept { readonly target: Target; readonly facts: HostFacts; readonly now: OutsideStorage; readonly path: string; readonly type: string }

/** A thin snapshot is a volume like any other; one that holds only what differs is put back into what it is a snapshot of. */
function onLvm(kept: Kept): Result<VolumeRestore> {
  const { now, path } = kept;
  const facts = volumeFacts(path);
  if (facts === undefined) return fail({ code: "rootfs.missing", at: from, text: `the snapshot's volume '${path}' is not there`, cause: "lvs knows none of that name, or is missing", remedy: "lvs shows those that are there" });
  if (facts.isThin) return ok(byName(kept));
  if (now.name === `/dev/${facts.group}/${facts.origin}`) return ok({ exchange: { way: "merge", now, snapshot: path, size: facts.size } });
  return fail({ code: "storage.unsupported", at: from, text: `'${path}' is no snapshot of '${now.name}'`, cause: facts.origin === undefined ? "it is a volume of its own" : `it is one of '/dev/${facts.group}/${facts.origin}'`, remedy: asNew });
}

function byName({ target, facts, now, path, type }: Kept): VolumeRestore {
  const made = keptAgain({ now, kept: { ...now, name: nameOf({ type: now.kind, path }) }, type, rootfs: `${containerDir(target)}/rootfs`, random: facts.random.slice(0, 8), from });
  return { exchange: { way: "names", now, then: made.outside, aside: { ...now, name: asideOf(now) } }, made };
}

/** They would go with what is replaced. */
function unkept({ kind, name, user }: OutsideStorage): Problem | undefined {
  const others = kind === "zfs" ? othersBelow(name, zfsDatasets([name])) : kind === "rbd" ? imageSnapshots(name, user) : [];
  if (others.length === 0) return undefined;
  return { code: "container.snapshots", at: from, text: `'${name}' has what Berth did not make`, cause: `they would go with it: ${others.slice(0, 3).join(", ")}${others.length > 3 ? " and others" : ""}`, remedy: `remove them by the tools of ${kind}, or ${asNew}` };
}

/** Nothing is touched. */
export function volumeRestore(target: Target, facts: HostFacts, { now, then }: { readonly now: RootfsSpec; readonly then: RootfsSpec }): Result<VolumeRestore> {
  if (facts.caller.euid !== 0) return fail(rootOnly(`an ordinary user cannot replace '${now.path}'`, { at: from }));
  const own = ownOf(target, now);
  if (!own.ok) return own;
  // an image of rbd that is kept need not be mapped
  const place = [then, now].map(placeOf).find(({ ok: isRead }) => isRead) ?? placeOf(then);
  if (!place.ok) return place;
  const kept: Kept = { target, facts, now: own.value, path: then.path, type: "type" in place.value ? place.value.type : "" };
  const found = own.value.kind === "lvm" ? onLvm(kept) : ok(byName(kept));
  if (!found.ok || found.value.exchange.way === "merge") return found;
  const { now: replaced, aside } = found.value.exchange;
  const others = unkept(replaced);
  if (others !== undefined) return fail(others);
  return isThere(aside) ? fail({ code: "container.exists", at: from, text: `'${aside.name}' is there already`, cause: "it may be another container's", remedy: "remove it, or give it another name" }) : found;
}

/** A tool that has begun comes to its end, whoever wants it to end: what it has made goes, or takes the place. */
export async function restoreVolume(target: Target, facts: HostFacts, { volume: { exchange, made }, config, abort }: { readonly volume: VolumeRestore; readonly config: Uint8Array; readonly abort: AbortSignal }): Promise<Problem | undefined> {
  const stage = stageOf(target, "restore");
  mkdirSync(recordDir(stage), { recursive: true, mode: 0o750 });
  const unmade = made === undefined ? undefined : await makeStorage(stage, facts, made, { from });
  if (unmade === undefined && abort.aborted) return { code: "storage.copy", at: from, text: "interrupted" };
  return unmade ?? exchangeVolumes(target, facts, { stage, exchange, config, from });
}
