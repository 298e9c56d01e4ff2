// Owns the plan of lxc-unshare: a command in new namespaces.
import { CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS, namespaceBit } from "../../linux/clone.ts";
import { AT_RECURSIVE } from "../../linux/fs.ts";
import { MS_PRIVATE } from "../../linux/mount-flags.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import { linkMove } from "../../linux/netlink.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Op, Plan } from "../../isa/op.ts";
import { FLAGS } from "../../isa/schema.ts";
import { usernsOps } from "../usernsexec.ts";

export interface UnshareInputs {
  /** Words of -s: `MOUNT`, `PID` … */
  readonly namespaces: readonly string[];
  readonly uid?: number;
  readonly hostname?: string;
  readonly interfaces: readonly string[];
  readonly isDaemon: boolean;
  readonly isRemount: boolean;
  readonly command: readonly string[];
}

const CHILD = 0;
const TREE = 1;
const LINKED = 2;
const from = byOption("-s");

const conflict = (option: string, word: string): Problem => ({ code: "option.conflict", at: byOption(option), text: `${option} needs a new ${word.toLowerCase()} namespace`, remedy: `add ${word} to -s` });

function check(inputs: UnshareInputs): Result<number> {
  const unknown = inputs.namespaces.filter((word) => namespaceBit(word) === undefined);
  if (unknown.length > 0) return fail({ code: "option.value", at: from, text: `'${unknown.join("|")}' names no namespace`, remedy: "-s takes MOUNT, PID, UTSNAME, IPC, USER, NETWORK, CGROUP, TIME, joined by |" });
  const flags = inputs.namespaces.reduce((bits, word) => bits | (namespaceBit(word) ?? 0), 0);
  if (flags === 0) return fail({ code: "option.missing", at: from, text: "A namespace to execute command is required" });
  if (inputs.command.length === 0) return fail({ code: "option.missing", at: byOption("command"), text: "A command to execute in the new namespace is required" });
  const needs: readonly (readonly [boolean, number, string, string])[] = [
    [inputs.hostname !== undefined, CLONE_NEWUTS, "-H", "UTSNAME"], [inputs.interfaces.length > 0, CLONE_NEWNET, "-i", "NETWORK"],
    [inputs.uid !== undefined, CLONE_NEWUSER, "-u", "USER"], [inputs.isRemount, CLONE_NEWNS, "-M", "MOUNT"],
  ];
  const problems = needs.filter(([isAsked, bit]) => isAsked && (flags & bit) === 0).map(([, , option, word]) => conflict(option, word));
  return problems.length > 0 ? fail(...problems) : ok(flags);
}

/** /proc shows a new pid namespace only when it is mounted anew; the other two belong to the ipc namespace's view. */
function remountOps(flags: number): readonly Op[] {
  const at = byOption("-M");
  const mount = (type: string, path: string): Op[] => [
    { op: "fsMount", type, into: TREE, from: at, onError: ["EPERM"] },
    { op: "moveMount", tree: TREE, path, from: at, onError: ["EBADF", "ENOENT"] },
    { op: "close", slot: TREE, from: at, onError: ["EBADF"] },
  ];
  return [...((flags & CLONE_NEWPID) !== 0 ? mount("proc", "/proc") : []), ...mount("tmpfs", "/dev/shm"), ...mount("mqueue", "/dev/mqueue")];
}

const moveLink = (name: string): Op => ({
  op: "netlink", messages: linkMove(name, { slot: CHILD }).map((part) => ("hex" in part ? part : { raw32: part.raw32 })), from: byOption("-i"), note: `moves ${name} in`,
});

export function planUnshare(facts: HostFacts, inputs: UnshareInputs): Result<Plan> {
  const checked = check(inputs);
  if (!checked.ok) return checked;
  const flags = checked.value;
  const { uid, hostname, interfaces, isDaemon, isRemount, command } = inputs;
  const isUser = (flags & CLONE_NEWUSER) !== 0;
  const { euid, egid } = facts.caller;
  const idmap: IdMapEntry[] = uid === undefined || !isUser ? [] : [{ kind: "u", inside: uid, outside: euid, count: 1 }, { kind: "g", inside: uid, outside: egid, count: 1 }];
  const run = byOption("command");
  const body: Op[] = [
    ...((flags & CLONE_NEWNS) === 0 ? [] : [{ op: "mountSetattr", path: "/", flags: AT_RECURSIVE, propagation: MS_PRIVATE, from, onError: ["EINVAL"] } as const]),
    ...(hostname === undefined ? [] : [{ op: "hostname", name: hostname, from: byOption("-H") } as const]),
    ...(isRemount ? remountOps(flags) : []),
    ...(interfaces.length === 0 ? [] : [{ op: "await", number: LINKED, from: byOption("-i"), note: "until its interfaces are there" } as const]),
    { op: "exec", path: command[0] ?? "", argv: command, env: [], flags: FLAGS.EXEC_INHERIT_ENV | FLAGS.EXEC_SEARCH_PATH, from: run },
  ];
  const start = isUser
    ? usernsOps(facts, { idmap, flags: flags & ~CLONE_NEWUSER, name: "command", from, pid: CHILD, uid: uid ?? 0, gid: uid ?? 0, body })
    : [{ op: "clone", flags, name: "command", pid: CHILD, body, from } as const];
  const links = interfaces.length === 0 ? [] : [...interfaces.map((name) => moveLink(name)), { op: "post", number: LINKED, to: CHILD, from: byOption("-i") } as const];
  const end: Op[] = isDaemon ? [{ op: "waitExec", child: CHILD, from: byOption("-d") }] : [{ op: "exitWith", child: CHILD, from: run }];
  return ok({ verb: "unshare", name: "", lxcpath: "", ops: [...start, ...links, ...end] });
}
