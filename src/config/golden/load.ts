// Owns loading a config in a test: one text, files by path, fixed name and chance.
import { readConfig, resolve, type ReadFile, type Syntax } from "../index.ts";
import type { Problem, Result } from "../../model/problem.ts";
import type { ContainerSpec } from "../../model/spec.ts";

export type Files = Readonly<Record<string, string | readonly string[]>>;

/** Texts are files, arrays are directories. */
export const readerOf = (files: Files): ReadFile => (path) => {
  const found = files[path];
  if (found === undefined) return { kind: "missing" };
  return typeof found === "string" ? { kind: "file", text: found } : { kind: "directory", files: found };
};

export function load(text: string, files: Files = {}, overrides: readonly string[] = []): { readonly syntax: Syntax; readonly spec: Result<ContainerSpec> } {
  const read = readerOf(files);
  const syntax = readConfig({ file: "config", text, read, cwd: "/work" });
  if (!syntax.ok) throw new Error("readConfig never fails");
  const spec = resolve({
    syntax: syntax.value, overrides, name: "web", lxcpath: "/var/lib/lxc/", random: "0123456789abcdef", isRoot: true,
    rootfsMountDefault: "/usr/lib/lxc/rootfs", read, cwd: "/work",
  });
  return { syntax: syntax.value, spec };
}

export function mustLoad(text: string, files: Files = {}, overrides: readonly string[] = []): { readonly syntax: Syntax; readonly spec: ContainerSpec; readonly warnings: readonly Problem[] } {
  const { syntax, spec } = load(text, files, overrides);
  if (!spec.ok) throw new Error(problemLines(spec.problems).join("\n"));
  return { syntax, spec: spec.value, warnings: spec.warnings ?? [] };
}

/** `config:14:7 code text; cause; remedy`, as golden messages. */
export const problemLines = (problems: readonly Problem[]): readonly string[] => problems.map((problem) => {
  const { at } = problem;
  const where = at === undefined ? "" : at.kind === "config" ? `${at.file}:${at.line}:${at.column} ` : `${at.kind} ${at.key} `;
  return `${where}${problem.severity ?? "error"} ${problem.code}: ${[problem.text, problem.cause, problem.remedy].filter((part) => part !== undefined).join("; ")}`;
});

export function problemsOf(text: string, files: Files = {}, overrides: readonly string[] = []): readonly string[] {
  const { spec } = load(text, files, overrides);
  return problemLines(spec.ok ? spec.warnings ?? [] : spec.problems);
}
