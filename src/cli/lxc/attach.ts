// Owns lxc-attach(1).
import type { Result } from "../../model/problem.ts";
import { ok } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { AttachOptions } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { absolute, misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import type { FoundOption, OptionRow } from "../getopt.ts";
import { EXPLAIN, NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";
import { idOf, optional, problemsOf, wordsOf } from "../values.ts";

const rows = [
  NAME,
  { long: "elevated-privileges", short: "e", argument: "optional", metavar: "CGROUP|CAP|LSM", help: "keep what the caller has instead of these confinements of the container; without a list, all three. The value must be attached: -eCAP" },
  { long: "arch", short: "a", argument: "required", metavar: "ARCH", help: "architecture that the command sees, e.g. i686" },
  { long: "namespaces", short: "s", argument: "required", metavar: "LIST", help: "enter only these, separated by |: MOUNT PID UTSNAME IPC USER NETWORK CGROUP TIME; implies -e" },
  { long: "remount-sys-proc", short: "R", help: "with -s and without MOUNT: mount /proc and /sys anew, so that they show the namespaces entered" },
  { long: "clear-env", help: "start with a minimal environment" },
  { long: "keep-env", help: "start with the caller's environment (default)" },
  { long: "pty-log", short: "L", argument: "required", metavar: "FILE", help: "append what the terminal shows to FILE" },
  { long: "set-var", short: "v", argument: "required", metavar: "NAME=VALUE", help: "set a variable; may be repeated" },
  { long: "keep-var", argument: "required", metavar: "NAME", help: "keep this variable in spite of --clear-env; may be repeated" },
  { ...RCFILE, short: "f" },
  { long: "uid", short: "u", argument: "required", metavar: "UID", help: "run as this user id of the container" },
  { long: "gid", short: "g", argument: "required", metavar: "GID", help: "run as this group id of the container" },
  { long: "close-all-fds", short: "C", help: "do not hand open file descriptors on but the first three", isOurs: true },
  { long: "context", short: "c", argument: "required", metavar: "CONTEXT", help: "SELinux context to run in" },
  EXPLAIN,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-attach", synopsis: "[-n] NAME [OPTION...] [-- COMMAND...]", hasName: true, rows,
  about: "Run a command in a running container; without a command, the user's shell there. The status is the command's (128 + N for signal N, 126 not executable, 127 not found).",
  examples: [
    ["lxc-attach web", "a shell"],
    ["lxc-attach web -- ps -ef", "a command; -- keeps its options apart"],
    ["lxc-attach web --clear-env -v LANG=C.UTF-8 -- env", "with a clean environment"],
    ["lxc-attach web -s 'NETWORK|UTSNAME' -- ip addr", "only its network, with the host's files"],
  ],
};

const CONFINEMENTS = { CGROUP: "CGROUP", CAP: "CAP", LSM: "LSM" } as const;
const ALL = Object.values(CONFINEMENTS);
const NAMESPACES = {
  MOUNT: "mnt", PID: "pid", UTSNAME: "uts", IPC: "ipc", USER: "user", NETWORK: "net", CGROUP: "cgroup", TIME: "time", MNT: "mnt", UTS: "uts", NET: "net",
} as const;

/** -s raises everything at the point where it stands; a later -e narrows it again. */
function elevatedOf(found: readonly FoundOption<OptionRow>[]): Result<AttachOptions["elevated"]> {
  let elevated: Result<AttachOptions["elevated"]> = ok([]);
  for (const { row, value } of found) {
    if (row.long === "namespaces") elevated = ok(ALL);
    if (row.long === "elevated-privileges") elevated = value === undefined ? ok(ALL) : wordsOf(row.long, value, CONFINEMENTS);
    if (!elevated.ok) return elevated;
  }
  return elevated;
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target, words } = line;
  const elevated = elevatedOf(options.found);
  const list = options.last("namespaces");
  const namespaces = list === undefined ? ok(undefined) : wordsOf("namespaces", list, NAMESPACES);
  const [uid, gid] = [idOf("uid", options.last("uid")), idOf("gid", options.last("gid"))];
  if (!elevated.ok || !namespaces.ok || !uid.ok || !gid.ok) return misuse(line, ...problemsOf(elevated, namespaces, uid, gid));
  const path = (long: "rcfile" | "pty-log"): string | undefined => {
    const given = options.last(long);
    return given === undefined ? undefined : absolute(request, given);
  };
  const { attach } = await import("../../runtime/attach.ts");
  return runOrExplain(line, await attach(request, target, {
    command: words, elevated: elevated.value, isExplained: options.has("explain"), isRemountSysProc: options.has("remount-sys-proc"),
    ...(options.has("close-all-fds") ? { closeAllFds: true } : {}), isClearEnv: options.lastOf("clear-env", "keep-env") === "clear-env", keepVar: options.all("keep-var"), setVar: options.all("set-var"),
    ...optional("namespaces", namespaces.value), ...optional("arch", options.last("arch")), ...optional("ptyLog", path("pty-log")),
    ...optional("uid", uid.value), ...optional("gid", gid.value), ...optional("context", options.last("context")), ...optional("rcfile", path("rcfile")),
  }));
});
