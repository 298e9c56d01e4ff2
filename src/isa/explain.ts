// Owns a plan in words: one sentence per op, the numbered list of --explain, and the same as data.
import { capabilitiesIn } from "../linux/capabilities.ts";
import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWUSER, CLONE_NEWUTS } from "../linux/clone.ts";
import { AT_RECURSIVE, S_IFCHR, S_IFREG } from "../linux/fs.ts";
import { MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOSYMFOLLOW, MOUNT_ATTR_RDONLY, MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE } from "../linux/mount-flags.ts";
import { RLIM_INFINITY, rlimitName } from "../linux/rlimits.ts";
import { signalName } from "../linux/signals.ts";
import { originText } from "../model/origin.ts";
import { numberedWithProcess } from "./encode.ts";
import type { Op, OpKind, OpOf, Plan, Text } from "./op.ts";

const LONGEST = 100;

/** A text as a reader sees it: slots become `<slot 3>`. */
export function textOf(text: Text): string {
  if (typeof text === "string") return text;
  return text.map((part) => {
    if (typeof part === "string") return part;
    if ("hex" in part) return `<${part.hex.length / 2} bytes>`;
    if ("startTime" in part) return `<start time of slot ${part.startTime}>`;
    return `<slot ${"slot" in part ? part.slot : part.raw32}>`;
  }).join("");
}
const short = (text: Text): string => {
  const line = textOf(text).trimEnd().replaceAll("\n", "\\n");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
};
const words = (texts: readonly Text[] | undefined): string => (texts ?? []).map((text) => short(text)).join(" ");

const NAMESPACES: readonly (readonly [number, string])[] = [
  [CLONE_NEWUSER, "user"], [CLONE_NEWNS, "mount"], [CLONE_NEWPID, "pid"], [CLONE_NEWUTS, "uts"], [CLONE_NEWIPC, "ipc"], [CLONE_NEWNET, "network"], [CLONE_NEWCGROUP, "cgroup"], [CLONE_NEWTIME, "time"],
];
const namespacesIn = (flags: number | bigint): string => NAMESPACES.filter(([bit]) => (BigInt(flags) & BigInt(bit)) !== 0n).map(([, name]) => name).join(", ");
const ATTRIBUTES: readonly (readonly [number, string])[] = [[MOUNT_ATTR_RDONLY, "ro"], [MOUNT_ATTR_NOSUID, "nosuid"], [MOUNT_ATTR_NODEV, "nodev"], [MOUNT_ATTR_NOEXEC, "noexec"], [MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow"]];
const PROPAGATION: readonly (readonly [number, string])[] = [[MS_PRIVATE, "private"], [MS_SLAVE, "slave"], [MS_SHARED, "shared"], [MS_UNBINDABLE, "unbindable"]];
const named = (table: readonly (readonly [number, string])[], value: number | bigint | undefined): string => table.filter(([bit]) => (BigInt(value ?? 0) & BigInt(bit)) !== 0n).map(([, name]) => name).join(",");
const hasBit = (flags: number | bigint | undefined, bit: number): boolean => (BigInt(flags ?? 0) & BigInt(bit)) !== 0n;

/** `dev/null in slot 3`, or a host path as it is. */
const place = (op: { readonly at?: number | undefined; readonly path: Text }): string => {
  const path = textOf(op.path);
  if (op.at === undefined) return path;
  return path === "" ? `slot ${op.at}` : `${path} in slot ${op.at}`;
};
const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, "0");
const limit = (value: number | bigint): string => (BigInt(value) === RLIM_INFINITY ? "unlimited" : String(value));
const peer = (slot: number | undefined): string => (slot === undefined ? "the parent" : `the child in slot ${slot}`);
const id = (value: number): string => (value === 0xffffffff ? "as it is" : String(value));

function setattrText(op: OpOf<"mountSetattr">): string {
  const changes = [
    named(ATTRIBUTES, op.set), named(ATTRIBUTES, op.clear) === "" ? "" : `not ${named(ATTRIBUTES, op.clear)}`, named(PROPAGATION, op.propagation),
    op.userns === undefined ? "" : `ids mapped by slot ${op.userns}`,
  ].filter((part) => part !== "").join(", ");
  return `make the mount at ${place(op)}${hasBit(op.flags, AT_RECURSIVE) ? " and all below it" : ""} ${changes === "" ? "relatime" : changes}`;
}

const nodeText = (op: OpOf<"mknod">): string => {
  if ((op.mode & 0o170000) === S_IFREG) return `make sure there is a file ${place(op)}`;
  const device = Number(op.device ?? 0);
  return `make ${(op.mode & 0o170000) === S_IFCHR ? "character" : "block"} device ${place(op)} ${device >> 8}:${device & 0xff} ${octal(op.mode)}`;
};

/** One row per op: an op that is missing here does not compile. */
const SENTENCES: { readonly [K in OpKind]: (op: OpOf<K>) => string } = {
  open: (op) => `open ${place(op)} as slot ${op.into}`,
  close: (op) => `close slot ${op.slot}`,
  dup: (op) => `slot ${op.slot} becomes descriptor ${op.fd}`,
  closeInherited: (op) => `close every descriptor above 2 that the caller left open${(op.except ?? []).length > 0 ? `, except ${op.except?.join(", ")}` : ""}`,
  openTree: (op) => `copy the mount at ${place(op)}${hasBit(op.flags, AT_RECURSIVE) ? " and all below it" : ""} as slot ${op.into}`,
  moveMount: (op) => `attach slot ${op.tree} at ${place(op)}`,
  mountSetattr: setattrText,
  fsMount: (op) => `make a ${textOf(op.type)} file system${(op.options ?? []).length > 0 ? ` (${(op.options ?? []).map(textOf).join(",")})` : ""}${named(ATTRIBUTES, op.attributes) === "" ? "" : ` ${named(ATTRIBUTES, op.attributes)}`} as slot ${op.into}`,
  umount: (op) => `unmount ${place(op)}`,
  pivotRoot: (op) => `make slot ${op.root} the root, the old one goes`,
  chroot: (op) => `chroot into slot ${op.root}`,
  chdir: (op) => `change directory to ${place(op)}`,
  mkdir: (op) => `make sure there is a directory ${place(op)} ${octal(op.mode)}`,
  mknod: nodeText,
  symlink: (op) => `link ${place(op)} to ${textOf(op.target)}`,
  unlink: (op) => `remove ${place(op)}`,
  rename: (op) => `rename ${textOf(op.path)} to ${textOf(op.to)}`,
  chown: (op) => `give ${place(op)} to ${id(op.uid)}:${id(op.gid)}`,
  chmod: (op) => `set the mode of ${place(op)} to ${octal(op.mode)}`,
  writeFile: (op) => `write "${short(op.data)}" to ${place(op)}`,
  removeTree: (op) => `remove ${place(op)} and all below it`,
  clone: (op) => `make process "${textOf(op.name)}"${namespacesIn(op.flags) === "" ? "" : ` with its own ${namespacesIn(op.flags)} namespaces`}${op.cgroup === undefined ? "" : ` in the cgroup of slot ${op.cgroup}`} as slot ${op.pid}`,
  post: (op) => `say #${op.number} to ${peer(op.to)}`,
  await: (op) => `wait for #${op.number} from ${peer(op.child)}`,
  sendFd: (op) => `send slot ${op.slot} to ${peer(op.to)}`,
  recvFd: (op) => `receive slot ${op.into} from ${peer(op.child)}`,
  waitExec: (op) => `wait until the child in slot ${op.child} has executed its program`,
  waitExit: (op) => `wait until the process of slot ${op.pidfd} ends${op.timeout === undefined ? "" : `, at most ${op.timeout} ms`}`,
  exitWith: (op) => (op.child === undefined ? `end with status ${op.status ?? 0}` : `end with the status of the child in slot ${op.child}`),
  setns: (op) => `join the ${namespacesIn(op.flags) || ""} namespace of slot ${op.slot}`.replace("the  ", "the "),
  unshare: (op) => `make its own ${namespacesIn(op.flags)} namespace`,
  spawn: (op) => `run ${words(op.argv)}`,
  exec: (op) => `execute ${words(op.argv)}`,
  initLoop: (op) => `be pid 1 around ${words(op.argv)}`,
  getpid: (op) => `note the own pid as slot ${op.into}`,
  pidfdOpen: (op) => `open process ${op.pid} as slot ${op.into}`,
  kill: (op) => `send ${signalName(op.signal)} to the process of slot ${op.pidfd}`,
  setsid: () => "start a session",
  controllingTty: (op) => `make slot ${op.tty} the controlling terminal`,
  joinParent: (op) => `die with ${signalName(op.signal)} when the parent does`,
  setIds: (op) => `become uid ${op.uid}, gid ${op.gid}${op.groups === undefined ? "" : `, groups ${op.groups.length === 0 ? "none" : op.groups.join(",")}`}`,
  capBounding: (op) => `drop for good: ${capabilitiesIn(BigInt(op.drop)).join(" ")}`,
  caps: (op) => `keep: ${capabilitiesIn(BigInt(op.permitted)).join(" ") || "no capability"}`,
  rlimit: (op) => `limit ${rlimitName(op.resource)} to ${limit(op.soft)}:${limit(op.hard)}${op.pid === undefined ? "" : ` for the child in slot ${op.pid}`}`,
  prctl: (op) => `prctl ${op.option} ${op.arg2 ?? 0}`,
  personality: (op) => `personality 0x${op.value.toString(16)}`,
  joinKeyring: () => "take a session keyring of its own",
  seccomp: () => "load a system call filter",
  bpfDevice: (op) => `load device rules onto the cgroup of slot ${op.cgroup}`,
  hostname: (op) => `set the host name to ${textOf(op.name)}`,
  openPty: (op) => `open a terminal at ${place(op)}: master slot ${op.master}, peer slot ${op.peer}`,
  netlink: (op) => `ask the kernel's network side (${typeof op.messages === "string" ? op.messages.length : op.messages.reduce((sum, part) => sum + (typeof part === "string" ? part.length : "hex" in part ? part.hex.length / 2 : 4), 0)} bytes)`,
  ifIndex: (op) => `look up link ${textOf(op.name)} as slot ${op.into}`,
  listen: (op) => `listen on @${textOf(op.address)} as slot ${op.into}`,
  lock: (op) => `lock ${textOf(op.path)} as slot ${op.into}`,
  supervise: (op) => `watch over the process of slot ${op.pidfd}; its end goes to ${textOf(op.record)}`,
  relay: (op) => `join this terminal and slot ${op.master}`,
  replan: (op) => `ask for the next plan: ${words(op.request)}`,
};

/** What an op does, in one line without a full stop. */
export function explain(op: Op): string {
  const sentence: (op: never) => string = SENTENCES[op.op];
  return apply(sentence, op);
}
/** The table's row for `op.op` takes exactly that op; the compiler cannot follow the pairing through the union. */
function apply(sentence: (op: never) => string, op: Op): string {
  const whole: unknown = sentence;
  return isSentence(whole) ? whole(op) : op.op;
}
const isSentence = (value: unknown): value is (op: Op) => string => typeof value === "function";

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
  return numberedWithProcess(plan).map(({ op, process, undoOf }, number) => ({
    number, process, op: op.op, text: explain(op), origin: originText(op.from),
    ...(op.note === undefined ? {} : { note: op.note }), ...(op.onError === undefined || op.onError === "fail" ? {} : { onError: op.onError }),
    ...(op.when === undefined ? {} : { when: op.when }), ...(undoOf === undefined ? {} : { undoOf }),
  }));
}

const tolerance = (onError: Op["onError"]): string => (onError === undefined || onError === "fail" ? "" : onError === "ignore" ? " (any error is passed over)" : ` (passes over ${onError.join(", ")})`);

/** One line per step, process by process; what undoes a step stands below it. */
export function explainPlan(plan: Plan): readonly string[] {
  const steps = numberedWithProcess(plan);
  const numbers = new Map(steps.map(({ op }, number) => [op, number]));
  const width = String(steps.length - 1).length;
  const wide = Math.max(...steps.map(({ process }) => process.length));
  const lines: string[] = [];
  const later: { readonly list: readonly Op[]; readonly process: string }[] = [{ list: plan.ops, process: "launcher" }];
  const write = (list: readonly Op[], process: string, indent: string): void => {
    for (const op of list) {
      const occasion = op.when === undefined ? "" : `at ${op.when}: `;
      const note = op.note === undefined ? "" : `; ${op.note}`;
      lines.push(`${String(numbers.get(op) ?? 0).padStart(width)}  ${process.padEnd(wide)}  ${indent}${occasion}${explain(op)}${note}${tolerance(op.onError)}  [${originText(op.from)}]`);
      if (op.undo !== undefined) write(op.undo, process, `${indent}  undo: `);
      if (op.op === "clone") later.push({ list: op.body, process: textOf(op.name) });
    }
  };
  for (let next = later.shift(); next !== undefined; next = later.shift()) write(next.list, next.process, "");
  return lines;
}
