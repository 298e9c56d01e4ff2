// Owns filling a new root file system from whatever create is made from: by itself, or from an image that is unpacked already.
import { recordDir } from "../../host/store/layout.ts";
import { ok, type Result } from "../../model/problem.ts";
import { copyTree } from "../copying/tree.ts";
import type { Job } from "./config.ts";
import { fillByArchive, fillByDirectory, fillByScript, type FillWish } from "./fill.ts";
import { fillByLayers } from "./layers.ts";

export const mountedIn = ({ storage }: Job) => ({ ...(storage?.block === undefined ? {} : { block: storage.block }), ...(storage?.layers === undefined ? {} : { layers: storage.layers }) });
const progressOf = ({ options }: Job): FillWish["onProgress"] => (options.isQuiet || options.onProgress === undefined ? () => undefined : options.onProgress);

/** Unpacks, copies or runs it. */
export async function fillAnew(job: Job, abort: AbortSignal, exclude: readonly string[]): Promise<Result<void>> {
  const { target, facts, source, base, rootfs, options } = job;
  const wish: FillWish = { rootfs, idmap: base.idmap, ...mountedIn(job), templateArgs: options.templateArgs, isQuiet: options.isQuiet, scratch: recordDir(target), abort, exclude, onProgress: progressOf(job) };
  if (source.kind === "layers" || (source.kind === "archive" && source.template !== undefined)) options.dialogue?.say("Unpacking the rootfs");
  switch (source.kind) {
    case "none": return ok(undefined);
    case "script": return fillByScript(target, facts, source.path, wish);
    case "archive": return fillByArchive(target, facts, source, wish);
    case "directory": return fillByDirectory(target, facts, source, wish);
    case "layers": return fillByLayers(job, source, wish);
  }
}

export async function fill(job: Job, abort: AbortSignal, exclude: readonly string[]): Promise<Result<void>> {
  const { target, facts, base, rootfs, storage, shared } = job;
  if (shared === undefined) return fillAnew(job, abort, exclude);
  if (storage?.isFilled === true) return ok(undefined);
  return copyTree(target, facts, {
    source: { kind: "directory", path: shared.root }, to: rootfs, ...(storage?.block === undefined ? {} : { block: storage.block }), idmap: base.idmap,
    abort, onProgress: progressOf(job),
  });
}
