// Owns the rules about lines that say nothing, or not what they seem to say: typos, looks, old names.
import { guessKey } from "../../guess.ts";
import { legacyKey } from "../../legacy.ts";
import type { Line } from "../../syntax.ts";
import { findKey } from "../../table.ts";
import type { Rule, Sighting } from "../rule.ts";
import { becomes, fromLoader, sighted, withKey } from "../sight.ts";
import { originOf, type Entry, type View } from "../view.ts";

/** Blanks that are none, signs without width, a byte order mark. */
const BLANKS = /[\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]/;
const QUOTES = /[\u2018-\u201f]/;
const straight = (text: string): string => text.replace(/[\u200b-\u200f\u2060\ufeff]/g, "").replace(/[\u00a0\u1680\u2000-\u200a\u2028-\u202f\u205f\u3000]/g, " ").replace(/[\u2018-\u201b]/g, "'").replace(/[\u201c-\u201f]/g, '"');

/** The part of a line where such a character cannot be meant. */
function suspect(line: Line): string {
  if (line.kind === "comment" || line.kind === "blank") return "";
  const equals = line.text.indexOf("=");
  const head = equals < 0 ? line.text : line.text.slice(0, equals);
  const value = equals < 0 ? "" : line.text.slice(equals + 1).trim();
  return head + value.charAt(0) + value.charAt(value.length - 1) + (line.key.startsWith("lxc.environment") || line.key.startsWith("lxc.hook.") ? "" : value.replace(QUOTES, ""));
}
const lookalike = (line: Line): string | undefined => {
  const part = suspect(line);
  return BLANKS.exec(part)?.[0] ?? QUOTES.exec(part)?.[0];
};

const known = (key: string): boolean => findKey(key) !== undefined || legacyKey(key) !== undefined;

/** The key that a line which does not start with `lxc.` meant. */
function meantKey(line: Line): string | undefined {
  const [, word] = /^\s*([A-Za-z][\w.,:;-]*)\s*=/.exec(line.text) ?? [];
  if (word === undefined) return undefined;
  const rest = /^[A-Za-z]{2,4}[.,:;_-](.+)$/.exec(word)?.[1];
  return [word, `lxc.${word}`, ...(rest === undefined ? [] : [`lxc.${rest}`])].map((guess) => guess.toLowerCase()).find((guess) => guess.startsWith("lxc.") && known(guess));
}

const isCaseSlip = (line: Line): boolean => line.kind === "entry" && !known(line.key) && known(line.key.toLowerCase());
const isAt = (line: Line) => ({ at }: { readonly at?: { readonly file?: string; readonly line?: number } }): boolean => at?.file === line.file && at.line === line.line;

/** Lines that another rule explains better than the loader. */
const isExplained = (view: View): ((problem: { readonly at?: { readonly file?: string; readonly line?: number } }) => boolean) => {
  const lines = view.lines.filter(({ line }) => lookalike(line) !== undefined || isCaseSlip(line) || (line.kind === "ignored" && meantKey(line) !== undefined)).map(({ line }) => line);
  return (problem) => lines.some((line) => isAt(line)(problem));
};

function* each(view: View, find: (line: Line) => Sighting | undefined): Generator<Sighting> {
  for (const { line } of view.lines) {
    const found = find(line);
    if (found !== undefined) yield found;
  }
}

function oldName(view: View, { line, legacy, key, value }: Entry): Sighting | undefined {
  if (legacy === undefined || legacy.kind === "gone") return undefined;
  // the kind of storage stands in front of the path now
  const backend = key === "lxc.rootfs.path" && !/^[a-z]+:/.test(value) ? view.lines.findLast((other) => other.line.key === "lxc.rootfs.backend")?.line.value ?? "" : "";
  const text = withKey(line, key);
  const now = backend === "" ? text : text.replace(value, `${backend}:${value}`);
  return sighted(line, `${line.key} is the name of LXC 2 and older, it is ${key} now`, { code: "config.legacy", remedy: `write '${now.trim()}'`, fix: becomes(line, now) });
}

function* oldNames(view: View): Generator<Sighting> {
  for (const entry of view.entries) {
    const found = oldName(view, entry);
    if (found !== undefined) yield found;
  }
  for (const { line } of view.lines) {
    const legacy = line.kind === "entry" && findKey(line.key) === undefined ? legacyKey(line.key) : undefined;
    if (legacy?.kind === "gone") yield sighted(line, `${line.key} is not a key any more: ${legacy.why}`, { code: "config.legacy", remedy: "remove the line", fix: becomes(line, undefined) });
  }
}

function* carriageReturns(view: View): Generator<Sighting> {
  const files = Map.groupBy(view.lines.filter(({ line }) => line.text.endsWith("\r")), ({ line }) => line.file);
  for (const [file, lines] of files) {
    const fix = lines.map(({ line }) => ({ file, line: line.line, text: line.text.replace(/\r+$/, "") }));
    const [first] = lines;
    if (first !== undefined) yield { at: { ...originOf(first.line), key: "config" }, text: `${lines.length} line${lines.length === 1 ? " ends" : "s end"} with a carriage return, as on Windows`, fix };
  }
}

export const lineRules: readonly Rule[] = [
  {
    id: "line-ignored", severity: "warning", sees: "A line that does not start with `lxc.` and is no comment.",
    why: "LXC passes such lines over without a word; what they were to say is not done.", remedy: "begin the line with # if it is a comment, or with lxc. if it is a setting",
    trips: "This container is for the web team\nlxc.uts.name = web", passes: "# This container is for the web team\nlxc.uts.name = web",
    look: (view) => { const isElsewhere = isExplained(view); return fromLoader(view, (problem) => problem.code === "config.syntax" && problem.severity === "warning" && !isElsewhere(problem)); },
  },
  {
    id: "prefix-typo", severity: "error", sees: "A line that is passed over because its `lxc.` has a typo or is missing.",
    why: "It looks like a setting, but nothing reads it: a limit or an id map that is not there.", remedy: "write lxc. in front",
    trips: "lcx.uts.name = web", passes: "lxc.uts.name = web",
    look: (view) => each(view, (line) => {
      const key = line.kind === "ignored" && lookalike(line) === undefined ? meantKey(line) : undefined;
      if (key === undefined) return undefined;
      const text = line.text.replace(/^(\s*)[^\s=]+/, `$1${key}`);
      const word = /[^\s=]+/.exec(line.text)?.[0] ?? "";
      return sighted(line, `'${word}' does not start with 'lxc.', so the line is passed over`, { code: "config.syntax", token: word, remedy: `write '${text.trim()}'`, fix: becomes(line, text) });
    }),
  },
  {
    id: "line-broken", severity: "error", sees: "A line that starts with `lxc.` and has no `=`.", why: "The config does not load.", remedy: "write KEY = VALUE",
    trips: "lxc.uts.name web", passes: "lxc.uts.name = web",
    look: (view) => fromLoader(view, (problem) => problem.code === "config.syntax" && problem.severity !== "warning"),
  },
  {
    id: "key-unknown", severity: "error", sees: "A key that LXC never had.", why: "The config does not load.", remedy: "see lxc.container.conf(5) for the keys",
    trips: "lxc.uts.nmae = web", passes: "lxc.uts.name = web",
    look: (view) => { const isElsewhere = isExplained(view); return fromLoader(view, (problem) => problem.code === "config.key" && !isElsewhere(problem)); },
  },
  {
    id: "key-case", severity: "error", sees: "A key in capital letters that exists in small ones.", why: "Keys are compared letter by letter; the config does not load.", remedy: "write the key in small letters",
    trips: "lxc.Net.0.type = empty", passes: "lxc.net.0.type = empty",
    look: (view) => each(view, (line) => (isCaseSlip(line) && lookalike(line) === undefined ? sighted(line, `'${line.key}' is no key, '${line.key.toLowerCase()}' is`, { code: "config.key", remedy: `write '${line.key.toLowerCase()}'`, fix: becomes(line, withKey(line, line.key.toLowerCase())) }) : undefined)),
  },
  {
    id: "key-legacy", severity: "warning", sees: "A key by the name it had before LXC 2.1.",
    why: "LXC 3 and later refuse it; Berth translates it. `--strict` makes it an error.", remedy: "write the present key; lxc-update-config does it for a whole file",
    trips: "lxc.utsname = web", passes: "lxc.uts.name = web",
    look: oldNames,
  },
  {
    id: "character-lookalike", severity: "error", sees: "A character that looks like a blank or a quote and is none: a no-break space, a byte order mark, a typographic quote.",
    why: "It becomes part of the key or of the value. It comes with texts that are copied from web pages.", remedy: "type the line anew",
    trips: "lxc.uts.name\u00a0= web", passes: "# any character may stand in a comment:\u00a0“web”\nlxc.uts.name = web",
    look: (view) => each(view, (line) => {
      const found = lookalike(line);
      const name = `U+${(found?.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
      return found === undefined ? undefined : sighted(line, `the character ${name} looks like ${QUOTES.test(found) ? "a quote" : "a blank"} and is none`, { code: "config.syntax", token: found, remedy: "type it anew", fix: becomes(line, straight(line.text)) });
    }),
  },
  {
    id: "line-end-cr", severity: "hint", sees: "Lines that end with a carriage return (Windows).", why: "LXC and Berth cut it off, but scripts that read the config do not.", remedy: "sed -i 's/\\r$//' FILE",
    trips: "lxc.uts.name = web\r", passes: "lxc.uts.name = web", look: carriageReturns,
  },
];

export const guessOf = guessKey;
