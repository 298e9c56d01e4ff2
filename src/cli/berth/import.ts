// Owns `berth import`: a container of what `berth export` has written, from standard input or a file.
import { createReadStream, statSync } from "node:fs";
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

async function* chunks({ request, voice }: CommandLine<Row>, file: string | undefined): AsyncIterable<Uint8Array> {
  const source = file === undefined ? createReadStream("", { fd: 0, autoClose: false, highWaterMark: 1 << 18 }) : createReadStream(absolute(request, file), { highWaterMark: 1 << 18 });
  const from = statSync(file === undefined ? "/proc/self/fd/0" : absolute(request, file), { throwIfNoEntry: false });
  const { add, end } = byteProgress("importing", { isTerminal: request.isTty[2] && !voice.isQuiet, ...(from?.isFile() === true ? { total: from.size } : {}) });
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
  const { importContainer } = await import("../../runtime/import.ts");
  const result = await importContainer(request, { lxcpath, read: chunks(line, file), ...(name === undefined ? {} : { name }) });
  return result.ok ? done(0, { err: say(voice, result.warnings ?? []) }) : failed(line, result.problems);
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, run);
