// Owns what a container's processes may do: capabilities, no_new_privs, seccomp, security modules, keyring.
import type { Op } from "../isa/op.ts";
import { CAPABILITIES, capabilityMask, capabilityNumber } from "../linux/capabilities.ts";
import type { Origin } from "../model/origin.ts";
import { byDefault } from "../model/origin.ts";
import type { Sourced } from "../model/spec.ts";
import type { Scope } from "./scope.ts";

const PR_SET_NO_NEW_PRIVS = 38;
const EVERY = (1n << BigInt(CAPABILITIES.length)) - 1n;

/** A session keyring of its own: the caller's keys are none of the container's business. */
export function planKeyring(scope: Scope): readonly Op[] {
  if (!scope.spec.security.hasSessionKeyring) return [];
  return [{ op: "joinKeyring", from: byDefault("lxc.keyring.session"), onError: ["EPERM", "ENOSYS", "EDQUOT", "EACCES"] }];
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

/** Loaded with CAP_SYS_ADMIN in the container's user namespace, so that no_new_privs is not needed: set-user-id programs work. */
export function planSeccomp(scope: Scope, program: string | undefined): readonly Op[] {
  return program === undefined ? [] : [{ op: "seccomp", from: scope.spec.security.seccompProfile?.from ?? byDefault("lxc.seccomp.profile"), program: [{ hex: program }] }];
}

/** What this version does not apply is said, not passed over. */
export function checkConfinement(scope: Scope): void {
  const { facts, problems } = scope;
  const { apparmorProfile } = scope.spec.security;
  const warn = (at: Origin, text: string, remedy: string): void => { problems.push({ code: "unsupported", severity: "warning", at, text, remedy }); };
  // Without the module LXC says nothing either, unless a profile was asked for by name
  const isQuiet = (profile: string): boolean => ["generated", "unconfined", "unchanged", "lxc-container-default", "lxc-container-default-cgns"].includes(profile);
  const hasAppArmor = facts.lsms.includes("apparmor");
  if (apparmorProfile !== undefined && apparmorProfile.value !== "unconfined" && apparmorProfile.value !== "unchanged" && (hasAppArmor || !isQuiet(apparmorProfile.value))) {
    warn(apparmorProfile.from, `AppArmor profile '${apparmorProfile.value}' is not applied${hasAppArmor ? " yet" : ": this kernel runs no AppArmor"}`, "remove lxc.apparmor.profile, or set it to unconfined");
  }
}
