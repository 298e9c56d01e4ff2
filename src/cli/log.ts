// Owns the log of -o, -l and lxc.log.*: where it is, which priority gets in, and LXC's line format.
import { spawnSync } from "node:child_process";
import { accessSync, appendFileSync, closeSync, constants, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { originText, type Origin } from "../model/origin.ts";
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
  /** lxc.log.*: what counts where the options say nothing; `syslog`: a facility that gets all of it as well. */
  readonly configured?: { readonly file?: string; readonly fileFrom?: Origin; readonly level?: string; readonly syslog?: string };
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
  return `${settings.program.replaceAll(" ", "-")} ${name}${stamp(time)} ${priority.padEnd(8)} ${category} - ${file}:${problem?.code ?? "main"}:${problem?.at?.line ?? 0} - ${text}\n`;
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

/** logger(1) has the C library's way to the system's log. */
function toSyslog(facility: string, { program, name }: LogSettings, { priority, text }: { readonly priority: Priority; readonly text: string }): void {
  spawnSync("logger", ["--tag", program, "--priority", `${facility}.${SYSLOG[priority]}`, "--", name === "" ? text : `${name}: ${text}`], { stdio: "ignore" });
}
const SYSLOG: Readonly<Record<Priority, string>> = { TRACE: "debug", DEBUG: "debug", INFO: "info", NOTICE: "notice", WARN: "warning", ERROR: "err", CRIT: "crit", ALERT: "alert", FATAL: "emerg" };

/** Which file, and whether somebody asked for it; undefined: none. */
function fileOf(settings: LogSettings): { readonly file: string; readonly isWished: boolean } | undefined {
  const wished = settings.file ?? settings.configured?.file;
  if (wished === "none") return undefined;
  if (wished !== undefined) return { file: wished, isWished: true };
  const usual = settings.priority === undefined ? undefined : defaultFile(settings);
  return usual === undefined ? undefined : { file: usual, isWished: false };
}

/** A problem when the file that was asked for cannot be written; the default file is nobody's wish, so it may fail. */
export function openLog(settings: LogSettings): { readonly log: Log; readonly problem?: Problem } {
  const found = fileOf(settings);
  const facility = settings.configured?.syslog;
  if (found === undefined && facility === undefined) return { log: SILENT };
  const problem = found?.isWished === true ? touch(found.file, settings) : undefined;
  if (problem !== undefined) return { log: SILENT, problem };
  const least = levelOf(settings.priority ?? settings.configured?.level);
  const isOn = (priority: Priority): boolean => PRIORITIES.indexOf(priority) >= least;
  const add: Log["add"] = (priority, text, about) => {
    if (!isOn(priority)) return;
    if (facility !== undefined) toSyslog(facility, settings, { priority, text });
    if (found === undefined) return;
    try {
      appendFileSync(found.file, logLine(settings, new Date(), { priority, text, ...(about === undefined ? {} : { problem: about }) }), { mode: MODE });
    } catch {
      // It could be opened a moment ago, or it is the default file: a full log must not stop a container.
    }
  };
  return { log: { add, isOn } };
}

function touch(file: string, { file: option, configured }: LogSettings): Problem | undefined {
  try {
    mkdirSync(dirname(file), { recursive: true });
    closeSync(openSync(file, "a", MODE));
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^E[A-Z]+: |, (?:open|mkdir) '.*'$/g, "") : String(error);
    if (option === undefined) return { code: "config.value", ...(configured?.fileFrom === undefined ? {} : { at: configured.fileFrom }), text: `cannot open the log file '${file}' of lxc.log.file`, cause: why, remedy: "name a file you may write, or take the line out" };
    return { code: "option.value", at: { kind: "option", key: "--logfile" }, text: `cannot open the log file '${file}'`, cause: why, remedy: "name a file you may write, or leave -o out" };
  }
}
