// Owns what is said of lines that say nothing: LXC's rule is that a line not starting with `lxc.` is passed over.
// A start keeps to that without a word; this is for lint.
import type { Problem } from "../model/problem.ts";
import { excerptOf } from "./excerpt.ts";
import { brief } from "./grammar/grammar.ts";
import { seeLines, type Syntax } from "./syntax.ts";
import { findKey } from "./table.ts";

/** `lcx.tty.max`, `lxc,tty.max`, `uts.name`: a key whose beginning was lost or mistyped. */
export function meantKey(line: string): string | undefined {
  const [, key = ""] = /^([A-Za-z][\w.,:;-]*)\s*=/.exec(line) ?? [];
  const rest = /^[A-Za-z]{2,4}[.,:;_-](.+)$/.exec(key)?.[1];
  return [key, `lxc.${key}`, ...(rest === undefined ? [] : [`lxc.${rest}`])].map((guess) => guess.toLowerCase()).find((guess) => guess.startsWith("lxc.") && findKey(guess) !== undefined);
}

/** In the order of the files; included ones too. */
export function ignoredLines(syntax: Syntax): readonly Problem[] {
  const found: Problem[] = [];
  seeLines(syntax, ({ kind, file, line, column, text }) => {
    if (kind !== "ignored") return;
    const said = brief(text.trim());
    const meant = meantKey(text.trim());
    const problem: Problem = {
      code: "config.syntax", severity: "warning", at: { kind: "config", file, line, column, key: said },
      text: `'${said}' does not start with 'lxc.', the line is left out`, remedy: meant === undefined ? "begin the line with # if it is a comment" : `did you mean '${meant}'?`,
    };
    found.push({ ...problem, excerpt: excerptOf(text, problem) });
  });
  return found;
}
