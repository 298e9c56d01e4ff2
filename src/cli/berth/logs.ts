// Owns `berth logs`.
import { byOption } from "../../model/origin.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { done, failed, withLine } from "../command-line.ts";
import { NAME, STREAM_FORMAT } from "../options.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { openStream } from "../stream.ts";
import { consoleText } from "../terminal-text.ts";

const rows = [
  NAME,
  { long: "follow", short: "f", help: "go on with what it says, until it stops", isOurs: true },
  { long: "lines", argument: "required", metavar: "NUMBER", help: "only the last so many lines of what it has said", isOurs: true },
  { ...STREAM_FORMAT, help: "json: an object for each line, with its time if it was heard (default: text)" },
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth logs", synopsis: "NAME [-f] [--lines NUMBER] [--format json]", hasName: true, rows,
  about: "Show what a container's console has said: lxc.console.logfile where it is set, else what its monitor keeps in memory (lxc.console.buffer.size), else the last lines of its last run.",
  examples: [["berth logs web", "all that is kept"], ["berth logs web -f --lines 20", "the last 20 lines, then what it says"], ["berth logs web -f --format json", "for a program"]],
};

/** How a line, and text that comes in pieces, is shown. */
interface Format { readonly line: (line: string, isNew: boolean) => string; readonly piece?: (text: string) => string }
const formats = (request: Request): Readonly<Record<"text" | "json", Format>> => ({
  text: { line: (line) => `${consoleText(request, line)}\n`, piece: (text) => consoleText(request, text) },
  json: { line: (line, isNew) => `${JSON.stringify({ line, ...(isNew ? { time: new Date().toISOString() } : {}) })}\n` },
});

/** What is kept is held back until all of it is there, as only its last lines may be wanted; what is said now is shown at once, prompts too. */
class Output {
  readonly #write: (text: string) => void;
  readonly #format: Format;
  readonly #most: number;
  readonly #decoder = new TextDecoder();
  #rest = "";
  #kept: string[] = [];
  #isLive = false;
  constructor(most: number, format: Format, write: (text: string) => void) { [this.#most, this.#format, this.#write] = [most, format, write]; }

  take(bytes: Uint8Array, isNew: boolean): void {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    if (isNew && this.#format.piece !== undefined) return this.#takePiece(text);
    const parts = text.split(/\r*\n/);
    this.#rest = parts.pop() ?? "";
    if (isNew) for (const line of parts) this.#write(this.#format.line(line, true));
    else this.#kept = [...this.#kept, ...parts].slice(-this.#most);
  }
  /** Carriage returns at the end wait for what follows. */
  #takePiece(text: string): void {
    this.#rest = /\r*$/.exec(text)?.[0] ?? "";
    this.#write(this.#format.piece?.(text.slice(0, text.length - this.#rest.length).replaceAll(/\r+\n/g, "\n")) ?? "");
  }
  /** The last line is a prompt that may go on. */
  caughtUp(): void {
    for (const line of this.#most === 0 ? [] : this.#kept) this.#write(this.#format.line(line, false));
    [this.#kept, this.#isLive] = [[], true];
    const rest = this.#rest;
    this.#rest = "";
    if (this.#format.piece === undefined) this.#rest = rest;
    else if (this.#most > 0) this.#takePiece(rest);
  }
  end(): void {
    if (!this.#isLive) this.caughtUp();
    const rest = this.#rest.replace(/\r+$/, "");
    if (rest !== "" && this.#most > 0) this.#write(this.#format.line(rest, false));
  }
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target, voice } = line;
  const lines = options.last("lines");
  if (lines !== undefined && !/^\d{1,9}$/.test(lines)) return failed(line, [{ code: "option.value", at: byOption("--lines"), text: `--lines: '${lines}' is not a number`, remedy: "how many lines, for example 20" }]);
  const { logs } = await import("../../runtime/logs.ts");
  const stream = openStream();
  const output = new Output(lines === undefined ? Number.POSITIVE_INFINITY : Number(lines), formats(request)[options.has("format") ? "json" : "text"], stream.write);
  const result = await logs(request, target, { on: (bytes, isNew) => output.take(bytes, isNew), caughtUp: () => output.caughtUp(), isFollow: options.has("follow"), end: stream.end });
  output.end();
  await stream.close();
  return result.ok ? done(0, { err: say(voice, result.warnings ?? []) }) : failed(line, result.problems);
});
