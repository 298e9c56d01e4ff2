// Owns lxc-console(1).
import { byOption } from "../../model/origin.ts";
import type { Problem, Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { ESCAPE, EXPLAIN, NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";
import { keyOf, optional, problemsOf } from "../values.ts";

const rows = [
  NAME,
  { long: "tty", short: "t", argument: "required", metavar: "NUMBER", help: "0 is /dev/console, 1 is /dev/tty1 (default: the first free tty)" },
  { ...ESCAPE, short: "e", help: "the key after which q leaves: a letter for Ctrl and that letter, ^b or b (default: a)" },
  RCFILE, EXPLAIN,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-console", synopsis: "[-n] NAME [-t NUMBER] [-e PREFIX]", hasName: true, rows,
  about: "Connect this terminal to the console or a tty of a running container. <Ctrl+a q> leaves, and the container goes on; <Ctrl+a Ctrl+a> types one Ctrl+a.",
  examples: [
    ["lxc-console web", "a login on the first free tty"],
    ["lxc-console web -t 0", "its /dev/console"],
    ["lxc-console web -t 0 -e b", "the same; <Ctrl+b q> leaves"],
  ],
  notes: ["A tty shows a login only where the container's init runs a getty on it (lxc.tty.max, and its inittab or getty@ttyN.service). lxc-attach needs neither."],
};

const DEFAULT_ESCAPE = "a";
const LAST_TTY = 1 << 16;

/** LXC takes -1 for the first free one. */
function ttyOf(text: string | undefined): Result<number | undefined> {
  if (text === undefined || text === "-1") return ok(undefined);
  const number = /^\d{1,6}$/.test(text) ? Number(text) : LAST_TTY;
  const problem: Problem = { code: "option.value", at: byOption("--tty"), text: `--tty: '${text}' is not the number of a terminal`, remedy: "0 is the console, 1 to lxc.tty.max are the ttys" };
  return number < LAST_TTY ? ok(number) : fail(problem);
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target, voice } = line;
  const [tty, escape] = [ttyOf(options.last("tty")), keyOf(options.last("escape") ?? DEFAULT_ESCAPE)];
  if (!tty.ok || !escape.ok) return misuse(line, ...problemsOf(tty, escape));
  const { console } = await import("../../runtime/console.ts");
  return runOrExplain(line, await console(request, target, { escape: escape.value, isQuiet: voice.isQuiet, ...optional("tty", tty.value) }));
});
