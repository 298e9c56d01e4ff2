// Owns filling the root file system: running a template, unpacking an archive, copying a directory.
import { closeSync, openSync, statSync } from "node:fs";
import { basename } from "node:path";
import { runPlan } from "../../host/engine/run.ts";
import { errorCode } from "../../host/read-text.ts";
import type { Source } from "../../images/source.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import { toInside } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import type { Progress } from "../../model/progress.ts";
import type { BlockPlace } from "../../model/storage.ts";
import { planPack, planTemplate } from "../../plan/lifecycle/create.ts";
import { onMounted } from "../../plan/storage/mounted.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import type { Target } from "../verbs.ts";
import { mkfifos } from "./fifo.ts";
import { FSSIZE, full, isFull, saidBy, unpack, watchOffset } from "./unpack.ts";

export interface FillWish {
  readonly rootfs: string;
  /** Mounted there first. */
  readonly block?: BlockPlace;
  readonly idmap: readonly IdMapEntry[];
  readonly templateArgs: readonly string[];
  readonly isQuiet: boolean;
  /** A directory of the creator, for what tar says. */
  readonly scratch: string;
  readonly onProgress: (progress: Progress) => void;
  readonly abort: AbortSignal;
  readonly exclude: readonly string[];
}

const from = byOption("--template");

export async function fillByScript(target: Target, facts: HostFacts, template: string, wish: FillWish): Promise<Result<void>> {
  const plan = onMounted(planTemplate(target, facts, { ...wish, template }), wish.block, wish.rootfs, from);
  const stdio = wish.isQuiet ? "ignore" : "inherit";
  const outcome = await runPlan(plan, { engine: facts.install.engine, stdin: wish.isQuiet ? "ignore" : "inherit", stdout: stdio, stderr: stdio, abort: wish.abort });
  if (outcome.status === 0) return ok(undefined);
  if (wish.abort.aborted) return fail({ code: "template.failed", at: from, text: "interrupted" });
  if (isFull(wish.rootfs)) return fail(full(wish.rootfs, `the template ${basename(template)} ran`, { block: wish.block, by: FSSIZE }));
  const broken = outcome.events.some((event) => event.kind === "failed") ? outcomeProblem(plan, outcome, `run the template '${template}'`) : undefined;
  return fail(broken ?? { code: "template.failed", at: from, text: `the template '${template}' failed with status ${outcome.status}`, cause: wish.isQuiet ? "its messages were not shown because of -q" : "see what it said above" });
}

export async function fillByArchive(target: Target, facts: HostFacts, source: Source & { readonly kind: "archive" }, wish: FillWish): Promise<Result<void>> {
  let fd: number;
  try {
    fd = openSync(source.path, "r");
  } catch (error) {
    return fail({ code: "image.invalid", at: from, text: `cannot read '${source.path}': ${errorCode(error)}` });
  }
  const stage = `unpacking ${basename(source.path)}`;
  const done = watchOffset(fd, stage, wish);
  try {
    return await unpack(target, facts, { compression: source.compression, stage, doing: `unpack '${source.path}'`, stdin: fd, ...(source.template === undefined ? { unchecked: source.path } : {}) }, wish);
  } finally {
    done();
    closeSync(fd);
  }
}

/** How the ids of a tree are meant: as they are, as those of this map (a container's tree), or as "mine" of an ordinary user. */
function ownersOf(directory: string, facts: HostFacts, idmap: readonly IdMapEntry[]): { readonly idmap: readonly IdMapEntry[]; readonly isOwnedByCaller: boolean } {
  const { uid } = statSync(directory);
  const { euid } = facts.caller;
  if (uid !== euid && toInside(idmap, "u", uid) !== undefined) return { idmap, isOwnedByCaller: false };
  return { idmap: [], isOwnedByCaller: euid !== 0 && uid === euid };
}

export async function fillByDirectory(target: Target, facts: HostFacts, source: Source & { readonly kind: "directory" }, wish: FillWish): Promise<Result<void>> {
  const stage = `copying ${source.path}`;
  const doing = `copy '${source.path}'`;
  const pipes = mkfifos(`${wish.scratch}/copy`);
  if (!pipes.ok) return pipes;
  const [pipe] = pipes.value;
  wish.onProgress({ stage });
  const plan = planPack(target, facts, { directory: source.path, ...ownersOf(source.path, facts, wish.idmap) });
  const said = `${wish.scratch}/pack-messages`;
  const saidFd = openSync(said, "w", 0o640);
  const packed = runPlan(plan, { engine: facts.install.engine, stdout: pipe.writer, stderr: saidFd, abort: wish.abort });
  closeSync(saidFd);
  pipe.closeWriter();
  const unpacked = await unpack(target, facts, { compression: "none", stage, doing, stdin: pipe.reader, isTrusted: true }, wish);
  pipe.closeReader();
  const outcome = await packed;
  wish.onProgress({ stage, isFinished: true });
  if (!unpacked.ok) return unpacked;
  if (outcome.status === 0) return ok(undefined);
  const broken = outcome.events.some((event) => event.kind === "failed") ? outcomeProblem(plan, outcome, doing) : undefined;
  return fail(broken ?? { code: "image.invalid", at: from, text: `${stage} failed`, cause: saidBy(said) });
}
