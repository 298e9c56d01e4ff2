// Owns --share-net and its sisters: a container's name or a pid becomes a namespace file.
import { existsSync } from "node:fs";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { NamespaceName } from "../model/spec.ts";
import { requireRunning } from "./running-container.ts";
import type { StartOptions, Target } from "./verbs.ts";

type Shares = Partial<Record<NamespaceName, string>>;

const unknown = (name: string, value: string): Problem => ({
  code: "option.value", at: { kind: "option", key: `--share-${name}` }, text: `"${value}" is neither a running container nor the pid of a process`, remedy: "start that container first",
});

function pidOf(target: Target, value: string): number | undefined {
  if (/^\d+$/.test(value)) return existsSync(`/proc/${value}/ns`) ? Number(value) : undefined;
  if (value === "" || value.includes("/")) return undefined;
  const live = requireRunning({ name: value, lxcpath: target.lxcpath });
  return live.ok ? live.value.initPid : undefined;
}

export function resolveShares(target: Target, share: StartOptions["share"]): Result<Shares> {
  const shares: Shares = {};
  const problems: Problem[] = [];
  const names: readonly (keyof StartOptions["share"])[] = ["net", "ipc", "uts", "pid"];
  for (const name of names) {
    const value = share[name];
    if (value === undefined) continue;
    const pid = pidOf(target, value);
    if (pid === undefined) problems.push(unknown(name, value));
    else shares[name] = `/proc/${pid}/ns/${name}`;
  }
  return problems.length > 0 ? fail(...problems) : ok(shares);
}
