// Owns the verb `exportContainer`: a container with its snapshots as one tar archive, ids as the container sees them.
import { closeSync, lstatSync, openSync, readFileSync, rmSync } from "node:fs";
import { clonedConfig } from "../config/index.ts";
import { startPlan, type EngineOutcome } from "../host/engine/run.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { configFile, containerDir, recordDir } from "../host/store/layout.ts";
import { listSnapshots } from "../host/store/snapshots.ts";
import type { HostFacts } from "../model/facts.ts";
import type { Plan } from "../isa/op.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { ContainerSpec } from "../model/spec.ts";
import { rootOnly } from "../model/storage.ts";
import { planExportTree } from "../plan/lifecycle/port.ts";
import { mapProblems } from "../plan/usernsexec.ts";
import { sweepStages } from "./changing/stage.ts";
import { decodeConfig } from "./config-text.ts";
import { loadConfig } from "./container-config.ts";
import { markOf, stillSame, type Mark } from "./copying/same-source.ts";
import { placeOf } from "./copying/storage.ts";
import { saidBy } from "./creating/unpack.ts";
import { settleExchange } from "./half-made.ts";
import { settle } from "./partial.ts";
import { isOwnFile } from "./porting/members.ts";
import { MANIFEST, Out, ReaderGone } from "./porting/out.ts";
import { outcomeProblem } from "./removing/outcome.ts";
import { settledState, stillRunning } from "./running-container.ts";
import type { ExportVerb, Target } from "./verbs.ts";

/** tar: something changed while it was read. */
const CHANGED = 1;

interface Part { readonly request: Request; readonly facts: HostFacts; readonly out: Out; /** Where what tar says goes. */ readonly scratch: string; readonly marks: Mark[] }

const SHOWN = 60;
const tooLong = (path: string): Problem => ({
  code: "storage.copy", text: `'${path.slice(0, SHOWN)}…' is no path for an archive`, cause: "it has more than 4095 bytes: tar writes it, and can never unpack it", remedy: "move what lies so deep to another place, or copy the container: lxc-copy takes paths of any length",
});

interface Reading { readonly plan: Plan; readonly prefix: string; readonly messages: string }

/** What tar reads goes out as it comes. */
async function read({ facts, out }: Part, { plan, prefix, messages }: Reading): Promise<EngineOutcome | Problem> {
  const said = openSync(messages, "w", 0o640);
  const abort = new AbortController();
  const running = startPlan(plan, { engine: facts.install.engine, stdout: "pipe", stderr: said, abort: abort.signal });
  try {
    const unfit = await out.members(running.stdout, prefix);
    if (unfit === undefined) return await running.outcome;
    abort.abort();
    await running.outcome;
    return tooLong(unfit.slice(prefix.length));
  } catch (error) {
    abort.abort();
    throw error;
  } finally {
    closeSync(said);
  }
}

async function tree(part: Part, target: Target, spec: ContainerSpec, prefix: string): Promise<Result<void>> {
  if (spec.rootfs === undefined || spec.rootfs.path === "") return ok(undefined);
  const { facts, scratch } = part;
  const { path, from } = spec.rootfs;
  const place = placeOf(spec.rootfs);
  if (!place.ok) return place;
  if (place.value.kind !== "directory" && place.value.kind !== "layers" && facts.caller.euid !== 0) return fail(rootOnly(`an ordinary user cannot read '${path}'`, { at: from }));
  const plan = planExportTree(target, facts, { source: place.value, prefix, idmap: spec.idmap.map(({ value }) => value) });
  const messages = `${scratch}/export-messages`;
  try {
    const outcome = await read(part, { plan, prefix, messages });
    if ("code" in outcome) return fail(outcome);
    const words = saidBy(messages);
    if (outcome.status === 0) return ok(undefined);
    if (outcome.status === CHANGED) return ok(undefined, [{ code: "storage.copy", severity: "warning", text: `files of '${target.name}' changed while they were read`, cause: words }]);
    const broken = outcome.events.some((event) => event.kind === "failed") ? outcomeProblem(plan, outcome, `read '${path}'`) : undefined;
    return fail(broken ?? { code: "storage.copy", text: `cannot read '${path}'`, cause: words === "" ? `tar ended with status ${outcome.status}` : words });
  } finally {
    rmSync(messages, { force: true });
  }
}

const isFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** Config, notes, hooks and fstab, then the root file system. */
async function one(part: Part, target: Target, prefix: string): Promise<Result<void>> {
  const loaded = loadConfig(part.request, target);
  if (!loaded.ok) return loaded;
  part.marks.push(markOf(target, loaded.value.spec.rootfs));
  const directory = containerDir(target);
  const config = readFileSync(configFile(target));
  await part.out.file(`${prefix}config`, config);
  const own = clonedConfig(decodeConfig(config).text, { from: directory, to: directory });
  for (const file of own.ok ? own.value.files.filter((name) => isOwnFile(name) && isFile(`${directory}/${name}`)) : []) await part.out.file(`${prefix}files/${file}`, readFileSync(`${directory}/${file}`), lstatSync(`${directory}/${file}`).mode & 0o777);
  for (const note of ["ts", "comment"].filter((name) => isFile(`${directory}/${name}`))) await part.out.file(`${prefix}${note}`, readFileSync(`${directory}/${note}`));
  return tree(part, target, loaded.value.spec, `${prefix}rootfs`);
}

async function refusal(request: Request, target: Target, facts: HostFacts, mayRun: boolean): Promise<Problem | undefined> {
  const settled = await settle(target, facts);
  if (!settled.ok) return settled.problems[0];
  const exchanged = await settleExchange(request, target);
  if (!exchanged.ok) return exchanged.problems[0];
  await sweepStages(target, facts);
  const loaded = loadConfig(request, target);
  if (!loaded.ok) return loaded.problems[0];
  const { idmap } = loaded.value.spec;
  const [unmapped] = idmap[0] === undefined ? [] : mapProblems(facts, idmap.map(({ value }) => value), idmap[0].from);
  if (unmapped !== undefined || mayRun || (await settledState(request, target)).state === "STOPPED") return unmapped;
  return stillRunning(target, { cause: "its files change while they are read", or: "export it as it is with -a" });
}

/** What is removed, restored or started while it is read is not exported: without its end the file is refused by every import. */
async function changedMeanwhile({ request, marks }: Part, target: Target, mayRun: boolean): Promise<Result<void>> {
  const changed = marks.map(stillSame).find(({ ok: isSame }) => !isSame);
  if (changed !== undefined) return changed;
  if (mayRun || (await settledState(request, target)).state === "STOPPED") return ok(undefined);
  return fail({ code: "container.running", text: `${target.name} was started while it was exported`, remedy: `lxc-stop -n ${target.name}, then again; or as it is: -a` });
}

const SNAPSHOT_NAME = /^[\w.-]+$/;

export const exportContainer: ExportVerb = async (request, target, { write, mayRun, withSnapshots }) => {
  const facts = probeHost(request, { idmap: true });
  const refused = await refusal(request, target, facts, mayRun);
  if (refused !== undefined) return fail(refused);
  const out = new Out(write, facts.now);
  const part = { request, facts, out, scratch: recordDir(target), marks: [] };
  const snapshots = withSnapshots ? listSnapshots(target).filter(({ name }) => SNAPSHOT_NAME.test(name)) : [];
  const warnings: Problem[] = [];
  try {
    await out.file(MANIFEST, Buffer.from(`${JSON.stringify({ version: 1, name: target.name, directory: containerDir(target), snapshots: snapshots.map(({ name, lxcpath }) => ({ name, directory: containerDir({ name, lxcpath }) })) })}\n`), 0o644);
    for (const [each, prefix] of [[target, ""] as const, ...snapshots.map(({ name, lxcpath }) => [{ name, lxcpath }, `snaps/${name}/`] as const)]) {
      const told = await one(part, each, prefix);
      if (!told.ok) return told;
      warnings.push(...told.warnings ?? []);
    }
    const changed = await changedMeanwhile(part, target, mayRun);
    if (!changed.ok) return changed;
    await out.end();
    return ok(undefined, warnings);
  } catch (error) {
    if (error instanceof ReaderGone) return fail({ code: "storage.copy", text: "nobody reads the export any more, or there is no space left for it" });
    throw error;
  }
};
