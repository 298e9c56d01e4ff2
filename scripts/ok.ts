// What a developer runs before each commit: types, layers, lint, house rules, unit tests. Under 30 seconds.
import { isa, lint, runAll, together, types } from "./checks.ts";

const UNITS = ["src"];
const sum = await runAll([types, isa, lint, together("unit tests", UNITS), together("golden plans", ["test/golden"]), together("house rules", ["test/house"])]);
if (sum.broken.length > 0) console.log(`failed: ${sum.broken.join(", ")}`);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exit(sum.failed === 0 ? 0 : 1);
