// Owns running a program that makes a system from packages: what it says is heard as it comes, and what of that is kept for a complaint.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { PROGRAM_PATH } from "../host/probe/program.ts";

export interface ToolWish {
  /** The caller's, for proxies and TMPDIR. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly abort?: AbortSignal;
  readonly onLine: (line: string) => void;
}
export interface ToolEnd { readonly status: number | undefined; /** Those that are no errors of the beginning are gone. */ readonly lines: readonly string[] }

const GIVEN = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "TMPDIR"];
const KEPT_LINES = 60;
const isError = (line: string): boolean => /^(E:|W:|error)/i.test(line);

export async function runTool([program = "", ...args]: readonly string[], { env: given, home, abort, onLine }: ToolWish): Promise<ToolEnd> {
  const env: Record<string, string> = { PATH: PROGRAM_PATH, LC_ALL: "C.UTF-8", HOME: home };
  for (const name of GIVEN) if (given[name] !== undefined) env[name] = given[name];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], env, cwd: "/", ...(abort === undefined ? {} : { signal: abort }) });
  const ended = new Promise<number | undefined>((resolve) => {
    child.once("error", () => { if (child.pid === undefined) resolve(undefined); });
    child.once("close", (status) => resolve(status ?? undefined));
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    if (line.trim() === "") continue;
    lines.push(line.trim());
    // a usage of three pages may follow the one line that matters
    if (lines.length > KEPT_LINES) lines.splice(Math.max(0, lines.findIndex((one) => !isError(one))), 1);
    onLine(line);
  }
  return { status: await ended, lines };
}
