// Owns the part of the system checks that `npm test` runs: as much of the matrix as is done in minutes, the making of the
// machine's disk included. What is left to `npm run test:system` is told by name.
import type { Check, Outcome } from "./checks.ts";
import { BUN, ROOT, run } from "./step.ts";
import { belongs, checkFiles } from "./system/checks-run.ts";
import { KINDS, nameOf } from "./system/layouts.ts";

/** One disk, and the two versions of cgroups: hybrid has the controllers of v1, trixie the cgroups of bookworm-v2. */
const HERE = ["bookworm-v2", "bookworm-v1"];
const FILES = ["host", "contexts"];
/** Seconds; half of them are enough where nothing else runs. */
const LIMIT = Number(process.env["BERTH_SYSTEM_LIMIT"] ?? 840);

/** Kind and file of every check that only `npm run test:system` runs. */
export const leftToTestSystem = (): readonly string[] => KINDS.flatMap((kind) => checkFiles()
  .filter((file) => belongs(file, kind) && !(HERE.includes(nameOf(kind)) && FILES.some((part) => file.name.startsWith(part)))).map(({ name }) => `${nameOf(kind)} ${name}`));

export function readSums(output: string, status: number): Outcome {
  const sums = /^(\d+) passed, (\d+) failed$/m.exec(output);
  const [, passed = "0", failed = "0"] = sums ?? [];
  const isGood = status === 0 && failed === "0" && passed !== "0";
  const why = status === 124 || status === 137 ? `\nnot done after ${LIMIT} s\n` : sums === null ? `\nended with status ${status} before its sums\n` : "";
  return { passed: Number(passed), failed: isGood ? 0 : Math.max(1, Number(failed)), output: isGood ? "" : output + why };
}

// timeout(1) ends the machines and whatever makes their disks, too
const testSystem = (words: readonly string[], onTick: (seconds: number) => void): ReturnType<typeof run> => run(["timeout", "--kill-after=20", String(LIMIT), BUN, `${ROOT}/scripts/test-system.ts`, ...HERE, ...words], { onTick });

/** The disk that the machines share is made beside other checks: it waits for packages, and for one emulated boot. */
export const fullSystemsDisk: Check = {
  name: "full systems: the disk, where there is none",
  run: async (onTick) => {
    const { status, output } = await testSystem(["--disks"], onTick);
    return readSums(output, status);
  },
};

export const fullSystems: Check = {
  name: `full systems ${HERE.join(", ")}: ${FILES.join(", ")}`,
  run: async (onTick) => {
    const { status, output } = await testSystem(FILES, onTick);
    for (const line of output.split("\n").filter((one) => /^ {5}\S+: (made|booted|\d+ s$)/.test(one))) console.log(line);
    for (const name of leftToTestSystem()) console.log(`     left to npm run test:system, for time: ${name}`);
    return readSums(output, status);
  },
};
