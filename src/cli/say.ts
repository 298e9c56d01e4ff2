// Owns the words on stderr: LXC's prefix before each problem, cause and remedy indented below it.
import { placed } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import type { Log } from "./log.ts";
import { calmed } from "./terminal-text.ts";

export interface Voice {
  /** `lxc-start`. */
  readonly program: string;
  /** Empty: none is known yet. */
  readonly name: string;
  readonly isQuiet: boolean;
  readonly log: Log;
}

/** `lxc-start: web: TEXT`, as scripts look for it. */
export const prefixed = ({ program, name }: Pick<Voice, "program" | "name">, text: string): string => (name === "" ? `${program}: ${text}\n` : `${program}: ${name}: ${text}\n`);

const sentence = ({ at, text }: Problem): string => (at?.kind === "config" ? placed(at, text) : text);

/** An old name is told whole, with the new one: its line would only be said twice. */
const isShown = ({ excerpt, code, severity }: Problem): boolean => excerpt !== undefined && (code !== "config.legacy" || severity !== "warning");
const isBesideMark = (problem: Problem): boolean => isShown(problem) && problem.cause?.startsWith("expected ") === true;

/** The user's line, and below it what it is about: `^^^^ expected a number`. */
function markedLine(problem: Problem): string {
  const { excerpt, cause } = problem;
  if (excerpt === undefined || !isShown(problem)) return "";
  const mark = `${" ".repeat(excerpt.start)}${"^".repeat(excerpt.length)}`;
  return `    ${excerpt.text}\n    ${mark}${isBesideMark(problem) ? ` ${cause ?? ""}` : ""}\n`;
}

/** What it tells of may come from an archive, a server or a config of somebody else's: it moves nobody's cursor, in a log neither. */
export function problemLines(voice: Pick<Voice, "program" | "name">, problem: Problem): string {
  const word = problem.severity === "warning" ? "warning: " : "";
  const more = (label: string, text: string | undefined): string => (text === undefined ? "" : `    ${label}: ${text}\n`);
  const cause = isBesideMark(problem) ? undefined : problem.cause;
  return calmed(`${prefixed(voice, `${word}${sentence(problem)}`)}${markedLine(problem)}${more("cause", cause)}${more("remedy", problem.remedy)}`);
}

/** The text for stderr, "" when quiet; the log gets all of it. */
export function say(voice: Voice, problems: readonly Problem[]): string {
  for (const problem of problems) {
    const detail = calmed([sentence(problem), problem.cause, problem.remedy].filter((part) => part !== undefined).join("; "));
    voice.log.add(problem.severity === "warning" ? "WARN" : "ERROR", detail, problem);
  }
  return voice.isQuiet ? "" : problems.map((problem) => problemLines(voice, problem)).join("");
}

/** Plain sentences with the prefix. */
export function sayLines(voice: Voice, lines: readonly string[]): string {
  for (const line of lines) voice.log.add("ERROR", line);
  return voice.isQuiet ? "" : lines.map((line) => prefixed(voice, line)).join("");
}
