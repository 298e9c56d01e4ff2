// Owns the config that a config verb works on: which file it is, and what the file says now.
import { readConfig, type Syntax } from "../config/index.ts";
import { configFile } from "../host/store/layout.ts";
import { readConfigFile, type FileAnswer } from "../host/store/read-config.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { loadText, type LoadedConfig, type LoadOptions } from "./container-config.ts";
import type { ConfigSubject, Target } from "./verbs.ts";

export interface ConfigDocument {
  readonly file: string;
  readonly text: string;
  /** The container, or the one that a file would belong to by its place; paths in a config are judged by it. */
  readonly target: Target;
}

/** LXCPATH/NAME/config is a container's, whoever names it as a file. */
export function targetOfFile(file: string): Target {
  const parts = file.split("/");
  return parts.at(-1) === "config" && parts.length > 3 ? { name: parts.at(-2) ?? "", lxcpath: parts.slice(0, -2).join("/") } : { name: parts.at(-1) ?? "", lxcpath: parts.slice(0, -1).join("/") };
}

export const missingProblem = (subject: ConfigSubject, file: string): Problem => ("file" in subject
  ? { code: "config.missing", text: `the config file '${file}' does not exist`, remedy: "check the path given with --file" }
  : { code: "container.missing", text: `container '${subject.name}' is not defined`, cause: `there is no ${file}`, remedy: `lxc-ls -P ${subject.lxcpath} shows those that are; -P names another lxcpath, --file any config file` });

export function openDocument(request: Request, subject: ConfigSubject): Result<ConfigDocument> {
  const file = "file" in subject ? subject.file : configFile(subject);
  const target = "file" in subject ? targetOfFile(file) : subject;
  const answer = readConfigFile(file);
  switch (answer.kind) {
    case "file": return ok({ file, text: answer.text, target });
    case "missing": return fail(missingProblem(subject, file));
    case "directory": return fail({ code: "config.unreadable", text: `'${file}' is a directory`, remedy: "name a file in it" });
    case "error": return fail({ code: "config.unreadable", text: `cannot read '${file}': ${answer.text}`, remedy: request.euid === 0 ? "check the file" : "ask its owner, or run this as the user who created the container" });
  }
}

/** What the document means, with this text or another. */
export const loadDocument = (request: Request, { file, text, target }: ConfigDocument, options: LoadOptions = {}): Result<LoadedConfig> => loadText(request, target, { file, text }, options);

/** Its lines, with those of the files it includes. */
export function syntaxOf(request: Request, { file, text }: Pick<ConfigDocument, "file" | "text">, read: (path: string) => FileAnswer = readConfigFile): Syntax {
  const syntax = readConfig({ file, text, read, cwd: request.cwd, share: `${request.prefix}/share` });
  return syntax.ok ? syntax.value : { file, lines: [], endsWithNewline: false, includes: {}, problems: syntax.problems };
}
