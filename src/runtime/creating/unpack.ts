// Owns unpacking an archive into a root file system: judged first, member by member; nothing that means harm gets to tar.
import { closeSync, fstatSync, openSync, statfsSync } from "node:fs";
import { startPlan, type EngineOutcome } from "../../host/engine/run.ts";
import { readText } from "../../host/read-text.ts";
import { tarJudge } from "../../images/tar/judge.ts";
import { tarReader, type TarReader } from "../../images/tar/reader.ts";
import { noEndMark, scanFile } from "../../images/tar/scan.ts";
import { eachUnpacked } from "../../images/tar/unpacked.ts";
import type { Plan } from "../../isa/op.ts";
import { saysNoSpace } from "../../linux/no-space.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { BlockPlace } from "../../model/storage.ts";
import { planUnpack } from "../../plan/lifecycle/create.ts";
import type { Compression } from "../../plan/storage/dir.ts";
import { onMounted } from "../../plan/storage/mounted.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import type { Target } from "../verbs.ts";
import { mkfifos, outletOf } from "./fifo.ts";
import type { FillWish } from "./fill.ts";

const TICK = 100;
const from = byOption("--template");
const SAID_LINES = 5;
const SAID_LONGEST = 300;

export const isFull = (path: string): boolean => {
  try {
    const { bavail, ffree, files } = statfsSync(path);
    return bavail === 0 || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
};

/** That is why a program failed which wrote there and said this. */
export const ranOut = (words: string, path: string): boolean => saysNoSpace(words) || isFull(path);

/** `on`: blocks of a size of their own, and what gives them another one. */
export function full(rootfs: string, stage: string, on?: { readonly block: BlockPlace | undefined; readonly by: string }): Problem {
  const text = `no space left while ${stage}`;
  if (on?.block !== undefined) return { code: "storage.full", at: from, text, cause: `the file system on '${on.block.path}' is full`, remedy: `make it larger: ${on.by}` };
  return { code: "storage.full", at: from, text, cause: `the file system of '${rootfs}' is full`, remedy: "free some space, or put the container elsewhere with -P" };
}
/** Of create. */
export const FSSIZE = "--fssize SIZE";

/** A path may be as long as it likes. */
const short = (line: string): string => (line.length <= SAID_LONGEST ? line : `${line.slice(0, SAID_LONGEST / 2)} … ${line.slice(-SAID_LONGEST / 2)}`);
/** What the program itself said, first lines only: later ones are consequences. */
export const saidBy = (file: string): string => (readText(file) ?? "").split("\n").filter((line) => line !== "").slice(0, SAID_LINES).map(short).join("; ");

/** The archive's descriptor is shared with who reads it, so its offset says how far that is. */
export function watchOffset(fd: number, stage: string, wish: FillWish): () => void {
  const total = fstatSync(fd).size;
  const say = (isFinished: boolean): void => {
    const position = /^pos:\s*(\d+)/m.exec(readText(`/proc/self/fdinfo/${fd}`) ?? "")?.[1];
    wish.onProgress({ stage, done: isFinished ? total : Number(position ?? 0), total, ...(isFinished ? { isFinished } : {}) });
  };
  const timer = setInterval(() => say(false), TICK);
  return () => {
    clearInterval(timer);
    say(true);
  };
}

export interface Unpacking { readonly compression: Compression; readonly stage: string; readonly doing: string; readonly stdin: number; /** It was packed by ourselves, or has been judged. */ readonly isTrusted?: boolean; /** The archive's path, where no digest says that all of it is there. */ readonly unchecked?: string; /** Judges all of it on its way, in place of the usual judge. */ readonly watch?: (chunk: Uint8Array) => Problem | undefined }

interface Ran { readonly outcome: EngineOutcome; readonly problem?: Problem | undefined; readonly warnings?: readonly Problem[] }
const NOT_RUN: Ran = { outcome: { status: 1, events: [], eventBytes: new Uint8Array(0) } };

/** The archive goes through this process, which looks at each member before tar does. */
async function pass(plan: Plan, engine: { readonly path: string; readonly stderr: number }, how: Unpacking, wish: FillWish): Promise<Ran> {
  const pipes = mkfifos(`${wish.scratch}/unpacked`, `${wish.scratch}/judged`);
  if (!pipes.ok) return { ...NOT_RUN, problem: pipes.problems[0] };
  const [unpacked, judged] = pipes.value;
  const outlet = outletOf(judged);
  const own = new AbortController();
  const stop = (): void => own.abort();
  wish.abort.addEventListener("abort", stop, { once: true });
  const started = startPlan(plan, { engine: engine.path, stdin: judged.reader, stderr: engine.stderr, abort: own.signal });
  judged.closeReader();
  let bad: Problem | undefined;
  const reader = tarReader(tarJudge({ isMapped: wish.idmap.length > 0 }));
  const watch = how.watch ?? reader.push;
  const damaged = await eachUnpacked(how.stdin, how.compression, async (chunk) => {
    bad = watch(chunk);
    return bad === undefined && !own.signal.aborted && await outlet.write(chunk); // false: tar ends before its input does, what it says counts
  }, unpacked);
  if (bad !== undefined) own.abort();
  outlet.end();
  const outcome = await started.outcome;
  wish.abort.removeEventListener("abort", stop);
  return { outcome, problem: bad ?? damaged ?? (outcome.status === 0 ? reader.end() : undefined) };
}

/** A bomb is small: what it would become is looked at before tar begins. A large archive is judged while it is unpacked. */
export const SMALL = 8 << 20;

async function judgeFirst(how: Unpacking, wish: FillWish, reader: TarReader): Promise<Problem | undefined> {
  if (how.compression === "none") return scanFile(how.stdin, reader);
  if (fstatSync(how.stdin).size > SMALL) return undefined;
  const fd = openSync(`/proc/self/fd/${how.stdin}`, "r");
  let bad: Problem | undefined;
  const damaged = await eachUnpacked(fd, how.compression, (chunk) => {
    bad = reader.push(chunk);
    return Promise.resolve(bad === undefined && !wish.abort.aborted);
  }).finally(() => closeSync(fd));
  return bad ?? damaged ?? reader.end();
}

async function run(plan: Plan, engine: { readonly path: string; readonly stderr: number }, how: Unpacking, wish: FillWish): Promise<Ran> {
  const reader = tarReader(tarJudge({ isMapped: wish.idmap.length > 0 }));
  const problem = how.isTrusted === true || how.watch !== undefined ? undefined : await judgeFirst(how, wish, reader);
  if (problem === undefined && (how.compression !== "none" || how.watch !== undefined)) return pass(plan, engine, how, wish);
  if (problem !== undefined) return { ...NOT_RUN, problem };
  const warnings = how.unchecked === undefined || reader.hasEndMark() ? [] : [{ ...noEndMark(how.unchecked), at: from }];
  return { outcome: await startPlan(plan, { engine: engine.path, stdin: how.stdin, stderr: engine.stderr, abort: wish.abort }).outcome, warnings };
}

/** What is wrong with the archive as a whole says which one it is. */
const named = (problem: Problem, stage: string): Problem => (problem.text.startsWith("the archive is ") ? { ...problem, text: `${stage} failed`, cause: problem.cause === undefined ? problem.text : `${problem.text}: ${problem.cause}` } : problem);

export async function unpack(target: Target, facts: HostFacts, how: Unpacking, wish: FillWish): Promise<Result<void>> {
  const plan = onMounted(planUnpack(target, facts, { ...wish, compression: "none" }), wish.block, wish.rootfs, from);
  const said = `${wish.scratch}/tar-messages`;
  const stderr = openSync(said, "w", 0o640);
  const { outcome, problem, warnings } = await run(plan, { path: facts.install.engine, stderr }, how, wish).finally(() => closeSync(stderr));
  if (wish.abort.aborted) return fail({ code: "template.failed", at: from, text: "interrupted" });
  if (problem !== undefined) return fail({ ...named(problem, how.stage), at: from });
  if (outcome.status === 0) return ok(undefined, warnings);
  const words = saidBy(said);
  if (ranOut(words, wish.rootfs)) return fail(full(wish.rootfs, how.stage, { block: wish.block, by: FSSIZE }));
  if (outcome.events.some((event) => event.kind === "failed")) return fail(outcomeProblem(plan, outcome, how.doing) ?? { code: "engine.op", text: how.stage });
  return fail({ code: "image.invalid", at: from, text: `${how.stage} failed`, cause: words === "" ? `tar ended with status ${outcome.status}` : words });
}
