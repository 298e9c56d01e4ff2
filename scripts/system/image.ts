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

/** The mirror of Debian that apt uses here already, of all places that it knows. */
export function mirrorIn(targets: string): string {
  const sites = targets.split("\n").map((line) => line.split("|")).filter(([site = ""]) => /^(https?|file|copy):/.test(site) && !site.includes("security"));
  const debians = sites.find(([, origin, label]) => origin === "Debian" && label === "Debian") ?? sites.find(([site = ""]) => /\/debian\/?$/.test(site));
  return debians?.[0] ?? "http://deb.debian.org/debian";
}
const mirror = async (): Promise<string> => mirrorIn((await run(["apt-get", "indextargets", "--format", "$(SITE)|$(ORIGIN)|$(LABEL)"])).output);

export async function must(argv: readonly string[], what: string, limit = 900): Promise<string> {
  const { status, output } = await run(argv, { limit });
  if (status !== 0) throw new Error(`${what} failed (status ${status}):\n${output.slice(-4000)}`);
  return output;
}

/** A mirror of packages may falter: the work is tried this many times, after pauses that grow. */
const ATTEMPTS = 3;
const PAUSE_SECONDS = 10;

export async function inAttempts<T>(what: string, say: (line: string) => void, work: () => Promise<T>, pauseSeconds = PAUSE_SECONDS): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try { return await work(); } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
      say(`${what}, attempt ${attempt} of ${ATTEMPTS}: ${error instanceof Error ? error.message : String(error)}`);
      await new Promise((resolve) => { setTimeout(resolve, attempt * pauseSeconds * 1000); });
    }
  }
}

/** What it starts and mounts is in namespaces of its own: all of that goes when it ends, or when this process does. */
const ALONE = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

async function makeImage(suite: Suite, directory: string): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await must([...ALONE, join(RECIPE, "make-image.sh"), suite, directory, await mirror()], `making the disk of ${suite}`);
  writeVmlinux(join(directory, "vmlinuz"), join(directory, "vmlinux"));
}

/** True: it was made now. */
export async function readyImage(suite: Suite, say: (line: string) => void): Promise<boolean> {
  const directory = imageDir(suite);
  const stamp = join(directory, "recipe");
  const wanted = recipe();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return false;
  const begin = performance.now();
  say(`${suite}: making the machine's disk`);
  await inAttempts(`${suite}: the machine's disk`, say, () => makeImage(suite, directory));
  writeFileSync(stamp, wanted);
  say(`${suite}: made in ${Math.round((performance.now() - begin) / 1000)} s`);
  return true;
}

const BACKPORTED = join(CACHE, "qemu/usr/bin/qemu-system-x86_64");

/** QEMU as installed; on bookworm its newer one from backports, unpacked beside the images: it emulates twice as fast. */
export async function findQemu(say: (line: string) => void): Promise<readonly string[]> {
  const installed = /version (\d+)/.exec(await must(["qemu-system-x86_64", "--version"], "looking for QEMU"))?.[1] ?? "0";
  if (Number(installed) >= 9) return ["qemu-system-x86_64"];
  const take = async (): Promise<unknown> => must([...ALONE, join(RECIPE, "take-qemu.sh"), join(CACHE, "qemu"), await mirror()], "taking a newer QEMU", 180);
  const complain = (error: unknown): void => say(`the installed QEMU ${installed} is used: ${error instanceof Error ? error.message : String(error)}`);
  if (!existsSync(BACKPORTED)) await inAttempts("the newer QEMU", say, take).catch(complain);
  if (!existsSync(BACKPORTED)) return ["qemu-system-x86_64"];
  return [BACKPORTED, "-L", join(dirname(BACKPORTED), "../share/qemu"), "-L", "/usr/share/seabios"];
}
