// Owns what becomes of a file when the fixes of findings are applied: each line once, all others byte for byte.
import type { Finding, LineFix } from "../../model/finding.ts";

/** By file, in the order of the lines; the first fix of a line wins, the next lint sees what is left. */
export function fixes(findings: readonly Finding[]): ReadonlyMap<string, readonly LineFix[]> {
  const found = new Map<string, Map<number, LineFix>>();
  for (const { fix = [] } of findings) {
    for (const one of fix) {
      const ofFile = found.get(one.file) ?? new Map<number, LineFix>();
      if (!ofFile.has(one.line)) ofFile.set(one.line, one);
      found.set(one.file, ofFile);
    }
  }
  return new Map([...found].map(([file, lines]) => [file, [...lines.values()].toSorted((a, b) => a.line - b.line)]));
}

/** The text of one file with its fixes. */
export function applyFixes(text: string, all: readonly LineFix[]): string {
  const byLine = new Map(all.map((fix) => [fix.line, fix]));
  return text.split("\n").flatMap((line, index) => {
    const fix = byLine.get(index + 1);
    return fix === undefined ? [line] : fix.text === undefined ? [] : [fix.text];
  }).join("\n");
}
