// Owns the refusal of -f and --rcfile: apart from the way that every command takes.
import type { Problem } from "../model/problem.ts";

export const missingConfig = (path: string): Problem => ({ code: "config.missing", text: `the config file "${path}" does not exist`, remedy: "check the path given with -f/--rcfile" });
