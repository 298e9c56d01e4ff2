// Owns the filter that a policy becomes: for each way into the kernel a binary search over its numbers.
import { answer, ifArguments, ifBelow, ifEqual, loadArchitecture, loadNumber, MOST_INSTRUCTIONS, programHex } from "./bpf.ts";
import type { Code } from "./bpf.ts";
import { machineOf, numberOf, X32_BIT } from "./machines.ts";
import type { Interface, Machine } from "./machines.ts";
import { multiplexed } from "./multiplex.ts";
import { ACTION, readPolicy } from "./policy.ts";
import type { Flaw, Policy, Rule } from "./policy.ts";

/** Numbers from `first` on, up to the next span. */
interface Span { readonly first: number; readonly code: Code; readonly action?: number }

/** The rules of each number, in the policy's order. */
function rulesByNumber(policy: Policy, way: Interface): ReadonlyMap<number, readonly Rule[]> {
  const found = new Map<number, Rule[]>();
  const add = (number: number | undefined, rule: Rule): void => {
    if (number === undefined) return;
    const rules = found.get(number);
    if (rules === undefined) found.set(number, [rule]);
    else rules.push(rule);
  };
  for (const rule of policy.rules) {
    if (typeof rule.call === "number") {
      add(rule.call, rule);
      continue;
    }
    add(numberOf(way, rule.call), rule);
    const other = way.isMultiplexed && rule.comparisons.length === 0 ? multiplexed(rule.call) : undefined;
    if (other !== undefined) add(numberOf(way, other.by), { ...rule, comparisons: [other.comparison] });
  }
  return found;
}

/** As in libseccomp a rule without comparisons wins, the first of them. */
function spanOf(first: number, rules: readonly Rule[], { isWide, fallback }: { readonly isWide: boolean; readonly fallback: number }): Span {
  const action = rules.find(({ comparisons }) => comparisons.length === 0)?.action;
  if (action !== undefined) return { first, action, code: [answer(action)] };
  return { first, code: [...rules.flatMap((rule) => ifArguments(rule.comparisons, isWide, rule.action)), answer(fallback)] };
}

/** All numbers, without two neighbours that answer the same. */
function spansOf(policy: Policy, way: Interface): readonly Span[] {
  const fallback: Omit<Span, "first"> = { action: policy.fallback, code: [answer(policy.fallback)] };
  const spans: Span[] = [{ first: 0, ...fallback }];
  let next = 0;
  const add = (span: Span): void => {
    if (spans.at(-1)?.first === span.first) spans.pop();
    const last = spans.at(-1);
    if (last?.action === undefined || last.action !== span.action) spans.push(span);
  };
  for (const [number, rules] of [...rulesByNumber(policy, way)].toSorted(([a], [b]) => a - b)) {
    if (number > next) add({ first: next, ...fallback });
    add(spanOf(number, rules, { isWide: way.isWide, fallback: policy.fallback }));
    next = number + 1;
  }
  add({ first: next, ...fallback });
  return spans;
}

function search(spans: readonly Span[]): Code {
  const middle = spans.length >> 1;
  const [only] = spans;
  const pivot = spans[middle];
  if (middle === 0 || pivot === undefined) return only?.code ?? [];
  return ifBelow(pivot.first, search(spans.slice(0, middle)), search(spans.slice(middle)));
}

/** What is called by a way that the policy leaves shut is killed, as libseccomp does. */
const SHUT: Code = [answer(ACTION.kill)];

function program(policy: Policy, { interfaces }: Machine): Code {
  const open = policy.isNativeOnly ? interfaces.slice(0, 1) : interfaces;
  const blocks = [...new Set(open.map(({ audit }) => audit))].map((audit) => {
    const [own, x32] = [0, X32_BIT].map((bit) => open.find((way) => way.audit === audit && way.bit === bit));
    const code = own === undefined ? SHUT : search(spansOf(policy, own));
    if (!interfaces.some((way) => way.audit === audit && way.bit === X32_BIT)) return ifEqual(audit, [loadNumber, ...code]);
    // -1 is what a tracer writes to skip a call: no interface's own
    const above: Code = [...ifEqual(0xffffffff, [answer(policy.fallback)]), ...(x32 === undefined ? SHUT : search(spansOf(policy, x32)))];
    return ifEqual(audit, [loadNumber, ...ifBelow(X32_BIT, code, above)]);
  });
  return [loadArchitecture, ...blocks.flat(), ...SHUT];
}

/** A name that no table knows filters nothing. One that was to be allowed says so itself, by being refused. */
function unknownCalls(policy: Policy, { interfaces }: Machine): readonly Flaw[] {
  return policy.rules.flatMap(({ call, line, action }) => {
    if (typeof call === "number" || action === ACTION.allow || interfaces.some((way) => numberOf(way, call) !== undefined || (way.isMultiplexed && multiplexed(call) !== undefined))) return [];
    return [{ line, text: `'${call}' is not a system call that is known here: it is not filtered`, isWarning: true }];
  });
}

/** The child hands the listener over with this call, under the filter already. */
const HANDS_OVER = "sendmsg";

/** Where the listener itself would have to pass by a call that waits for whoever has it. */
function heldUp({ rules, fallback }: Policy): readonly Flaw[] {
  const own = rules.filter(({ call }) => call === HANDS_OVER);
  const notified = own.find(({ action }) => action === ACTION.notify) ?? (fallback === ACTION.notify && !own.some(({ comparisons }) => comparisons.length === 0) ? { line: 2 } : undefined);
  return notified === undefined ? [] : [{ line: notified.line, text: `the action notify cannot be had for '${HANDS_OVER}': the start itself needs that call before anybody can answer`, remedy: `give ${HANDS_OVER} another action` }];
}

const isAsking = ({ rules, fallback }: Policy): boolean => fallback === ACTION.notify || rules.some(({ action }) => action === ACTION.notify);

export interface CompiledPolicy { readonly flaws: readonly Flaw[]; /** Struct sock_filter after struct sock_filter, as hex; absent with a flaw that is no warning. */ readonly program?: string; /** Somebody outside is asked about some calls: the filter has a listener. */ readonly isNotified?: boolean }

/** `uname`: the machine, as `uname -m` says. */
export async function compilePolicy(text: string, uname: string): Promise<CompiledPolicy> {
  const machine = await machineOf(uname);
  if (machine === undefined) return { flaws: [{ line: 1, text: `seccomp policies are not supported on ${uname}`, remedy: "remove lxc.seccomp.profile" }] };
  const read = readPolicy(text, machine.sections);
  const { policy } = read;
  const flaws = [...read.flaws, ...heldUp(policy)];
  if (flaws.some(({ isWarning }) => isWarning !== true)) return { flaws };
  const code = program(policy, machine);
  if (code.length > MOST_INSTRUCTIONS) return { flaws: [{ line: 1, text: `the policy becomes a filter of ${code.length} instructions; the kernel takes ${MOST_INSTRUCTIONS}`, remedy: "write fewer rules with comparisons" }] };
  return { flaws: [...flaws, ...unknownCalls(policy, machine)], program: programHex(code), ...(isAsking(policy) ? { isNotified: true } : {}) };
}
