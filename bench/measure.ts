// Owns timing: contenders take turns within each round, so that a busy moment hits all of them alike.
export interface Contender {
  readonly name: string;
  /** Before each timed run, untimed. */
  readonly before?: () => void;
  /** What is timed: one program, run to its end; its status must be 0. */
  readonly argv: readonly string[];
  /** After each timed run, untimed. */
  readonly after?: () => void;
}
export interface Row { readonly what: string; readonly contenders: readonly Contender[] }
export interface Timing { readonly name: string; readonly median: number; readonly quarter: number; readonly least: number; readonly rounds: number }

export function must(argv: readonly string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { stdin: "ignore" });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: status ${exitCode}: ${stderr.toString().trim()}`);
  return stdout.toString();
}
/** Milliseconds that a program takes. Its output goes nowhere: daemons would hold a pipe open. */
function time(argv: readonly string[]): number {
  const begin = Bun.nanoseconds();
  const { exitCode } = Bun.spawnSync([...argv], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  const took = (Bun.nanoseconds() - begin) / 1e6;
  if (exitCode !== 0) must(argv); // again, to have its words
  return took;
}
/** The value at so many quarters of the way from the least to the greatest. */
const quartile = (values: readonly number[], quarters: number): number => values.toSorted((a, b) => a - b)[(values.length * quarters) >> 2] ?? Number.NaN;

export function measure(row: Row, rounds: number): Timing[] {
  const times = row.contenders.map((): number[] => []);
  for (let round = -1; round < rounds; round++) row.contenders.forEach((contender, i) => { // round -1 warms caches
    contender.before?.();
    const took = time(contender.argv);
    contender.after?.();
    if (round >= 0) times[i]?.push(took);
  });
  return row.contenders.map(({ name }, i) => ({ name, median: quartile(times[i] ?? [], 2), quarter: quartile(times[i] ?? [], 1), least: Math.min(...times[i] ?? []), rounds }));
}

/** KiB that only this process holds: smaps_rollup, Private_Clean + Private_Dirty, and the dirty part alone. */
export function privateMemory(smaps: string): { readonly all: number; readonly dirty: number } {
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(smaps)?.[1] ?? Number.NaN);
  return { all: field("Private_Clean") + field("Private_Dirty"), dirty: field("Private_Dirty") };
}
