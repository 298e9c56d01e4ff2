// Owns lxc-usernsexec(1).
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN } from "../options.ts";
import type { Tool } from "../options.ts";
import { idOf, optional, problemsOf } from "../values.ts";

const rows = [
  { long: "map", short: "m", argument: "required", metavar: "MAP", help: "[u:|g:|b:]NS:HOST:RANGE, for user ids, group ids or both (default: both); may be repeated" },
  { long: "map-self", short: "s", help: "map the caller's own ids as well" },
  { long: "uid", short: "u", argument: "required", metavar: "UID", help: "user id in the namespace (default 0)" },
  { long: "gid", short: "g", argument: "required", metavar: "GID", help: "group id in the namespace (default 0)" },
  EXPLAIN,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-usernsexec", synopsis: "[OPTION...] [--] [COMMAND...]", hasName: false, rows,
  about: "Run a command (default: /bin/sh) as root of a new user namespace. Without -m, the ids that /etc/subuid and /etc/subgid give to the caller are mapped from 0. The status is the command's.",
  examples: [
    ["lxc-usernsexec -- id", "with all of the caller's subordinate ids"],
    ["lxc-usernsexec -m b:0:100000:65536 -- rm -r tree", "remove what belongs to a container's users"],
  ],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, words } = line;
  const [uid, gid] = [idOf("uid", options.last("uid")), idOf("gid", options.last("gid"))];
  if (!uid.ok || !gid.ok) return misuse(line, ...problemsOf(uid, gid));
  const { usernsexec } = await import("../../runtime/usernsexec.ts");
  return runOrExplain(line, await usernsexec(request, {
    maps: options.all("map"), isMapSelf: options.has("map-self"), command: words, ...optional("uid", uid.value), ...optional("gid", gid.value),
  }));
});
