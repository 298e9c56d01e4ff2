// Owns the way from a command of LXC 1 and older to the one of today that does its work.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { doors } from "../doors.ts";
import type { OptionRow } from "../getopt.ts";

/** The other command's answer, in the name of this one. */
export async function passOn(request: Request, command: string, words: readonly string[]): Promise<Answer> {
  const load = doors[command];
  if (load === undefined) throw new Error(`no command ${command}`);
  return (await load()).main({ ...request, argv: [request.argv[0] ?? command, ...words] });
}

/** `--long VALUE` where there is one. */
export const given = (long: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [`--${long}=${value}`]);
export const flag = (long: string, isSet: boolean): readonly string[] => (isSet ? [`--${long}`] : []);

/** Its own options come first; from the first word that is none of them, all belongs to the program it runs (ps, netstat). */
export function withOwnOptions(request: Request, rows: readonly OptionRow[]): Request {
  const [program = "", ...words] = request.argv;
  let at = 0;
  for (let word = words[at]; word !== undefined && word !== "--"; word = words[at]) {
    const own = rows.find(({ long, short }) => word === `--${long}` || word.startsWith(`--${long}=`) || word === `-${short ?? "-"}`);
    if (own === undefined) break;
    at += own.argument === "required" && !word.includes("=") ? 2 : 1;
  }
  const rest = words[at] === "--" ? words.slice(at + 1) : words.slice(at);
  return { ...request, argv: [program, ...words.slice(0, at), "--", ...rest] };
}
