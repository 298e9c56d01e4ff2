// Owns "is this built part still fresh?": a hash over its inputs and the command that makes it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./step.ts";

/** Every file below a folder, in a fixed order. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]));
}

function hashOf(inputs: readonly string[], salt: string): string {
  const hash = createHash("sha256").update(salt);
  for (const path of inputs) hash.update(`${path}\0`).update(readFileSync(path));
  return hash.digest("hex");
}

export interface Part {
  readonly name: string;
  readonly inputs: readonly string[];
  /** What else decides the result: command line, versions. */
  readonly salt: string;
  readonly outputs: readonly string[];
  readonly make: () => Promise<void>;
}

/** Makes the part unless its inputs are those it was made from. */
export async function freshen(part: Part): Promise<"made" | "fresh"> {
  const stamp = join(ROOT, ".cache/build", `${part.name}.sha256`);
  const hash = hashOf(part.inputs, part.salt);
  const isFresh = part.outputs.every((path) => existsSync(path)) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
  if (isFresh) return "fresh";
  await part.make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  return "made";
}
