// Owns getopt_long(3) as glibc does it: permutation, clusters, abbreviations, and the words of its complaints.

export interface OptionRow {
  readonly long: string;
  readonly short?: string;
  /** Absent: the option takes none. An optional one must be attached: `-e=X` never, `-eX` or `--long=X`. */
  readonly argument?: "required" | "optional";
  /** What stands for the argument in the help. */
  readonly metavar?: string;
  readonly help: string;
  /** Not an option of LXC: abbreviations of LXC's own options win over it. */
  readonly isOurs?: true;
}

export interface FoundOption<R> { readonly row: R; readonly value?: string }
export interface Scan<R> {
  /** In the order given, up to the first error. */
  readonly found: readonly FoundOption<R>[];
  readonly positionals: readonly string[];
  /** Complete, with the program's name, without newline. */
  readonly error?: string;
}
export interface ScanSettings {
  readonly program: string;
  /** POSIXLY_CORRECT: the first word that is no option ends them. */
  readonly isPosix?: boolean;
}

interface Taken<R> { readonly found: readonly FoundOption<R>[]; readonly usesNext: boolean; readonly error?: string }

export function getopt<R extends OptionRow>(words: readonly string[], rows: readonly R[], { program, isPosix = false }: ScanSettings): Scan<R> {
  const found: FoundOption<R>[] = [];
  const positionals: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") return { found, positionals: [...positionals, ...words.slice(at + 1)] };
    if (!word.startsWith("-") || word === "-") {
      if (isPosix) return { found, positionals: words.slice(at) };
      positionals.push(word);
      continue;
    }
    const next = words[at + 1];
    const taken = word.startsWith("--") ? takeLong(word, next, rows) : takeCluster(word, next, rows);
    found.push(...taken.found);
    if (taken.error !== undefined) return { found, positionals, error: `${program}: ${taken.error}` };
    if (taken.usesNext) at++;
  }
  return { found, positionals };
}

/** glibc holds abbreviations for the same option when argument and short letter agree. */
const isSame = (a: OptionRow, b: OptionRow): boolean => a.short !== undefined && a.short === b.short && a.argument === b.argument;

function matchLong<R extends OptionRow>(name: string, rows: readonly R[]): readonly R[] {
  const exact = rows.find(({ long }) => long === name);
  if (exact !== undefined) return [exact];
  const all = rows.filter(({ long }) => long.startsWith(name));
  const theirs = all.filter(({ isOurs }) => isOurs !== true);
  const candidates = theirs.length > 0 ? theirs : all;
  const [first] = candidates;
  return first === undefined ? [] : candidates.filter((row) => row === first || !isSame(row, first));
}

function takeLong<R extends OptionRow>(word: string, next: string | undefined, rows: readonly R[]): Taken<R> {
  const refuse = (error: string): Taken<R> => ({ found: [], usesNext: false, error });
  const equals = word.indexOf("=", 2);
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const matches = matchLong(name, rows);
  const [row] = matches;
  if (row === undefined) return refuse(`unrecognized option '${word}'`);
  if (matches.length > 1) return refuse(`option '${word}' is ambiguous; possibilities:${matches.map(({ long }) => ` '--${long}'`).join("")}`);
  if (equals >= 0) {
    if (row.argument === undefined) return refuse(`option '--${row.long}' doesn't allow an argument`);
    return { found: [{ row, value: word.slice(equals + 1) }], usesNext: false };
  }
  if (row.argument !== "required") return { found: [{ row }], usesNext: false };
  return next === undefined ? refuse(`option '--${row.long}' requires an argument`) : { found: [{ row, value: next }], usesNext: true };
}

function takeCluster<R extends OptionRow>(word: string, next: string | undefined, rows: readonly R[]): Taken<R> {
  const found: FoundOption<R>[] = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    const row = rows.find(({ short }) => short === letter);
    if (row === undefined) return { found, usesNext: false, error: `invalid option -- '${letter}'` };
    if (row.argument === undefined) {
      found.push({ row });
      continue;
    }
    const attached = word.slice(at + 1);
    if (attached !== "") return { found: [...found, { row, value: attached }], usesNext: false };
    if (row.argument === "optional") return { found: [...found, { row }], usesNext: false };
    if (next === undefined) return { found, usesNext: false, error: `option requires an argument -- '${letter}'` };
    return { found: [...found, { row, value: next }], usesNext: true };
  }
  return { found, usesNext: false };
}
