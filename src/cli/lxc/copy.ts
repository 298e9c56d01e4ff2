// Owns lxc-copy(1).
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { targetOf } from "../../runtime/lxcpath.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { NAME } from "../options.ts";
import type { Tool } from "../options.ts";
import { progressPrinter } from "../progress.ts";
import { say } from "../say.ts";
import { bytesOf } from "../size.ts";
import { optional } from "../values.ts";

const rows = [
  NAME,
  { long: "newname", short: "N", argument: "required", metavar: "NAME", help: "name of the copy" },
  { long: "newpath", short: "p", argument: "required", metavar: "PATH", help: "directory of containers that the copy goes to (default: the same)" },
  { long: "rename", short: "R", help: "give the container the new name" },
  { long: "snapshot", short: "s", help: "do not copy: put a layer above the container's own files (overlay), or take the storage's own snapshot (btrfs, lvm, zfs)" },
  { long: "allowrunning", short: "a", help: "also while the container runs: its files as they are" },
  { long: "backingstorage", short: "B", argument: "required", metavar: "STORAGE", help: "where the copy's root file system is kept: dir, overlay, btrfs, loop, lvm, zfs, rbd, a list of them or best: the first that can be had (default: as the container's)" },
  { long: "fssize", short: "L", argument: "required", metavar: "SIZE", help: "size of an image or block device for the copy, unit one of bBkKmMgGtT (default: as the container's, or 1G)" },
  { long: "keepname", short: "K", help: "leave the host name as it is" },
  { long: "keepmac", short: "M", help: "leave the hardware addresses as they are" },
  { long: "keepdata", short: "D", help: "with -e: keep it when it has ended" },
  { long: "ephemeral", short: "e", help: "start a snapshot that is gone when it has ended" },
  { long: "mount", short: "m", argument: "required", metavar: "TYPE=SRC[:DST][:ro]", help: "with -e: bind, or overlay what it writes there stays in the copy; several separated by commas" },
  { long: "foreground", short: "F", help: "with -e: stay in the foreground" },
  { long: "daemon", short: "d", help: "with -e: start it in the background (default)" },
  { long: "tmpfs", short: "t", help: "with -e: what it writes goes to memory" },
] as const;
export type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-copy", synopsis: "[-n] NAME -N NEWNAME|-e [OPTION...] [-- COMMAND or HOOK ARGUMENT...]", hasName: true, rows,
  about: "Make a container like another one, or give it another name. Of a copy nothing is left unless all of it is there.",
  examples: [
    ["lxc-copy web -N web2", "a whole copy; blocks are shared where the file system can"],
    ["lxc-copy web -N try -s", "a layer above web's files, made in a moment; web cannot be destroyed before it"],
    ["lxc-copy web -e -- make test", "a command in a copy that is gone afterwards; its status is this command's"],
    ["lxc-copy web -R -N www", "web is www from now on"],
    ["lxc-copy web -N web -p /srv/lxc", "to another directory of containers"],
  ],
};

/** Where it is kept, when -B leaves the choice. */
export const keptLine = (name: string, backend: string, reason: string): string => `${name} is kept on ${backend}: ${reason}\n`;

/** What a new root file system is asked for; a container that is renamed keeps its own. */
const OF_A_NEW_ONE = ["snapshot", "backingstorage", "fssize"] as const;
/** What belongs to -e. */
const EPHEMERAL = ["mount", "tmpfs", "keepdata", "foreground", "daemon"] as const;

function optionProblem({ options }: CommandLine<Row>): Problem | undefined {
  const asked = options.has("ephemeral") ? undefined : EPHEMERAL.find((long) => options.has(long));
  if (asked !== undefined) return { code: "option.conflict", text: `--${asked} is for --ephemeral`, remedy: "add -e" };
  const unused = options.has("rename") ? OF_A_NEW_ONE.find((long) => options.has(long)) : undefined;
  if (unused !== undefined) return { code: "option.conflict", text: `--${unused} is for a copy: --rename leaves the root file system as it is`, remedy: "leave out one of them" };
  if (options.has("ephemeral") && options.has("rename")) return { code: "option.conflict", text: "--ephemeral and --rename exclude each other" };
  const size = options.last("fssize");
  if (size !== undefined && bytesOf(size) === undefined) return { code: "option.value", text: `--fssize: '${size}' is not a size`, remedy: "a number and one of bBkKmMgGtT: 500M, 2G; a bare number is MiB" };
  return undefined;
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, run);

async function run(line: CommandLine<Row>): Promise<Answer> {
  const { options, request, target, voice, words } = line;
  const problem = optionProblem(line);
  if (problem !== undefined) return failed(line, [problem]);
  if (options.has("ephemeral")) return (await import("./copy-ephemeral.ts")).runEphemeral(line);
  const newName = options.last("newname") ?? (options.last("newpath") === undefined ? undefined : target.name);
  if (newName === undefined) return misuse(line, { code: "option.missing", text: "You must provide a NEWNAME for the clone" });
  const to = targetOf(request, newName, options.last("newpath") ?? target.lxcpath);
  if (!to.ok) return failed(line, to.problems);
  const common = { to: to.value, keepsName: options.has("keepname"), hookArgs: words, ...(voice.isQuiet ? {} : { onProgress: progressPrinter(request.isTty[2]) }) };
  if (options.has("rename")) {
    const { rename } = await import("../../runtime/rename.ts");
    const renamed = await rename(request, target, common);
    return renamed.ok ? done(0, { err: say(voice, renamed.warnings ?? []) }) : failed(line, renamed.problems, { closing: [`Renaming container ${target.name} to ${newName} failed`] });
  }
  const size = options.last("fssize");
  const chosen: string[] = [];
  const { copy } = await import("../../runtime/copy.ts");
  const copied = await copy(request, target, {
    ...common, ...(voice.isQuiet ? {} : { onStorage: (backend: string, reason: string): void => { chosen.push(keptLine(newName, backend, reason)); } }), isSnapshot: options.has("snapshot"), mayRun: options.has("allowrunning"), keepsAddresses: options.has("keepmac"), ...optional("backend", options.last("backingstorage")), ...optional("size", size === undefined ? undefined : bytesOf(size)),
  });
  return copied.ok ? done(0, { err: chosen.join("") + say(voice, copied.warnings ?? []) }) : failed(line, copied.problems, { closing: ["Failed to clone"] });
}
