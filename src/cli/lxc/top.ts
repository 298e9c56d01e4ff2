// Owns lxc-top(1): what the running containers use, again and again.
import type { Request } from "../../model/request.ts";
import type { ContainerStats } from "../../model/stats.ts";
import { canonicalLxcpath } from "../../runtime/lxcpath.ts";
import { stats } from "../../runtime/stats.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, misuse, withLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { idle, stream } from "../stream.ts";
import { BATCH_HEAD, batchLines, topScreen } from "../top-table.ts";
import type { SortKey, TopOrder } from "../top-table.ts";

const KEYS: readonly SortKey[] = ["n", "c", "b", "m", "s", "k"];

const rows = [
  { long: "delay", short: "d", argument: "required", metavar: "SECONDS", help: "between two looks (default: 3, with -b 300)" },
  { long: "batch", short: "b", help: "lines for a program instead of a screen: comma-separated, a heading first" },
  { long: "sort", short: "s", argument: "required", metavar: "COLUMN", help: "n name (default), c CPU, b block I/O, m memory, s memory and swap, k kernel memory" },
  { long: "reverse", short: "r", help: "the other way round" },
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-top", synopsis: "[OPTION...]", hasName: false, hasPaths: true, rows,
  about: "Show what the running containers use: CPU, block I/O, memory. Keys: q quits, n c b m s k choose the order, r turns it round. -P may be given more than once.",
  examples: [["lxc-top", "a screen that is renewed every three seconds"], ["lxc-top -s m", "the largest first"], ["lxc-top -b -d 60 > usage.csv", "a line for each container every minute"]],
  notes: ["berth stats has more numbers, and formats for programs."],
};

const [DELAY, BATCH_DELAY] = [3, 300];
interface Wish { readonly delay: number; readonly order: TopOrder }

function wishOf(line: CommandLine<Row>): Wish | Answer {
  const { options } = line;
  const [text, key = "n"] = [options.last("delay"), options.last("sort")];
  const delay = text === undefined ? (options.has("batch") ? BATCH_DELAY : DELAY) : /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  if (delay === undefined) return misuse(line, { code: "option.value", text: `--delay: '${text ?? ""}' is not a number of seconds`, remedy: "as in -d 5" });
  const known = KEYS.find((one) => one === key);
  if (known === undefined) return misuse(line, { code: "option.value", text: `--sort: '${key}' is not known`, remedy: `one of ${KEYS.join(" ")}` });
  return { delay, order: { key: known, isReversed: options.has("reverse") } };
}

async function lookAtAll({ request, options }: CommandLine<Row>): Promise<readonly ContainerStats[]> {
  const given = options.all("lxcpath");
  const paths = [...new Set(given.length === 0 ? [canonicalLxcpath(request, undefined)] : given.map((path) => canonicalLxcpath(request, path)))];
  const found = await Promise.all(paths.map((path) => stats(request, path, [])));
  return found.flatMap((result) => (result.ok ? result.value : []));
}

async function batch(line: CommandLine<Row>, { delay, order }: Wish): Promise<Answer> {
  let isRead = await stream(BATCH_HEAD);
  while (isRead) isRead = await stream(batchLines(await lookAtAll(line), order)) && await idle(delay * 1000);
  return done(0);
}

/** Ctrl-C comes as a key: the terminal is raw. */
const QUIT = new Set(["q", "\u0003", "\u0004"]);
const OTHER_ROWS = 24;

async function screen(line: CommandLine<Row>, { delay, order: first }: Wish): Promise<Answer> {
  const { ReadStream, WriteStream } = await import("node:tty");
  const keys = new ReadStream(0);
  const rowsOf = (): number => (line.request.isTty[1] ? new WriteStream(1).rows : 0) || OTHER_ROWS;
  let [order, isOver, hasKey] = [first, false, false];
  keys.setRawMode(true);
  keys.on("data", (bytes: Uint8Array) => {
    for (const key of new TextDecoder().decode(bytes)) {
      if (QUIT.has(key)) isOver = true;
      else if (key === "r") order = { ...order, isReversed: !order.isReversed };
      else order = { ...order, key: KEYS.find((one) => one === key) ?? order.key };
    }
    hasKey = true;
  });
  keys.on("end", () => { isOver = true; });
  let isRead = true;
  try {
    while (isRead && !isOver) {
      isRead = await stream(topScreen(await lookAtAll(line), order, rowsOf()));
      hasKey = false;
      isRead &&= await idle(delay * 1000, () => isOver || hasKey);
    }
  } finally {
    keys.setRawMode(false);
    keys.destroy();
  }
  return done(0, { out: "\n" });
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const wish = wishOf(line);
  if ("kind" in wish) return wish;
  if (line.options.has("batch")) return batch(line, wish);
  // LXC's words
  if (!request.isTty[0]) return done(1, { err: line.voice.isQuiet ? "" : "stdin is not a tty\nFailed to setup terminal\n    remedy: -b needs no terminal; berth stats prints once\n" });
  return screen(line, wish);
});
