// npm run test:system [-- [KIND...] [FILE...]]: the checks of test/system/ on full systems: Debian with systemd, PAM and AppArmor
// in an emulated machine, with cgroup v2, v1 and hybrid. KIND is a name such as bookworm-v2, FILE a part of a check's file name.
// --disks only makes the machines that are missing; --record keeps what the contexts can do as what is expected from now on.
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { build } from "./build.ts";
import { belongs, checkFiles, runFile } from "./system/checks-run.ts";
import { CACHE, findQemu, must, readyImage } from "./system/image.ts";
import { KINDS, nameOf } from "./system/layouts.ts";
import type { Kind, Suite } from "./system/layouts.ts";
import { machineOf } from "./system/machine.ts";
import { changedPowers, record, recordedPowers } from "./system/powers.ts";
import type { Power } from "./system/powers.ts";
import { ROOT } from "./step.ts";

// --run LINE instead: this one line of shell, as root in a machine of the kind; its output is all.
const [words, line] = ((all: readonly string[]): readonly [readonly string[], string | undefined] => {
  const at = all.indexOf("--run");
  return at < 0 ? [all, undefined] : [all.slice(0, at), all[at + 1]];
})(process.argv.slice(2).filter((word) => !["--record", "--disks"].includes(word)));
const isRecording = process.argv.includes("--record");
const isMaking = process.argv.includes("--disks");
/** An emulated processor does one thing at a time for the most part: so many machines run side by side. */
const LANES = Math.max(1, Math.min(4, availableParallelism()));
const wantedKinds = KINDS.filter((kind) => words.includes(nameOf(kind)));
const kinds = wantedKinds.length > 0 ? wantedKinds : KINDS;
const parts = words.filter((word) => KINDS.every((kind) => nameOf(kind) !== word));
const files = checkFiles().filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
const say = (line: string): void => console.log(`     ${line}`);

interface Sum { passed: number; readonly failed: string[] }

async function runKind(kind: Kind, start: { readonly qemu: readonly string[]; readonly parcel: string }, sum: Sum): Promise<void> {
  const begin = performance.now();
  const powers: Power[] = [];
  const name = nameOf(kind);
  const machine = await machineOf({ kind, ...start }, say);
  try {
    if (line !== undefined) console.log((await machine.shell(line, 600)).output);
    else for (const file of files.filter((one) => belongs(one, kind))) {
      const started = performance.now();
      const outcome = await runFile(machine, file, kind, (seconds) => say(`${name} ${file.name}: ${seconds} s …`));
      sum.passed += outcome.passed;
      sum.failed.push(...outcome.failed.map((check) => `${name} ${file.name}: ${check}`));
      powers.push(...outcome.powers);
      if (outcome.failed.length > 0) console.log(outcome.output.trimEnd());
      console.log(`${outcome.failed.length === 0 ? "ok  " : "FAIL"} ${name} ${file.name}: ${outcome.passed} of ${outcome.passed + outcome.failed.length} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    }
  } finally {
    await machine.stop();
  }
  if (powers.length > 0 && isRecording) record(name, powers);
  else if (powers.length > 0) sum.failed.push(...changedPowers(name, powers, recordedPowers()));
  say(`${name}: ${Math.round((performance.now() - begin) / 1000)} s`);
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => { for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item); };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function main(): Promise<Sum> {
  if (process.getuid?.() !== 0) throw new Error("making the machines' disks needs root (mmdebstrap, chroot)");
  const sum: Sum = { passed: 0, failed: [] };
  mkdirSync(CACHE, { recursive: true });
  await build(say);
  const suites = [...new Set(kinds.map(({ suite }): Suite => suite))];
  const [qemu] = await Promise.all([findQemu(say), ...suites.map((suite) => readyImage(suite, say))]);
  if (isMaking) return { passed: suites.length, failed: [] };
  const parcel = join(CACHE, `parcel-${process.pid}.tar`);
  await must(["tar", "-C", ROOT, "-cf", parcel, "dist", "test/system"], "packing what goes into the machine");
  try {
    await inLanes(kinds, (kind) => runKind(kind, { qemu, parcel }, sum).catch((error: unknown) => {
      const failure = `${nameOf(kind)}: ${error instanceof Error ? error.message : String(error)}`;
      console.log(`FAIL ${failure}`);
      sum.failed.push(failure);
    }));
  } finally {
    await must(["rm", "-f", parcel], "removing the parcel");
  }
  return sum;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => { console.log(`failed: ended by ${signal}`); process.exit(1); }); // no machine outlives it
const sum = await main().catch((error: unknown): Sum => ({ passed: 0, failed: [error instanceof Error ? error.message : String(error)] }));
// as a check that its head keeps from the only kind that was named
if (line === undefined && !isMaking && sum.passed + sum.failed.length === 0) sum.failed.push(`none of ${parts.join(", ")} runs on ${kinds.map(nameOf).join(", ")}`);
for (const failure of sum.failed) console.log(`failed: ${failure}`);
console.log(`${sum.passed} passed, ${sum.failed.length} failed`);
process.exit(sum.failed.length === 0 ? 0 : 1);
