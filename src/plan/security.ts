// Owns what a container's processes may do: capabilities, no_new_privs, seccomp, security modules, keyring.
import type { Op, Slot } from "../isa/op.ts";
import { CAPABILITIES, capabilityMask, capabilityNumber } from "../linux/capabilities.ts";
import type { Origin } from "../model/origin.ts";
import { byDefault } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import type { Sourced } from "../model/spec.ts";
import type { Scope } from "./scope.ts";
import { labelKeys } from "./security/labels.ts";

const PR_SET_NO_NEW_PRIVS = 38;
const EVERY = (1n << BigInt(CAPABILITIES.length)) - 1n;

/** A session keyring of its own: the caller's keys are none of the container's business. */
export function planKeyring(scope: Scope): readonly Op[] {
  if (!scope.spec.security.hasSessionKeyring) return [];
  return [...labelKeys(scope.spec, scope.facts.lsms.includes("selinux")), { op: "joinKeyring", from: byDefault("lxc.keyring.session"), onError: ["EPERM", "ENOSYS", "EDQUOT", "EACCES"] }];
}

function numbersOf(scope: Scope, names: readonly Sourced<string>[]): readonly number[] {
  return names.flatMap(({ value, from }) => {
    const number = capabilityNumber(value);
    if (number === undefined && value !== "none") scope.problems.push({ code: "config.value", at: from, text: `'${value}' is not a capability`, remedy: "see capabilities(7); names are written without CAP_" });
    return number ?? [];
  });
}

/** lxc.cap.drop and lxc.cap.keep. */
export function planCapabilities(scope: Scope): readonly Op[] {
  const { capDrop, capKeep } = scope.spec.security;
  const kept = capKeep === undefined ? undefined : numbersOf(scope, capKeep);
  const drop = kept === undefined ? capabilityMask(numbersOf(scope, capDrop)) : EVERY & ~capabilityMask(kept);
  const from = capKeep?.[0]?.from ?? capDrop[0]?.from ?? byDefault("lxc.cap.drop");
  return drop === 0n ? [] : [{ op: "capBounding", from, drop: Number(drop) }];
}

/** May processes of the container mount things? */
export function hasSysAdmin(scope: Scope): boolean {
  const { capDrop, capKeep } = scope.spec.security;
  const names = (list: readonly Sourced<string>[]): boolean => list.some(({ value }) => capabilityNumber(value) === capabilityNumber("sys_admin"));
  return capKeep === undefined ? !names(capDrop) : names(capKeep);
}

export function planNoNewPrivs(scope: Scope): readonly Op[] {
  const { noNewPrivs } = scope.spec.security;
  return noNewPrivs?.value === true ? [{ op: "prctl", from: noNewPrivs.from, option: PR_SET_NO_NEW_PRIVS, arg2: 1, arg3: 0, arg4: 0, arg5: 0, note: "no_new_privs" }] : [];
}

/** What lxc.seccomp.profile came to: its program (hex), the file it is from, and what is wrong or odd in the policy. */
export interface SeccompInput {
  readonly program?: string;
  readonly file?: string;
  /** It has the action notify. */
  readonly isNotified?: boolean;
  readonly problems: readonly Problem[];
}

/** Loaded with CAP_SYS_ADMIN in the container's user namespace, so that no_new_privs is not needed: set-user-id programs work. */
export function planSeccomp(scope: Scope, { program, isNotified }: Partial<SeccompInput> = {}): readonly Op[] {
  if (program === undefined) return [];
  const filter = { op: "seccomp", from: profileOrigin(scope), program: [{ hex: program }] } as const;
  if (isNotified !== true) return [filter];
  const into = scope.slots.take();
  scope.slots.give(into);
  return [{ ...filter, into }, { op: "sendFd", from: filter.from, slot: into }, { op: "close", from: filter.from, slot: into }];
}
const profileOrigin = ({ spec }: Scope): Origin => spec.security.seccompProfile?.from ?? byDefault("lxc.seccomp.profile");

/** The monitor's side: from here on it answers the calls that the filter holds up, also while it waits for the child. */
export function receiveListener(scope: Scope, { isNotified }: Partial<SeccompInput> = {}, child: Slot): readonly Op[] {
  if (isNotified !== true) return [];
  const { seccompNotifyProxy: proxy, seccompNotifyCookie: cookie } = scope.spec.security;
  const [from, into] = [profileOrigin(scope), scope.slots.take()];
  scope.slots.give(into);
  return [
    { op: "recvFd", from, child, into },
    { op: "seccompNotify", from: proxy?.from ?? from, listener: into, init: child, ...(proxy === undefined ? {} : { proxy: proxy.value }), ...(cookie === undefined ? {} : { cookie: cookie.value }) },
    { op: "close", from, slot: into },
  ];
}

/** LXC's own words ask for nothing where the kernel has no AppArmor. */
const isOwnWord = (profile: string): boolean => ["", "generated", "unconfined", "unchanged"].includes(profile) || profile.startsWith("lxc-container-default");

/** What was asked for by name and cannot be had is refused. */
export function checkConfinement({ spec, facts, problems }: Scope): void {
  const { apparmorProfile: profile, apparmorAllowIncomplete, selinuxContext, selinuxKeyring } = spec.security;
  if (profile !== undefined && !isOwnWord(profile.value) && !facts.lsms.includes("apparmor")) {
    const isAllowed = apparmorAllowIncomplete?.value === true;
    problems.push({
      code: "host.feature", at: profile.from, text: `AppArmor profile '${profile.value}' cannot be applied: this kernel runs no AppArmor`,
      ...(isAllowed ? { severity: "warning", remedy: "remove lxc.apparmor.profile, or set it to unconfined" } : { remedy: "remove lxc.apparmor.profile; or set lxc.apparmor.allow_incomplete = 1 to start without it" }),
    });
  }
  if (facts.lsms.includes("selinux")) return;
  for (const context of [selinuxContext, selinuxKeyring]) {
    if (context === undefined || context.value === "" || context.value === "unconfined_t") continue;
    problems.push({ code: "host.feature", at: context.from, text: `SELinux context '${context.value}' cannot be set: this kernel runs no SELinux`, remedy: `remove ${context.from.key}` });
  }
}
