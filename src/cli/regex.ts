// Owns POSIX extended regular expressions in terms of JavaScript's: the bracket classes are what differs.

const CLASSES: Readonly<Record<string, string>> = {
  alnum: "A-Za-z0-9", alpha: "A-Za-z", digit: "0-9", lower: "a-z", upper: "A-Z", space: "\\s", blank: " \\t", punct: "!-\\/:-@\\[-`{-~", xdigit: "A-Fa-f0-9",
};

/** null: it is none. */
export function ereOf(source: string): RegExp | null {
  try {
    return new RegExp(source.replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole));
  } catch {
    return null;
  }
}
