// Owns making a clone that lies in a closed directory (/root, say) reachable for the ordinary users of the tests:
// the whole run moves into a mount namespace where the clone is also mounted at a place open to all.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { ROOT } from "./step.ts";

/** The first directory on the way to a path that others may not pass. */
export function firstClosed(path: string): string | undefined {
  for (let at = path; at !== "/"; at = dirname(at)) if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return at;
  return undefined;
}

/** Runs the script again from the open place and ends with its status; returns when there is no need to. */
export function runWhereAllCanPass(script: string): void {
  if (process.getuid?.() !== 0 || firstClosed(ROOT) === undefined) return;
  const open = `/var/lib/berth-tree-${process.pid}`;
  mkdirSync(open);
  console.log(`     ${firstClosed(ROOT)} is closed to the ordinary users of the tests: running from ${open}, in a mount namespace of its own`);
  const line = 'mount --bind "$0" "$1" && cd "$1" && chmod 755 . && shift && exec "$@"';
  const bun = process.execPath.replace(ROOT, open);
  const { status } = spawnSync("unshare", ["--mount", "sh", "-c", line, ROOT, open, bun, `${open}/${script}`, ...process.argv.slice(2)], { stdio: "inherit" });
  rmdirSync(open);
  process.exit(status ?? 1);
}
