// Owns how hooks are called: argv, environment, and which process runs them.
import type { Op, Ref, Slot, Text } from "../isa/op.ts";
import { FLAGS } from "../isa/schema.ts";
import { quoted } from "../linux/sh.ts";
import type { NicType } from "../model/nic.ts";
import { nicOrigin } from "../model/nic.ts";
import type { HookName, Sourced } from "../model/spec.ts";
import type { Scope } from "./scope.ts";

export interface HookCall {
  readonly name: HookName;
  /** LXC_PID from the clone on. */
  readonly pid?: Slot;
  /** Where the root file system is mounted: LXC_ROOTFS_MOUNT. */
  readonly rootfsMount: string;
  readonly target?: "stop" | "reboot";
  /** More arguments, and more environment. */
  readonly args?: readonly Text[];
  readonly env?: readonly Text[];
}


/** What the engine fills in is a number or a path of its own making: nothing a shell could misread. */
const quotedText = (text: Text): Text => (typeof text === "string" ? quoted(text) : ["'", ...text, "'"]);

/** Words with a blank between them: one text if none has references. */
function spaced(words: readonly Text[]): Text {
  const parts = words.flatMap((word, i) => [...(i === 0 ? [] : [" "]), ...(typeof word === "string" ? [word] : word)]);
  const plain = parts.filter((part) => typeof part === "string");
  return plain.length === parts.length ? plain.join("") : parts;
}

/** What every hook sees beside the caller's environment. */
function baseEnvironment(scope: Scope, call: HookCall): readonly Text[] {
  const { spec } = scope;
  const pid: readonly (string | Ref)[] = call.pid === undefined ? [] : ["LXC_PID=", { slot: call.pid }];
  return [
    `LXC_NAME=${spec.name}`, "LXC_CGNS_AWARE=1", `LXC_LOG_LEVEL=${spec.log.level ?? "ERROR"}`, `LXC_HOOK_VERSION=${spec.hookVersion}`, `LXC_ROOTFS_MOUNT=${call.rootfsMount}`,
    ...(spec.configFile === undefined ? [] : [`LXC_CONFIG_FILE=${spec.configFile}`]),
    ...(spec.rootfs === undefined ? [] : [`LXC_ROOTFS_PATH=${spec.rootfs.path}`]),
    ...(spec.console.path === undefined ? [] : [`LXC_CONSOLE=${spec.console.path.value}`]),
    ...(spec.console.logfile === undefined ? [] : [`LXC_CONSOLE_LOGPATH=${spec.console.logfile.value}`]),
    ...(pid.length === 0 ? [] : [pid]),
    ...(call.target === undefined ? [] : [`LXC_TARGET=${call.target}`]),
  ];
}

/** popen(3) of `exec VALUE NAME SECTION TYPE ARGS`, as LXC does; version 1 passes the first three in the environment. */
function hookOp(scope: Scope, { value, from }: Sourced<string>, call: HookCall & { readonly section: "lxc" | "net"; readonly kind: string }): Op {
  const { spec } = scope;
  const isOld = spec.hookVersion === 0;
  const words = [...(isOld ? [quoted(spec.name), quoted(call.section), quoted(call.kind)] : []), ...(call.args ?? []).map(quotedText)];
  const versioned = isOld ? [] : [`LXC_HOOK_TYPE=${call.kind}`, `LXC_HOOK_SECTION=${call.section}`];
  return {
    op: "spawn", from, argv: ["/bin/sh", "-c", spaced([`exec ${value}`, ...words])],
    env: [...baseEnvironment(scope, call), ...versioned, ...(call.env ?? [])], flags: FLAGS.SPAWN_INHERIT_ENV | FLAGS.SPAWN_TOLD, note: `hook ${call.kind}`,
  };
}

export function planHooks(scope: Scope, call: HookCall): readonly Op[] {
  const isInChild = call.name === "pre-mount" || call.name === "mount" || call.name === "autodev" || call.name === "start";
  // a hook of the child also sees the container's own environment, see hooks in lxc.container.conf(5)
  const extra = isInChild ? [...scope.spec.environment, ...scope.spec.environmentHooks].map((entry) => entry.value).filter((entry) => entry.includes("=")) : [];
  return (scope.spec.hooks[call.name] ?? []).map((hook) => hookOp(scope, hook, { ...call, section: "lxc", kind: call.name, env: [...extra, ...(call.env ?? [])] }));
}

const NAMESPACE_WORDS = [["mnt", "MNT"], ["pid", "PID"], ["uts", "UTS"], ["ipc", "IPC"], ["net", "NET"], ["cgroup", "CGROUP"], ["user", "USER"]] as const;

/** What is left to do once init is gone: stop and post-stop hooks, told whether a reboot follows. They never fail the plan. */
export function planStopHooks(scope: Scope, call: { readonly rootfsMount: string; readonly pid: Slot }, held: ReadonlyMap<string, Text>, between: readonly Op[]): readonly Op[] {
  if (scope.spec.hooks.stop === undefined && scope.spec.hooks["post-stop"] === undefined && between.length === 0) return [];
  const env = NAMESPACE_WORDS.flatMap(([name, word]): readonly Text[] => {
    const path = held.get(name);
    return path === undefined ? [] : [typeof path === "string" ? `LXC_${word}_NS=${path}` : [`LXC_${word}_NS=`, ...path]];
  });
  const args = scope.spec.hookVersion === 0 ? [...held].map(([name, path]): Text => [`${name}:`, ...(typeof path === "string" ? [path] : path)]) : [];
  return (["stop", "reboot"] as const).flatMap((target) => [
    ...planHooks(scope, { name: "stop", ...call, target, env, args }), ...between, ...planHooks(scope, { name: "post-stop", ...call, target }),
  ].map((op): Op => ({ ...op, when: target, onError: "ignore" })));
}

interface NetScripts { readonly kind: "up" | "down"; readonly pid: Slot; readonly rootfsMount: string; readonly hostNames: ReadonlyMap<number, string>; /** Of these interfaces only. */ readonly types?: readonly NicType[] }

/** lxc.net.N.script.up and .down: `veth LINK HOSTDEV`, `TYPE LINK`, or just `empty`. */
export function planNetScripts(scope: Scope, { kind, pid, rootfsMount, hostNames, types }: NetScripts): readonly Op[] {
  return scope.spec.nics.flatMap((nic): readonly Op[] => {
    const script = kind === "up" ? nic.scriptUp : nic.scriptDown;
    if (script === undefined || nic.type === "none" || types?.includes(nic.type) === false) return [];
    const host = hostNames.get(nic.index);
    const link = nic.link === undefined ? [] : [nic.link];
    const env = [`LXC_NET_TYPE=${nic.type}`, ...(nic.link === undefined ? [] : [`LXC_NET_PARENT=${nic.link}`]), ...(host === undefined ? [] : [`LXC_NET_PEER=${host}`])];
    const from = nicOrigin(nic, `script.${kind}`);
    const op = hookOp(scope, { value: script, from }, { name: "start-host", section: "net", kind, pid, rootfsMount, args: [nic.type, ...link, ...(host === undefined ? [] : [host])], env: scope.spec.hookVersion === 0 ? [] : env });
    return kind === "up" ? [op] : [{ ...op, onError: "ignore" }];
  });
}
