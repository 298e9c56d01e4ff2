// Owns lxc-info(1): its columns, and the rule by which -H leaves the labels out.
import type { Request } from "../../model/request.ts";
import { info } from "../../runtime/info.ts";
import type { ContainerInfo } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, failed, withLine } from "../command-line.ts";
import { exitText, restartsText } from "../exit-text.ts";
import { FORMAT, NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";
import { asJson } from "../json.ts";
import { say } from "../say.ts";
import { humanSize } from "../size.ts";

const rows = [
  NAME,
  { long: "config", short: "c", argument: "required", metavar: "KEY", help: "the value of a config key; may be repeated" },
  { long: "ips", short: "i", help: "its addresses" },
  { long: "pid", short: "p", help: "the process id of its init" },
  { long: "stats", short: "S", help: "what it uses: CPU, disk, memory, network" },
  { long: "no-humanize", short: "H", help: "plain numbers; with one of the other options, no label either" },
  { long: "state", short: "s", help: "its state" },
  RCFILE, FORMAT,
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-info", synopsis: "[-n] NAME [OPTION...]", hasName: true, rows,
  about: "Show what a container is and does. Without options: everything but config keys.",
  examples: [
    ["lxc-info web", "everything"], ["lxc-info web -sH", "RUNNING or another state, for scripts"],
    ["lxc-info web -c lxc.rootfs.path -H", "one config value"], ["lxc-info web --format json", "everything, as data"],
  ],
};

interface Wish { readonly isAll: boolean; readonly state: boolean; readonly pid: boolean; readonly ips: boolean; readonly stats: boolean; readonly isRaw: boolean; readonly isBare: boolean }

function wishOf({ options }: CommandLine<Row>): Wish {
  const [state, pid, ips, stats] = [options.has("state"), options.has("pid"), options.has("ips"), options.has("stats")];
  const isAll = !state && !pid && !ips && !stats && !options.has("config");
  const isRaw = options.has("no-humanize");
  const count = Number(state) + Number(pid) + Number(ips);
  return { isAll, isRaw, isBare: isRaw && !isAll && !stats && count === 1, state: state || isAll, pid: pid || isAll, ips: ips || isAll, stats: stats || isAll };
}

const seconds = (nanoseconds: bigint): string => `${(Number(nanoseconds) / 1e9).toFixed(2)} seconds`;

function statLines(value: ContainerInfo, row: (label: string, text: string) => string, isRaw: boolean): readonly string[] {
  const size = (bytes: bigint): string => (isRaw ? `${bytes}` : humanSize(bytes));
  const sized = (label: string, bytes: bigint | undefined): readonly string[] => (bytes === undefined ? [] : [row(label, size(bytes))]);
  return [
    ...(value.cpuNanoseconds === undefined ? [] : [row("CPU use:", isRaw ? `${value.cpuNanoseconds}` : seconds(value.cpuNanoseconds))]),
    ...sized("BlkIO use:", value.blkioBytes), ...sized("Memory use:", value.memoryBytes), ...sized("KMem use:", value.kmemBytes),
    ...value.nics.flatMap(({ link, txBytes, rxBytes }) => [
      row("Link:", link), ...sized(" TX bytes:", BigInt(txBytes)), ...sized(" RX bytes:", BigInt(rxBytes)), ...sized(" Total bytes:", BigInt(txBytes + rxBytes)),
    ]),
  ];
}

export function infoText(value: ContainerInfo, wish: Wish): string {
  const row = (label: string, text: string): string => (wish.isBare ? text : `${label.padEnd(15)} ${text}`);
  const isStopped = value.state === "STOPPED";
  const lines = [
    ...(wish.isAll ? [row("Name:", value.name)] : []),
    ...(wish.state ? [row("State:", value.state)] : []),
    ...(wish.pid && value.pid !== undefined ? [row("PID:", `${value.pid}`)] : []),
    ...(wish.ips ? value.ips.map((address) => row("IP:", address)) : []),
    ...(wish.stats && !isStopped ? statLines(value, row, wish.isRaw) : []),
    // Not LXC's: only where a reader of the classic lines cannot stumble over it.
    ...(wish.isAll && !wish.isRaw && isStopped && value.lastExit !== undefined ? [row("Last exit:", exitText(value.lastExit))] : []),
    ...(wish.isAll && !wish.isRaw && value.restarts !== undefined ? [row("Restarts:", restartsText(value.restarts))] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Each key is told by itself: a wrong one is no failure, as in LXC. */
async function keyText(line: CommandLine<Row>, isRaw: boolean): Promise<{ readonly out: string; readonly err: string }> {
  const keys = line.options.all("config");
  if (keys.length === 0) return { out: "", err: "" };
  const { configItem } = await import("../../runtime/config-item.ts");
  const rcfile = line.options.last("rcfile");
  let [out, err] = ["", ""];
  for (const key of keys) {
    const item = await configItem(line.request, line.target, key, rcfile === undefined ? {} : { rcfile });
    if (!item.ok) return { out, err: err + say(line.voice, item.problems) };
    const isBare = isRaw && keys.length === 1;
    if (item.value === undefined) err += line.voice.isQuiet ? "" : `${key} invalid\n`;
    else out += isBare ? `${item.value}\n` : item.value === "" ? `${key} =\n` : `${key} = ${item.value}\n`;
  }
  return { out, err };
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const wish = wishOf(line);
  const isJson = line.options.has("format");
  const result = await info(request, line.target, { stats: wish.stats || isJson, ips: wish.ips || isJson });
  if (!result.ok) {
    // LXC prints this one without its prefix, and scripts compare the whole line.
    if (result.problems.some(({ code }) => code === "container.missing")) return done(1, { err: line.voice.isQuiet ? "" : `${line.target.name} doesn't exist\n` });
    return failed(line, result.problems);
  }
  if (isJson) return done(0, { out: asJson(result.value) });
  const keys = await keyText(line, wish.isRaw);
  return done(0, { out: infoText(result.value, wish) + keys.out, err: keys.err });
});
