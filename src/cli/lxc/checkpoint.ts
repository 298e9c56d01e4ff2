// Owns lxc-checkpoint(1).
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { absolute, failed, misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN, NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";
import { optional } from "../values.ts";

const rows = [
  NAME,
  { long: "restore", short: "r", help: "bring the container back" },
  { long: "checkpoint-dir", short: "D", argument: "required", metavar: "DIR", help: "directory for the checkpoint, made when missing" },
  { long: "verbose", short: "v", help: "let CRIU write all it does to its log in DIR" },
  { long: "action-script", short: "A", argument: "required", metavar: "FILE", help: "program that CRIU calls at each of its steps" },
  { long: "stop", short: "s", help: "the container ends when it is written" },
  { long: "pre-dump", short: "p", help: "write its memory alone; a later checkpoint writes what has changed since" },
  { long: "predump-dir", argument: "required", metavar: "DIR", help: "of the last pre-dump, relative to the directory of -D" },
  { long: "daemon", short: "d", help: "with -r: in the background (default)" },
  { long: "foreground", short: "F", help: "with -r: this command ends with the container" },
  RCFILE, EXPLAIN,
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-checkpoint", synopsis: "[-n] NAME -D DIR [-s] [-p] [-r [-F]]", hasName: true, rows,
  about: "Write the processes of a running container to a directory, and bring them back as they were. CRIU does it, and needs root.",
  examples: [
    ["lxc-checkpoint web -D /srv/web.1 -s", "write it down and stop it"], ["lxc-checkpoint web -D /srv/web.1 -r", "it goes on where it was"],
    ["lxc-checkpoint web -D /srv/web.1 -p", "only the memory, while it runs"], ["lxc-checkpoint web -D /srv/web.2 --predump-dir ../web.1 -s", "then what has changed"],
  ],
  notes: [
    "CRIU can write a container that has no terminal outside: lxc.console.path = none, lxc.tty.max = 0. Of interfaces it brings back veth: addresses and routes as they were, the host's end as the config says now.",
    "A container with ids of its own needs its checkpoint on a file system that has idmapped mounts: ext4, xfs, btrfs, tmpfs of Linux 6.3.",
    "When CRIU cannot do it, its reason is told, and its log is in DIR: dump.log, predump.log or restore.log.",
  ],
};

/** LXC's rules. */
function slip({ options }: CommandLine<Row>): string | undefined {
  const isRestore = options.has("restore");
  if (options.last("checkpoint-dir") === undefined) return "-D is required";
  if (isRestore && options.has("stop")) return "-s not compatible with -r";
  if (isRestore && (options.has("pre-dump") || options.has("predump-dir"))) return "-p and --predump-dir are not compatible with -r";
  return !isRestore && (options.has("daemon") || options.has("foreground")) ? "-d and -F are for -r" : undefined;
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target } = line;
  const wrong = slip(line);
  if (wrong !== undefined) return misuse(line, { code: "option.conflict", text: wrong });
  const script = options.last("action-script"), rcfile = options.last("rcfile");
  const shared = { directory: absolute(request, options.last("checkpoint-dir") ?? ""), isVerbose: options.has("verbose"), ...optional("actionScript", script === undefined ? undefined : absolute(request, script)) };
  const { checkpoint, restore } = await import("../../runtime/checkpoint.ts");
  if (options.has("restore")) {
    const isDaemon = options.lastOf("daemon", "foreground") !== "foreground";
    const result = await restore(request, target, { ...shared, isDaemon, isExplained: options.has("explain"), ...optional("rcfile", rcfile === undefined ? undefined : absolute(request, rcfile)) });
    return result.ok ? runOrExplain(line, result) : failed(line, result.problems, { closing: [`Restoring ${target.name} failed`] });
  }
  const result = await checkpoint(request, target, { ...shared, isPreDump: options.has("pre-dump"), isStop: options.has("stop"), ...optional("predumpDirectory", options.last("predump-dir")) });
  return result.ok ? runOrExplain(line, result) : failed(line, result.problems, { closing: [`Checkpointing ${target.name} failed`] });
});
