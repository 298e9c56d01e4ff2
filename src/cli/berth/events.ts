// Owns `berth events`.
import { byOption } from "../../model/origin.ts";
import type { Request } from "../../model/request.ts";
import type { StateEvent } from "../../model/state.ts";
import type { Answer } from "../answer.ts";
import { done, failed, withLine } from "../command-line.ts";
import { endText, restartsText } from "../exit-text.ts";
import { STREAM_FORMAT } from "../options.ts";
import type { Tool } from "../options.ts";
import { openStream } from "../stream.ts";

const rows = [
  STREAM_FORMAT,
  { long: "count", short: "c", argument: "required", metavar: "NUMBER", help: "end after so many", isOurs: true },
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth events", synopsis: "[NAME...] [--format json] [-c NUMBER] [-P PATH...]", hasName: false, hasPaths: true, rows,
  about: "Tell each state that containers come to, with its time, until it is ended. Containers that are made later are told of, too.",
  examples: [["berth events", "all containers"], ["berth events web db --format json", "two of them, for a program"], ["berth events web -c 1", "wait for the next change"]],
};

const WIDTH = 8;
const textOf = ({ time, name, state, exit, restarts }: StateEvent): string => `${time}  ${state.padEnd(WIDTH)}  ${name}${exit === undefined || state !== "STOPPED" ? "" : `  ${endText(exit)}`}${restarts === undefined ? "" : `  restarts: ${restartsText(restarts)}`}\n`;

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, lxcpaths, words } = line;
  const count = options.last("count") ?? "0";
  if (!/^\d{1,9}$/.test(count)) return failed(line, [{ code: "option.value", at: byOption("--count"), text: `--count: '${count}' is not a number`, remedy: "how many events to wait for" }]);
  const { events } = await import("../../runtime/events.ts");
  const stream = openStream();
  const enough = new AbortController();
  let left = Number(count) || Number.POSITIVE_INFINITY;
  const on = (event: StateEvent): void => {
    if (left <= 0) return;
    stream.write(options.has("format") ? `${JSON.stringify(event)}\n` : textOf(event));
    left -= 1;
    if (left === 0) enough.abort();
  };
  await events(request, { lxcpaths, isWanted: (name) => words.length === 0 || words.includes(name), on, end: AbortSignal.any([stream.end, enough.signal]) });
  await stream.close();
  return done(0);
});
