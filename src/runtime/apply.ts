// Owns the verb apply: a project is made so, step by step; what is so already is left alone.
import { existsSync } from "node:fs";
import { containerDir } from "../host/store/layout.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Progress } from "../model/progress.ts";
import type { Project } from "../model/project.ts";
import type { Request } from "../model/request.ts";
import { see, writeApplied } from "./applying/observe.ts";
import { portProblems } from "./applying/ports.ts";
import { perform, type Performing } from "./applying/perform.ts";
import { containerSteps, stepsOf, wantedKeys, type Step } from "./applying/steps.ts";
import { onSignals } from "./interrupt.ts";

export interface ApplyOptions {
  /** Nothing is done: the steps are told. */
  readonly isDryRun?: boolean;
  readonly onStep?: (step: Step) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** Aborted: it ends after the step that is being taken. */
  readonly abort?: AbortSignal;
}
export interface ApplyAnswer { readonly steps: readonly Step[] }

interface Job { readonly performing: Performing; readonly done: Step[]; readonly onStep: ((step: Step) => void) | undefined }

async function take({ performing, done, onStep }: Job, step: Step): Promise<Result<unknown>> {
  onStep?.(step);
  const result = await perform(performing, step);
  if (result.ok) done.push(step);
  return result;
}

/** The config that was wanted is remembered, so that what is wanted no more can go. */
function remember({ request, lxcpath, project }: Performing, name: string): void {
  const wanted = project.containers.find((one) => one.name === name);
  const target = { name, lxcpath };
  if (wanted === undefined || !existsSync(containerDir(target))) return;
  const seen = see(request, lxcpath, project);
  const keys = new Map([...wantedKeys(wanted, project, seen)].map(([key, { values }]) => [key, values]));
  const { applied } = seen.container(name);
  if (keys.size === 0 && applied.size === 0) return;
  if (JSON.stringify([...keys]) !== JSON.stringify([...applied])) writeApplied(target, keys);
}

async function settle(job: Job, name: string): Promise<Result<Problem[]>> {
  const { request, lxcpath, project } = job.performing;
  const warnings: Problem[] = [];
  // its config is known only once it has been made
  const look = (): readonly Step[] => containerSteps(name, project, see(request, lxcpath, project));
  let steps = look();
  while (!job.performing.end.aborted) {
    const [step, ...rest] = steps;
    if (step === undefined) break;
    const result = await take(job, step);
    if (!result.ok) return result;
    warnings.push(...(result.warnings ?? []));
    if (step.do === "configure") remember(job.performing, name);
    steps = step.do === "create" ? look() : rest;
  }
  remember(job.performing, name);
  return ok(warnings);
}

export async function apply(request: Request, lxcpath: string, project: Project, { isDryRun = false, onStep, onProgress, abort: given }: ApplyOptions = {}): Promise<Result<ApplyAnswer>> {
  const refused = portProblems(request, project);
  if (refused.length > 0) return fail(...refused);
  const planned = stepsOf(project, see(request, lxcpath, project));
  if (isDryRun) return ok({ steps: planned });
  const abort = new AbortController();
  const off = onSignals(request, abort, given);
  const job: Job = { performing: { request, lxcpath, project, end: abort.signal, ...(onProgress === undefined ? {} : { onProgress }) }, done: [], onStep };
  const warnings: Problem[] = [];
  try {
    for (const step of planned.filter((one) => one.do === "make network")) {
      const result = await take(job, step);
      if (!result.ok) return result;
    }
    for (const { name } of project.containers) {
      const result = await settle(job, name);
      if (!result.ok) return fail(...result.problems);
      warnings.push(...result.value);
    }
    return ok({ steps: job.done }, warnings);
  } finally {
    off();
  }
}
