// Owns how fast something goes, over the last moments.

/** Given how much is done, the rate a second; undefined until that can be told. */
export function speedometer(now: () => number = () => performance.now()): (done: number) => number | undefined {
  const WINDOW_MS = 3000;
  const marks: { readonly at: number; readonly done: number }[] = [];
  return (done) => {
    const at = now();
    marks.push({ at, done });
    while (marks.length > 2 && at - (marks[0]?.at ?? at) > WINDOW_MS) marks.shift();
    const first = marks[0];
    return first === undefined || at - first.at < 200 ? undefined : (done - first.done) * 1000 / (at - first.at);
  };
}
