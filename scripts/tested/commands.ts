// Owns what words mean: which command is called, and which of its options they give, as its own getopt takes them.
import { getopt, type FoundOption, type OptionRow } from "../../src/cli/getopt.ts";

export interface Known { readonly name: string; readonly rows: readonly OptionRow[] }
export const templateCommand = (template: string): string => `lxc-create -t ${template}`;
/** Stands for what is not known before a test runs. */
export const UNKNOWN = "\0";

const ABOUT_ITSELF: ReadonlySet<string> = new Set(["help", "?", "usage", "version"]);
/** Debian's own commands are called by this path. */
const isDebians = (word: string): boolean => word.startsWith("/usr/bin/");
/** Their first word says which command it is. */
const PASSING_ON: ReadonlySet<string> = new Set(["berth", "lxc"]);
/** Few words come this far. */
const MAY_BE = /(?:^|[/\0])(?:lxc|berth)[a-z-]*$/;
/** LXC's directory has that name, too. */
const isDirectory = (word: string): boolean => word.endsWith("/lxc") && !word.endsWith("/bin/lxc");
const baseOf = (word: string): string => word.replace(/^.*[/\0]/s, "");
/** What may stand before a command in a shell's line. */
const WRAPPER = /^(?:\w+=.*|[!{(&]|if|then|else|while|until|do|exec|env|sudo|timeout|nohup|setsid|nice|time|command|unshare|ip|netns|-\S*|\d+s?|.*\0.*|"?\$\S*|\/\S+)$/s;

/** `berth rm`, `lxc`: names by which another command is called. */
function typedNames([first = "", verb = ""]: readonly string[]): readonly string[] {
  const name = baseOf(first);
  return name === "lxc" ? [name] : name === "berth" ? [`berth ${verb}`] : [];
}

export class Commands {
  readonly #known: ReadonlyMap<string, readonly OptionRow[]>;
  readonly #alias: (argv: readonly string[]) => readonly string[];
  constructor(known: readonly Known[], alias: (argv: readonly string[]) => readonly string[]) {
    this.#known = new Map(known.map(({ name, rows }) => [name, rows]));
    this.#alias = alias;
  }

  /** `berth rm -f`, `lxc stop`, `berth config get` are what they stand for. */
  #named(words: readonly string[]): { readonly name: string; readonly words: readonly string[] } | undefined {
    const [first = "", ...more] = words;
    if (isDebians(first) || isDirectory(first)) return undefined;
    const argv = this.#alias([baseOf(first), ...more]);
    const found = [3, 2, 1].find((length) => !argv.slice(0, length).includes("-t") && this.#known.has(argv.slice(0, length).join(" ")));
    return found === undefined ? undefined : { name: argv.slice(0, found).join(" "), words: argv.slice(found) };
  }
  isNamed(word: string): boolean { return MAY_BE.test(word) && !isDirectory(word) && (PASSING_ON.has(baseOf(word)) || this.#named([word]) !== undefined); }

  /** The command, by the name that is typed and its own, and `lxc-stop --kill` for each option that these words give; of --help that alone. */
  given(words: readonly string[]): readonly string[] {
    const named = this.#named(words);
    if (named === undefined) return [];
    const { found } = getopt(named.words, this.#known.get(named.name) ?? [], { program: named.name });
    const longs = found.map(({ row }) => row.long);
    const itself = longs.find((long) => ABOUT_ITSELF.has(long));
    if (itself !== undefined) return [`${named.name} --${itself}`];
    return [named.name, ...typedNames(words), ...longs.map((long) => `${named.name} --${long}`), ...this.#givenToTemplate(named.name, found, named.words)];
  }
  /** What stands behind -- of lxc-create is for its template, and taken as getopt would. */
  #givenToTemplate(name: string, found: readonly FoundOption<OptionRow>[], words: readonly string[]): readonly string[] {
    const template = templateCommand(found.findLast(({ row: { long } }) => long === "template")?.value ?? "");
    const rows = name === "lxc-create" && words.includes("--") ? this.#known.get(template) : undefined;
    return rows === undefined ? [] : getopt(words.slice(words.indexOf("--") + 1), rows, { program: template }).found.map(({ row }) => `${template} --${row.long}`);
  }

  /** A shell's text: each simple command in it. `isScript`: its functions may come first. */
  givenInShell(text: string, isScript = false): readonly string[] {
    if (!/lxc|berth/.test(text)) return [];
    return text.replaceAll("\\\n", " ").split(/[;&|\n`()]|\$\(/).flatMap((command) => {
      const words = (command.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => word.replaceAll(/^["']|["']$/g, ""));
      const at = words.findIndex((word) => this.isNamed(word));
      return at < 0 || !(isScript || words.slice(0, at).every((word) => WRAPPER.test(word))) ? [] : this.given(words.slice(at));
    });
  }
}
