// Owns lxc.include: files and directories, read through an injected reader; cycles and missing files are problems
// that name the including line. Relative paths are relative to the current directory, as in LXC.
import { ok, type Problem, type Result } from "../model/problem.ts";
import { parseText, type Line, type Syntax } from "./syntax.ts";

export type ReadAnswer =
  | { readonly kind: "file"; readonly text: string }
  /** `files`: names of the entries, without the directory. */
  | { readonly kind: "directory"; readonly files: readonly string[] }
  | { readonly kind: "missing" }
  /** `text`: why, in words (`permission denied`). */
  | { readonly kind: "error"; readonly text: string };
export type ReadFile = (path: string) => ReadAnswer;

export interface ReadConfigInput {
  readonly file: string;
  readonly text: string;
  readonly read: ReadFile;
  readonly cwd: string;
  /** `<prefix>/share`: what is missing below /usr/share/lxc is looked for in its lxc/. */
  readonly share?: string;
}

/** A config that includes itself in a fan would grow without end. */
const MAX_FILES = 1000;

interface Reading { readonly read: ReadFile; readonly cwd: string; readonly share: string | undefined; files: number }
/** Where a reader stands: the files that led here, outermost first. */
interface Place { readonly stack: readonly string[]; readonly reading: Reading }

/** `/a/./b/../c` -> `/a/c`, lexically: only to recognise a cycle and to join. */
function absolutePath(path: string, cwd: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${cwd}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

const includeProblem = (line: Line, text: string, remedy?: string): Problem => ({
  code: "config.include",
  at: { kind: "config", file: line.file, line: line.line, column: line.valueColumn, key: line.key },
  text,
  ...(remedy === undefined ? {} : { remedy }),
});

interface Included { readonly syntaxes: readonly Syntax[]; readonly problems: readonly Problem[] }
const nothing = (...problems: readonly Problem[]): Included => ({ syntaxes: [], problems });

const SHIPPED = "/usr/share/lxc/";

/** Where a file that LXC's package ships is, when only Berth is installed: in `share`, Berth's own share directory. */
export const shippedPath = (path: string, share: string): string | undefined => (path.startsWith(SHIPPED) ? `${share}/lxc/${path.slice(SHIPPED.length)}` : undefined);

/** The file or directory at `path`, or what Berth ships in its place. */
function look(path: string, { read, share }: Reading): { readonly path: string; readonly answer: ReadAnswer } {
  const answer = read(path);
  const shipped = answer.kind === "missing" && share !== undefined ? shippedPath(path, share) : undefined;
  return shipped === undefined ? { path, answer } : { path: shipped, answer: read(shipped) };
}

interface File { readonly path: string; readonly text: string }

function includeFile(line: Line, { path, text }: File, { stack, reading }: Place): Included {
  if (stack.includes(path)) return nothing(includeProblem(line, `'${line.value}' includes itself: ${[...stack.slice(stack.indexOf(path)), path].join(" -> ")}`, "take one of these lxc.include lines out"));
  if (++reading.files > MAX_FILES) return nothing(includeProblem(line, `more than ${MAX_FILES} files are included`, "look for files that include each other many times"));
  const syntax = readSyntax({ file: path, text }, { stack: [...stack, path], reading });
  return { syntaxes: [syntax], problems: [] };
}

function includeDirectory(line: Line, { path, files }: { readonly path: string; readonly files: readonly string[] }, place: Place): Included {
  const found: Included[] = files.filter((name) => name.length > ".conf".length && name.endsWith(".conf")).toSorted().map((name) => {
    const file = `${path === "/" ? "" : path}/${name}`;
    const answer = place.reading.read(file);
    if (answer.kind === "file") return includeFile(line, { path: file, text: answer.text }, place);
    if (answer.kind === "error") return nothing(includeProblem(line, `cannot read '${file}': ${answer.text}`));
    // Gone since the directory was listed, a dangling link, or a directory called x.conf: LXC fails on all three.
    return nothing(includeProblem(line, answer.kind === "missing" ? `'${file}' does not exist` : `'${file}' is a directory`));
  });
  return { syntaxes: found.flatMap((part) => part.syntaxes), problems: found.flatMap((part) => part.problems) };
}

function includeLine(line: Line, place: Place): Included {
  if (line.value === "") return nothing();
  const { path, answer } = look(absolutePath(line.value, place.reading.cwd), place.reading);
  const mustBeDirectory = line.value.endsWith("/");
  switch (answer.kind) {
    case "file": return mustBeDirectory ? nothing(includeProblem(line, `'${line.value}' is not a directory`, "take the '/' at its end away")) : includeFile(line, { path, text: answer.text }, place);
    case "directory": return includeDirectory(line, { path, files: answer.files }, place);
    case "missing": return mustBeDirectory ? nothing() : nothing(includeProblem(line, `'${line.value}' does not exist`, "correct the path, or end it with '/' if it is a directory that may be missing"));
    case "error": return nothing(includeProblem(line, `cannot read '${line.value}': ${answer.text}`));
  }
}

function readSyntax(input: { readonly file: string; readonly text: string }, place: Place): Syntax {
  const plain = parseText(input.file, input.text);
  const includes: Record<number, readonly Syntax[]> = {};
  const problems: Problem[] = [];
  let index = -1;
  for (const line of plain.lines) {
    index++;
    if (line.key !== "lxc.include") continue;
    const found = includeLine(line, place);
    if (found.syntaxes.length > 0) includes[index] = found.syntaxes;
    problems.push(...found.problems);
  }
  return { ...plain, includes, problems };
}

/** Never fails: what went wrong is in `problems` of the syntax that holds the line, so that resolve() can tell all at once. */
export function readConfig(input: ReadConfigInput): Result<Syntax> {
  const file = absolutePath(input.file, input.cwd);
  const reading: Reading = { read: input.read, cwd: input.cwd, share: input.share, files: 0 };
  return ok(readSyntax({ file: input.file, text: input.text }, { stack: [file], reading }));
}
