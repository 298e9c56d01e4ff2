// Owns running what a page of the documentation shows: its blocks, in order, in one session, on an lxcpath of its own.
import { ROOT } from "./place.ts";

export interface Block { readonly isFailing: boolean; /** It makes a bridge: in a network of its own. */ readonly isBridged?: boolean; readonly script: string }
const BLOCK = /<!-- run( fails| bridged)? -->\n```sh\n([\s\S]*?)```/g;
export const blocks = (text: string): readonly Block[] => [...text.matchAll(BLOCK)].map(([, how, script = ""]) => ({ isFailing: how === " fails", isBridged: how === " bridged", script }));

export interface SessionWish { readonly folder?: string; /** A line of shell that comes first. */ readonly before?: string; /** Of unshare(1). */ readonly unshared?: readonly string[]; readonly env?: Readonly<Record<string, string>> }

/** The exports of a block reach the next. /var/lib/lxc is an empty one, in a mount namespace of its own. */
export function session(list: readonly Block[], { folder = ROOT, before = "true", unshared = [], env = {} }: SessionWish = {}): { readonly status: number; readonly output: string } {
  const script = list.map(({ isFailing, script: text }, i) => `echo "-- block ${i}"\n${isFailing ? `(set -e\n${text}) && exit 99 || true` : text}`).join("\n");
  const line = `mkdir -p /var/lib/lxc && mount -t tmpfs none /var/lib/lxc && ${before} && cd ${folder} && set -e && ${"\n"}${script}`;
  const { exitCode, stdout, stderr } = Bun.spawnSync(["unshare", "-m", ...unshared, "bash", "-c", `exec 2>&1; ${line}`], { stdin: "ignore", env: { ...process.env, ...env } });
  return { status: exitCode, output: stdout.toString() + stderr.toString() };
}
