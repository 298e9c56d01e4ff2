// Owns running one of our commands as another user: root asks for him.
import { accountOf } from "../host/setup/account.ts";
import type { Plan } from "../isa/op.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";

/** A file of bin/ with its words; `about` says what only root may do for somebody else. */
export interface OthersCommand { readonly verb: string; readonly program: string; readonly words: readonly string[]; readonly about: string }

/** Whether that is the caller himself. */
export const isCaller = (request: Request, user: string): boolean => user === (request.euid === 0 ? "root" : accountOf(String(request.euid))?.name);

/** undefined: there is no such user. */
export const homeOf = (user: string): string | undefined => accountOf(user)?.home;

/** The same command with the user's ids and what login sets. */
export function planAsUser(request: Request, user: string, { verb, program, words, about }: OthersCommand): Result<Plan> {
  const account = accountOf(user);
  if (account === undefined) return fail({ code: "option.value", at: byOption("--user"), text: `there is no user '${user}'`, remedy: "name one of getent passwd" });
  const shown = [program, ...words.filter((word) => !word.startsWith("-")), "--user", user].join(" ");
  if (request.euid !== 0) return fail({ code: "privilege", at: byOption("--user"), text: `only root may ${about}`, remedy: `as root: ${shown}` });
  const from = byOption("--user");
  const env = [`HOME=${account.home}`, `USER=${account.name}`, `LOGNAME=${account.name}`, "PATH=/usr/local/bin:/usr/bin:/bin", ...["TERM", "LANG", "LC_ALL"].flatMap((key) => (request.env[key] === undefined ? [] : [`${key}=${request.env[key]}`]))];
  return ok({ verb, name: "", lxcpath: "", ops: [
    { op: "setIds", uid: account.uid, gid: account.gid, groups: account.groupIds, from },
    { op: "chdir", path: account.home, from, onError: "ignore" },
    { op: "exec", path: `${request.prefix}/bin/${program}`, argv: [program, ...words], env, from },
  ] });
}
