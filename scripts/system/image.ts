// Owns the cache of the machines for system tests: the disk of a suite, made when it is missing or its recipe has changed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, run } from "../step.ts";
import type { Suite } from "./layouts.ts";
import { writeVmlinux } from "./vmlinux.ts";

export const CACHE: string = process.env["BERTH_SYSTEM_CACHE"] ?? (process.getuid?.() === 0 ? "/var/cache/berth-system" : join(ROOT, ".cache/system"));
export const imageDir = (suite: Suite): string => join(CACHE, suite);
const RECIPE = join(ROOT, "scripts/system");

const recipe = (): string => {
  const hash = createHash("sha256");
  for (const name of readdirSync(RECIPE).filter((file) => file.endsWith(".sh")).sort()) hash.update(readFileSync(join(RECIPE, name)));
  return hash.digest("hex");
};

/** The mirror that apt uses here already. */
async function mirror(): Promise<string> {
  const { output } = await run(["apt-get", "indextargets", "--format", "$(SITE)"]);
  return output.split("\n").find((line) => /^(https?|file|copy):/.test(line) && !line.includes("security")) ?? "http://deb.debian.org/debian";
}

export async function must(argv: readonly string[], what: string, limit = 1200): Promise<string> {
  const { status, output } = await run(argv, { limit });
  if (status !== 0) throw new Error(`${what} failed (status ${status}):\n${output.slice(-4000)}`);
  return output;
}

/** True: it was made now. */
export async function readyImage(suite: Suite, say: (line: string) => void): Promise<boolean> {
  const directory = imageDir(suite);
  const stamp = join(directory, "recipe");
  const wanted = recipe();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return false;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const begin = performance.now();
  say(`${suite}: making the machine's disk`);
  await must([join(RECIPE, "make-image.sh"), suite, directory, await mirror()], `making the disk of ${suite}`);
  writeVmlinux(join(directory, "vmlinuz"), join(directory, "vmlinux"));
  writeFileSync(stamp, wanted);
  say(`${suite}: made in ${Math.round((performance.now() - begin) / 1000)} s`);
  return true;
}

const BACKPORTED = join(CACHE, "qemu/usr/bin/qemu-system-x86_64");

/** QEMU as installed; on bookworm its newer one from backports, unpacked beside the images: it emulates twice as fast. */
export async function findQemu(say: (line: string) => void): Promise<readonly string[]> {
  const installed = /version (\d+)/.exec(await must(["qemu-system-x86_64", "--version"], "looking for QEMU"))?.[1] ?? "0";
  if (Number(installed) >= 9) return ["qemu-system-x86_64"];
  if (!existsSync(BACKPORTED)) {
    const { status, output } = await run([join(RECIPE, "take-qemu.sh"), join(CACHE, "qemu"), await mirror()], { limit: 300 });
    if (status !== 0) say(`the installed QEMU ${installed} is used: the newer one could not be had: ${output.trim().split("\n").at(-1) ?? ""}`);
  }
  if (!existsSync(BACKPORTED)) return ["qemu-system-x86_64"];
  return [BACKPORTED, "-L", join(dirname(BACKPORTED), "../share/qemu"), "-L", "/usr/share/seabios"];
}
