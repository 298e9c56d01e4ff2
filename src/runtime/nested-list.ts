// Owns the containers in a container: its own lxc-ls, LXC's or Berth's, is asked for them. It answers for a system that may
// be hostile: what is taken of its words are names, states and a few short fields.
import type { Request } from "../model/request.ts";
import { STATES } from "../model/state.ts";
import { attach } from "./attach.ts";
import { PLAIN_ATTACH } from "./plain-options.ts";
import { launch } from "./run.ts";
import type { ListedContainer, Target } from "./verbs.ts";

/** `level`: 1 for a container in one of those that were asked about. */
export interface NestedContainer extends ListedContainer { readonly level: number }

const COLUMNS = ["NAME", "STATE", "PID", "AUTOSTART", "GROUPS", "INTERFACE", "IPV4", "IPV6", "UNPRIVILEGED"] as const;
const PATIENCE_MS = 10_000;
const MOST_BYTES = 1 << 20;
const MARK = /^((?: {2})*) \\_ /;

const listOf = (cell: string | undefined): readonly string[] => (cell === undefined || cell === "-" || cell === "" ? [] : cell.split(", "));

/** A row of the table; undefined: no container. */
function containerOf(line: string, starts: readonly number[]): NestedContainer | undefined {
  const mark = MARK.exec(line);
  const cells = starts.map((start, index) => line.slice(start, starts[index + 1]).trim());
  const [first = "", stateWord, pid, autostart, groups, interfaces, ipv4, ipv6, unprivileged] = cells;
  const name = mark === null ? first : first.replace(/^(?: *)\\_ /, "");
  const state = STATES.find((one) => one === stateWord);
  if (state === undefined || !/^[^\s/]{1,220}$/.test(name) || /\p{Cc}/u.test(line)) return undefined;
  return {
    name, state, level: mark === null ? 1 : 2 + (mark[1]?.length ?? 0) / 2, isDefined: true, isAutostart: autostart === "1", isUnprivileged: unprivileged === "true",
    groups: listOf(groups), interfaces: listOf(interfaces), ipv4: listOf(ipv4), ipv6: listOf(ipv6), ...(/^\d{1,10}$/.test(pid ?? "") ? { pid: Number(pid) } : {}),
  };
}

/** Of the table that `lxc-ls -f` prints: its heading says where each column begins. */
export function parseNested(text: string): readonly NestedContainer[] {
  const [heading = "", ...lines] = text.split("\n");
  const starts = COLUMNS.map((title) => heading.search(new RegExp(`\\b${title}\\b`)));
  return starts.includes(-1) ? [] : lines.flatMap((line) => containerOf(line, starts) ?? []);
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (stream === null) return "";
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MOST_BYTES) break;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

/** Nothing of a container that has no lxc-ls, does not answer in time, or is frozen. `depth`: how deep, 1 for its own. */
export async function nestedList(request: Request, target: Target, depth: number): Promise<readonly NestedContainer[]> {
  const command = ["lxc-ls", "--fancy", `--fancy-format=${COLUMNS.join(",")}`, ...(depth > 1 ? [`--nesting=${depth - 1}`] : [])];
  const plan = await attach(request, target, { ...PLAIN_ATTACH, command });
  if (!plan.ok) return [];
  const running = launch(request, plan.value, { stdin: "ignore", stdout: "pipe", stderr: "ignore", abort: AbortSignal.timeout(PATIENCE_MS) });
  const text = await textOf(running.stdout);
  const ended = await running.ended;
  return ended.ok && ended.value.status === 0 ? parseNested(text).filter(({ level }) => level <= depth) : [];
}
