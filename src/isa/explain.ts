// Owns a plan in words: one sentence per op, the numbered list of --explain, and the same as data.
import { capabilitiesIn } from "../linux/capabilities.ts";
import { keyName } from "../linux/control-key.ts";
import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWUSER, CLONE_NEWUTS } from "../linux/clone.ts";
import { AT_RECURSIVE, S_IFCHR, S_IFREG } from "../linux/fs.ts";
import { MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOSYMFOLLOW, MOUNT_ATTR_RDONLY, MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE } from "../linux/mount-flags.ts";
import { RLIM_INFINITY, rlimitName } from "../linux/rlimits.ts";
import { signalName } from "../linux/signals.ts";
import { originText } from "../model/origin.ts";
import { numberedWithProcess } from "./encode.ts";
import { flatten } from "./flatten.ts";
import type { Op, OpKind, OpOf, Plan, Slot, Text } from "./op.ts";
import type { NameOf } from "./slot-names.ts";
import { bareName, placeOf as place, textOf, walkNamed } from "./slot-names.ts";

const LONGEST = 100;

const short = (text: Text, name: NameOf): string => {
  const line = textOf(text, name).trimEnd().replaceAll("\n", "\\n");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
};
const words = (texts: readonly Text[] | undefined, name: NameOf): string => (texts ?? []).map((text) => short(text, name)).join(" ");

const NAMESPACES: readonly (readonly [number, string])[] = [
  [CLONE_NEWUSER, "user"], [CLONE_NEWNS, "mount"], [CLONE_NEWPID, "pid"], [CLONE_NEWUTS, "uts"], [CLONE_NEWIPC, "ipc"], [CLONE_NEWNET, "network"], [CLONE_NEWCGROUP, "cgroup"], [CLONE_NEWTIME, "time"],
];
const namespacesIn = (flags: number | bigint): string => NAMESPACES.filter(([bit]) => (BigInt(flags) & BigInt(bit)) !== 0n).map(([, name]) => name).join(", ");
const ATTRIBUTES: readonly (readonly [number, string])[] = [[MOUNT_ATTR_RDONLY, "ro"], [MOUNT_ATTR_NOSUID, "nosuid"], [MOUNT_ATTR_NODEV, "nodev"], [MOUNT_ATTR_NOEXEC, "noexec"], [MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow"]];
const PROPAGATION: readonly (readonly [number, string])[] = [[MS_PRIVATE, "private"], [MS_SLAVE, "slave"], [MS_SHARED, "shared"], [MS_UNBINDABLE, "unbindable"]];
const named = (table: readonly (readonly [number, string])[], value: number | bigint | undefined): string => table.filter(([bit]) => (BigInt(value ?? 0) & BigInt(bit)) !== 0n).map(([, name]) => name).join(",");
const hasBit = (flags: number | bigint | undefined, bit: number): boolean => (BigInt(flags ?? 0) & BigInt(bit)) !== 0n;

/** The other paths that the same is done to. */
const others = (also: readonly Text[] | undefined, name: NameOf): string => (also === undefined ? "" : `; so, too: ${also.map((path) => textOf(path, name)).join(", ")}`);
const article = (noun: string): string => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, "0");
const limit = (value: number | bigint): string => (BigInt(value) === RLIM_INFINITY ? "unlimited" : String(value));
const peer = (slot: Slot | undefined, name: NameOf): string => (slot === undefined ? "the parent" : name(slot).replace(/^the pid of /, ""));
const id = (value: number): string => (value === 0xffffffff ? "as it is" : String(value));

function setattrText(op: OpOf<"mountSetattr">, name: NameOf): string {
  const changes = [
    named(ATTRIBUTES, op.set), named(ATTRIBUTES, op.clear) === "" ? "" : `not ${named(ATTRIBUTES, op.clear)}`, named(PROPAGATION, op.propagation),
    op.userns === undefined ? "" : `ids mapped by ${name(op.userns)}`,
  ].filter((part) => part !== "").join(", ");
  return `make ${op.at !== undefined && textOf(op.path) === "" ? name(op.at) : `the mount at ${place(op, name)}`}${hasBit(op.flags, AT_RECURSIVE) ? " and all below it" : ""} ${changes === "" ? "relatime" : changes}`;
}

const nodeText = (op: OpOf<"mknod">, name: NameOf): string => {
  if ((op.mode & 0o170000) === S_IFREG) return `make sure there is a file ${place(op, name)}`;
  const device = Number(op.device ?? 0);
  return `make ${(op.mode & 0o170000) === S_IFCHR ? "character" : "block"} device ${place(op, name)} ${device >> 8}:${device & 0xff} ${octal(op.mode)}`;
};

/** One row per op: an op that is missing here does not compile. */
const SENTENCES: { readonly [K in OpKind]: (op: OpOf<K>, name: NameOf) => string } = {
  open: (op, name) => `open ${place(op, name)}`,
  close: (op, name) => `close ${name(op.slot)}`,
  dup: (op, name) => `${name(op.slot)} becomes descriptor ${op.fd}`,
  closeInherited: (op) => `close every descriptor above 2 that the caller left open${(op.except ?? []).length > 0 ? `, except ${op.except?.join(", ")}` : ""}${op.quiet === 1 ? "; nothing is reported from here on" : ""}`,
  openTree: (op, name) => `copy the mount at ${place(op, name)}${hasBit(op.flags, AT_RECURSIVE) ? " and all below it" : ""}`,
  moveMount: (op, name) => `attach ${name(op.tree)} at ${place(op, name)}`,
  mountSetattr: setattrText,
  fsMount: (op, name) => `make ${article(textOf(op.type, name))} file system${(op.options ?? []).length > 0 ? ` (${(op.options ?? []).map((option) => textOf(option, name)).join(",")})` : ""}${named(ATTRIBUTES, op.attributes) === "" ? "" : ` ${named(ATTRIBUTES, op.attributes)}`}`,
  umount: (op, name) => `unmount ${place(op, name)}`,
  pivotRoot: (op, name) => `move into ${name(op.root)}, the old one goes`,
  loopDevice: (op, name) => `make a loop device of ${textOf(op.path, name)}${op.readonly === 1 ? ", read-only" : ""}`,
  chroot: (op, name) => `chroot into ${name(op.root)}`,
  chdir: (op, name) => `change directory to ${place(op, name)}`,
  mkdir: (op, name) => `make sure there is a directory ${place(op, name)} ${octal(op.mode)}${others(op.also, name)}`,
  mknod: nodeText,
  symlink: (op, name) => `link ${place(op, name)} to ${textOf(op.target, name)}`,
  unlink: (op, name) => `remove ${place(op, name)}`,
  rename: (op, name) => `rename ${textOf(op.path, name)} to ${textOf(op.to, name)}`,
  chown: (op, name) => `give ${place(op, name)} to ${id(op.uid)}:${id(op.gid)}`,
  chmod: (op, name) => `set the mode of ${place(op, name)} to ${octal(op.mode)}`,
  writeFile: (op, name) => `write "${short(op.data, name)}" to ${place(op, name)}${others(op.also, name)}`,
  copyTree: (op, name) => `copy all that is in ${name(op.source)} into ${name(op.target)}`,
  removeTree: (op, name) => `remove ${place(op, name)} and all below it${others(op.also, name)}`,
  clone: (op, name) => `make process "${textOf(op.name, name)}"${namespacesIn(op.flags) === "" ? "" : ` with its own ${namespacesIn(op.flags)} namespaces`}${op.cgroup === undefined ? "" : ` in the cgroup ${name(op.cgroup)}`}${op.join === undefined ? "" : `, in ${op.join.map(name).join(" and ")}`}`,
  post: (op, name) => `say #${op.number} to ${peer(op.to, name)}`,
  await: (op, name) => `wait for #${op.number} from ${peer(op.child, name)}${op.timeout === undefined ? "" : `, at most ${op.timeout} ms`}`,
  sendFd: (op, name) => `send ${name(op.slot)} to ${peer(op.to, name)}`,
  recvFd: (op, name) => `receive a descriptor from ${peer(op.child, name)}`,
  waitExec: (op, name) => `wait until ${peer(op.child, name)} has executed its program`,
  waitExit: (op, name) => `wait until ${name(op.pidfd)} ends${op.timeout === undefined ? "" : `, at most ${op.timeout} ms`}`,
  exitWith: (op, name) => (op.child === undefined ? `end with status ${op.status ?? 0}` : `end with the status of ${peer(op.child, name)}`),
  setns: (op, name) => `join the ${namespacesIn(op.flags) || ""} namespace ${name(op.slot)}`.replace("the  ", "the "),
  unshare: (op) => `make its own ${namespacesIn(op.flags)} namespace`,
  spawn: (op, name) => `run ${words(op.argv, name)}`,
  exec: (op, name) => `execute ${words(op.argv, name)}`,
  initLoop: (op, name) => `be pid 1 around ${words(op.argv, name)}`,
  getpid: () => `note the own pid`,
  pidfdOpen: (op, name) => (op.file === undefined ? `open process ${op.pid}` : `open the process whose number is in ${textOf(op.file, name)}`),
  kill: (op, name) => `send ${signalName(op.signal)} to ${name(op.pidfd)}`,
  setsid: () => "start a session of its own",
  controllingTty: (op, name) => `make ${name(op.tty)} the controlling terminal`,
  joinParent: (op) => `die with ${signalName(op.signal)} when the parent does`,
  setIds: (op) => `become uid ${op.uid}, gid ${op.gid}${op.groups === undefined ? "" : `, groups ${op.groups.length === 0 ? "none" : op.groups.join(",")}`}`,
  capBounding: (op) => `drop for good: ${capabilitiesIn(BigInt(op.drop)).join(" ")}`,
  caps: (op) => `keep: ${capabilitiesIn(BigInt(op.permitted)).join(" ") || "no capability"}`,
  rlimit: (op, name) => `limit ${rlimitName(op.resource)} to ${limit(op.soft)}:${limit(op.hard)}${op.pid === undefined ? "" : ` for ${peer(op.pid, name)}`}`,
  prctl: (op) => `prctl ${op.option} ${op.arg2 ?? 0}`,
  personality: (op) => `personality 0x${op.value.toString(16)}`,
  joinKeyring: () => "take a session keyring of its own",
  seccomp: () => "load a system call filter",
  seccompNotify: (op, name) => (op.proxy === undefined ? "answer the calls that the filter holds up with ENOSYS" : `ask unix:${textOf(op.proxy, name)} about the calls that the filter holds up`),
  bpfDevice: (op, name) => `load device rules onto the cgroup ${name(op.cgroup)}`,
  hostname: (op, name) => `set the host name to ${textOf(op.name, name)}`,
  openPty: (op, name) => `open a terminal at ${place(op, name)}`,
  netlink: (op, name) => `ask the kernel's network side${op.socket === undefined ? "" : `, by ${name(op.socket)},`} (${typeof op.messages === "string" ? op.messages.length : op.messages.reduce((sum, part) => sum + (typeof part === "string" ? part.length : "hex" in part ? part.hex.length / 2 : 4), 0)} bytes)`,
  keepEvents: (op, name) => `keep what the hooks said in ${textOf(op.path, name)}`,
  netlinkSocket: () => "open a socket to the kernel's network side",
  netlinkFollow: () => "tell what the kernel's network side says",
  watchDirectories: (op, name) => `tell when something is opened or made in ${words(op.paths, name)}`,
  ifIndex: (op, name) => `look up link ${textOf(op.name, name)}`,
  listen: (op, name) => `listen on @${textOf(op.address, name)}`,
  askMonitor: (op, name) => `ask the monitor at @${textOf(op.address, name)} (request ${op.kind})`,
  lock: (op, name) => `lock ${textOf(op.path, name)}`,
  supervise: (op, name) => `watch over ${name(op.pidfd)}; its end goes to ${textOf(op.record, name)}`,
  relay: (op, name) => `join this terminal and ${name(op.master)}${op.escape === undefined ? "" : `, until <Ctrl+${keyName(op.escape)} q>`}`,
  replan: (op, name) => `ask for the next plan: ${words(op.request, name)}`,
};

/** What an op does, in one line without a full stop. */
export function explain(op: Op, name: NameOf = bareName): string {
  const sentence: unknown = SENTENCES[op.op];
  // the row for `op.op` takes exactly that op; the compiler cannot follow the pairing through the union
  return isSentence(sentence) ? sentence(op, name) : op.op;
}
const isSentence = (value: unknown): value is (op: Op, name: NameOf) => string => typeof value === "function";

/** Every op of a plan in one line, slots called by what is in them. */
export function sentences(plan: Plan): ReadonlyMap<Op, string> {
  const out = new Map<Op, string>();
  walkNamed(plan, (op, name) => { out.set(op, explain(op, name)); });
  return out;
}

export interface ExplainedStep {
  /** The id that events and failures name. */
  readonly number: number;
  readonly process: string;
  readonly op: OpKind;
  readonly text: string;
  readonly origin: string;
  readonly note?: string;
  readonly onError?: Op["onError"];
  readonly when?: Op["when"];
  /** The step that this one undoes. */
  readonly undoOf?: number;
}

/** Steps in the order of their numbers. */
export function explainJson(plan: Plan): readonly ExplainedStep[] {
  const texts = sentences(plan);
  return numberedWithProcess(plan).map(({ op, process, undoOf }, number) => ({
    number, process, op: op.op, text: texts.get(op) ?? op.op, origin: originText(op.from),
    ...(op.note === undefined ? {} : { note: op.note }), ...(op.onError === undefined || op.onError === "fail" ? {} : { onError: op.onError }),
    ...(op.when === undefined ? {} : { when: op.when }), ...(undoOf === undefined ? {} : { undoOf }),
  }));
}

const tolerance = (onError: Op["onError"]): string => (onError === undefined || onError === "fail" ? "" : onError === "ignore" ? " (any error is passed over)" : ` (passes over ${onError.join(", ")})`);

/** One line per step, process by process; what undoes a step stands below it. */
export function explainPlan(plan: Plan): readonly string[] {
  const { ops, lists, bodyAt, undoAt } = flatten(plan.ops);
  const texts = sentences(plan);
  const width = String(ops.length - 1).length;
  const wide = Math.max(...lists.map(({ process }) => process.length));
  const lines: string[] = [];
  const later: { readonly list: readonly Op[]; readonly first: number; readonly process: string }[] = [{ list: plan.ops, first: 0, process: "launcher" }];
  const write = (list: readonly Op[], first: number, { process, indent }: { readonly process: string; readonly indent: string }): void => {
    for (const [index, op] of list.entries()) {
      const number = first + index;
      const occasion = op.when === undefined ? "" : `at ${op.when}: `;
      const note = op.note === undefined ? "" : `; ${op.note}`;
      lines.push(`${String(number).padStart(width)}  ${process.padEnd(wide)}  ${indent}${occasion}${texts.get(op) ?? op.op}${note}${tolerance(op.onError)}  [${originText(op.from)}]`);
      if (op.undo !== undefined) write(op.undo, undoAt[number] ?? 0, { process, indent: `${indent}  undo: ` });
      if (op.op === "clone") later.push({ list: op.body, first: bodyAt[number] ?? 0, process: textOf(op.name) });
    }
  };
  for (let next = later.shift(); next !== undefined; next = later.shift()) write(next.list, next.first, { process: next.process, indent: "" });
  return lines;
}
