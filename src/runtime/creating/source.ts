// Owns what create is made from: what -t names, or what a template that is built in makes.
import { existsSync } from "node:fs";
import { configFile, containerDir } from "../../host/store/layout.ts";
import { SILENT } from "../../images/dialogue.ts";
import { keeping } from "../../images/keeping.ts";
import { cacheBase, cacheProblem } from "../../images/remote/cache.ts";
import { findSource, type Source } from "../../images/source.ts";
import { builtIn } from "../../images/templates.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { onSignals } from "../interrupt.ts";
import { partialFile } from "../partial.ts";
import type { CreateOptions, Target } from "../verbs.ts";

/** A download of minutes is not begun for a name that is taken. */
const taken = (target: Target): Problem | undefined => (existsSync(configFile(target)) && !existsSync(partialFile(target))
  ? { code: "container.exists", text: "Container already exists", cause: `'${containerDir(target)}' is there`, remedy: `lxc-destroy -n ${target.name}, or choose another name` } : undefined);

export interface SourceJob { readonly request: Request; readonly target: Target; readonly options: CreateOptions; readonly facts: HostFacts; readonly isMapped: boolean }

const TAKES: Readonly<Record<"none" | "archive" | "directory" | "layers", string>> = { none: "the template none makes nothing", archive: "an archive has no options", directory: "a directory has no options", layers: "an image has no options" };

/** undefined: a template that is built in will make it. Only a script knows what other words mean. */
export function plainSource({ request, options, facts }: Omit<SourceJob, "target" | "isMapped">): Result<Source> | undefined {
  if (builtIn(options.template) !== undefined) return undefined;
  const found = findSource({ ...options, share: facts.install.share, cwd: request.cwd });
  const [word] = options.templateArgs;
  if (!found.ok || found.value.kind === "script" || word === undefined) return found;
  return fail({ code: "option.unknown", at: byOption("--template"), text: `'${word}' is one word too many`, cause: TAKES[found.value.kind], remedy: found.value.kind === "none" ? "an archive, a directory or a template is named with -t" : "leave out what follows --" });
}

/** undefined: there is nothing to make, the user only asked something. */
export async function madeSource(job: SourceJob): Promise<Result<Source | undefined>> {
  const { request, target, options, facts, isMapped } = job;
  const problem = taken(target) ?? cacheProblem(facts.caller.env);
  const load = builtIn(options.template);
  if (problem !== undefined || load === undefined) return fail(problem ?? { code: "template.missing", text: `there is no template '${options.template}'` });
  const abort = new AbortController();
  const off = onSignals(request, abort, options.abort);
  try {
    const template = await load();
    const made = await keeping(cacheBase(facts.caller.env, request.euid === 0), () => template.make({
      args: options.templateArgs, isMapped, env: facts.caller.env, cwd: request.cwd, isRoot: request.euid === 0, engine: facts.install.engine, abort: abort.signal, ...(options.image === undefined ? {} : { image: options.image }),
      dialogue: options.isQuiet ? SILENT : options.dialogue ?? SILENT, onProgress: options.isQuiet || options.onProgress === undefined ? () => undefined : options.onProgress,
    }));
    if (!made.ok) return made;
    return made.value.kind === "nothing" ? ok(undefined) : ok(made.value, made.warnings);
  } finally {
    off();
  }
}
