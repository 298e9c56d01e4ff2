// Owns the rules about lines that say nothing, or not what they seem to say: typos, looks, old names.
import { ignoredLines, meantKey } from "../../ignored.ts";
import { legacyKey } from "../../legacy.ts";
import type { Line } from "../../syntax.ts";
import { findKey } from "../../table.ts";
import type { Rule, Sighting } from "../rule.ts";
import { filesOf, updateConfig } from "../../update.ts";
import { becomes, eachLine, fromLoader, lineAt, sighted, withKey } from "../sight.ts";
import { originOf, placeOf, type View } from "../view.ts";

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

const isCaseSlip = (line: Line): boolean => line.kind === "entry" && !known(line.key) && known(line.key.toLowerCase());
/** Lines that another rule explains better than the loader. */
const isExplained = (line: Line | undefined): boolean => line !== undefined && (lookalike(line) !== undefined || isCaseSlip(line));

/** Only names that the loader translates: the same look says what each line becomes. */
function* oldNames(view: View): Generator<Sighting> {
  if (view.settings.translations.length === 0) return;
  const changes = new Map(filesOf(view.syntax).flatMap((part) => updateConfig(view.syntax, part).changes.map((change): [string, string] => [placeOf({ file: part.file, line: change.line }), change.after])));
  for (const sighting of fromLoader(view, ({ code }) => code === "config.legacy")) {
    const line = lineAt(view, sighting.at);
    const after = line === undefined ? undefined : changes.get(placeOf(line));
    yield line === undefined || after === undefined ? sighting : { ...sighting, fix: becomes(line, after) };
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
    look: function* (view) {
      for (const { at, text, remedy } of ignoredLines(view.syntax)) {
        const line = at === undefined ? undefined : lineAt(view, at);
        if (line !== undefined && !isExplained(line) && meantKey(line.text.trim()) === undefined) yield sighted(line, text, { code: "config.syntax", ...(remedy === undefined ? {} : { remedy }) });
      }
    },
  },
  {
    id: "prefix-typo", severity: "error", sees: "A line that is passed over because its `lxc.` has a typo or is missing.",
    why: "It looks like a setting, but nothing reads it: a limit or an id map that is not there.", remedy: "write lxc. in front",
    trips: "lcx.uts.name = web", passes: "lxc.uts.name = web",
    look: (view) => eachLine(view, (line) => {
      const key = line.kind === "ignored" && lookalike(line) === undefined ? meantKey(line.text.trim()) : undefined;
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
    look: (view) => fromLoader(view, ({ code, at }) => code === "config.key" && !isExplained(at === undefined ? undefined : lineAt(view, at))),
  },
  {
    id: "key-case", severity: "error", sees: "A key in capital letters that exists in small ones.", why: "Keys are compared letter by letter; the config does not load.", remedy: "write the key in small letters",
    trips: "lxc.Net.0.type = empty", passes: "lxc.net.0.type = empty",
    look: (view) => eachLine(view, (line) => (isCaseSlip(line) && lookalike(line) === undefined ? sighted(line, `'${line.key}' is no key, '${line.key.toLowerCase()}' is`, { code: "config.key", remedy: `write '${line.key.toLowerCase()}'`, fix: becomes(line, withKey(line, line.key.toLowerCase())) }) : undefined)),
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
    look: (view) => eachLine(view, (line) => {
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
