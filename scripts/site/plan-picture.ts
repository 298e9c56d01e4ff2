// Owns the picture of a plan: a column for each process, an operation below the other, an arrow where one waits for another.
// The plan is a real one: what planStart answers for the config and the host of the golden tests.
import { explainJson, type ExplainedStep } from "../../src/isa/explain.ts";
import type { Plan } from "../../src/isa/op.ts";
import { planStart } from "../../src/plan/lifecycle/start.ts";
import { factsOf, idmap, inputsOf, line, specOf } from "../../test/golden/fixtures.ts";
import { escapeHtml } from "./html.ts";

const ROW = 20, WIDTH = 420, GAP = 40, TOP = 64, LETTERS = 60;

/** What is drawn as a picture: a container whose root is an ordinary id, with one interface on a bridge. */
export function picturedPlan(): Plan {
  const nics = [{ index: 0, type: "veth", isUp: true, link: "lxcbr0", linkFrom: line(7, "lxc.net.0.link"), ipv4: [], ipv6: [], other: {}, from: line(6, "lxc.net.0.type") } as const];
  const facts = factsOf({ links: { lxcbr0: { isBridge: true, mtu: 1500, index: 4 } } });
  const plan = planStart(specOf({ idmap, nics }), facts, inputsOf());
  if (!plan.ok) throw new Error(plan.problems.map(({ text }) => text).join("; "));
  return plan.value;
}

interface Placed extends ExplainedStep { readonly row: number }
const SAYS = /^say #(\d+) to (?:the )?(\w+)/, WAITS = /^wait for #(\d+) from (?:the )?(\w+)/;

/** Who a step speaks to or waits for: a child by its name, or the parent. */
function flows(steps: readonly ExplainedStep[]): (step: ExplainedStep) => { readonly says?: string; readonly waits?: string; readonly makes?: string } {
  const names = new Set(steps.map(({ process }) => process));
  const parents = new Map(steps.flatMap((step) => { const made = step.op === "clone" ? /"(\w+)"/.exec(step.text)?.[1] : undefined; return made === undefined ? [] : [[made, step.process] as const]; }));
  return (step) => {
    const other = (name: string): string => (name === "parent" ? parents.get(step.process) ?? "" : name);
    const [says, waits] = [SAYS.exec(step.text), WAITS.exec(step.text)];
    const made = step.op === "clone" ? /"(\w+)"/.exec(step.text)?.[1] : undefined;
    return {
      ...(says === null ? {} : { says: `${says[1] ?? ""} ${step.process} ${other(says[2] ?? "")}` }), ...(waits === null ? {} : { waits: `${waits[1] ?? ""} ${other(waits[2] ?? "")} ${step.process}` }),
      ...(made === undefined || !names.has(made) ? {} : { makes: made }),
    };
  };
}

/** Each process goes on until it has to wait for what another has not said yet. */
export function placed(plan: Plan): readonly Placed[] {
  const steps = explainJson(plan).filter(({ undoOf, when }) => undoOf === undefined && when === undefined);
  const lanes = [...new Set(steps.map(({ process }) => process))].map((process) => ({ process, steps: steps.filter((step) => step.process === process), next: 0, row: process === "launcher" ? 0 : -1 }));
  const flow = flows(steps);
  const said = new Map<string, number>();
  const done: Placed[] = [];
  const tryOne = (lane: (typeof lanes)[number]): boolean => {
    const step = lane.steps[lane.next];
    if (step === undefined || lane.row < 0) return false;
    const { says, waits, makes } = flow(step);
    const heard = waits === undefined ? -1 : said.get(waits);
    if (heard === undefined) return false;
    const row = Math.max(lane.row, heard + 1);
    done.push({ ...step, row });
    lane.next++;
    lane.row = row + 1;
    if (says !== undefined) said.set(says, row);
    const made = lanes.find(({ process }) => process === makes);
    if (made !== undefined) made.row = row + 1;
    return true;
  };
  while (lanes.map(tryOne).includes(true));
  // what is said while init runs comes last
  const last = Math.max(...done.map(({ row }) => row)) + 1;
  return [...done, ...lanes.flatMap((lane) => lane.steps.slice(lane.next).map((step, i) => ({ ...step, row: last + i })))];
}

const short = (text: string): string => (text.length <= LETTERS ? text : `${text.slice(0, LETTERS - 1)}…`);

export function planPicture(plan: Plan): string {
  const steps = placed(plan);
  const lanes = [...new Set(steps.map(({ process }) => process))];
  const x = (process: string): number => 20 + lanes.indexOf(process) * (WIDTH + GAP);
  const y = (row: number): number => TOP + row * ROW;
  const height = y(Math.max(...steps.map(({ row }) => row)) + 2);
  const boxes = steps.map((step) => {
    const isFlow = SAYS.test(step.text) || WAITS.test(step.text);
    const kind = step.op === "clone" ? "make" : isFlow ? "flow" : step.origin.startsWith("config") ? "asked" : "own";
    return `<g class="${kind}"><title>${escapeHtml(`${step.number}: ${step.text} [${step.origin}]${step.note === undefined ? "" : ` – ${step.note}`}`)}</title><rect x="${x(step.process)}" y="${y(step.row) - 14}" width="${WIDTH}" height="${ROW - 3}" rx="3"/><text x="${x(step.process) + 6}" y="${y(step.row)}">${escapeHtml(short(step.text))}</text></g>`;
  });
  const flow = flows(steps);
  const arrows = steps.flatMap((step) => {
    const { says, makes } = flow(step);
    const goal = steps.find((other) => (says !== undefined && flow(other).waits === says) || other.process === makes);
    if (goal === undefined) return [];
    const isRight = x(goal.process) > x(step.process);
    return [`<path d="M${x(step.process) + (isRight ? WIDTH : 0)} ${y(step.row) - 5} L${x(goal.process) + (isRight ? 0 : WIDTH)} ${y(goal.row) - 5}" marker-end="url(#tip)"/>`];
  });
  const width = 40 + lanes.length * (WIDTH + GAP) - GAP;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="ui-monospace,monospace" font-size="11">
<style>rect{fill:#eef2f7;stroke:#c3cddb}text{fill:#1d2433}.asked rect{fill:#e2f0ff;stroke:#7fb2e8}.make rect{fill:#ffe9c7;stroke:#dba552}.flow rect{fill:#f3e8ff;stroke:#b793e0}path{stroke:#8a6dc0;fill:none}.title{font-size:15px;font-weight:bold}</style>
<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="3" orient="auto"><path d="M0 0 L7 3 L0 6" fill="#8a6dc0"/></marker></defs>
<rect width="${width}" height="${height}" style="fill:#fff;stroke:none"/>
${lanes.map((lane) => `<text class="title" x="${x(lane)}" y="36">${lane}</text>`).join("")}
${boxes.join("\n")}
${arrows.join("\n")}
</svg>
`;
}
