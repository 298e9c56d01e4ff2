// Owns a root file system made from the layers of an OCI image, and the config that says what the image runs.
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { startPlan } from "../../host/engine/run.ts";
import { configFile } from "../../host/store/layout.ts";
import type { Metadata } from "../../images/metadata.ts";
import { checkBlob } from "../../images/oci/blobs.ts";
import { beginScan, emptyTree, scanLayer, type Before, type LayerScan, type Tree } from "../../images/oci/layer-scan.ts";
import type { ImageConfig } from "../../images/oci/manifest.ts";
import type { Layer, LayersMade } from "../../images/templates.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import { CONFIGS, HOOKS, writeConfig, type Job } from "./config.ts";
import type { FillWish } from "./fill.ts";
import { toolPlan } from "./tool.ts";
import { SMALL, unpack, watchOffset } from "./unpack.ts";

/** What a layer says of those below it is for us; the files that say it are none. */
const WHITEOUTS = [".wh.*", "*/.wh.*"];

/** Names are kept one letter for one byte; NUL ends each. */
const listed = (words: readonly string[]): Uint8Array => Buffer.from(words.map((word) => `./${word}\0`).join(""), "latin1");

async function tool(job: Job, abort: AbortSignal, argv: readonly string[], input: Uint8Array): Promise<Problem | undefined> {
  const plan = toolPlan(job, argv);
  const started = startPlan(plan, { engine: job.facts.install.engine, stdin: "pipe", abort });
  started.stdin?.on("error", () => undefined);
  started.stdin?.end(input);
  const outcome = await started.outcome;
  if (outcome.status === 0) return undefined;
  return outcomeProblem(plan, outcome, "apply a layer of the image") ?? { code: "image.invalid", text: "a layer of the image cannot be applied", cause: `${argv.join(" ")} ended with status ${outcome.status}` };
}

const LINK = 'while [ $# -gt 1 ]; do ln -sfn -- "${2#./}" "$1" || exit; shift 2; done';

async function apply(job: Job, before: Before, wish: FillWish): Promise<Problem | undefined> {
  const removed = before.removed.length === 0 ? undefined : await tool(job, wish.abort, ["xargs", "-0", "rm", "-rf", "--"], listed(before.removed));
  if (removed !== undefined || before.relinked.length === 0) return removed;
  return tool(job, wish.abort, ["xargs", "-0", "-n", "200", "sh", "-c", LINK, "sh"], listed(before.relinked.flat()));
}

type Watch = { readonly watch: LayerScan["push"] } | { readonly isTrusted: true };
async function addLayer(job: Job, layer: Layer, stage: string, { watch, ...wish }: FillWish & { readonly watch: Watch }): Promise<Result<void>> {
  const fd = openSync(layer.path, "r");
  const done = watchOffset(fd, stage, wish);
  try {
    return await unpack(job.target, job.facts, { compression: layer.compression, stage, doing: `unpack '${layer.path}'`, stdin: fd, ...watch }, { ...wish, exclude: WHITEOUTS });
  } finally {
    done();
    closeSync(fd);
  }
}

const check = async ({ path, unchecked }: Layer): Promise<Problem | undefined> => (unchecked === undefined ? undefined : checkBlob(path, unchecked));

/** The lowest layer takes nothing away: it is judged while it is unpacked. What fails then is thrown away as a whole. A small one may be a bomb. */
async function addLowest(job: Job, layer: Layer, stage: string, { tree, ...wish }: FillWish & { readonly tree: Tree }): Promise<Result<void>> {
  const scan = beginScan(layer, tree, wish.idmap.length > 0);
  const [damaged, added] = await Promise.all([check(layer), addLayer(job, layer, stage, { ...wish, watch: { watch: scan.push } })]);
  if (damaged !== undefined) return fail(damaged);
  if (!added.ok) return added;
  const scanned = scan.finish();
  return scanned.ok ? ok(undefined) : scanned;
}

export async function fillByLayers(job: Job, source: LayersMade, wish: FillWish): Promise<Result<void>> {
  const tree = emptyTree();
  for (const [i, layer] of source.layers.entries()) {
    const stage = `unpacking layer ${i + 1} of ${source.layers.length}`;
    if (i === 0 && statSync(layer.path).size > SMALL) {
      const lowest = await addLowest(job, layer, stage, { ...wish, tree });
      if (!lowest.ok) return lowest;
      continue;
    }
    const damaged = await check(layer);
    if (damaged !== undefined) return fail(damaged);
    const before = await scanLayer(layer, tree, wish.idmap.length > 0);
    if (!before.ok) return before;
    if (wish.abort.aborted) return fail({ code: "template.failed", text: "interrupted" });
    const problem = await apply(job, before.value, wish);
    if (problem !== undefined) return fail(problem);
    const added = await addLayer(job, layer, stage, { ...wish, watch: { isTrusted: true } });
    if (!added.ok) return added;
  }
  return ok(undefined);
}

const HOSTS = "127.0.0.1 localhost\n127.0.1.1 NAME\n::1 localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n";
const NAME_IT = 'mkdir -p etc && if [ ! -L etc/hostname ]; then printf "%s\\n" "$1" > etc/hostname; fi && if [ ! -L etc/hosts ]; then cat > etc/hosts; fi';

/** Images of layers are for nobody by name. */
export async function nameIt(job: Job, abort: AbortSignal): Promise<Result<void>> {
  const { name } = job.target;
  const problem = await tool(job, abort, ["sh", "-c", NAME_IT, "sh", name], Buffer.from(HOSTS.replace("NAME", name)));
  return problem === undefined ? ok(undefined) : fail(problem);
}

/** For what the image is not asked: every container of this kind has it. */
export function layersMetadata(source: LayersMade, isMapped: boolean): Metadata {
  const includes = ["common.conf", ...(isMapped ? ["userns.conf"] : []), "oci.common.conf"].map((name) => `lxc.include = ${CONFIGS}/${name}\n`);
  const dhcp = source.isDhcp ? `lxc.hook.start-host = ${HOOKS}/dhclient\nlxc.hook.stop = ${HOOKS}/dhclient\n` : "";
  return { config: `${includes.join("")}lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed\n${dhcp}`, excludes: [], templates: [] };
}

const READ = 'for part in etc "etc/$1"; do if [ -L "$part" ]; then exit 0; fi; done; if [ -f "etc/$1" ]; then exec head -c 1000000 "etc/$1"; fi';

/** passwd(5) or group(5) of the image, read where it is mounted; a link is not followed, as it may lead anywhere. */
async function rowsOf(job: Job, file: string): Promise<readonly (readonly string[])[]> {
  const plan = toolPlan(job, ["sh", "-c", READ, "sh", file]);
  let text = "";
  await startPlan(plan, { engine: job.facts.install.engine, stdout: (bytes) => { text += new TextDecoder().decode(bytes); } }).outcome;
  return text.split("\n").map((line) => line.split(":"));
}
const isNumber = (word: string): boolean => /^\d+$/.test(word);

type Rows = readonly (readonly string[])[];

/** `user`, `uid`, `user:group`, `uid:gid`. */
export function idsOf(user: string, passwd: Rows, groups: Rows): { readonly uid: string; readonly gid: string } {
  const [name = "", group = ""] = user.split(":");
  const row = passwd.find((words) => words[0] === name || (isNumber(name) && words[2] === name));
  const uid = isNumber(name) ? name : row?.[2] ?? "0";
  const gid = group === "" ? row?.[3] ?? "0" : isNumber(group) ? group : groups.find((words) => words[0] === group)?.[2] ?? "0";
  return { uid, gid };
}

const oneLine = (text: string): boolean => !/[\n\r\0]/.test(text);

/** lxc.execute.cmd knows quotes around a whole word, and no escapes: undefined, when the word cannot be said so. */
function quotedWord(word: string): string | undefined {
  if (!oneLine(word)) return undefined;
  if (word !== "" && !/\s/.test(word) && !/^["']/.test(word)) return word;
  return !word.includes('"') ? `"${word}"` : word.includes("'") ? undefined : `'${word}'`;
}

/** What the image runs, as whom, where and with which environment. */
export async function addProcess(job: Job, image: ImageConfig): Promise<readonly Problem[]> {
  const { target } = job;
  const all = [...image.entrypoint, ...image.cmd];
  const command = (all.length === 0 ? ["/bin/sh"] : all).map(quotedWord);
  const isSaid = command.every((word) => word !== undefined);
  const { uid, gid } = idsOf(image.user, image.user === "" ? [] : await rowsOf(job, "passwd"), image.user.includes(":") ? await rowsOf(job, "group") : []);
  const lines = [
    ...(isSaid ? [`lxc.execute.cmd = '${command.join(" ")}'`] : []),
    ...image.env.filter(oneLine).map((line) => `lxc.environment = ${line}`),
    `lxc.init.uid = ${uid}`, `lxc.init.gid = ${gid}`, ...(image.cwd.startsWith("/") && oneLine(image.cwd) ? [`lxc.init.cwd = ${image.cwd}`] : []),
  ];
  writeConfig(target, `${readFileSync(configFile(target), "utf8")}${lines.map((line) => `${line}\n`).join("")}`);
  return isSaid ? [] : [{ code: "config.value", severity: "warning", text: "the image's command cannot be written as lxc.execute.cmd", cause: "a word of it has a line's end, or quotes of both kinds", remedy: `lxc-execute -n ${target.name} -- COMMAND` }];
}
