// Owns fuzzing of the config language: random configs for a bounded time, and a megabyte of each kind of line. Each runs in a
// process of its own, which is ended when it hangs.
import type { Check } from "./checks.ts";
import { BUN, ROOT, run } from "./step.ts";

/** Far above what any input takes: it only ends a hang. */
const PATIENCE = 300;

const script = (name: string, file: string, args: readonly string[], limit: number): Check => ({
  name,
  run: async (onTick) => {
    const { status, output } = await run([BUN, `${ROOT}/test/fuzz/config/${file}`, ...args], { limit, onTick });
    const why = status === 124 ? "\nhangs; its input is in .cache/fuzz-config" : "";
    return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, output: status === 0 ? "" : `${output.slice(-6000)}${why}` };
  },
});

/** Without a seed: another one each time. */
export const configFuzzing = (seconds: number, seed?: number): Check[] => [
  script(`test/fuzz/config, ${seconds} s`, "run.ts", [seconds, ...(seed === undefined ? [] : [seed])].map(String), seconds + PATIENCE),
  script("test/fuzz/config, a megabyte of each kind of line", "megabyte.ts", [], 2 * PATIENCE),
];
