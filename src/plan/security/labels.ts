// Owns the ops that give a container its security label: profiles loaded by the monitor, labels written by the child.
import type { Op } from "../../isa/op.ts";
import { AT_REMOVEDIR, O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_PATH, O_TRUNC } from "../../linux/fs.ts";
import type { Origin } from "../../model/origin.ts";
import { originText } from "../../model/origin.ts";
import type { ContainerSpec, Sourced } from "../../model/spec.ts";
import type { Scope } from "../scope.ts";
import type { ApparmorChoice } from "./apparmor.ts";

const HOME = "/sys/kernel/security/apparmor";
const CACHE = "/var/cache/lxc/apparmor";

export interface ApparmorInput extends ApparmorChoice {
  readonly parser: string;
  /** AppArmor's own files below /proc/PID/attr. */
  readonly hasOwnFiles: boolean;
  /** The file of the profile holds what it should: the parser's cache stays good. */
  readonly isFileFresh: boolean;
}

/** What the kernel keeps of a container's own profile, taken away. Written so by name, no parser is needed. */
export const unloadApparmor = (from: Origin, { profile, namespace }: { readonly profile: string; readonly namespace?: string | undefined }): readonly Op[] => [...namespaceGone(from, namespace), profileGone(from, profile)];
const namespaceGone = (from: Origin, namespace: string | undefined): readonly Op[] => (namespace === undefined ? [] : [{ op: "unlink", from, path: `${HOME}/policy/namespaces/${namespace}`, flags: AT_REMOVEDIR, onError: "ignore" }]);
const profileGone = (from: Origin, profile: string): Op => ({ op: "writeFile", from, path: `${HOME}/.remove`, data: profile, onError: "ignore" });

/** They end the profile: which line of it comes from which of the config, for when apparmor_parser names one. */
function rulesNote(text: string, raw: readonly Sourced<string>[]): string {
  const first = text.split("\n").length - 1 - raw.length;
  return raw.length === 0 ? "" : `; of its lines ${raw.map(({ from }, i) => `${first + i} is ${originText(from)}`).join(", ")}`;
}

/** Loaded by the monitor, before there is a container. */
export function loadApparmor(spec: ContainerSpec, share: string, input: ApparmorInput | undefined): readonly Op[] {
  if (input?.shipped !== undefined) return [{ op: "spawn", from: input.from, argv: [input.parser, "-r", `${share}/berth/apparmor/${input.shipped}`], note: "a profile of LXC's that this host has not loaded; it stays" }];
  if (input?.own === undefined) return [];
  const { from, own: { profile, namespace, text, file } } = input;
  const directory = `${spec.lxcpath}/${spec.name}/apparmor`;
  const path = `${directory}/${file}`;
  return [
    { op: "mkdir", from, path: directory, mode: 0o755 },
    ...(input.isFileFresh ? [] : [{ op: "writeFile", from, path, data: text, flags: O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o600 } as const]),
    { op: "mkdir", from, path: CACHE, mode: 0o755, parents: 1 },
    ...(namespace === undefined ? [] : [{ op: "mkdir", from, path: `${HOME}/policy/namespaces/${namespace}`, mode: 0o755, undo: [...namespaceGone(from, namespace)], note: "policies that the container may load itself" } as const]),
    { op: "spawn", from, argv: [input.parser, "-rWL", CACHE, path], undo: [profileGone(from, profile)], note: `the container's own AppArmor profile${rulesNote(text, spec.security.apparmorRaw ?? [])}` },
  ];
}

export interface Label {
  /** Before the child leaves the host's /proc. */
  readonly open: readonly Op[];
  readonly set: readonly Op[];
}

/** SELinux' word for a process that is not confined: LXC takes it for no wish at all. */
const UNCONFINED = "unconfined_t";

/** The label that begins with the next program. A process that goes on without one, pid 1 of an application container, changes at once. */
export function planLabel({ spec, facts, slots }: Scope, input: ApparmorInput | undefined, isExecute: boolean): Label {
  const { selinuxContext } = spec.security;
  const label = input?.label;
  const selinux = facts.lsms.includes("selinux") && selinuxContext !== undefined && selinuxContext.value !== "" && selinuxContext.value !== UNCONFINED ? selinuxContext : undefined;
  if (selinux === undefined && (input === undefined || label === undefined)) return { open: [], set: [] };
  const slot = slots.take();
  const from = selinux?.from ?? input?.from ?? { kind: "default", key: "lxc.apparmor.profile" };
  const set: Op[] = [];
  if (selinux !== undefined) set.push({ op: "writeFile", from, at: slot, path: "exec", data: selinux.value });
  if (input !== undefined && label !== undefined) {
    set.push({ op: "writeFile", from: input.from, at: slot, path: `${input.hasOwnFiles ? "apparmor/" : ""}${isExecute ? "current" : "exec"}`, data: `${isExecute ? "changeprofile" : "exec"} ${label}` });
  }
  return {
    open: [{ op: "open", from, path: "/proc/thread-self/attr", flags: O_PATH | O_DIRECTORY, into: slot, note: "of the host's /proc: the container's own may lie" }],
    set: [...set, { op: "close", from, slot }],
  };
}

/** The label of the keys that the container makes: lxc.selinux.context.keyring, else its own. */
export function labelKeys(spec: ContainerSpec, hasSelinux: boolean): readonly Op[] {
  const { selinuxContext, selinuxKeyring } = spec.security;
  const context = selinuxKeyring ?? selinuxContext;
  if (!hasSelinux || context === undefined || context.value === "") return [];
  return [{ op: "writeFile", from: context.from, path: "/proc/thread-self/attr/keycreate", data: context.value }];
}
