// Owns the rules about values: what their grammar refuses, and what is part of them by mistake.
import type { Sighting, Rule } from "../rule.ts";
import { becomes, eachLine, fromLoader, lineAt, sighted, withValue } from "../sight.ts";
import type { Line } from "../../syntax.ts";
import { findKey } from "../../table.ts";
import type { View } from "../view.ts";

/** Keys whose text goes to a shell, or to a language with comments of its own. */
const HAS_COMMENTS = /^lxc\.(hook\.|apparmor\.raw$|mount\.(entry|fstab)$|mount$|net(work)?\.\d+\.script\.|network\.script\.)/;

/** `4 # four`: the value without what was to be a comment. */
function beforeComment(line: Line): string | undefined {
  if (line.kind !== "entry" || HAS_COMMENTS.test(line.key) || line.text.charAt(line.valueColumn - 2) === line.text.charAt(line.valueColumn - 1 + line.value.length) && /['"]/.test(line.text.charAt(line.valueColumn - 2))) return undefined;
  return /^(\S.*?)\s+#/.exec(line.value)?.[1];
}

/** `bind, ro 0 0`: the words behind the options are options, too. */
function splitOptions(line: Line): { readonly token: string; readonly value: string } | undefined {
  if (line.kind !== "entry" || line.key !== "lxc.mount.entry") return undefined;
  const [source, target, type, ...rest] = line.value.split(/\s+/);
  const words = rest.filter((word) => !/^\d+$/.test(word));
  const isOption = (word: string): boolean => /^[a-z][a-z0-9_=.,/-]*,?$/.test(word);
  if (words.length < 2 || words.length !== rest.findLastIndex((word) => !/^\d+$/.test(word)) + 1 || !words.every(isOption)) return undefined;
  const numbers = rest.slice(words.length);
  const options = words.flatMap((word) => word.split(",")).filter((word) => word !== "").join(",");
  return { token: words[1] ?? "", value: [source, target, type, options, ...numbers].join(" ") };
}

const isElsewhere = (line: Line | undefined): boolean => line !== undefined && (beforeComment(line) !== undefined || splitOptions(line) !== undefined);

function valueProblems(view: View): Iterable<Sighting> {
  return fromLoader(view, ({ code, at }) => code === "config.value" && !isElsewhere(at === undefined ? undefined : lineAt(view, at)));
}

/** A quote at one end only. */
function loneQuote({ kind, value }: Line): string | undefined {
  if (kind !== "entry") return undefined;
  return ["'", '"'].find((quote) => (value.startsWith(quote) || value.endsWith(quote)) && value.split(quote).length % 2 === 0);
}

/** Words between blanks: there a tab is as good as a blank. */
const TAKES_TABS = /^lxc\.(mount\.|hook\.|cap\.|idmap|id_map|group|namespace\.|init\.|init_|execute\.cmd|apparmor\.raw|net(work)?\.|environment|cgroup)/;

export const valueRules: readonly Rule[] = [
  {
    id: "value-bad", severity: "error", sees: "A value that its key cannot have.", why: "The config does not load.", remedy: "see lxc.container.conf(5) for what the key takes",
    trips: "lxc.autodev = yes", passes: "lxc.autodev = 1", look: valueProblems,
  },
  {
    id: "trailing-comment", severity: "error", sees: "A `#` behind a value that was to begin a comment.", why: "There are no comments behind a value: the `#` and what follows are part of it.", remedy: "put the comment on a line of its own, above",
    trips: "lxc.tty.max = 4 # four terminals", passes: "# four terminals\nlxc.tty.max = 4",
    look: (view) => eachLine(view, (line) => {
      const value = beforeComment(line);
      if (value === undefined || findKey(line.key) === undefined) return undefined;
      const comment = line.value.slice(value.length).trim();
      return sighted(line, `'${comment}' is part of the value: a comment cannot stand behind one`, { code: "config.value", token: comment, remedy: `write '${withValue(line, value).trim()}', the comment on a line above`, fix: becomes(line, withValue(line, value)) });
    }),
  },
  {
    id: "mount-options-split", severity: "error", sees: "Mount options with a blank between them: what follows the blank stands in the fields for dump and fsck.",
    why: "The config does not load here; LXC takes the options up to the blank and forgets the others, a `ro` among them.", remedy: "join the options with commas, without blanks",
    trips: "lxc.mount.entry = /srv srv none bind, ro 0 0", passes: "lxc.mount.entry = /srv srv none bind,ro 0 0",
    look: (view) => eachLine(view, (line) => {
      const found = splitOptions(line);
      return found === undefined ? undefined : sighted(line, `'${found.token}' stands behind a blank, so it is no mount option`, { code: "config.value", token: found.token, remedy: `write '${found.value}'`, fix: becomes(line, withValue(line, found.value)) });
    }),
  },
  {
    id: "quote-unbalanced", severity: "warning", sees: "A value with a quote at one end only.", why: "Only a pair of quotes around the whole value is taken off; a single one becomes part of it.", remedy: "close the quote, or leave it out",
    trips: 'lxc.uts.name = "web', passes: 'lxc.uts.name = "web"',
    look: (view) => eachLine(view, (line) => {
      const quote = loneQuote(line);
      return quote === undefined || !/^(lxc\.init\.cmd|lxc\.execute\.cmd|lxc\.init_cmd)$/.test(line.key) && line.value === "" ? undefined : sighted(line, `the quote ${quote} is not closed: it is part of the value`, { token: line.value });
    }),
  },
  {
    id: "control-character", severity: "warning", sees: "A tab or another control character inside a value that is one piece of text.", why: "It becomes part of a name or a path, where nobody sees it.", remedy: "write a blank, or nothing",
    trips: "lxc.uts.name = web\tone", passes: "lxc.uts.name = web-one",
    look: (view) => eachLine(view, (line) => {
      const bad = line.kind === "entry" ? /[\x01-\x1f\x7f]/.exec(TAKES_TABS.test(line.key) ? line.value.replaceAll("\t", " ") : line.value)?.[0] : undefined;
      return bad === undefined ? undefined : sighted(line, `the value holds ${bad === "\t" ? "a tab" : `the control character ${bad.charCodeAt(0)}`}`, { token: line.value });
    }),
  },
];
