// Owns which AppArmor label a container gets: what the config asks for, as LXC reads it, and what the host has.
import { ownNames } from "../../linux/apparmor.ts";
import type { ApparmorFacts } from "../../model/apparmor.ts";
import type { Origin } from "../../model/origin.ts";
import { byDefault } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import { generatedProfile, SHIPPED } from "./profile-rules.ts";

const KEY = "lxc.apparmor.profile";
const CGNS = "lxc-container-default-cgns", PLAIN = "lxc-container-default", NESTING = "lxc-container-default-with-nesting";

/** A label, and how the profile behind it comes into the kernel. */
export interface ApparmorChoice {
  readonly from: Origin;
  /** Absent: the label stays what it is. */
  readonly label?: string;
  /** A profile of the container's own: loaded before it starts, gone when it has ended. */
  readonly own?: { readonly profile: string; readonly namespace?: string; readonly text: string; readonly file: string };
  /** One of LXC's profiles, which Berth brings along. */
  readonly shipped?: string;
  readonly problems: readonly Problem[];
}

const isFree = (label: string): boolean => label === "unconfined" || label === "/usr/bin/lxc-start";

function generated(spec: ContainerSpec, facts: ApparmorFacts, { hasCgroupNamespace, from }: { readonly hasCgroupNamespace: boolean; readonly from: Origin }): ApparmorChoice {
  const { apparmorAllowNesting, apparmorRaw = [] } = spec.security;
  const isNesting = apparmorAllowNesting?.value === true;
  const { profile, namespace } = ownNames(spec);
  if (!facts.mayLoad) {
    const label = isNesting ? NESTING : hasCgroupNamespace ? CGNS : PLAIN;
    return { from, label, problems: [{ code: "privilege", severity: "warning", at: from, text: `only root can load a generated AppArmor profile: the container gets '${label}' instead`, ...(apparmorRaw.length > 0 ? { cause: "lxc.apparmor.raw belongs to a generated profile, and has no effect" } : {}), remedy: `set ${KEY} to a profile that root has loaded` }] };
  }
  if (facts.parser === undefined) return { from, problems: [{ code: "host.feature", at: from, text: "a generated AppArmor profile needs apparmor_parser, which is not installed", remedy: `install the package apparmor, or set ${KEY} to a profile that is loaded` }] };
  const stacked = facts.canStack && !facts.isStacked ? { namespace } : {};
  const text = generatedProfile({ name: profile, ...stacked, hasCgroupNamespace, hasUnix: facts.hasUnix, isNesting, hasIdmap: spec.idmap.length > 0, raw: apparmorRaw.map(({ value }) => value) });
  return { from, label: "namespace" in stacked ? `${profile}//&:${namespace}:` : profile, own: { profile, ...stacked, text, file: namespace }, problems: [] };
}

/** A profile by name: loaded already, or one that can be. */
function named(label: string, facts: ApparmorFacts, from: Origin): ApparmorChoice {
  if (facts.loaded === undefined || facts.loaded.includes(label) || label === "unconfined" || label.includes("//&")) return { from, label, problems: [] };
  const isShipped = SHIPPED[label] !== undefined;
  if (isShipped && facts.mayLoad && facts.parser !== undefined) return { from, label, shipped: label, problems: [] };
  const remedy = isShipped ? `as root: apparmor_parser -r PREFIX/share/berth/apparmor/${label} (or install Debian's package lxc)` : "load it as root: apparmor_parser -r FILE";
  // who is not root sees only the profiles of his policy namespace: the kernel has the last word
  return { from, label, problems: [{ code: "config.value", severity: facts.mayLoad ? "error" : "warning", at: from, text: `AppArmor profile '${label}' is not loaded`, remedy: `${remedy}; or set ${KEY} = unconfined` }] };
}

function incomplete(spec: ContainerSpec, from: Origin): Problem {
  const isAllowed = spec.security.apparmorAllowIncomplete?.value === true;
  return { code: "host.feature", at: from, text: "this kernel's AppArmor does not know mounts: the profile cannot be all that it says", ...(isAllowed ? { severity: "warning" as const } : { remedy: "set lxc.apparmor.allow_incomplete = 1 to start nevertheless" }) };
}

/** As LXC chooses; for a kernel that has AppArmor on. */
export function chooseApparmor(spec: ContainerSpec, facts: ApparmorFacts, hasCgroupNamespace: boolean): ApparmorChoice {
  const wish = spec.security.apparmorProfile;
  const from = wish?.from ?? byDefault(KEY);
  const asked = wish?.value === "" ? undefined : wish?.value;
  if (asked === "unchanged" || (asked === "unconfined" && facts.ownLabel === "unconfined")) return { from, problems: [] };
  if (!facts.canStack && !isFree(facts.ownLabel)) {
    if (asked === undefined || asked === facts.ownLabel) return { from, problems: [] };
    return { from, problems: [{ code: "host.feature", at: from, text: `this caller is confined by AppArmor ('${facts.ownLabel}') and cannot take '${asked}' on top`, remedy: `set ${KEY} = unchanged` }] };
  }
  const choice = asked === "generated" ? generated(spec, facts, { hasCgroupNamespace, from }) : named(asked ?? (hasCgroupNamespace ? CGNS : PLAIN), facts, from);
  if (facts.hasMount || choice.label === undefined || choice.label === "unconfined") return choice;
  return { ...choice, problems: [...choice.problems, incomplete(spec, from)] };
}
