// Owns the keeper of a sandbox: a small shell that hears when this program has ended, however that was, and then takes away what it left.
import { spawn } from "node:child_process";
import { Socket } from "node:net";
import { enginePath } from "../host/probe/host-facts.ts";
import type { Request } from "../model/request.ts";

/** Ends of this program are told by the end of its input. A signal to the whole group, or of a service manager, is for the program alone. */
const SCRIPT = `trap "" HUP INT QUIT TERM
engine=$1 lxcpath=$2; shift 2
while IFS= read -r name; do set -- "$name" "$@"; done
for name; do "$engine" lxc-destroy -f -s -P "$lxcpath" -n "$name"; done`;

/** Of containers in one lxcpath. */
export interface Keeper {
  /** One more, which goes before those that were there. */
  readonly add: (name: string) => void;
  /** They are gone, or are nobody's business any more. */
  readonly release: () => void;
}

/** It holds up neither this program's end nor anything of its terminal. Where no shell can be run nobody keeps. */
export function keep(request: Request, lxcpath: string, name: string): Keeper {
  const child = spawn("/bin/sh", ["-c", SCRIPT, "berth-keeper", enginePath(request.prefix), lxcpath, name], { cwd: "/", env: { ...request.env }, stdio: ["pipe", "ignore", "ignore"], detached: true });
  for (const source of [child, child.stdin]) source.on("error", () => undefined);
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return { add: (more) => { child.stdin.write(`${more}\n`); }, release: () => { child.kill("SIGKILL"); } };
}
