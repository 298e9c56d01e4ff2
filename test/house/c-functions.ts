// Owns finding long functions in C sources: they start in column 0 and end with a brace in column 0.
import { lineCount } from "./sources.ts";

const START = /^(?!typedef|struct [a-z_]+ \{|enum|static const|#|\/|\*)[a-zA-Z][^;=]*?\b([a-zA-Z_0-9]+)\([^;]*\)[^;]*?\n?\{\n/gm;

/** `NAME has N lines` for each function that is longer. */
export function longFunctions(text: string, most: number): string[] {
  return [...text.matchAll(START)].flatMap((match) => {
    const end = text.indexOf("\n}", match.index);
    const lines = lineCount(text.slice(match.index, end + 2).trimStart());
    return lines > most ? [`${match[1]} has ${lines} lines`] : [];
  });
}
