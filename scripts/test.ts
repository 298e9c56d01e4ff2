// npm test: every test there is, in the order of cost. Closes with `N passed, N failed`.
// Nothing is skipped in silence: what this caller cannot run is listed by name, with the reason, and counted as failed.
import { build } from "./build.ts";
import { added, isa, lint, oneByOne, runAll, testFiles, together, types } from "./checks.ts";
import type { Check, Sum } from "./checks.ts";
import { configFuzzing } from "./config-fuzz.ts";
import { engineTests, fuzzing } from "./engine-checks.ts";
import { fullSystems, fullSystemsDisk } from "./full-systems.ts";
import { runWhereAllCanPass } from "./open-tree.ts";

runWhereAllCanPass("scripts/test.ts");

const FUZZ_SECONDS = 15;
/** The run of a change fails by the change alone; `npm run fuzz` looks elsewhere each time. */
const SEED = 1;
const KERNEL = ["test/kernel", "test/twin", "test/chaos"];
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
const kernel = (): Check[] => KERNEL.flatMap((folder) => (isRoot ? oneByOne(folder) : testFiles(folder).map(refuse)));

const only = process.argv.slice(2); // npm test -- test/kernel/lifecycle.test.ts: just these, after a build
/** What touches nothing of the machine runs side by side; a test that counts what is left behind needs the machine for itself. */
const LANES = 2;
const pure = (): Check[] => [
  isRoot ? fullSystemsDisk : refuse("the disk of test/system"),
  ...engineTests(), ...fuzzing(FUZZ_SECONDS, SEED), ...configFuzzing(FUZZ_SECONDS, SEED),
  together("unit tests", UNIT, 300), together("golden plans", ["test/golden"]), together("house rules", ["test/house"], 300),
];
const everything = async (): Promise<Sum> => added([
  await runAll([types, isa, lint, building]), await runAll(pure(), LANES), await runAll([...kernel(), isRoot ? fullSystems : refuse("test/system")]),
]);
const sum = only.length === 0 ? await everything() : await runAll([building, ...only.map((path) => together(path, [path]))]);
if (sum.broken.length > 0) console.log(`failed: ${sum.broken.join(", ")}`);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exit(sum.failed === 0 ? 0 : 1);
