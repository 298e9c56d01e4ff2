// Owns the names of all system keys of lxc.conf(5), and the guess at the one that was meant. Apart from
// system-config.ts, which every command loads.
import { nearest, systemKeys } from "../config/index.ts";
import type { Problem } from "../model/problem.ts";

export { systemKeys };

/** For a lone word that is no system key. */
export function systemKeyProblem(key: string): Problem {
  const near = nearest(key, systemKeys);
  return { code: "config.key", at: { kind: "option", key }, text: `'${key}' is not a system key`, remedy: near === undefined ? `for a container's key name the container first: berth config get NAME ${key}` : `did you mean '${near}'?` };
}
