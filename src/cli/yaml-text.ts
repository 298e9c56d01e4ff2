// Owns YAML as Berth prints it: what JSON says, in blocks. Words that YAML could take for something else are quoted as in JSON.

const PLAIN = /^[A-Za-z_/.][\w ./@+()<>-]*$/;
/** Of YAML 1.1 as well, which takes more words for values. */
const VALUES = /^(null|true|false|yes|no|on|off|y|n|~|\.?nan|\.inf|[-+]?\.?\d.*)$/i;

const word = (text: string): string => (PLAIN.test(text) && !VALUES.test(text) && text.trimEnd() === text && !text.startsWith(".") ? text : JSON.stringify(text));

const isEmpty = (value: unknown): boolean => (Array.isArray(value) ? value.length === 0 : typeof value === "object" && value !== null && Object.keys(value).length === 0);
const isBlock = (value: unknown): value is object => typeof value === "object" && value !== null && !isEmpty(value);

function scalar(value: unknown): string {
  if (typeof value === "string") return word(value);
  return JSON.stringify(value) ?? "null";
}

function lines(value: unknown): readonly string[] {
  if (!isBlock(value)) return [scalar(value)];
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown): readonly string[] => {
      const [first = "", ...more] = lines(item);
      return [`- ${first}`, ...more.map((line) => `  ${line}`)];
    });
  }
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (inner === undefined) return [];
    return isBlock(inner) ? [`${word(key)}:`, ...lines(inner).map((line) => `  ${line}`)] : [`${word(key)}: ${scalar(inner)}`];
  });
}

/** Of a value that JSON can say. */
export const yamlText = (value: unknown): string => `${lines(value).join("\n")}\n`;
