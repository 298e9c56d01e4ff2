// npm test: every test there is, in the order of cost. Closes with `N passed, N failed`.
// Nothing is skipped in silence: what this caller cannot run is listed by name, with the reason, and counted as failed.
import { build } from "./build.ts";
import { isa, lint, together, types } from "./checks.ts";
import type { Check } from "./checks.ts";
import { configFuzzing } from "./config-fuzz.ts";
import { engineTests, fuzzing } from "./engine-checks.ts";
import { fullSystems, fullSystemsDisk } from "./full-systems.ts";
import { kernelFiles, runKernelFiles } from "./kernel-checks.ts";
import { runWhereAllCanPass } from "./open-tree.ts";
import { added, runAll } from "./run-all.ts";
import type { Sum } from "./run-all.ts";

runWhereAllCanPass("scripts/test.ts");

const FUZZ_SECONDS = 8;
/** The run of a change fails by the change alone; `npm run fuzz` looks elsewhere each time. */
const SEED = 1;
const UNIT = ["src/linux", "src/model", "src/isa", "src/config", "src/plan", "src/host", "src/images", "src/runtime", "src/cli"];

const building: Check = {
  name: "build",
  run: async () => {
    await build((line) => console.log(`     ${line}`));
    return { passed: 1, failed: 0, output: "" };
  },
};
const isRoot = process.getuid?.() === 0;
const refuse = (path: string): Check => ({
  name: path,
  run: () => Promise.resolve({ passed: 0, failed: 1, output: `not run: ${path} makes real containers of all kinds, which needs root` }),
});
const kernel = (): Promise<Sum> => (isRoot ? runKernelFiles() : runAll(kernelFiles().map(refuse)));

const only = process.argv.slice(2); // npm test -- test/kernel/lifecycle.test.ts: just these, after a build
/** What computes runs side by side, one to a processor, beside the making of the disk, which waits for packages. */
const LANES = 3;
const pure = (): Check[] => [
  isRoot ? fullSystemsDisk : refuse("the disk of test/system"),
  ...engineTests(), ...fuzzing(FUZZ_SECONDS, SEED), ...configFuzzing(FUZZ_SECONDS, SEED),
  together("unit tests", UNIT, 300), together("golden plans", ["test/golden"]), together("house rules", ["test/house"], 300),
];
const everything = async (): Promise<Sum> => added([
  await runAll([types, isa, lint, building]), await runAll(pure(), { lanes: LANES }), await kernel(), await runAll([isRoot ? fullSystems : refuse("test/system")]),
]);
const sum = only.length === 0 ? await everything() : await runAll([building, ...only.map((path) => together(path, [path]))]);
if (sum.unsteady.length > 0) console.log(`unsteady, failed beside others and passed alone (what they said is above): ${sum.unsteady.join(", ")}`);
if (sum.broken.length > 0) console.log(`failed: ${sum.broken.join(", ")}`);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exit(sum.failed === 0 ? 0 : 1);
