// Owns `berth export`: a container as one tar archive on standard output, or in a file.
import { fstatSync } from "node:fs";
import { byOption } from "../../model/origin.ts";
import type { Request } from "../../model/request.ts";
import type { Output } from "../../runtime/porting/output.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { absolute, done, failed, misuse, withLine } from "../command-line.ts";
import { NAME } from "../options.ts";
import type { Tool } from "../options.ts";
import { byteProgress } from "../progress.ts";
import { say } from "../say.ts";
import { stream } from "../stream.ts";

const rows = [
  NAME,
  { long: "output", short: "o", argument: "required", metavar: "FILE", help: "write it there, once it is whole; to a device or a pipe as it comes (default: standard output)" },
  { long: "no-snapshots", help: "leave its snapshots out" },
  { long: "allowrunning", short: "a", help: "also while the container runs: its files as they are" },
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "berth export", synopsis: "NAME [-o FILE]", hasName: true, rows,
  about: "Write a container with its config, hooks and snapshots as one archive that any tar can read. Ids are those that the container sees, so that it can be imported by anybody; extended attributes, ACLs and capabilities are kept (tar --xattrs --xattrs-include='*'). Its last member is the SHA-256 of all before it.",
  examples: [["berth export web > web.tar", "one file"], ["berth export web | zstd > web.tar.zst", "a smaller one"], ["berth export web | ssh other berth import", "to another machine, without a file between"]],
};

type Write = (bytes: Uint8Array) => Promise<boolean>;

/** The same, and how much it was is shown: of what goes to a file. What reads a pipe may itself say how far it is. */
function counted({ request, target, voice }: CommandLine<Row>, fd: number, write: Write): { readonly write: Write; readonly end: () => void } {
  const { add, end } = byteProgress(`exporting ${target.name}`, { isTerminal: request.isTty[2] && !voice.isQuiet && fstatSync(fd).isFile() });
  return {
    end, write: async (bytes) => {
      const isRead = await write(bytes);
      add(bytes.length);
      return isRead;
    },
  };
}

async function run(line: CommandLine<Row>): Promise<Answer> {
  const { options, request, target, voice, words: [extra] } = line;
  if (extra !== undefined) return misuse(line, { code: "option.unknown", text: `'${extra}' is one word too many`, remedy: `berth export ${target.name} -o ${extra}` });
  const output = options.last("output");
  if (output === undefined && request.isTty[1]) return failed(line, [{ code: "option.missing", text: "an archive is not written to a terminal", remedy: `berth export ${target.name} > ${target.name}.tar` }]);
  const file = output === undefined ? undefined : absolute(request, output);
  const [{ exportContainer }, { openOutput, writeAll }] = [await import("../../runtime/export.ts"), await import("../../runtime/porting/output.ts")];
  const wish = { mayRun: options.has("allowrunning"), withSnapshots: !options.has("no-snapshots") };
  if (file === undefined) {
    const { write, end } = counted(line, 1, stream);
    const result = await exportContainer(request, target, { ...wish, write }).finally(end);
    return result.ok ? done(0, { err: say(voice, result.warnings ?? []) }) : failed(line, result.problems);
  }
  let opened: Output | undefined;
  try {
    opened = openOutput(file);
    const { fd } = opened;
    const { write, end } = counted(line, fd, (bytes) => { writeAll(fd, bytes); return Promise.resolve(true); });
    const result = await exportContainer(request, target, { ...wish, write }).finally(end);
    if (!result.ok) return failed(line, result.problems);
    opened.keep();
    opened = undefined;
    return done(0, { err: say(voice, result.warnings ?? []) });
  } catch (error) {
    return failed(line, [{ code: "storage.copy", at: byOption("--output"), text: `cannot write '${file}': ${error instanceof Error ? error.message : ""}` }]);
  } finally {
    opened?.drop();
  }
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, run);
