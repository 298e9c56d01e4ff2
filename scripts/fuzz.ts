// npm run fuzz [-- SECONDS [engine|config]]: every fuzz target of the engine, and the config language, for that long (60) each.
import { configFuzzing } from "./config-fuzz.ts";
import { fuzzing } from "./engine-checks.ts";
import { runAll } from "./run-all.ts";

const seconds = Number(process.argv[2] ?? 60);
const only = process.argv[3];
const targets = [...(only === "config" ? [] : fuzzing(seconds)), ...(only === "engine" ? [] : configFuzzing(seconds))];
const sum = await runAll(targets);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exit(sum.failed === 0 ? 0 : 1);
