// Owns `berth config fix`.
import type { Request } from "../../model/request.ts";
import type { ConfigChange } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { terminalText } from "../terminal-text.ts";
import { changeData, CHANGING, diffOf, runningNote } from "./config-output.ts";
import { subjectOf } from "./config-subject.ts";

export const tool: Tool<(typeof CHANGING)[number]> = {
  name: "berth config fix", synopsis: "NAME", hasName: false, rows: CHANGING,
  about: "Mend a config: the key names of LXC 2 and older become those of today, in the config and in the files of the container's own directory that it includes, and what the linter can mend by itself is mended. What was there stays as FILE.backup. The changes are shown; nothing is asked.",
  examples: [["berth config fix web --dry-run", "what would change"], ["berth config fix web", "change it"], ["berth config fix --file /etc/lxc/default.conf", "any config file"]],
  notes: ["Old names mean afterwards what they meant before; a line whose key has no successor becomes a comment. What the linter mends is what berth config lint says of it."],
};

const keptText = ({ file, backup, earlierBackup }: ConfigChange): string =>
  (backup === undefined ? "" : `${file}: the old text is ${backup}${earlierBackup === undefined ? "" : `; the backup that was there is ${earlierBackup}`}\n`);

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options } = line;
  const subject = subjectOf(line);
  if (!subject.ok) return misuse(line, ...subject.problems);
  const { called } = subject.value;
  const voice = { ...line.voice, name: called };
  const { configFix } = await import("../../runtime/config-fix.ts");
  const result = await configFix(request, subject.value.subject, { isDryRun: options.has("dry-run") });
  if (!result.ok) return failed({ voice }, result.problems);
  const { files, mended } = result.value;
  const err = say(voice, result.warnings ?? []);
  if (options.has("format")) return done(0, { out: asJson({ files: files.map(changeData), mended: mended.map(({ rule, at, text }) => ({ rule, file: at.file, text })) }), err });
  const note = files.map((file) => runningNote(file, called)).find((text) => text !== "") ?? "";
  const out = files.length === 0 ? `${called}: nothing to mend\n` : files.map(diffOf).join("") + files.map(keptText).join("") + note;
  return done(0, { out: terminalText(request, out), err });
});
