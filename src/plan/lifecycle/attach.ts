// Owns the plan of lxc-attach. Three processes, because a pid namespace applies to children only and
// the launcher must stay on the host:
//   launcher ── attach (joins cgroups and namespaces) ── command (is executed)
import { O_APPEND, O_CREAT, O_WRONLY } from "../../linux/fs.ts";
import { ADD_SECCOMP_LISTENER } from "../../linux/command-protocol.ts";
import { SIGKILL } from "../../linux/signals.ts";
import { commandSocket } from "../../linux/socket-name.ts";
import type { TerminalSize } from "../../linux/terminal-size.ts";
import type { Op, Plan } from "../../isa/op.ts";
import { FLAGS } from "../../isa/schema.ts";
import type { Caller } from "../../model/facts.ts";
import type { InitFacts } from "../../model/init.ts";
import { byDefault, byHost, byOption } from "../../model/origin.ts";
import type { Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import { joinCgroups, openBirthplace } from "../attach/cgroups.ts";
import { attachedEnvironment } from "../attach/environment.ts";
import { becomeUser, dropCapabilities, forbidNewPrivileges, keepRightToFilter, loadFilter, passOn, setPersonality, takeLabel } from "../attach/identity.ts";
import { joinedBits, joinNamespaces, joins, remountSysProc } from "../attach/namespaces.ts";
import { openContainerPty, openHostPty, useTerminal } from "../attach/terminal.ts";

/** What the caller of lxc-attach asks for. */
export interface AttachWishes {
  readonly command: readonly string[];
  /** Confinements to skip; all three for a bare -e. */
  readonly elevated: readonly ("CGROUP" | "CAP" | "LSM")[];
  /** Only these namespaces (mnt pid uts ipc user net cgroup time); undefined: all the container has. */
  readonly namespaces?: readonly string[];
  readonly arch?: string;
  readonly isRemountSysProc: boolean;
  readonly isClearEnv: boolean;
  /** None of the caller's descriptors but the first three. */
  readonly closeAllFds?: boolean;
  readonly keepVar: readonly string[];
  readonly setVar: readonly string[];
  readonly ptyLog?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** A security context to run in, instead of init's. */
  readonly context?: string;
  /** A program's own: keys and screen are pipes, and descriptor 5 tells sizes. It begins with this one. */
  readonly size?: TerminalSize;
  /** The command is killed when its launcher is. */
  readonly endsWithLauncher?: boolean;
}

export interface AttachInputs extends AttachWishes {
  readonly name: string;
  readonly lxcpath: string;
  readonly caller: Caller;
  readonly init: InitFacts;
  /** lxc.environment entries of the container's config. */
  readonly configured: readonly string[];
  /** Init's system call filter, as its state record has it (hex). */
  readonly seccomp?: string;
  /** … and that the monitor answers some of its calls. */
  readonly isSeccompNotified?: boolean;
}

const SLOT = { init: 0, attach: 1, attachPidfd: 2, command: 3, master: 4, peer: 5, log: 6, tree: 7, cgroup: 8, commandPidfd: 9, listener: 10, monitor: 11, answer: 12 } as const;
/** Barrier: the command has been executed. */
const EXECUTED = 1;
const PATIENCE_MS = 10_000;
const FALLBACK_SHELL = "/bin/sh";
const flow = byDefault("lxc-attach");

type Terminal = "none" | "container" | "host";

function terminalOf({ caller, init, namespaces }: AttachInputs): Terminal {
  if (!caller.isTty.includes(true)) return "none";
  return init.hasPtmx && joins(joinedBits(init, namespaces), "mnt") ? "container" : "host";
}

const hasLog = ({ ptyLog }: AttachInputs, terminal: Terminal): boolean => ptyLog !== undefined && terminal !== "none";

/** As LXC does it: with init's file system, and unless its confinement was to be left out (-e LSM). */
const isConfined = ({ init, namespaces, elevated }: AttachInputs): boolean => !elevated.includes("LSM") && joins(joinedBits(init, namespaces), "mnt");
const filterOf = (inputs: AttachInputs): string | undefined => (isConfined(inputs) ? inputs.seccomp : undefined);
const hasListener = (inputs: AttachInputs): boolean => filterOf(inputs) !== undefined && inputs.isSeccompNotified === true;

function execute(inputs: AttachInputs): Op {
  const { command, init, isClearEnv } = inputs;
  const [program, ...rest] = command;
  const shell = init.shell ?? FALLBACK_SHELL;
  const flags = (isClearEnv ? 0 : FLAGS.EXEC_INHERIT_ENV) | FLAGS.EXEC_SEARCH_PATH;
  const env = attachedEnvironment({ ...inputs, caller: inputs.caller.env });
  const note = init.hasSeccompFilter && filterOf(inputs) === undefined ? { note: "init has a seccomp filter that this command does not get" } : {};
  if (program === undefined) return { op: "exec", from: byDefault("login shell"), path: shell, argv: [shell], env, flags, fallback: [FALLBACK_SHELL], ...note };
  return { op: "exec", from: byOption("COMMAND"), path: program, argv: [program, ...rest], env, flags, ...note };
}

/** A change of ids takes it away: behind the last one. */
const endWithParent = ({ endsWithLauncher }: AttachInputs): readonly Op[] => (endsWithLauncher === true ? [{ op: "joinParent", from: flow, signal: SIGKILL }] : []);

function commandOps(inputs: AttachInputs, bits: number, terminal: Terminal): readonly Op[] {
  const { init, elevated, caller, uid, gid } = inputs;
  const wishes = { joinsUser: joins(bits, "user"), ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
  const filter = filterOf(inputs);
  const isSameUser = !wishes.joinsUser && caller.euid !== 0 && uid === undefined && gid === undefined;
  return [
    ...(inputs.closeAllFds === true ? [{ op: "closeInherited", from: byOption("--close-all-fds") } as const] : []),
    ...(inputs.isRemountSysProc ? remountSysProc(bits, SLOT.tree) : []),
    ...setPersonality(init, inputs.arch),
    ...(elevated.includes("CAP") ? [] : dropCapabilities(init)),
    ...(isSameUser ? [] : [...keepRightToFilter(filter, wishes, init), ...becomeUser(init, wishes)]),
    { op: "chdir", from: byDefault("current directory"), path: caller.cwd, onError: "ignore", note: "a directory that the container lacks is / there" },
    ...(terminal === "container" ? openContainerPty(SLOT, inputs.size) : []),
    ...(terminal === "none" ? [] : [{ op: "setsid", from: byDefault("terminal") } as const, ...useTerminal(SLOT.peer, caller.isTty)]),
    ...endWithParent(inputs),
    ...forbidNewPrivileges(init),
    ...loadFilter(filter, { ...wishes, ...(hasListener(inputs) ? { listener: SLOT.listener } : {}) }, init),
    execute(inputs),
  ];
}

const PR_SET_DUMPABLE = 4;
/** From the moment it is among them until its program begins, processes of the container must not trace it or look into its memory, environment and descriptors. */
const hide: Op = { op: "prctl", from: flow, option: PR_SET_DUMPABLE, arg2: 0, note: "the container must not look into this process" };
const killCommand: Op = { op: "kill", from: flow, pidfd: SLOT.commandPidfd, signal: SIGKILL, onError: ["ESRCH"] };
/** Without its launcher it ends the command itself, as long as that has not begun; behind that it ends with the command. */
const endAttach: readonly Op[] = [
  { op: "close", from: flow, slot: SLOT.attach },
  { op: "waitExit", from: flow, pidfd: SLOT.attachPidfd, timeout: 1000, onError: ["ETIMEDOUT"] },
  { op: "kill", from: flow, pidfd: SLOT.attachPidfd, signal: SIGKILL, onError: ["ESRCH"] },
];

const birthplaceOf = ({ elevated, init, caller }: AttachInputs): readonly Op[] => (elevated.includes("CGROUP") ? [] : openBirthplace(init, caller, SLOT.cgroup));

function attachOps(inputs: AttachInputs, bits: number, terminal: Terminal): readonly Op[] {
  const { init, elevated, caller } = inputs;
  const relayed: readonly Op[] = terminal !== "container" ? [] : [
    { op: "recvFd", from: flow, child: SLOT.command, into: SLOT.master },
    { op: "sendFd", from: flow, slot: SLOT.master },
    { op: "close", from: flow, slot: SLOT.master },
  ];
  return [
    hide,
    ...(elevated.includes("CGROUP") ? [] : joinCgroups(init, caller)),
    ...(isConfined(inputs) ? takeLabel(init, inputs.context) : []),
    ...joinNamespaces(SLOT.init, bits, inputs.namespaces !== undefined),
    ...endWithParent(inputs),
    // what is in a pid namespace can be looked at by its root: the command gets no descriptor of the host's
    ...[SLOT.init, ...(birthplaceOf(inputs).length > 0 ? [SLOT.cgroup] : []), ...(hasLog(inputs, terminal) ? [SLOT.log] : [])].map((slot): Op => ({ op: "close", from: flow, slot })),
    { op: "clone", from: byDefault("a pid namespace applies to children"), flags: 0, name: "command", pid: SLOT.command, pidfd: SLOT.commandPidfd, body: commandOps(inputs, bits, terminal), undo: [killCommand] },
    { op: "sendFd", from: flow, slot: SLOT.commandPidfd, note: "so that nothing stays behind inside when the launcher fails" },
    ...relayed,
    ...(hasListener(inputs) ? [{ op: "recvFd", from: flow, child: SLOT.command, into: SLOT.listener } as const, ...passOn(SLOT.listener)] : []),
    { op: "waitExec", from: flow, child: SLOT.command },
    { op: "post", from: flow, number: EXECUTED },
    { op: "exitWith", from: flow, child: SLOT.command },
  ];
}

/** The monitor answers the command's calls as it does init's. */
const giveListener = ({ lxcpath, name }: AttachInputs): readonly Op[] => [
  { op: "recvFd", from: flow, child: SLOT.attach, into: SLOT.listener },
  { op: "askMonitor", from: byHost("seccomp filter of init"), address: commandSocket(lxcpath, name), kind: ADD_SECCOMP_LISTENER, give: SLOT.listener, connection: SLOT.monitor, number: SLOT.answer, timeout: PATIENCE_MS, note: "its calls are answered as init's are" },
  { op: "close", from: flow, slot: SLOT.monitor },
  { op: "close", from: flow, slot: SLOT.listener },
];

function launcherOps(inputs: AttachInputs, bits: number, terminal: Terminal): readonly Op[] {
  const { init, ptyLog = "" } = inputs;
  const birthplace = birthplaceOf(inputs);
  const isLogged = hasLog(inputs, terminal);
  const relay: readonly Op[] = terminal === "none" ? [] : [
    { op: "relay", from: byDefault("terminal"), master: SLOT.master, pidfd: SLOT.attachPidfd, ...(isLogged ? { log: SLOT.log } : {}), ...(inputs.size === undefined ? {} : { flags: FLAGS.RELAY_PROGRAM }) },
  ];
  return [
    { op: "pidfdOpen", from: byHost("init of the container"), pid: init.pid, startTime: init.startTime, into: SLOT.init },
    ...(isLogged ? [{ op: "open", from: byOption("--pty-log"), path: ptyLog, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o640, into: SLOT.log } as const] : []),
    ...(terminal === "host" ? openHostPty(SLOT, inputs.size) : []),
    ...birthplace,
    { op: "clone", from: flow, flags: 0, name: "attach", pid: SLOT.attach, pidfd: SLOT.attachPidfd, ...(birthplace.length > 0 ? { cgroup: SLOT.cgroup } : {}), body: attachOps(inputs, bits, terminal), undo: endAttach },
    ...(terminal === "host" ? [{ op: "close", from: flow, slot: SLOT.peer } as const] : []),
    { op: "recvFd", from: flow, child: SLOT.attach, into: SLOT.commandPidfd, undo: [killCommand] },
    ...(terminal === "container" ? [{ op: "recvFd", from: flow, child: SLOT.attach, into: SLOT.master } as const] : []),
    ...(hasListener(inputs) ? giveListener(inputs) : []),
    { op: "await", from: flow, child: SLOT.attach, number: EXECUTED },
    ...relay,
    { op: "exitWith", from: flow, child: SLOT.attach },
  ];
}

export function planAttach(inputs: AttachInputs): Result<Plan> {
  if (inputs.context !== undefined && inputs.init.label === undefined) {
    return fail({ code: "host.feature", at: byOption("--context"), text: `security context '${inputs.context}' cannot be set: this kernel runs neither SELinux nor AppArmor`, remedy: "leave out --context" });
  }
  const bits = joinedBits(inputs.init, inputs.namespaces);
  if (bits === 0 && inputs.namespaces === undefined && inputs.init.namespaces.length > 0) {
    return fail({ code: "unsupported", text: `the namespaces of ${inputs.name} are unknown to this version` });
  }
  return ok({ verb: "attach", name: inputs.name, lxcpath: inputs.lxcpath, ops: launcherOps(inputs, bits, terminalOf(inputs)) });
}
