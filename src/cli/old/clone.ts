// Owns lxc-clone, of LXC 0.6 to 2.
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import { failed, misuse, withLine } from "../command-line.ts";
import type { CommandLine } from "../command-line.ts";
import type { Tool } from "../options.ts";
import { flag, given, passOn } from "./pass-on.ts";

const rows = [
  { long: "orig", short: "o", argument: "required", metavar: "NAME", help: "the container; may also be the first word that is no option" },
  { long: "new", short: "n", argument: "required", metavar: "NEWNAME", help: "name of the copy; may also be the next word" },
  { long: "name", argument: "required", metavar: "NEWNAME", help: "the same, as in LXC 0.8" },
  { long: "snapshot", short: "s", help: "do not copy: put a layer above the container's own files, or take a snapshot where the storage has them" },
  { long: "backingstore", short: "B", argument: "required", metavar: "STORAGE", help: "where the copy's root file system is kept" },
  { long: "size", short: "L", argument: "required", metavar: "SIZE", help: "size of a block device for the copy" },
  { long: "fssize", argument: "required", metavar: "SIZE", help: "the same, as in LXC 0.8" },
  { long: "keepname", short: "K", help: "leave the host name as it is" },
  { long: "keepmac", short: "M", help: "leave the hardware addresses as they are" },
  { long: "copyhooks", short: "H", help: "hooks are always copied" },
  { long: "lxcpath", short: "p", argument: "required", metavar: "PATH", help: "directory of the container" },
  { long: "newpath", short: "P", argument: "required", metavar: "PATH", help: "directory of containers that the copy goes to (default: the same)" },
  { long: "vgname", short: "v", argument: "required", metavar: "GROUP", help: "not supported, as in LXC 1" },
  { long: "fstype", short: "t", argument: "required", metavar: "TYPE", help: "not supported, as in LXC 1" },
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-clone", synopsis: "ORIG NEW [OPTION...] [-- HOOK ARGUMENT...]", hasName: false, isOld: true, rows,
  about: "Make a container like another one. The command of LXC 2 and older; today it is lxc-copy.",
  examples: [["lxc-clone -o web -n web2", "a whole copy; today: lxc-copy web -N web2"], ["lxc-clone -s web try", "a layer above web's files; today: lxc-copy web -N try -s"]],
};

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line: CommandLine<Row>) => {
  const { options, words } = line;
  const old = (["vgname", "fstype"] as const).find((long) => options.has(long));
  if (old !== undefined) return failed(line, [{ code: "option.conflict", text: `--${old} is not supported`, cause: "the copy's storage is as the container's, or as -B says", remedy: `leave --${old} out` }]);
  const rest = [...words];
  const [orig, name] = [options.last("orig") ?? rest.shift(), options.last("new") ?? options.last("name") ?? rest.shift()];
  if (orig === undefined || name === undefined) return misuse(line, { code: "option.missing", text: "both a container and a name for its copy are needed", remedy: "lxc-clone -o ORIG -n NEW" });
  const answer = await passOn(request, "lxc-copy", [
    `--name=${orig}`, `--newname=${name}`, ...(["snapshot", "keepname", "keepmac"] as const).flatMap((long) => flag(long, options.has(long))),
    ...given("backingstorage", options.last("backingstore")), ...given("fssize", options.last("size") ?? options.last("fssize")),
    ...given("lxcpath", options.last("lxcpath")), ...given("newpath", options.last("newpath")), "--", ...rest,
  ]);
  return answer.kind === "done" && answer.status === 0 ? { ...answer, out: `Created container ${name} as ${options.has("snapshot") ? "snapshot" : "copy"} of ${orig}\n` } : answer;
});
