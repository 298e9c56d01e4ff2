// Owns the plan of lxc-usernsexec: a command as root of a user namespace, in a mount namespace of its own.
import type { IdMapEntry } from "../../linux/idmap.ts";
import { CLONE_NEWNS } from "../../linux/clone.ts";
import { AT_RECURSIVE } from "../../linux/fs.ts";
import { MS_PRIVATE } from "../../linux/mount-flags.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byDefault, byOption, type Origin } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import { firstGrantRemedy } from "../../model/subids.ts";
import type { Op, Plan } from "../../isa/op.ts";
import { FLAGS } from "../../isa/schema.ts";
import { callerRanges, mapProblems, usernsOps, withSelf } from "../usernsexec.ts";

export interface UsernsExecInputs {
  /** `-m` values as typed, `[u:|g:|b:]NS:HOST:RANGE`; none: the caller's first ranges. */
  readonly maps: readonly string[];
  readonly isMapSelf: boolean;
  readonly uid?: number;
  readonly gid?: number;
  readonly command: readonly string[];
}

const CHILD = 0;

/** `[u:|g:|b:]INSIDE:OUTSIDE:COUNT`; without a letter it is both. */
export function parseMap(text: string): readonly IdMapEntry[] | undefined {
  const found = /^(?:([ugb]):)?(\d+):(\d+):(\d+)$/.exec(text);
  if (found === null) return undefined;
  const [inside, outside, count] = [found[2], found[3], found[4]].map(Number);
  if (inside === undefined || outside === undefined || count === undefined || count === 0) return undefined;
  if ([inside + count, outside + count].some((end) => end > 2 ** 32)) return undefined;
  const kinds = found[1] === "u" ? (["u"] as const) : found[1] === "g" ? (["g"] as const) : (["u", "g"] as const);
  return kinds.map((kind) => ({ kind, inside, outside, count }));
}

function defaultMap(facts: HostFacts): Result<readonly IdMapEntry[]> {
  const map = (["u", "g"] as const).flatMap((kind) => {
    const range = callerRanges(facts, kind)[0];
    return range === undefined ? [] : [{ kind, inside: 0, outside: range.start, count: range.count }];
  });
  if (map.length === 2) return ok(map);
  const user = facts.caller.user ?? String(facts.caller.euid);
  return fail({
    code: "idmap.range", at: byDefault("/etc/subuid"), text: "Failed to find subuid or subgid allocation", cause: `/etc/subuid or /etc/subgid has no line for '${user}'`,
    remedy: firstGrantRemedy(facts),
  });
}

function wantedMap(facts: HostFacts, inputs: UsernsExecInputs): Result<{ readonly idmap: readonly IdMapEntry[]; readonly from: Origin }> {
  const { maps, isMapSelf } = inputs;
  if (maps.length === 0) {
    const map = defaultMap(facts);
    return map.ok ? ok({ idmap: isMapSelf ? withSelf(facts, map.value).idmap : map.value, from: byDefault("/etc/subuid") }) : map;
  }
  const from = byOption("-m");
  const idmap: IdMapEntry[] = [];
  for (const text of maps) {
    const entries = parseMap(text);
    if (entries === undefined) return fail({ code: "option.value", at: from, text: `'${text}' is not an id map`, remedy: "-m [u:|g:|b:]INSIDE:HOST:COUNT, e.g. -m b:0:100000:65536" });
    idmap.push(...entries);
  }
  return ok({ idmap: isMapSelf ? withSelf(facts, idmap).idmap : idmap, from });
}

/** Standard streams, directory and environment are the caller's. */
export function planUsernsExec(facts: HostFacts, inputs: UsernsExecInputs): Result<Plan> {
  const wanted = wantedMap(facts, inputs);
  if (!wanted.ok) return wanted;
  const { idmap, from } = wanted.value;
  const problems = mapProblems(facts, idmap, from);
  if (problems.length > 0) return fail(...problems);
  const argv = inputs.command.length === 0 ? ["/bin/sh"] : inputs.command;
  const run = byOption("command");
  const body: Op[] = [
    { op: "mountSetattr", path: "/", flags: AT_RECURSIVE, propagation: MS_PRIVATE, from, onError: ["EINVAL"], note: "its mounts are its own" },
    { op: "exec", path: argv[0] ?? "/bin/sh", argv, env: [], flags: FLAGS.EXEC_INHERIT_ENV | FLAGS.EXEC_SEARCH_PATH, from: run },
  ];
  const ops = usernsOps(facts, { idmap, flags: CLONE_NEWNS, name: "command", from, pid: CHILD, uid: inputs.uid ?? 0, gid: inputs.gid ?? 0, body });
  return ok({ verb: "usernsexec", name: "", lxcpath: "", ops: [...ops, { op: "exitWith", child: CHILD, from: run }] });
}
