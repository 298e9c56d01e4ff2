// Owns a run of the system checks on one machine: which files of test/system/ belong there, what they said, and the sums.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../step.ts";
import type { Kind } from "./layouts.ts";
import type { Machine } from "./machine.ts";
import type { Power } from "./powers.ts";

const FOLDER = join(ROOT, "test/system");
const FILE_SECONDS = 1500;

export interface CheckFile { readonly name: string; readonly cgroups: readonly string[]; readonly suites: readonly string[] }
export interface FileOutcome { readonly passed: number; readonly failed: readonly string[]; readonly output: string; readonly powers: readonly Power[] }

/** `# cgroups: v2 v1` and `# suites: trixie` in a file's head say where it runs; without them: v2, all suites. */
function headOf(text: string, word: string, others: readonly string[]): readonly string[] {
  const line = new RegExp(`^# ${word}: (.*)$`, "m").exec(text)?.[1];
  return line === undefined ? others : line.trim().split(/\s+/);
}

export function checkFiles(): readonly CheckFile[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith(".check.sh")).sort().map((name) => {
    const text = readFileSync(join(FOLDER, name), "utf8");
    return { name, cgroups: headOf(text, "cgroups", ["v2"]), suites: headOf(text, "suites", ["bookworm", "trixie"]) };
  });
}

export const belongs = ({ cgroups, suites }: CheckFile, { suite, layout }: Kind): boolean => cgroups.includes(layout) && suites.includes(suite);

/** The lines of frame.sh: `ok NAME`, `not ok NAME`, `power …`, and at the end `done`. */
export function readOutcome(output: string, status: number): FileOutcome {
  const lines = output.split("\n");
  const named = (word: string): string[] => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const failed = named("not ok");
  const passed = named("ok").length;
  const isWhole = status === 0 && lines.includes("done");
  const cut = isWhole ? [] : [`the file ended early (status ${status})`];
  const none = isWhole && passed + failed.length === 0 ? ["the file has no checks"] : [];
  const powers = named("power").map((line): Power => { const [context = "", what = "", ...word] = line.split(" "); return { context, what, word: word.join(" ") }; });
  return { passed, failed: [...failed, ...cut, ...none], output, powers };
}

export async function runFile(machine: Machine, file: CheckFile, { suite, layout }: Kind, onTick: (seconds: number) => void): Promise<FileOutcome> {
  const { status, output } = await machine.shell(`exec sh /src/test/system/frame.sh ${file.name} ${suite} ${layout} 2>&1 < /dev/null`, FILE_SECONDS, onTick);
  return readOutcome(output, status);
}
