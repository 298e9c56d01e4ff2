// What a developer runs before each commit: types, layers, lint, house rules, unit tests. Under 30 seconds.
import { isa, lint, together, types } from "./checks.ts";
import { runAll } from "./run-all.ts";

const UNITS = ["src"];
// two at a time, the longest first: one processor alone needs half as long again
const sum = await runAll([together("house rules", ["test/house"]), types, lint, together("unit tests", UNITS), together("golden plans", ["test/golden"]), isa], { lanes: 2 });
if (sum.broken.length > 0) console.log(`failed: ${sum.broken.join(", ")}`);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exit(sum.failed === 0 ? 0 : 1);
