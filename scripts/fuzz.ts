// npm run fuzz [-- SECONDS]: every fuzz target of the engine for that long (60).
import { runAll } from "./checks.ts";
import { fuzzing } from "./engine-checks.ts";

const targets = fuzzing(Number(process.argv[2] ?? 60));
if (targets.length === 0) throw new Error("no fuzz targets in engine/fuzz");
const sum = await runAll(targets);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exit(sum.failed === 0 ? 0 : 1);
