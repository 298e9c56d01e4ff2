// Owns `berth import`: a container of what `berth export` has written, from standard input or a file.
import { accessSync, constants, createReadStream, statSync } from "node:fs";
import { byOption } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { absolute, done, failed, misuse, withLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { byteProgress } from "../progress.ts";
import { say } from "../say.ts";

const rows = [{ long: "input", short: "i", argument: "required", metavar: "FILE", help: "the archive (default: standard input)" }] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "berth import", synopsis: "[NAME] [-i FILE]", hasName: false, rows,
  about: "Make a container of an archive that berth export has written. Without a name it gets the one it had. Of an ordinary user it gets ids that are the user's. Nothing is left unless the archive is whole: its checksum is compared.",
  examples: [["berth import < web.tar", "as it was called"], ["berth import www -i web.tar", "under another name"], ["zstd -dc web.tar.zst | berth import", "from a packed one"]],
};

function unreadableProblem(path: string): Problem | undefined {
  const problem = (cause: string): Problem => ({ code: "option.value", at: byOption("--input"), text: `cannot read '${path}'`, cause, remedy: "name an archive that berth export has written" });
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isDirectory() ? problem("it is a directory") : undefined;
  } catch (error) {
    return problem(error instanceof Error ? error.message.split(",")[0] ?? "" : "");
  }
}
/** Of a pipe nobody knows it; why a file cannot be read is said by who reads it. */
function fileSize(path: string): number | undefined {
  try {
    const found = statSync(path);
    return found.isFile() ? found.size : undefined;
  } catch {
    return undefined;
  }
}
async function* chunks({ request, voice }: CommandLine<Row>, file: string | undefined): AsyncIterable<Uint8Array> {
  const source = file === undefined ? createReadStream("", { fd: 0, autoClose: false, highWaterMark: 1 << 18 }) : createReadStream(absolute(request, file), { highWaterMark: 1 << 18 });
  const total = fileSize(file === undefined ? "/proc/self/fd/0" : absolute(request, file));
  const { add, end } = byteProgress("importing", { isTerminal: request.isTty[2] && !voice.isQuiet, ...(total === undefined ? {} : { total }) });
  try {
    for await (const chunk of source) {
      if (!(chunk instanceof Uint8Array)) continue;
      add(chunk.length);
      yield chunk;
    }
  } finally {
    end();
  }
}

async function run(line: CommandLine<Row>): Promise<Answer> {
  const { options, request, target: { lxcpath }, words: [name, ...more], voice } = line;
  const file = options.last("input");
  if (more.length > 0) return misuse(line, { code: "option.missing", text: "one NAME at a time" });
  if (file === undefined && request.isTty[0]) return failed(line, [{ code: "option.missing", text: "an archive is not read from a terminal", remedy: "berth import < FILE" }]);
  const unreadable = file === undefined ? undefined : unreadableProblem(absolute(request, file));
  if (unreadable !== undefined) return failed(line, [unreadable]);
  const { importContainer } = await import("../../runtime/import.ts");
  const result = await importContainer(request, { lxcpath, read: chunks(line, file), ...(name === undefined ? {} : { name }) });
  return result.ok ? done(0, { err: say(voice, result.warnings ?? []) }) : failed(line, result.problems);
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, run);
