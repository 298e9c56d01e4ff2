// Owns the verb `create`: a name is taken, the root file system filled, the config written; or nothing is left.
import { readdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { runPlan } from "../host/engine/run.ts";
import { probeBackends } from "../host/probe/backends.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { errorCode } from "../host/read-text.ts";
import { configFile, containerDir, recordDir } from "../host/store/layout.ts";
import { NOTHING, joined, readCustomize, type Customize } from "../images/customize.ts";
import type { Metadata } from "../images/metadata.ts";
import type { Source } from "../images/source.ts";
import { isNoSpace } from "../linux/no-space.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planGiveBack, planOwn } from "../plan/lifecycle/create.ts";
import { candidatesOf } from "../plan/storage/backend.ts";
import { onMounted } from "../plan/storage/mounted.ts";
import { readBase } from "./creating/base.ts";
import { CONFIGS, HOOKS, finishConfig, firstConfig, writeConfig, type Job } from "./creating/config.ts";
import { customize } from "./creating/customize.ts";
import { fill, mountedIn } from "./creating/filling.ts";
import { addProcess, layersMetadata, nameIt } from "./creating/layers.ts";
import { readMetadata, substitute } from "./creating/metadata.ts";
import { withImage, withStorage, type Wanted } from "./creating/place.ts";
import { dropEmpty, reserve, type Reserved } from "./creating/reserve.ts";
import { madeSource, plainSource } from "./creating/source.ts";
import { storageOptions } from "./creating/storage.ts";
import { onSignals } from "./interrupt.ts";
import { partialFile } from "./partial.ts";
import { outcomeProblem } from "./removing/outcome.ts";
import { removeContainer } from "./removing/remove.ts";
import { strictly } from "./strict.ts";
import { systemConfigProblems } from "./system-config.ts";
import type { CreateOptions, CreateVerb, Target } from "./verbs.ts";

/** --dir names a directory that others may own: it must be new or empty, unless nothing will be put there. */
function dirProblem(options: CreateOptions, hasRootfs: boolean): Problem | undefined {
  const { dir } = options;
  if (dir === undefined) return undefined;
  if (!dir.startsWith("/")) return { code: "option.value", at: byOption("--dir"), text: `'${dir}' is not an absolute path` };
  if (!hasRootfs) return undefined;
  try {
    if (readdirSync(dir).length === 0) return undefined;
    return { code: "rootfs.unsafe", at: byOption("--dir"), text: `'${dir}' is not empty`, cause: "a new root file system is never mixed with what is there", remedy: "name a directory that does not exist yet, or use '-t none' to take this one as it is" };
  } catch (error) {
    return errorCode(error) === "ENOENT" ? undefined : { code: "rootfs.unsafe", at: byOption("--dir"), text: `cannot use '${dir}': ${errorCode(error)}` };
  }
}

async function drive(job: Job, plan: ReturnType<typeof planOwn>, doing: string): Promise<Problem | undefined> {
  return outcomeProblem(plan, await runPlan(plan, { engine: job.facts.install.engine }), doing);
}

const placeOf = ({ target, rootfs }: Job) => ({ name: target.name, path: containerDir(target), rootfs, configs: CONFIGS, hooks: HOOKS });

/** What an image says of itself; an archive without metadata says nothing. */
function describe(job: Job): Result<Metadata | undefined> {
  const { source, target, base } = job;
  if (source.kind === "layers") return ok(layersMetadata(source, base.idmap.length > 0));
  if (source.kind !== "archive" || source.metadata === undefined) return ok(undefined);
  return readMetadata({ path: source.metadata, scratch: recordDir(target), isMapped: base.idmap.length > 0, place: placeOf(job) });
}

/** Config and ownership before the root file system is filled. */
async function prepare(job: Job, metadata: Metadata | undefined): Promise<Result<void>> {
  const { target, facts, base, source, rootfs } = job;
  writeConfig(target, firstConfig(job, metadata));
  if (metadata?.fstab !== undefined) writeFileSync(`${containerDir(target)}/fstab`, metadata.fstab, { mode: 0o640, flag: "wx" });
  if (base.idmap.length === 0) return ok(undefined);
  const own = planOwn(target, facts, base.idmap, source.kind === "none" ? [] : [rootfs, ...(job.storage?.directories ?? [])]);
  const problem = await drive(job, onMounted(own, job.storage?.block, rootfs, byOption("--bdev")), `give '${containerDir(target)}' to the container's root`);
  return problem === undefined ? ok(undefined) : fail(problem);
}

/** What is left to do once the root file system is there. */
async function settle(job: Job, metadata: Metadata | undefined): Promise<Result<void>> {
  const { target, facts, base, source, rootfs } = job;
  if (base.idmap.length > 0 && source.kind === "script") {
    const problem = await drive(job, planGiveBack(target, facts, base.idmap, configFile(target)), `take '${configFile(target)}' back from the template`);
    if (problem !== undefined) return fail(problem);
  }
  if (metadata !== undefined) {
    const named = await substitute(target, facts, { rootfs, ...mountedIn(job), idmap: base.idmap, files: metadata.templates, place: placeOf(job) });
    if (!named.ok) return named;
  }
  return finishConfig(job);
}

async function make(bare: Job, wanted: Wanted, abort: AbortSignal): Promise<Result<void>> {
  const { target } = bare;
  const described = describe(bare);
  if (!described.ok) return described;
  const metadata = described.value;
  const imaged = await withImage(bare, wanted, metadata?.excludes ?? [], abort);
  if (!imaged.ok) return imaged;
  const stored = await withStorage(imaged.value, wanted);
  if (!stored.ok) return stored;
  const job = stored.value;
  const prepared = await prepare(job, metadata);
  if (!prepared.ok) return prepared;
  const filled = await fill(job, abort, metadata?.excludes ?? []);
  if (!filled.ok) return filled;
  const named = job.source.kind === "layers" ? await nameIt(job, abort) : ok(undefined);
  if (!named.ok) return named;
  const unsaid = job.source.kind === "layers" ? await addProcess(job, job.source.image) : [];
  const given = await customize(job, job.custom, abort);
  if (!given.ok) return given;
  const settled = await settle(job, metadata);
  if (!settled.ok) return settled;
  for (const name of ["tar-messages", "pack-messages"]) rmSync(`${recordDir(target)}/${name}`, { force: true });
  unlinkSync(partialFile(target));
  if (metadata?.message !== undefined && !job.options.isQuiet) job.options.dialogue?.show(`\n---\n${metadata.message}`);
  return ok(undefined, [...(imaged.warnings ?? []), ...(filled.warnings ?? []), ...(given.warnings ?? []), ...unsaid, ...(settled.warnings ?? [])]);
}

async function makeOrUndo(job: Job, wanted: Wanted, reserved: Reserved): Promise<Result<void>> {
  const abort = new AbortController();
  const off = onSignals(job.request, abort, job.options.abort);
  try {
    const made = await make(job, wanted, abort.signal).catch((error: unknown): Result<void> => {
      const code = errorCode(error);
      return fail(isNoSpace(code)
        ? { code: "storage.full", text: `no space left for '${containerDir(job.target)}'`, remedy: "free some space, or put the container elsewhere with -P" }
        : { code: "template.failed", text: `cannot make '${containerDir(job.target)}': ${error instanceof Error ? error.message : code}` });
    });
    if (made.ok) return made;
    const { dir } = job.options;
    const wasThere = dir !== undefined && job.source.kind !== "none" && reserved.outside.length === 0 ? dir : undefined;
    const removed = await removeContainer(job.target, job.facts, { outside: reserved.outside, ...(wasThere === undefined ? {} : { emptied: wasThere }) });
    if (wasThere !== undefined && job.base.idmap.length > 0) await drive(job, planGiveBack(job.target, job.facts, job.base.idmap, wasThere), `give '${wasThere}' back`);
    if (reserved.madeLxcpath !== undefined) dropEmpty(job.target.lxcpath, reserved.madeLxcpath);
    return removed.ok ? made : fail(...made.problems, ...removed.problems);
  } finally {
    await reserved.holder.release();
    off();
  }
}

function wantedStorage(request: Request, target: Target, { bdev, storage }: CreateOptions): Result<Wanted> {
  const options = storageOptions(request, storage);
  const facts = probeBackends(target.lxcpath, request.euid === 0, options);
  const backends = candidatesOf(bdev, facts, options.fstype);
  return backends.ok ? ok({ backends: backends.value, options, hasThinPool: facts.hasThinPool, isChosen: bdev !== undefined }) : backends;
}

function dropScratch(source: Source): void {
  if ((source.kind === "archive" || source.kind === "layers") && source.scratch !== undefined) rmSync(source.scratch, { recursive: true, force: true });
}

function ownOf(request: Request, { own }: CreateOptions, hasRootfs: boolean): Result<Customize> {
  if (own === undefined) return ok(NOTHING);
  return hasRootfs ? readCustomize({ ...own, cwd: request.cwd }) : fail({ code: "option.conflict", text: "without a root file system there is nobody to give keys, a user or data to", remedy: "leave --ssh-key, --user and --user-data out, or take another template than none" });
}

/** A container out of a template, an image, an archive or a directory; where it fails nothing is left. Source: lxc-create(1). Problems: `container.exists`, `template.missing`, `template.failed`, `image.missing`, `image.fetch`, `storage.full`, `idmap.range`, `lxcpath.unwritable`. */
export const create: CreateVerb = async (request, target, options) => {
  const wanted = wantedStorage(request, target, options);
  if (!wanted.ok) return wanted;
  const facts = probeHost(request, { idmap: true });
  const plain = plainSource({ request, options, facts });
  if (plain !== undefined && !plain.ok) return plain;
  const hasRootfs = plain?.value.kind !== "none";
  const unsafe = dirProblem(options, hasRootfs);
  if (unsafe !== undefined) return fail(unsafe);
  const own = ownOf(request, options, hasRootfs);
  if (!own.ok) return own;
  const base = strictly(options.isStrict, readBase(request, target, facts, { file: options.configFile, hasRootfs }));
  if (!base.ok) return base;
  const source = plain ?? await madeSource({ request, target, options, facts, isMapped: base.value.idmap.length > 0 });
  if (!source.ok) return source;
  if (source.value === undefined) return ok(undefined);
  const rootfs = options.dir ?? `${containerDir(target)}/rootfs`;
  const job: Job = { request, target, options, facts, source: source.value, base: base.value, warnings: [...await systemConfigProblems(request), ...(base.warnings ?? [])], rootfs, custom: joined(source.value.kind === "archive" ? source.value.own : undefined, own.value) };
  const reserved = await reserve(target, facts, { ...(source.value.kind === "none" ? {} : { rootfs }), isRootfsOutside: options.dir !== undefined });
  if (!reserved.ok) {
    dropScratch(source.value);
    return reserved;
  }
  const made = await makeOrUndo(job, wanted.value, reserved.value);
  dropScratch(source.value);
  return made.ok ? ok(undefined, [...(source.warnings ?? []), ...(made.warnings ?? [])]) : made;
};
