// Owns the unified diff of two texts, as diff -u prints it.

const CONTEXT = 3;
/** Beyond this many differing lines the shortest script is not looked for: all old lines go, all new ones come. */
const MOST_EDITS = 1000;

interface Edit { readonly mark: " " | "-" | "+"; readonly line: string }

const NO_NEWLINE = "\\ No newline at end of file";

/** Lines with their newline; the last one may have none. */
const linesOf = (text: string): readonly string[] => (text === "" ? [] : text.split(/(?<=\n)/));

const all = (mark: Edit["mark"], lines: readonly string[]): readonly Edit[] => lines.map((line) => ({ mark, line }));

/** Myers' greedy search: the furthest place on each diagonal after each number of edits; undefined: too many. */
function trace(a: readonly string[], b: readonly string[]): readonly ReadonlyMap<number, number>[] | undefined {
  const steps: ReadonlyMap<number, number>[] = [];
  let furthest: ReadonlyMap<number, number> = new Map([[1, 0]]);
  for (let edits = 0; edits <= Math.min(a.length + b.length, MOST_EDITS); edits++) {
    steps.push(furthest);
    const next = new Map(furthest);
    for (let k = -edits; k <= edits; k += 2) {
      const isDown = k === -edits || (k !== edits && (next.get(k - 1) ?? -1) < (next.get(k + 1) ?? -1));
      let x = isDown ? (next.get(k + 1) ?? 0) : (next.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return steps;
    }
    furthest = next;
  }
  return undefined;
}

function edits(a: readonly string[], b: readonly string[]): readonly Edit[] {
  const steps = trace(a, b);
  if (steps === undefined) return [...all("-", a), ...all("+", b)];
  const found: Edit[] = [];
  let [x, y] = [a.length, b.length];
  for (const [count, furthest] of [...steps.entries()].reverse()) {
    const k = x - y;
    const isDown = k === -count || (k !== count && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
    const fromX = furthest.get(isDown ? k + 1 : k - 1) ?? 0;
    const fromY = fromX - (isDown ? k + 1 : k - 1);
    while (x > fromX && y > fromY && x > 0 && y > 0) { found.push({ mark: " ", line: a[--x] ?? "" }); y--; }
    if (count === 0) break;
    if (isDown) found.push({ mark: "+", line: b[--y] ?? "" });
    else found.push({ mark: "-", line: a[--x] ?? "" });
  }
  return found.reverse();
}

/** Runs of changes with what stands around them: [start, end) in the list of edits. */
function hunks(list: readonly Edit[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [index, { mark }] of list.entries()) {
    if (mark === " ") continue;
    const last = found.at(-1);
    const [start, end] = [Math.max(0, index - CONTEXT), Math.min(list.length, index + 1 + CONTEXT)];
    if (last !== undefined && start <= last[1]) last[1] = end;
    else found.push([start, end]);
  }
  return found;
}

const range = (start: number, count: number): string => (count === 1 ? `${start + 1}` : `${count === 0 ? start : start + 1},${count}`);

/** "" when they are the same. */
export function unifiedDiff(before: string, after: string, names: { readonly before: string; readonly after: string }): string {
  if (before === after) return "";
  const list = edits(linesOf(before), linesOf(after));
  const body = hunks(list).map(([start, end]) => {
    const part = list.slice(start, end);
    const [oldStart, newStart] = (["+", "-"] as const).map((other) => list.slice(0, start).filter(({ mark }) => mark !== other).length);
    const [oldCount, newCount] = (["+", "-"] as const).map((other) => part.filter(({ mark }) => mark !== other).length);
    const text = part.map(({ mark, line }) => `${mark}${line.endsWith("\n") ? line : `${line}\n${NO_NEWLINE}\n`}`).join("");
    return `@@ -${range(oldStart ?? 0, oldCount ?? 0)} +${range(newStart ?? 0, newCount ?? 0)} @@\n${text}`;
  });
  return `--- ${names.before}\n+++ ${names.after}\n${body.join("")}`;
}
