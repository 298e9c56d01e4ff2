// Owns running a verb's plan from a program: an engine of its own, and problems instead of events.
import { enginePath } from "../host/probe/host-facts.ts";
import type { EngineOptions, StartedPlan } from "../host/engine/run.ts";
import { ENGINE_MISSING, startPlan } from "../host/engine/run.ts";
import type { PlanEvent } from "../isa/events.ts";
import type { Plan } from "../isa/op.ts";
import { planBytes } from "../isa/plan-bytes.ts";
import type { Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { report } from "./report.ts";

/** What becomes of the engine's streams, and what kills it. */
export type RunOptions = Pick<EngineOptions, "stdin" | "stdout" | "stderr" | "abort" | "isSized">;
/** How a plan has ended. */
export interface Ran {
  /** Of the command that was attached or executed, as a shell has it; 0 for other verbs. */
  readonly status: number;
  /** The number of the one that has ended the command. */
  readonly signal?: number;
}

/** Engine's own status when an op failed; a command may end with the same, so the events decide. */
const OP_FAILED = 125;

/** Who waited for the command says so; the processes above it end with its status. */
function signalOf(events: readonly PlanEvent[]): Pick<Ran, "signal"> {
  const text = events.find(({ kind, text: said }) => kind === "exited" && said !== "")?.text;
  return text === undefined ? {} : { signal: Number(text) };
}

/** A plan that runs: streams for what is "pipe", and how it ends. */
export interface Running extends Pick<StartedPlan, "stdin" | "stdout" | "stderr" | "sizes"> { readonly ended: Promise<Result<Ran>> }

export function launch(request: Request, plan: Plan, options: RunOptions = {}): Running {
  const engine = enginePath(request.prefix);
  const { outcome, ...streams } = startPlan(plan, { ...options, engine, env: request.env, cwd: request.cwd });
  const finish = async (): Promise<Result<Ran>> => {
    const { status, events, eventBytes } = await outcome;
    if (status === ENGINE_MISSING && events.length === 0) {
      return fail({ code: "engine.missing", text: `the engine '${engine}' cannot be run`, remedy: "name the installed tree as `prefix`, or build it: npm run build" });
    }
    const hasFailed = status === OP_FAILED && (events.length === 0 || events.some(({ kind }) => kind === "failed"));
    return hasFailed ? fail(report({ ...request, kind: "report", plan: planBytes(plan), events: eventBytes }).problem) : ok({ status, ...signalOf(events) });
  };
  return { ...streams, ended: finish() };
}

/** Runs a verb's plan in an engine of its own. Problems: what went wrong with it, `engine.op` where nothing better is known, `engine.missing`. */
export const run = (request: Request, plan: Plan, options: RunOptions = {}): Promise<Result<Ran>> => launch(request, plan, options).ended;
