// Owns the facts about who called: from the request, with the user's name from passwd(5).
import type { Caller } from "../../model/facts.ts";
import type { Request } from "../../model/request.ts";
import { readText } from "../read-text.ts";

/** Name of a uid in /etc/passwd; a caller known only to NSS is who USER or LOGNAME says, if passwd does not know that name otherwise. */
export function userName(passwd: string, uid: number, env: Readonly<Record<string, string>>): string | undefined {
  const lines = passwd.split("\n");
  const named = lines.find((line) => line.split(":", 3)[2] === String(uid))?.split(":", 1)[0];
  if (named !== undefined) return named;
  const claimed = env["USER"] ?? env["LOGNAME"];
  return lines.some((line) => line.startsWith(`${claimed}:`)) ? undefined : claimed;
}

export function probeCaller(request: Request): Caller {
  const { pid, uid, euid, gid, egid, cwd, isTty, inheritedFds, env } = request;
  const user = userName(readText("/etc/passwd") ?? "", euid, env);
  const home = env["HOME"];
  return { pid, uid, euid, gid, egid, cwd, isTty, inheritedFds, env, ...(user === undefined ? {} : { user }), ...(home === undefined ? {} : { home }) };
}
