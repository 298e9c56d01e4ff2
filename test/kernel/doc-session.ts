// Owns running what a page of the documentation shows: its blocks, in order, in one session, on an lxcpath of its own.
import { ROOT } from "./place.ts";

export interface Block { readonly isFailing: boolean; readonly script: string }
const BLOCK = /<!-- run( fails)? -->\n```sh\n([\s\S]*?)```/g;
export const blocks = (text: string): readonly Block[] => [...text.matchAll(BLOCK)].map(([, fails, script = ""]) => ({ isFailing: fails !== undefined, script }));

/** The exports of a block reach the next. /var/lib/lxc is an empty one, in a mount namespace of its own. */
export function session(list: readonly Block[], folder: string = ROOT): { readonly status: number; readonly output: string } {
  const script = list.map(({ isFailing, script: text }, i) => `echo "-- block ${i}"\n${isFailing ? `(set -e\n${text}) && exit 99 || true` : text}`).join("\n");
  const line = `mkdir -p /var/lib/lxc && mount -t tmpfs none /var/lib/lxc && cd ${folder} && set -e && ${"\n"}${script}`;
  const { exitCode, stdout, stderr } = Bun.spawnSync(["unshare", "-m", "bash", "-c", `exec 2>&1; ${line}`], { stdin: "ignore" });
  return { status: exitCode, output: stdout.toString() + stderr.toString() };
}
