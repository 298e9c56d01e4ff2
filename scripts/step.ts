// Owns running another program as one named step: quiet when it works, everything it said when it does not.
import { spawn } from "node:child_process";

export const ROOT: string = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
export const BUN: string = process.execPath;
export const TSC: string[] = [process.execPath, `${ROOT}/node_modules/typescript/lib/tsc.js`];

export interface Ended { readonly status: number; readonly output: string; readonly seconds: number }
export interface RunOptions { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly limit?: number; readonly onTick?: (seconds: number) => void }

const TICK_MS = 15_000;

/** Runs a program without input; its two outputs are kept in order. Status 124: it took longer than the limit (seconds). */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const begin = performance.now();
  const seconds = (): number => (performance.now() - begin) / 1000;
  return new Promise((resolve) => {
    const child = spawn(argv[0] ?? "", argv.slice(1), { cwd: options.cwd ?? ROOT, env: options.env ?? process.env, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let isLate = false;
    const tick = setInterval(() => options.onTick?.(Math.round(seconds())), TICK_MS);
    const limit = options.limit === undefined ? undefined : setTimeout(() => { isLate = true; child.kill("SIGKILL"); }, options.limit * 1000);
    const end = (status: number, more = ""): void => {
      clearInterval(tick);
      clearTimeout(limit);
      resolve({ status: isLate ? 124 : status, output: Buffer.concat(chunks).toString() + more, seconds: seconds() });
    };
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => end(127, String(error)));
    // "exit", not "close": a daemon that a test left behind would hold the pipes open for ever
    child.on("exit", (code, signal) => setTimeout(() => end(code ?? 128 + (signal === "SIGKILL" ? 9 : 15)), 50));
  });
}

/** `tsc -b` over all folders, or one project of it. */
export const tsc = (...args: readonly string[]): Promise<Ended> => run([...TSC, ...args]);
