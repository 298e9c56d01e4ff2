// Owns which directory containers live in and which names they may have.
import { plainPath } from "../linux/slashes.ts";
import type { Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { systemConfig } from "./system-config.ts";
import type { Target } from "./verbs.ts";

export const absolutePath = (request: Request, path: string): string => (path.startsWith("/") ? path : `${request.cwd}/${path}`);

/** `-P` made absolute against the caller's directory, without `.`, `..` and trailing slashes; else lxc.lxcpath. */
export function canonicalLxcpath(request: Request, given?: string): string {
  const path = given ?? systemConfig(request, "lxc.lxcpath") ?? "/var/lib/lxc";
  return plainPath(absolutePath(request, path));
}

/** With what is put around it (`lxc.payload.NAME-1`, `.NAME.new-…`) it must still be a file's name. */
const LONGEST = 220;

/** LXC's rule for a name: one path component. */
export function checkedName(name: string): Result<string> {
  if (name === "") return fail({ code: "name.missing", text: "No container name specified" });
  const why = name === "." || name === ".." ? "is a directory of its own" : name.includes("/") ? "contains a slash"
    : name.includes("\0") || name.includes("\n") ? "contains a control character" : new TextEncoder().encode(name).length > LONGEST ? `is longer than ${LONGEST} bytes` : undefined;
  return why === undefined ? ok(name) : fail({ code: "name.invalid", text: `invalid container name ${JSON.stringify(name.length > LONGEST ? `${name.slice(0, 20)}…` : name)}: it ${why}`, remedy: "use a name that can be a directory below the lxcpath, e.g. web1" });
}

/** What a door passes to a verb. */
export function targetOf(request: Request, name: string, given?: string): Result<Target> {
  const checked = checkedName(name);
  return checked.ok ? ok({ name, lxcpath: canonicalLxcpath(request, given) }) : checked;
}
