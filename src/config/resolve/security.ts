// Owns capabilities, seccomp and LSM settings of the spec.
import type { Problem } from "../../model/problem.ts";
import type { SecuritySpec, Sourced } from "../../model/spec.ts";
import { isolationKeys } from "../keys/isolation.ts";
import { many, one, type Settings } from "../settings.ts";

/** `none` empties the list; a name after it begins it anew. */
function keptCapabilities(settings: Settings): readonly Sourced<string>[] | undefined {
  const items = many(settings, isolationKeys.capKeep);
  if (items.length === 0) return undefined;
  let kept: readonly Sourced<string>[] = [];
  for (const { value, from } of items) {
    for (const name of value) kept = name === "none" ? [{ value: name, from }] : [...kept.filter((other) => other.value !== "none"), { value: name, from }];
  }
  return kept;
}

/** Whether CAP_SYS_ADMIN stays: lxc.mount.auto = cgroup depends on it. */
export const hasSysAdmin = (security: SecuritySpec): boolean =>
  security.capKeep === undefined ? security.capDrop.every((name) => name.value !== "sys_admin") : security.capKeep.some((name) => name.value === "sys_admin");

export function resolveSecurity(settings: Settings, problems: Problem[]): SecuritySpec {
  const capDrop = many(settings, isolationKeys.capDrop).flatMap(({ value, from }) => value.map((name) => ({ value: name, from })));
  const capKeep = keptCapabilities(settings);
  const [dropped] = capDrop;
  const [kept] = capKeep ?? [];
  if (dropped !== undefined && kept !== undefined) problems.push({ code: "config.conflict", at: kept.from, text: "lxc.cap.keep cannot be used together with lxc.cap.drop", remedy: "empty the one from an included file first: 'lxc.cap.drop ='" });
  const noNewPrivs = one(settings, isolationKeys.noNewPrivs);
  const seccompProfile = one(settings, isolationKeys.seccompProfile);
  const apparmorProfile = one(settings, isolationKeys.apparmorProfile);
  const selinuxContext = one(settings, isolationKeys.selinuxContext);
  return {
    capDrop,
    ...(capKeep === undefined ? {} : { capKeep }),
    ...(noNewPrivs === undefined ? {} : { noNewPrivs }),
    ...(seccompProfile === undefined ? {} : { seccompProfile }),
    ...(apparmorProfile === undefined ? {} : { apparmorProfile }),
    ...(selinuxContext === undefined ? {} : { selinuxContext }),
    hasSessionKeyring: one(settings, isolationKeys.keyring)?.value ?? true,
  };
}
