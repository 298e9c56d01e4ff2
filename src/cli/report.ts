// Owns what is printed when a plan failed: the runtime's report, with LXC's prefix and its classic last line.
import { notesOf } from "../isa/notes.ts";
import type { Notes } from "../isa/notes.ts";
import type { Request } from "../model/request.ts";
import { configuredLog } from "../runtime/configured-log.ts";
import { report } from "../runtime/report.ts";
import type { Answer } from "./answer.ts";
import { commandOf, spokenName } from "./berth/alias.ts";
import { absolute, done, rcfileOf } from "./command-line.ts";
import { doors } from "./doors.ts";
import type { OptionRow } from "./getopt.ts";
import { getopt } from "./getopt.ts";
import { openLog } from "./log.ts";
import { COMMON, commonOf, optionsOf } from "./options.ts";
import type { Options } from "./options.ts";
import type { Voice } from "./say.ts";
import { prefixed, sayLines } from "./say.ts";
import { CLASSIC_LINE } from "./starting.ts";

async function typed(argv: readonly string[]): Promise<Options> {
  const [program = "berth", ...words] = argv;
  const tool = (await doors[program]?.())?.tool;
  return optionsOf(getopt<OptionRow>(words, [...(tool?.rows ?? []), ...(tool === undefined ? COMMON : commonOf(tool))], { program }).found);
}

async function voiceOf(request: Request, program: string, { options, notes }: { readonly options: Options; readonly notes: Notes | undefined }): Promise<Voice> {
  const [file, priority] = [options.last("logfile"), options.last("logpriority")];
  const [name, lxcpath] = [notes?.name ?? "", notes?.lxcpath ?? ""];
  const configured = name === "" ? {} : await configuredLog(request, { name, lxcpath }, rcfileOf(options.found));
  const { log } = openLog({
    program, name, lxcpath, isRoot: request.euid === 0, configured,
    ...(file === undefined ? {} : { file: file === "none" ? file : absolute(request, file) }), ...(priority === undefined ? {} : { priority }),
  });
  return { program, name, isQuiet: options.has("quiet"), log };
}

/** LXC says no more than one line of a container that runs already. */
const wantsClassic = (notes: Notes | undefined, status: number): boolean => notes?.verb === "start" && status !== 0;

export async function main(request: Request): Promise<Answer> {
  const argv = commandOf(request.argv);
  const options = await typed(argv);
  const notes = notesOf(request.plan ?? new Uint8Array(0));
  const { lines: [first = "the plan failed", ...more], status, problem } = report(request);
  const voice = await voiceOf(request, request.argv[0] === "berth" ? spokenName(request.argv) : argv[0] ?? "berth", { options, notes });
  voice.log.add("ERROR", [first, ...more].join("; "), problem);
  const closing = wantsClassic(notes, status) ? sayLines(voice, [CLASSIC_LINE]) : "";
  return done(status, { err: voice.isQuiet ? "" : `${prefixed(voice, first)}${more.map((line) => `    ${line}\n`).join("")}${closing}` });
}
