// Owns lxc-unshare(1).
import { readFileSync } from "node:fs";
import { byOption } from "../../model/origin.ts";
import type { Problem, Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { failed, misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN } from "../options.ts";
import type { Tool } from "../options.ts";
import { optional, problemsOf, wordsOf } from "../values.ts";

const rows = [
  { long: "namespaces", short: "s", argument: "required", metavar: "LIST", help: "which to make, separated by |: MOUNT PID UTSNAME IPC USER NETWORK CGROUP TIME" },
  { long: "user", short: "u", argument: "required", metavar: "USER", help: "id or name to become, with USER" },
  { long: "hostname", short: "H", argument: "required", metavar: "NAME", help: "host name, with UTSNAME" },
  { long: "ifname", short: "i", argument: "required", metavar: "NAME", help: "move this network interface in, with NETWORK; may be repeated" },
  { long: "daemon", short: "d", help: "do not wait for the command" },
  { long: "remount", short: "M", help: "with MOUNT: mount /proc, /dev/shm and /dev/mqueue anew" },
  EXPLAIN,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-unshare", synopsis: "-s LIST [OPTION...] [--] COMMAND...", hasName: false, rows,
  about: "Run a command in new namespaces, without a container. The status is the command's.",
  examples: [["lxc-unshare -s 'UTSNAME|PID' -H box -- hostname", "with another host name"], ["lxc-unshare -s 'MOUNT|PID' -M -- ps -ef", "alone with its processes"]],
};

const NAMESPACES = {
  MOUNT: "mnt", PID: "pid", UTSNAME: "uts", IPC: "ipc", USER: "user", NETWORK: "net", CGROUP: "cgroup", TIME: "time", MNT: "mnt", UTS: "uts", NET: "net",
} as const;

function userId(user: string | undefined): Result<number | undefined> {
  if (user === undefined) return ok(undefined);
  if (/^\d+$/.test(user)) return ok(Number(user));
  const entry = readFileSync("/etc/passwd", "utf8").split("\n").find((line) => line.startsWith(`${user}:`))?.split(":")[2];
  return entry === undefined ? fail({ code: "option.value", at: byOption("--user"), text: `--user: there is no user '${user}'`, remedy: "give a number, or a name of /etc/passwd" }) : ok(Number(entry));
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, words } = line;
  const list = options.last("namespaces");
  const namespaces = list === undefined ? ok([]) : wordsOf("namespaces", list, NAMESPACES);
  const uid = userId(options.last("user"));
  if (!namespaces.ok || !uid.ok) return misuse(line, ...problemsOf(namespaces, uid));
  const has = (namespace: string): boolean => namespaces.value.some((one) => one === namespace);
  const refuse = (code: Problem["code"], text: string): Answer => failed(line, [{ code, text, remedy: `for example: ${tool.examples[0]?.[0] ?? ""}` }]);
  if (words.length === 0) return refuse("option.missing", "A command to execute in the new namespace is required");
  if (namespaces.value.length === 0) return refuse("option.missing", "A namespace to execute command is required");
  if (options.has("ifname") && !has("net")) return refuse("option.conflict", "-i <interfacename> needs -s NETWORK option");
  if (options.has("hostname") && !has("uts")) return refuse("option.conflict", "-H <hostname> needs -s UTSNAME option");
  const { unshare } = await import("../../runtime/unshare.ts");
  return runOrExplain(line, await unshare(request, {
    namespaces: namespaces.value, interfaces: options.all("ifname"), isDaemon: options.has("daemon"), isRemount: options.has("remount") && has("mnt"), command: words,
    ...optional("uid", uid.value), ...optional("hostname", options.last("hostname")),
  }));
});
