// Owns `berth edit`: a config in the user's editor; what would not load is not saved, and the draft is never lost.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem, Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { paintLines } from "../colour.ts";
import { dialogueOf } from "../dialogue.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { terminalText } from "../terminal-text.ts";
import { findingText } from "./config-lint.ts";
import { diffOf, runningNote } from "./config-output.ts";
import { SUBJECT, subjectOf, type Subject } from "./config-subject.ts";

export const tool: Tool<(typeof SUBJECT)[number]> = {
  name: "berth edit", synopsis: "NAME | --file FILE", hasName: false, rows: SUBJECT,
  about: "Edit a container's config in $VISUAL or $EDITOR (else editor, vi or nano). The result is checked before it is saved: what would not load is told, and the editor comes again. The change is shown, and what the linter says of it. What is not saved stays as a draft.",
  examples: [["berth edit web", "in your editor"], ["EDITOR=nano berth edit web", "in another one"], ["berth edit --file /etc/lxc/default.conf", "any config file"]],
  notes: ["If somebody else changes the config meanwhile, nothing is saved. A running container takes the change at its next start."],
};

const FALLBACKS = ["editor", "vi", "nano"];
/** As git does: the shell takes the editor's words apart. */
const SCRIPT = `editor=$1; if [ -z "$editor" ]; then for one in ${FALLBACKS.join(" ")}; do if command -v "$one" > /dev/null 2>&1; then editor=$one; break; fi; done; fi; [ -n "$editor" ] || exit 127; eval "$editor \\"\\$2\\""`;

function runEditor(request: Request, file: string): Result<void> {
  const editor = request.env["VISUAL"] ?? request.env["EDITOR"] ?? "";
  const stay = (): void => undefined;
  process.on("SIGINT", stay); // the editor's own to handle
  const { status } = spawnSync("/bin/sh", ["-c", SCRIPT, "sh", editor, file], { stdio: [0, 1, 2], env: { ...request.env }, cwd: request.cwd });
  process.off("SIGINT", stay);
  if (status === 0) return ok(undefined);
  const text = status === 127 ? `the editor${editor === "" ? "" : ` '${editor}'`} cannot be run` : `the editor '${editor === "" ? "editor" : editor}' has ended with ${status === null ? "a signal" : `status ${status}`}`;
  return fail({ code: "option.value", text, cause: "nothing was saved", remedy: "name an editor that is installed: EDITOR=nano berth edit NAME" });
}

interface Draft { readonly directory: string; readonly file: string }
function makeDraft(request: Request, text: string): Draft {
  const directory = mkdtempSync(join(request.env["TMPDIR"] ?? "/tmp", "berth-edit-"));
  const file = join(directory, "config");
  writeFileSync(file, text, { mode: 0o600 });
  return { directory, file };
}
function dropDraft({ directory, file }: Draft): void {
  unlinkSync(file);
  rmdirSync(directory);
}

const kept = ({ file }: Draft, problems: readonly Problem[]): readonly Problem[] => problems.map((problem, i) => (i === problems.length - 1 ? { ...problem, remedy: `${problem.remedy === undefined ? "" : `${problem.remedy}; `}your draft is ${file}` } : problem));

interface Job { readonly line: CommandLine<(typeof SUBJECT)[number]>; readonly subject: Subject; readonly before: string; readonly draft: Draft }

/** undefined: the user wants to go on editing. */
async function save({ line, subject: { subject, called }, before, draft }: Job): Promise<Answer | undefined> {
  const { request } = line;
  const voice = { ...line.voice, name: called };
  const after = readFileSync(draft.file, "utf8");
  if (after === before) {
    dropDraft(draft);
    return done(0, { out: `${called}: nothing was changed\n` });
  }
  const { configEdit } = await import("../../runtime/config-edit.ts");
  const result = await configEdit(request, subject, { before, after });
  if (result.ok) {
    dropDraft(draft);
    const { change, findings } = result.value;
    return done(0, { out: paintLines(request, terminalText(request, diffOf(change))) + terminalText(request, findings.map(findingText).join("") + runningNote(change, called)), err: say(voice, result.warnings ?? []) });
  }
  if (!request.isTty[0] || !request.isTty[1]) return failed({ voice }, kept(draft, result.problems));
  const dialogue = dialogueOf(request);
  dialogue.say(say({ ...voice, isQuiet: false }, result.problems).trimEnd());
  const answer = dialogue.ask("Not saved. Edit it again? [Y/n] ");
  return answer === undefined || /^\s*n/i.test(answer) ? done(1, { err: `${draft.file} is your draft\n` }) : undefined;
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const subject = subjectOf(line);
  if (!subject.ok) return misuse(line, ...subject.problems);
  if (subject.value.words.length > 0) return misuse(line, { code: "option.value", text: "one NAME at a time" });
  const voice = { ...line.voice, name: subject.value.called };
  const { configText } = await import("../../runtime/config-edit.ts");
  const before = configText(request, subject.value.subject);
  if (!before.ok) return failed({ voice }, before.problems);
  const draft = makeDraft(request, before.value);
  for (;;) {
    const edited = runEditor(request, draft.file);
    if (!edited.ok) {
      if (readFileSync(draft.file, "utf8") !== before.value) return failed({ voice }, kept(draft, edited.problems));
      dropDraft(draft);
      return failed({ voice }, edited.problems);
    }
    const answer = await save({ line, subject: subject.value, before: before.value, draft });
    if (answer !== undefined) return answer;
  }
});
