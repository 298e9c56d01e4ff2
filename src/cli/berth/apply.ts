// Owns `berth apply`: containers, networks and volumes as a file says.
import { readFileSync } from "node:fs";
import { portWishText } from "../../linux/port-words.ts";
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { Project } from "../../model/project.ts";
import type { Step } from "../../runtime/applying/steps.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { absolute, done, failed, misuse, withLine } from "../command-line.ts";
import { paintLines } from "../colour.ts";
import { asJson } from "../json.ts";
import { FORMAT } from "../options.ts";
import type { Tool } from "../options.ts";
import { progressPrinter } from "../progress.ts";
import { problemLines, say } from "../say.ts";
import { openStream } from "../stream.ts";

const rows = [
  { long: "dry-run", help: "show the steps, and do none" },
  { long: "watch", short: "w", help: "then stay, and see to restart policies and health until it is ended" },
  { long: "exit-code", help: "end with 2 where something was changed, or with --dry-run would be" },
  FORMAT,
] as const;
export type ApplyRow = (typeof rows)[number];

export const tool: Tool<ApplyRow> = {
  name: "berth apply", synopsis: "FILE [--dry-run] [--watch] [--format json]", hasName: false, rows,
  about: "Make containers, networks and volumes be as a YAML file says. What is so already is left alone: a second time nothing is done. What the file does not speak of stays; a key that it spoke of once and does no more goes.",
  examples: [["berth apply shop.yaml --dry-run", "what would be done"], ["berth apply shop.yaml", "do it"], ["berth apply shop.yaml --watch", "and restart what fails, until Ctrl+C"], ["berth apply shop.yaml --format json", "the steps, for a program"]],
  notes: ["docs/projects.md explains the file. Mistakes are told with line and column, all at once, before anything is done. Status 0: it is so; 1: it is not; 2 with --exit-code: something was changed."],
};

const STATUS_CHANGED = 2;

/** What a step is to a program. */
const stepData = (step: Step): Readonly<Record<string, unknown>> => {
  switch (step.do) {
    case "make network": return { do: step.do, name: step.network.name };
    case "create": return { do: step.do, name: step.container.name };
    case "configure": return { do: step.do, name: step.name, changes: step.changes.map(({ key, before, after }) => ({ key, before, after })) };
    case "publish": return { do: step.do, name: step.name, add: step.add.map(({ wish }) => portWishText(wish)), remove: step.remove.map(portWishText) };
    default: return step;
  }
};

type Read = { readonly ok: true; readonly value: Project; readonly warnings?: readonly Problem[] } | { readonly ok: false; readonly problems: readonly Problem[] };
async function projectOf(file: string): Promise<Read> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return { ok: false, problems: [{ code: "config.unreadable", text: `cannot read '${file}'`, ...(error instanceof Error ? { cause: error.message } : {}), remedy: "name a YAML file" }] };
  }
  const { readProject } = await import("../../runtime/project-file.ts");
  return readProject(file, text);
}

interface Wish { readonly isDryRun: boolean; readonly isJson: boolean; readonly hasExitCode: boolean }

/** The end of apply and ensure. */
export async function applied(line: Pick<CommandLine, "request" | "target" | "voice">, project: Project, { isDryRun, isJson, hasExitCode }: Wish): Promise<Answer> {
  const { request, target: { lxcpath }, voice } = line;
  const { apply } = await import("../../runtime/apply.ts");
  const { stepText } = await import("../../runtime/applying/steps.ts");
  const stream = openStream();
  const tell = (step: Step): void => { if (!isJson) stream.write(paintLines(request, `${stepText(step)}\n`)); };
  const result = await apply(request, lxcpath, project, { isDryRun, onStep: tell, ...(voice.isQuiet || !request.isTty[2] ? {} : { onProgress: progressPrinter(true) }) });
  await stream.close();
  if (!result.ok) return failed({ voice: { ...voice, name: project.name } }, result.problems);
  const { steps } = result.value;
  const status = hasExitCode && steps.length > 0 ? STATUS_CHANGED : 0;
  const err = say({ ...voice, name: project.name }, result.warnings ?? []);
  if (isJson) return done(status, { out: asJson({ project: project.name, changed: steps.length > 0, isDryRun, steps: steps.map(stepData) }), err });
  const text = isDryRun ? paintLines(request, steps.map((step) => `${stepText(step)}\n`).join("")) : "";
  return done(status, { out: `${text}${steps.length === 0 ? "unchanged\n" : isDryRun ? "" : "changed\n"}`, err });
}

async function watched({ request, target: { lxcpath }, voice }: CommandLine<ApplyRow>, project: Project, isJson: boolean): Promise<Answer> {
  const { keep } = await import("../../runtime/keep.ts");
  const stream = openStream();
  await keep(request, lxcpath, project, {
    end: stream.end,
    on: (told) => {
      const problems = told.what === "cannot start" ? told.problems.map((problem) => problemLines({ ...voice, name: told.name }, problem)).join("") : "";
      stream.write(isJson ? `${JSON.stringify(told)}\n` : `${told.time}  ${told.name}  ${told.what}${told.what === "failed" ? ` (${told.tries} in a row)` : ""}\n${problems}`);
    },
  });
  await stream.close();
  return done(0);
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const [file, ...more] = line.words;
  const { options } = line;
  if (file === undefined || more.length > 0) return misuse(line, { code: "option.missing", text: "one FILE is needed", remedy: "as in: berth apply shop.yaml" });
  const project = await projectOf(absolute(request, file));
  if (!project.ok) return failed(line, project.problems);
  const answer = await applied(line, project.value, { isDryRun: options.has("dry-run"), isJson: options.has("format"), hasExitCode: options.has("exit-code") });
  if (!options.has("watch") || options.has("dry-run") || answer.kind !== "done" || answer.status === 1) return answer;
  const first = openStream();
  first.write(answer.out ?? "");
  await first.close();
  return watched(line, project.value, options.has("format"));
});
