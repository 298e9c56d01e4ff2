// Owns the log file of -o and -l: where it is, which priority gets in, and LXC's line format.
import { accessSync, appendFileSync, closeSync, constants, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { originText } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";

const PRIORITIES = ["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "CRIT", "ALERT", "FATAL"] as const;
type Priority = (typeof PRIORITIES)[number];

export interface LogSettings {
  readonly program: string;
  readonly name: string;
  readonly lxcpath: string;
  /** Absolute. */
  readonly file?: string;
  readonly priority?: string;
  readonly isRoot: boolean;
}
export interface Log {
  readonly add: (priority: Priority, text: string, problem?: Problem) => void;
  readonly isOn: (priority: Priority) => boolean;
}

const SILENT: Log = { add: () => undefined, isOn: () => false };
const MODE = 0o640;
const DEFAULT_LXCPATH = "/var/lib/lxc";
const DEFAULT_DIRECTORY = "/var/log/lxc";

/** `20261122112633.546`, in UTC as LXC writes it. */
export const stamp = (time: Date): string => time.toISOString().replace(/[-:T]/g, "").replace("Z", "");

/** The place in C that LXC names is, here, the line of the config that caused the problem. */
export function logLine(settings: LogSettings, time: Date, entry: { readonly priority: Priority; readonly text: string; readonly problem?: Problem }): string {
  const { priority, text, problem } = entry;
  const category = problem === undefined ? "berth" : (problem.code.split(".")[0] ?? "berth");
  const file = problem?.at === undefined ? "berth" : problem.at.kind === "config" ? (problem.at.file ?? "config") : originText(problem.at).replace(" ", ".");
  const name = settings.name === "" ? "" : `${settings.name} `;
  return `${settings.program} ${name}${stamp(time)} ${priority.padEnd(8)} ${category} - ${file}:${problem?.code ?? "main"}:${problem?.at?.line ?? 0} - ${text}\n`;
}

function mayWrite(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Without -o: root's containers in /var/log/lxc, others beside their config; a container that does not exist gets none. */
function defaultFile({ name, lxcpath, isRoot }: LogSettings): string | undefined {
  const isUsual = isRoot && lxcpath === DEFAULT_LXCPATH;
  if (name === "" || (!isUsual && !existsSync(`${lxcpath}/${name}`))) return undefined;
  const beside = `${lxcpath}/${name}`;
  const directory = (isUsual ? [DEFAULT_DIRECTORY, beside] : [beside, DEFAULT_DIRECTORY]).find(mayWrite);
  return directory === undefined ? undefined : `${directory}/${name}.log`;
}

const levelOf = (word: string | undefined): number => {
  const index = PRIORITIES.findIndex((priority) => priority === word?.toUpperCase());
  return index < 0 ? PRIORITIES.indexOf("ERROR") : index;
};

/** A problem when the file that was asked for cannot be written; the default file is nobody's wish, so it may fail. */
export function openLog(settings: LogSettings): { readonly log: Log; readonly problem?: Problem } {
  if (settings.file === undefined && settings.priority === undefined) return { log: SILENT };
  if (settings.file === "none") return { log: SILENT };
  const file = settings.file ?? defaultFile(settings);
  if (file === undefined) return { log: SILENT };
  if (settings.file !== undefined) {
    const problem = touch(file);
    if (problem !== undefined) return { log: SILENT, problem };
  }
  const least = levelOf(settings.priority);
  const isOn = (priority: Priority): boolean => PRIORITIES.indexOf(priority) >= least;
  const add: Log["add"] = (priority, text, problem) => {
    if (!isOn(priority)) return;
    try {
      appendFileSync(file, logLine(settings, new Date(), { priority, text, ...(problem === undefined ? {} : { problem }) }), { mode: MODE });
    } catch {
      // It could be opened a moment ago, or it is the default file: a full log must not stop a container.
    }
  };
  return { log: { add, isOn } };
}

function touch(file: string): Problem | undefined {
  try {
    mkdirSync(dirname(file), { recursive: true });
    closeSync(openSync(file, "a", MODE));
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^E[A-Z]+: |, (?:open|mkdir) '.*'$/g, "") : String(error);
    return { code: "option.value", at: { kind: "option", key: "--logfile" }, text: `cannot open the log file '${file}'`, cause: why, remedy: "name a file you may write, or leave -o out" };
  }
}
