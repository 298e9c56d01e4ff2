// Owns lxc-update-config(1): the old names in a config file become today's.
import type { Request } from "../../model/request.ts";
import type { ConfigUpdateAnswer } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { absolute, done, failed, misuse, withLine } from "../command-line.ts";
import { unifiedDiff } from "../diff.ts";
import { helpText } from "../help.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { terminalText } from "../terminal-text.ts";

const rows = [
  { long: "config", short: "c", argument: "required", metavar: "FILE", help: "the config file" },
  { long: "dry-run", help: "print what would change as a diff, and change nothing", isOurs: true },
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-update-config", synopsis: "-c FILE [--dry-run]", hasName: false, rows,
  about: "Replace the key names of LXC 2 and older in a config file by those of today. What was there stays as FILE.backup; an earlier FILE.backup becomes FILE.backup.1. The config means afterwards what it meant before.",
  examples: [["lxc-update-config -c /var/lib/lxc/web/config", "update a container's config"], ["lxc-update-config -c old.conf --dry-run", "show the changes only"]],
  notes: ["A line whose key has no successor becomes a comment. Files that the config includes are not touched: berth config fix updates those of a container, too."],
};

function told({ file, before, after, changes, isWritten, backup, earlierBackup }: ConfigUpdateAnswer, isDryRun: boolean): string {
  if (changes.length === 0) return `${file}: nothing to do\n`;
  if (isDryRun || !isWritten) return unifiedDiff(before, after, { before: file, after: file });
  const earlier = earlierBackup === undefined ? "" : `; the backup that was there is ${earlierBackup}`;
  return `${file}: ${changes.length} ${changes.length === 1 ? "line" : "lines"} updated, the old text is ${backup ?? ""}${earlier}\n`;
}

async function answer(request: Request): Promise<Answer> {
  return withLine(tool, request, async (line) => {
    const { options, voice, words: [word] } = line;
    const file = options.last("config");
    if (file === undefined || word !== undefined) {
      return misuse(line, { code: "option.missing", text: file === undefined ? "no config file is given" : `'${word ?? ""}' is one word too many`, remedy: `lxc-update-config -c ${file ?? word ?? "FILE"}` });
    }
    const { configUpdate } = await import("../../runtime/config-update.ts");
    const isDryRun = options.has("dry-run");
    const result = await configUpdate(request, { file: absolute(request, file) }, { isDryRun });
    return result.ok ? done(0, { out: terminalText(request, told(result.value, isDryRun)), err: say(voice, result.warnings ?? []) }) : failed(line, result.problems);
  });
}

/** As LXC's script: help is on stdout, also when nothing is asked for. */
export async function main(request: Request): Promise<Answer> {
  if (request.argv.length === 1) return done(0, { out: helpText(tool) });
  const given = await answer(request);
  return given.kind === "done" && given.status === 0 && given.err?.startsWith("Usage: ") === true ? done(0, { out: given.err }) : given;
}
