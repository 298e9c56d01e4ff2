// Owns where the pinned bun is. npm's post-install step moves the binary, so exactly one of these exists.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const STUB_BYTES = 1 << 20; // without its post-install step the package holds a small script that only complains

/** Path of bun, or undefined when npm ci has not run (or not to its end). */
export function findBun(root = ROOT) {
  const oven = join(root, "node_modules/@oven");
  const candidates = [join(root, "node_modules/bun/bin/bun.exe")];
  if (existsSync(oven)) for (const name of readdirSync(oven)) if (name.startsWith("bun-linux")) candidates.push(join(oven, name, "bin/bun"));
  return candidates.find((path) => existsSync(path) && statSync(path).size > STUB_BYTES);
}
