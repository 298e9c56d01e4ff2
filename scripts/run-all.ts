// Owns the running of checks: so many side by side, never two that hold the same thing, a line for each when it has ended, and the sums.
import type { Check, Outcome } from "./checks.ts";

export interface Sum { readonly passed: number; readonly failed: number; readonly broken: readonly string[]; /** They failed beside others, and passed alone. */ readonly unsteady: readonly string[] }

/** Held by a check that wants nothing beside it. */
export const ALL = "the machine";
const holdsOf = ({ holds = [] }: Check): readonly string[] => holds;

/** May it begin beside these? */
function mayBegin(check: Check, beside: readonly Check[]): boolean {
  if (beside.length === 0) return true;
  const held = beside.flatMap(holdsOf);
  return !held.includes(ALL) && !holdsOf(check).includes(ALL) && !holdsOf(check).some((thing) => held.includes(thing));
}

async function runOne(check: Check): Promise<Sum> {
  const begin = performance.now();
  const outcome = await check.run((seconds) => console.log(`     ${check.name}: ${seconds} s …`))
    .catch((error: unknown): Outcome => ({ passed: 0, failed: 1, output: error instanceof Error ? error.message : String(error) }));
  if (outcome.failed > 0) console.log(outcome.output.trimEnd());
  const count = outcome.passed + outcome.failed;
  console.log(`${outcome.failed === 0 ? "ok  " : "FAIL"} ${check.name}${count > 1 ? `: ${outcome.passed} of ${count}` : ""} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
  return { passed: outcome.passed, failed: outcome.failed, broken: outcome.failed > 0 ? [check.name] : [], unsteady: [] };
}

export const added = (sums: readonly Sum[]): Sum => ({
  passed: sums.reduce((all, { passed }) => all + passed, 0), failed: sums.reduce((all, { failed }) => all + failed, 0), broken: sums.flatMap(({ broken }) => broken), unsteady: sums.flatMap(({ unsteady }) => unsteady),
});

type OnEnd = (ended: Check, beside: readonly Check[]) => void;
type Sums = Map<Check, Sum>;

async function runOnce(checks: readonly Check[], lanes: number, onEnd: OnEnd | undefined): Promise<Sums> {
  const queue = [...checks];
  const running = new Map<Check, Promise<void>>();
  const sums: Sums = new Map();
  const begin = (check: Check): void => {
    queue.splice(queue.indexOf(check), 1);
    running.set(check, runOne(check).then((sum) => {
      sums.set(check, sum);
      running.delete(check);
      onEnd?.(check, [...running.keys()]);
    }));
  };
  while (queue.length > 0 || running.size > 0) {
    const next = running.size < lanes ? queue.find((check) => mayBegin(check, [...running.keys()])) : undefined;
    if (next === undefined) await Promise.race(running.values());
    else begin(next);
  }
  return sums;
}

/** More than these are no accident. */
const ACCIDENTS_MAX = 4;

async function runAgain(sums: Sums, onEnd: OnEnd | undefined): Promise<void> {
  const failed = [...sums].filter(([, { broken }]) => broken.length > 0).map(([check]) => check);
  if (failed.length > ACCIDENTS_MAX) return;
  for (const check of failed) {
    console.log(`     ${check.name}: once more, alone`);
    const sum = await runOne(check);
    sums.set(check, sum.failed === 0 ? { ...sum, unsteady: [check.name] } : sum);
    onEnd?.(check, []);
  }
}

export interface How {
  readonly lanes?: number;
  /** Is told what has ended and what still runs. */
  readonly onEnd?: OnEnd;
  /** The few that failed beside others are run once more, alone: what passes then is counted so, and named as unsteady. */
  readonly isForgiving?: boolean;
}

/** Runs the checks in their order, so many at a time, as far as what they hold allows, and returns the sums. */
export async function runAll(checks: readonly Check[], { lanes = 1, onEnd, isForgiving = false }: How = {}): Promise<Sum> {
  const sums = await runOnce(checks, lanes, onEnd);
  if (isForgiving) await runAgain(sums, onEnd);
  return added([...sums.values()]);
}
