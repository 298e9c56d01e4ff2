// Owns `berth stats`: what running containers have used, once or again and again, for people and for programs.
import type { Request } from "../../model/request.ts";
import type { ContainerStats } from "../../model/stats.ts";
import { stats } from "../../runtime/stats.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { idle, stream } from "../stream.ts";
import { openMetrics, statsTable } from "../stats-text.ts";

const rows = [
  { long: "follow", short: "f", help: "again and again, until it is ended" },
  { long: "delay", short: "d", argument: "required", metavar: "SECONDS", help: "with --follow: between two looks (default: 2)" },
  { long: "format", argument: "required", metavar: "table|json|yaml|openmetrics", help: "a table (default), JSON, YAML, or OpenMetrics text for Prometheus" },
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "berth stats", synopsis: "[NAME...] [OPTION...]", hasName: false, rows,
  about: "Show what running containers have used since they were started: CPU, memory, swap, kernel memory, block I/O, processes, network, and how long they waited for a resource (pressure). The numbers mean the same on cgroup v1 and v2; what the kernel does not count is left out.",
  examples: [
    ["berth stats", "all that run"], ["berth stats web db --follow", "two of them, every two seconds"], ["berth stats web --format json", "everything, as data"],
    ["berth stats --format openmetrics > /var/lib/prometheus/node-exporter/lxc.prom", "for Prometheus' textfile collector"],
  ],
};

type Format = (all: readonly ContainerStats[], before: readonly ContainerStats[]) => string;
const FORMATS: Readonly<Record<string, Format>> = { table: statsTable, json: (all) => asJson(all), openmetrics: (all) => openMetrics(all) };
/** Followed, each look is one line. */
const JSON_LINE: Format = (all) => `${JSON.stringify(all, (_key, part: unknown) => (typeof part === "bigint" ? Number(part) : part))}\n`;

async function follow(line: CommandLine<Row>, format: Format, delay: number): Promise<Answer> {
  const isScreen = line.request.isTty[1] && format === FORMATS["table"];
  let before: readonly ContainerStats[] = [];
  for (;;) {
    const result = await stats(line.request, line.target.lxcpath, line.words);
    if (!result.ok) return failed(line, result.problems);
    const isRead = await stream(`${isScreen ? "\u001b[H\u001b[J" : ""}${format(result.value, before)}`);
    before = result.value;
    if (!isRead || !await idle(delay * 1000)) return done(0);
  }
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options } = line;
  const [name, text] = [options.last("format") ?? "table", options.last("delay") ?? "2"];
  const format = FORMATS[name] ?? statsTable;
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) === 0) return misuse(line, { code: "option.value", text: `--delay: '${text}' is not a number of seconds`, remedy: "as in -d 5" });
  if (options.has("follow")) return follow(line, name === "json" ? JSON_LINE : format, Number(text));
  const result = await stats(request, line.target.lxcpath, line.words);
  if (!result.ok) return failed(line, result.problems);
  return done((result.warnings ?? []).length > 0 ? 1 : 0, { out: format(result.value, []), err: say(line.voice, result.warnings ?? []) });
});
