// Owns the process that becomes init: its ids, limits, personality, stdio, environment, program.
import type { Op, Slot } from "../isa/op.ts";
import { FLAGS } from "../isa/schema.ts";
import { O_RDWR } from "../linux/fs.ts";
import { RLIM_INFINITY, rlimitNumber } from "../linux/rlimits.ts";
import { SIGKILL } from "../linux/signals.ts";
import type { Origin } from "../model/origin.ts";
import { byDefault } from "../model/origin.ts";
import type { Scope } from "./scope.ts";
import { hasUserns, idmapOf, setupId } from "./scope.ts";
import { toHost } from "../linux/idmap.ts";

const PR_SET_DUMPABLE = 4;
/** chown(2): this id stays as it is. */
const KEEP_ID = 0xffffffff;
const INIT_PID = 1;
const PER_LINUX = 0, PER_LINUX32 = 8;

/** The monitor's death must not leave a half-made container behind. */
export const joinParent = (from: Origin = byDefault("lxc.monitor.signal.pdeath"), signal: number = SIGKILL): Op => ({ op: "joinParent", from, signal });

/** Becomes root inside (or the first id that is mapped). The kernel then forgets two things that are set again. */
export function becomeRoot(scope: Scope, keepsGroups: boolean): readonly Op[] {
  if (!hasUserns(scope.spec)) return [];
  const from = byDefault("lxc.idmap");
  return [
    { op: "setIds", from, uid: setupId(scope.spec, "u"), gid: setupId(scope.spec, "g"), ...(keepsGroups ? { flags: FLAGS.SETIDS_KEEP_GROUPS } : { groups: [] }), note: "root of the container" },
    { op: "prctl", from, option: PR_SET_DUMPABLE, arg2: 1, note: "/proc/PID stays readable to the monitor" },
    joinParent(),
  ];
}

/** With a uts namespace of another's ids, its name stays. */
export function planHostname(scope: Scope, { isShared, isOwn }: { readonly isShared: boolean; readonly isOwn: boolean }): readonly Op[] {
  const { hostname } = scope.spec;
  if (hostname === undefined) return [];
  if (isShared) return []; // it is another's to say
  if (!isOwn) {
    scope.problems.push({ code: "config.conflict", severity: "warning", at: hostname.from, text: `the host name '${hostname.value}' is not set: the uts namespace is the host's, and so is its name`, remedy: `take ${hostname.from.key} out, or uts out of lxc.namespace.keep` });
    return [];
  }
  return [{ op: "hostname", from: hostname.from, name: hostname.value }];
}

const PR_SCHED_CORE = 62, PR_SCHED_CORE_CREATE = 1, PR_SCHED_CORE_SCOPE_THREAD_GROUP = 1;

/** lxc.sched.core: siblings of a core are shared with nobody outside. Without SMT there is nothing to do. */
export function planCoreScheduling(scope: Scope): readonly Op[] {
  const { coreScheduling } = scope.spec;
  if (coreScheduling?.value !== true) return [];
  return [{ op: "prctl", from: coreScheduling.from, option: PR_SCHED_CORE, arg2: PR_SCHED_CORE_CREATE, arg3: 0, arg4: PR_SCHED_CORE_SCOPE_THREAD_GROUP, arg5: 0, onError: ["ENODEV"], note: "a core of its own" }];
}

/** Written by the monitor, which may raise what the container may not. */
export function planLimits(scope: Scope, pid: Slot): readonly Op[] {
  const limits = scope.spec.prlimits.flatMap(({ value, from }): readonly Op[] => {
    const resource = rlimitNumber(value.resource);
    if (resource === undefined) { scope.problems.push({ code: "config.value", at: from, text: `'${value.resource}' is not a resource limit`, remedy: "see setrlimit(2); names are lower case without RLIMIT_" }); return []; }
    const wide = (limit: bigint): bigint => (limit < 0n ? RLIM_INFINITY : limit);
    return [{ op: "rlimit", from, resource, soft: wide(value.soft), hard: wide(value.hard), pid }];
  });
  const files = scope.spec.procs.map(({ value, from }): Op => ({ op: "writeFile", from, path: ["/proc/", { slot: pid }, `/${value.file.replaceAll(".", "/")}`], data: value.value }));
  return [...files, ...limits];
}

const NARROW: ReadonlySet<string> = new Set(["arm", "armel", "armhf", "armv7l", "athlon", "i386", "i486", "i586", "i686", "linux32", "mips", "mipsel", "ppc", "powerpc", "x32", "x86"]);

export function planPersonality(scope: Scope): readonly Op[] {
  const { arch } = scope.spec;
  return arch === undefined ? [] : [{ op: "personality", from: arch.from, value: NARROW.has(arch.value) ? PER_LINUX32 : PER_LINUX }];
}

/** Where init's stdin, stdout and stderr go. */
export type Stdio =
  /** The container's console on all three. */
  | { readonly kind: "console"; readonly slot: Slot }
  /** The console where the caller has a terminal, the caller's own descriptors elsewhere. */
  | { readonly kind: "caller"; readonly slot?: Slot }
  | { readonly kind: "null" };

/** An init that is not root opens its console again by name. */
function ownedByInit(scope: Scope, slot: Slot): readonly Op[] {
  const { uid } = scope.spec.init;
  return uid.from.kind === "default" || uid.value === setupId(scope.spec, "u") ? [] : [{ op: "chown", from: uid.from, at: slot, path: "", uid: uid.value, gid: KEEP_ID }];
}

export function planStdio(scope: Scope, stdio: Stdio): readonly Op[] {
  const from = byDefault("lxc.console.path");
  const descriptors = [0, 1, 2] as const;
  const session: Op = { op: "setsid", from };
  switch (stdio.kind) {
    case "console":
      return [session, ...ownedByInit(scope, stdio.slot), ...descriptors.map((fd): Op => ({ op: "dup", from, slot: stdio.slot, fd }))];
    case "null": {
      const slot = scope.slots.take();
      scope.slots.give(slot);
      return [session, { op: "open", from, path: "/dev/null", flags: O_RDWR, into: slot }, ...descriptors.map((fd): Op => ({ op: "dup", from, slot, fd }))];
    }
    case "caller": {
      const { slot } = stdio;
      if (slot === undefined || !scope.facts.caller.isTty.includes(true)) return [];
      const joined: Op = { op: "controllingTty", from, tty: slot, note: "so that ^C and job control work" };
      return [session, joined, ...descriptors.filter((fd) => scope.facts.caller.isTty[fd]).map((fd): Op => ({ op: "dup", from, slot, fd }))];
    }
  }
}

/** How many descriptors from 3 on a caller hands over, by sd_listen_fds(3). */
export function announced(env: Readonly<Record<string, string>>): number {
  const said = env["LISTEN_FDS"];
  return said !== undefined && /^\d{1,3}$/.test(said) ? Number(said) : 0;
}

/** Who gets them believes it only when the pid is its own, in there. */
function activation(env: Readonly<Record<string, string>>, pid: number): readonly (readonly [string, string])[] {
  if (announced(env) === 0) return [];
  const names = env["LISTEN_FDNAMES"];
  return [["LISTEN_FDS", String(announced(env))], ["LISTEN_PID", String(pid)], ...(names === undefined ? [] : [["LISTEN_FDNAMES", names] as const])];
}

/** init's whole environment: what the config asks for, the last line for a name wins, and `container=lxc`, which nothing
 * overrides. A bare `K` takes the caller's value. */
function environmentOf(scope: Scope, pid: number): readonly string[] {
  const { spec, facts } = scope;
  const values = new Map<string, string>(activation(facts.caller.env, pid));
  for (const { value, from } of [...spec.environment, ...spec.environmentRuntime]) {
    const at = value.indexOf("=");
    const own = at < 0 ? facts.caller.env[value] : value.slice(at + 1);
    if (own !== undefined) values.set(at < 0 ? value : value.slice(0, at), own);
    else scope.problems.push({ code: "config.value", severity: "warning", at: from, text: `${from.key}: the caller has no variable '${value}', it is left out`, remedy: `set it, or write ${value}=VALUE` });
  }
  values.delete("container");
  const lines: string[] = [];
  for (const [name, value] of values) lines.push(`${name}=${value}`);
  lines.push("container=lxc");
  return lines;
}

/** The ids, session and death signal of init itself. */
export function becomeInit(scope: Scope, keepsGroups: boolean): readonly Op[] {
  const { spec, problems } = scope;
  const { uid, gid, groups, cwd } = spec.init;
  const map = idmapOf(spec);
  // a map without id 0 has no root: then set-up ran as the first id, and so does init
  const actual = { uid: uid.from.kind === "default" ? setupId(spec, "u") : uid.value, gid: gid.from.kind === "default" ? setupId(spec, "g") : gid.value };
  const isStray = (kind: "u" | "g", id: number): boolean => map.some((entry) => entry.kind === kind) && toHost(map, kind, id) === undefined;
  if (isStray("u", actual.uid)) problems.push({ code: "config.value", at: uid.from, text: `lxc.init.uid ${actual.uid} is not mapped by lxc.idmap` });
  if (isStray("g", actual.gid)) problems.push({ code: "config.value", at: gid.from, text: `lxc.init.gid ${actual.gid} is not mapped by lxc.idmap` });
  const stray = groups.value.find((group) => isStray("g", group));
  if (stray !== undefined) problems.push({ code: "config.value", at: groups.from, text: `the group ${stray} of lxc.init.groups is not mapped by lxc.idmap`, remedy: "map it with lxc.idmap, or leave it out" });
  const ops: Op[] = [];
  if (cwd !== undefined) ops.push({ op: "mkdir", from: cwd.from, path: cwd.value, mode: 0o755, parents: 1 }, { op: "chdir", from: cwd.from, path: cwd.value });
  const isDone = map.length > 0 && actual.uid === setupId(spec, "u") && actual.gid === setupId(spec, "g") && groups.value.length === 0;
  if (!isDone) ops.push({ op: "setIds", from: uid.from, uid: actual.uid, gid: actual.gid, ...(keepsGroups && groups.value.length === 0 ? { flags: FLAGS.SETIDS_KEEP_GROUPS } : { groups: groups.value }) });
  ops.push(joinParent(byDefault("lxc.monitor.signal.pdeath"), spec.monitor.pdeathSignal));
  return ops;
}

const initCommand = (scope: Scope, command: readonly string[]): { readonly argv: readonly string[]; readonly from: Origin } =>
  (command.length > 0 ? { argv: command, from: { kind: "option", key: "COMMAND" } } : scope.spec.init.cmd.value.length > 0 ? { argv: scope.spec.init.cmd.value, from: scope.spec.init.cmd.from } : { argv: ["/sbin/init"], from: byDefault("lxc.init.cmd") });

/** The last op of a start: init's own program. */
export function execInit(scope: Scope, command: readonly string[]): Op {
  const { argv, from } = initCommand(scope, command);
  return { op: "exec", from, path: argv[0] ?? "/sbin/init", argv, env: environmentOf(scope, INIT_PID), flags: FLAGS.EXEC_SEARCH_PATH };
}

/** The last op of an execute: this process stays pid 1 and looks after the program. */
export function runBelowInit(scope: Scope, command: readonly string[]): Op {
  const { argv, from } = initCommand(scope, command);
  return { op: "initLoop", from, argv, env: environmentOf(scope, INIT_PID + 1), flags: FLAGS.EXEC_SEARCH_PATH };
}
