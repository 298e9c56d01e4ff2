// Owns reading declaration files as the compiler writes them: what each file declares, imports and passes on.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Declaration {
  readonly file: string;
  readonly name: string;
  /** What is said above it, without the signs of a comment; "" for nothing. */
  readonly doc: string;
  /** The statement itself, with the comments in it. */
  readonly text: string;
}
interface Link { readonly file: string; readonly name: string }
export interface DeclarationFile {
  readonly declared: ReadonlyMap<string, Declaration>;
  /** By the name used here. */
  readonly imported: ReadonlyMap<string, Link>;
  readonly passedOn: ReadonlyMap<string, Link>;
  /** Files of which everything is passed on. */
  readonly all: readonly string[];
}

/** Without comments and the insides of strings: only what brackets are counted in. */
export const bare = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, (found) => (found.startsWith("/") ? "" : '""'));
const depthOf = (text: string): number => [...text].reduce((depth, letter) => depth + ("{([".includes(letter) ? 1 : "})]".includes(letter) ? -1 : 0), 0);

/** Each statement with the comment above it. */
function statements(text: string): readonly { readonly doc: string; readonly text: string }[] {
  const found: { doc: string; text: string }[] = [];
  let [doc, open]: [string, string[]] = ["", []];
  for (const line of text.split("\n")) {
    if (open.length === 0 && line.trim() === "") continue;
    open.push(line);
    const whole = open.join("\n");
    if (/^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.test(whole)) { [doc, open] = [whole, []]; continue; }
    const plain = bare(whole).trimEnd();
    if (plain === "" || plain.startsWith("/*") || depthOf(plain) !== 0 || !/[;}]$/.test(plain)) continue;
    found.push({ doc, text: whole });
    [doc, open] = ["", []];
  }
  return found;
}

export const docText = (comment: string): string => comment.replace(/^\s*\/\*\*\s?/, "").replace(/\s*\*\/\s*$/, "").replaceAll(/\n\s*\*?[ \t]?/g, " ").trim();

const DECLARED = /^(?:export )?(?:declare )?(?:abstract )?(?:const|let|function|class|interface|type|enum)\s+([A-Za-z_$][\w$]*)/;

function linksOf(list: string, file: string): readonly (readonly [string, Link])[] {
  return list.split(",").map((one) => one.trim().replace(/^type\s+/, "")).filter((one) => one !== "").map((one) => {
    const [name = "", own = name] = one.split(/\s+as\s+/);
    return [own, { file, name }] as const;
  });
}

export function readDeclarations(file: string): DeclarationFile {
  const [declared, imported, passedOn]: readonly [Map<string, Declaration>, Map<string, Link>, Map<string, Link>] = [new Map(), new Map(), new Map()];
  const all: string[] = [];
  for (const { doc, text } of statements(readFileSync(file, "utf8"))) {
    const [, kind = "", list = "", from = ""] = /^(import|export)(?:\s+type)?\s+(\*|\{[\s\S]*?\})(?:\s+from\s+"([^"]+)")?;/.exec(text) ?? [];
    const target = from.startsWith(".") ? join(dirname(file), from.replace(/\.(?:ts|js)$/, ".d.ts")) : from;
    if (kind !== "" && from !== "") {
      if (list === "*") all.push(target);
      else for (const [own, link] of linksOf(list.slice(1, -1), target)) (kind === "import" ? imported : passedOn).set(own, link);
    } else if (kind === "export") {
      for (const [own, { name }] of linksOf(list.slice(1, -1), file)) passedOn.set(own, { file, name });
    }
    const name = DECLARED.exec(text)?.[1];
    if (name !== undefined) declared.set(name, { file, name, doc: docText(doc), text: text.replace(/^export /, "").replace(/^declare /, "") });
  }
  return { declared, imported, passedOn, all };
}
