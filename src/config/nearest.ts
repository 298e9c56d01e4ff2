// Owns the guess after a typo: the nearest of some known words.

/** Letters that are missing, too many, others, or two that changed places. */
function distance(a: string, b: string, bound: number): number {
  let before: readonly number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a.charAt(i - 1) === b.charAt(j - 1) ? 0 : 1);
      const swap = i > 1 && j > 1 && a.charAt(i - 1) === b.charAt(j - 2) && a.charAt(i - 2) === b.charAt(j - 1) ? (before[j - 2] ?? 0) + 1 : bound + 1;
      row.push(Math.min(change, swap, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    if (Math.min(...row, ...previous) > bound) return bound + 1;
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? bound + 1;
}

/** undefined when nothing is near: a guess that is far off is worse than none. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 100) return undefined;
  let best: string | undefined;
  let bound = Math.max(1, Math.floor(word.length / 4));
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > bound) continue;
    const found = distance(word, candidate, bound);
    if (found > bound || (found === bound && best !== undefined)) continue;
    best = candidate;
    bound = found;
  }
  return best;
}

/** A remedy; `otherwise` where no known word is near. */
export function didYouMean(word: string, known: Iterable<string>, otherwise?: string): string | undefined {
  const near = nearest(word, known);
  return near === undefined ? otherwise : `did you mean '${near}'?`;
}
