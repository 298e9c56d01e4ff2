// Owns the verb `create`: a name is taken, the root file system filled, the config written; or nothing is left.
import { chmodSync, readFileSync, readdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { createdConfig } from "../config/index.ts";
import { runPlan } from "../host/engine/run.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { errorCode } from "../host/read-text.ts";
import { configFile, containerDir, recordDir } from "../host/store/layout.ts";
import { findSource, type Source } from "../images/source.ts";
import type { HostFacts } from "../model/facts.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planGiveBack, planOwn } from "../plan/lifecycle/create.ts";
import { loadConfig } from "./container-config.ts";
import { readBase, type Base } from "./creating/base.ts";
import { fillByArchive, fillByDirectory, fillByScript, type FillWish } from "./creating/fill.ts";
import { dropEmpty, reserve, type Reserved } from "./creating/reserve.ts";
import { partialFile } from "./partial.ts";
import { outcomeProblem } from "./removing/outcome.ts";
import { removeContainer } from "./removing/remove.ts";
import type { CreateOptions, CreateVerb, Target } from "./verbs.ts";

const CONFIG_MODE = 0o640;
/** LXC's own place, which other LXCs know too; where it is missing, that of this installation is read. */
const CONFIGS = "/usr/share/lxc/config";
/** LXC's `none` and `best`, and lists that end there, come down to a directory here. */
const DIRECTORY_STORES = ["dir", "none", "best"];

interface Job {
  readonly request: Request;
  readonly target: Target;
  readonly options: CreateOptions;
  readonly facts: HostFacts;
  readonly source: Source;
  readonly base: Base & { readonly warnings?: readonly Problem[] };
  readonly rootfs: string;
}

function storeProblem(options: CreateOptions): Problem | undefined {
  const wanted = options.bdev?.split(",") ?? [];
  if (wanted.length === 0 || wanted.some((store) => DIRECTORY_STORES.includes(store))) return undefined;
  return { code: "storage.unsupported", at: byOption("--bdev"), text: `cannot put a container on '${options.bdev ?? ""}'`, remedy: "leave -B out, or use -B dir" };
}

/** --dir names a directory that others may own: it must be new or empty, unless nothing will be put there. */
function dirProblem(options: CreateOptions, source: Source): Problem | undefined {
  const { dir } = options;
  if (dir === undefined) return undefined;
  if (!dir.startsWith("/")) return { code: "option.value", at: byOption("--dir"), text: `'${dir}' is not an absolute path` };
  if (source.kind === "none") return undefined;
  try {
    if (readdirSync(dir).length === 0) return undefined;
    return { code: "rootfs.unsafe", at: byOption("--dir"), text: `'${dir}' is not empty`, cause: "a new root file system is never mixed with what is there", remedy: "name a directory that does not exist yet, or use '-t none' to take this one as it is" };
  } catch (error) {
    return errorCode(error) === "ENOENT" ? undefined : { code: "rootfs.unsafe", at: byOption("--dir"), text: `cannot use '${dir}': ${errorCode(error)}` };
  }
}

/** Written whole or not at all; the creator stays its owner. */
function writeConfig(target: Target, text: string): void {
  const file = configFile(target);
  writeFileSync(`${file}.new`, text, { mode: CONFIG_MODE });
  chmodSync(`${file}.new`, CONFIG_MODE);
  renameSync(`${file}.new`, file);
}

const hasKey = (text: string, key: string): boolean => text.split("\n").some((line) => line.split("=")[0]?.trim() === key);

/** An archive brings no config: what every system container needs comes first, so that the caller's own keys win. */
function systemIncludes({ base, source }: Job): string {
  if ((source.kind !== "archive" && source.kind !== "directory") || hasKey(base.text, "lxc.include")) return "";
  return `lxc.include = ${CONFIGS}/common.conf\n${base.idmap.length > 0 ? `lxc.include = ${CONFIGS}/userns.conf\n` : ""}\n`;
}

/** What the template may add to. */
function firstConfig(job: Job): string {
  const { base, rootfs, source, options, target } = job;
  const hasRootfs = source.kind !== "none" || options.dir !== undefined;
  const needsName = source.kind !== "script" && !hasKey(base.text, "lxc.uts.name");
  return `${systemIncludes(job)}${base.text}${hasRootfs ? `lxc.rootfs.path = dir:${rootfs}\n` : ""}${needsName ? `lxc.uts.name = ${target.name}\n` : ""}`;
}

/** LXC puts its header above what the template made of the config. */
function finishConfig(job: Job): Result<void> {
  const { request, target, source, options, base } = job;
  if (source.kind === "none") return ok(undefined, base.warnings);
  const template = source.path;
  const header = createdConfig({ template, templateArgs: options.templateArgs, defaultText: "", rootfsPath: undefined });
  writeConfig(target, header + readFileSync(configFile(target), "utf8"));
  const loaded = loadConfig(request, target);
  return loaded.ok ? ok(undefined, loaded.warnings) : loaded;
}

async function fill(job: Job, abort: AbortSignal): Promise<Result<void>> {
  const { target, facts, source, base, rootfs, options } = job;
  const wish: FillWish = {
    rootfs, idmap: base.idmap, templateArgs: options.templateArgs, isQuiet: options.isQuiet, scratch: recordDir(target), abort, exclude: [],
    onProgress: options.isQuiet || options.onProgress === undefined ? () => undefined : options.onProgress,
  };
  switch (source.kind) {
    case "none": return ok(undefined);
    case "script": return fillByScript(target, facts, source.path, wish);
    case "archive": return fillByArchive(target, facts, source, wish);
    case "directory": return fillByDirectory(target, facts, source, wish);
  }
}

async function drive(job: Job, plan: ReturnType<typeof planOwn>, doing: string): Promise<Problem | undefined> {
  return outcomeProblem(plan, await runPlan(plan, { engine: job.facts.install.engine }), doing);
}

async function make(job: Job, abort: AbortSignal): Promise<Result<void>> {
  const { target, facts, base, source, rootfs } = job;
  const isMapped = base.idmap.length > 0;
  const hasRootfs = source.kind !== "none";
  writeConfig(target, firstConfig(job));
  if (isMapped) {
    const problem = await drive(job, planOwn(target, facts, base.idmap, hasRootfs ? rootfs : undefined), `give '${containerDir(target)}' to the container's root`);
    if (problem !== undefined) return fail(problem);
  }
  const filled = await fill(job, abort);
  if (!filled.ok) return filled;
  if (isMapped && source.kind === "script") {
    const problem = await drive(job, planGiveBack(target, facts, base.idmap, configFile(target)), `take '${configFile(target)}' back from the template`);
    if (problem !== undefined) return fail(problem);
  }
  const finished = finishConfig(job);
  if (!finished.ok) return finished;
  for (const name of ["tar-messages", "pack-messages"]) rmSync(`${recordDir(target)}/${name}`, { force: true });
  unlinkSync(partialFile(target));
  return finished;
}

/** ^C and friends end what runs and then clean up; a template's own handling of ^C comes first. */
function onSignals(abort: AbortController): () => void {
  const stop = (): void => abort.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}

async function makeOrUndo(job: Job, reserved: Reserved): Promise<Result<void>> {
  const abort = new AbortController();
  const off = onSignals(abort);
  try {
    const made = await make(job, abort.signal).catch((error: unknown): Result<void> => {
      const code = errorCode(error);
      return fail(code === "ENOSPC" || code === "EDQUOT"
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

export const create: CreateVerb = async (request, target, options) => {
  const unsupported = storeProblem(options);
  if (unsupported !== undefined) return fail(unsupported);
  const facts = probeHost(request, { idmap: true });
  const source = findSource({ ...options, share: facts.install.share, cwd: request.cwd });
  if (!source.ok) return source;
  const unsafe = dirProblem(options, source.value);
  if (unsafe !== undefined) return fail(unsafe);
  const base = await readBase(request, target, facts, options.configFile);
  if (!base.ok) return base;
  const rootfs = options.dir ?? `${containerDir(target)}/rootfs`;
  const job: Job = { request, target, options, facts, source: source.value, base: { ...base.value, ...(base.warnings === undefined ? {} : { warnings: base.warnings }) }, rootfs };
  const reserved = await reserve(target, facts, { ...(source.value.kind === "none" ? {} : { rootfs }), isRootfsOutside: options.dir !== undefined });
  if (!reserved.ok) return reserved;
  return makeOrUndo(job, reserved.value);
};
