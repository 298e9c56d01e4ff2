// Owns the door of the linter: loaded by who lints, on no other command's path.
export { beginLint, finishLint, type LintDraft } from "./lint.ts";
export { applyFixes, fixes } from "./fixes.ts";
export { INIT, INITTAB, wantedPaths } from "./wanted.ts";
