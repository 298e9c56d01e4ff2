// Owns lxc-execute(1).
import { existsSync } from "node:fs";
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { Target } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { absolute, failed, misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN, NAME, RCFILE, STRICT } from "../options.ts";
import type { Tool } from "../options.ts";
import { DEFINE, SHARE, shareOf } from "../starting.ts";
import { definesOf, idOf, optional, problemsOf } from "../values.ts";

const rows = [
  NAME,
  { long: "daemon", short: "d", help: "run in the background" },
  { ...RCFILE, short: "f" },
  DEFINE,
  { long: "uid", short: "u", argument: "required", metavar: "UID", help: "run the command as this user id of the container" },
  { long: "gid", short: "g", argument: "required", metavar: "GID", help: "run the command as this group id of the container" },
  ...SHARE, STRICT, EXPLAIN,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-execute", synopsis: "[-n] NAME [OPTION...] -- COMMAND...", hasName: true, rows,
  about: "Run one command in a container made for it: below a small init that reaps and forwards signals, not by booting. The status is the command's (128 + N for signal N, 255 when it could not be executed).",
  examples: [
    ["lxc-execute box -- /bin/echo hello", "run a command, then it is over"],
    ["lxc-execute box -u 33 -g 33 -- id", "as another user"],
    ["lxc-execute tmp -f my.conf -s lxc.net.0.type=empty -- sh", "with a config of its own"],
    ["lxc-execute box --explain -- true", "show each step"],
  ],
};

const NO_CONFIG: Problem = {
  code: "config.missing", severity: "warning", text: "Executing a container with no configuration file may crash the host",
  cause: "the command has the host's files, and root's rights over them", remedy: "give it a config: -f FILE",
};

const noContainer = ({ name, lxcpath }: Target): Problem => ({
  code: "container.missing", text: `container "${name}" is not defined`, cause: `there is no ${lxcpath}/${name}/config`, remedy: "give it an image (--image debian/bookworm) or a config (-f FILE)",
});

/** `needsFiles`: a container without a config is refused; LXC runs what it is given on the host's files. */
export const main = (request: Request, needsFiles = false): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target, words } = line;
  const [define, uid, gid] = [definesOf(options.all("define")), idOf("uid", options.last("uid")), idOf("gid", options.last("gid"))];
  if (!define.ok || !uid.ok || !gid.ok) return misuse(line, ...problemsOf(define, uid, gid));
  const rcfile = options.last("rcfile");
  const isBare = rcfile === undefined && !existsSync(`${target.lxcpath}/${target.name}/config`);
  if (isBare && needsFiles && options.all("define").length === 0) return failed(line, [noContainer(target)]);
  const isDaemon = options.has("daemon");
  const { execute } = await import("../../runtime/execute.ts");
  const result = await execute(request, target, {
    isDaemon, define: define.value, command: words, closeAllFds: isDaemon, share: shareOf(options.last), isStrict: options.has("strict"), isExplained: options.has("explain"),
    ...optional("rcfile", rcfile === undefined ? undefined : absolute(request, rcfile)), ...optional("uid", uid.value), ...optional("gid", gid.value),
  });
  return runOrExplain(line, isBare && result.ok ? { ...result, warnings: [NO_CONFIG, ...(result.warnings ?? [])] } : result);
});
