// Owns the commands of LXC 0.8 and older that nothing does the work of any more: each says what to do instead.
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { failed, withLine } from "../command-line.ts";
import type { Tool } from "../options.ts";

interface Gone { readonly does: string; readonly cause: string; readonly remedy: string }
const CLOSED: Gone = {
  does: "gave the lxc-* commands file capabilities or the set-user-ID bit, so that ordinary users could run containers as root",
  cause: "whoever could run the commands was root",
  remedy: "give users containers of their own, whose root has no rights outside: as root, berth setup USER",
};
export const GONE: Readonly<Record<string, Gone>> = {
  "lxc-setcap": CLOSED,
  "lxc-setuid": CLOSED,
};

const toolOf = (name: string, { does }: Gone): Tool => ({
  name, synopsis: "[-d]", hasName: false, isOld: true, rows: [{ long: "undo", short: "d", help: "take it back: there is nothing to take back" }],
  about: `This command ${does}. It is no more.`,
  examples: [["berth setup alice", "as root: alice may have containers"]],
});

export const doorOf = (name: string): { readonly tool: Tool; readonly main: (request: Request) => Promise<Answer> } => {
  const gone = GONE[name] ?? CLOSED;
  const tool = toolOf(name, gone);
  const problem: Problem = { code: "unsupported", text: `${name} is no more: it ${gone.does}`, cause: gone.cause, remedy: gone.remedy };
  return { tool, main: (request) => withLine(tool, request, (line) => Promise.resolve(line.options.found.length > 0 ? { kind: "done", status: 0 } : failed(line, [problem]))) };
};
