// Owns capabilities, seccomp and LSM settings of the spec.
import type { Problem } from "../../model/problem.ts";
import type { SecuritySpec, Sourced } from "../../model/spec.ts";
import { isolationKeys } from "../keys/isolation.ts";
import { many, one, optional, type Settings } from "../settings.ts";

/** `none` empties the list; a name after it begins it anew. */
function keptCapabilities(settings: Settings): readonly Sourced<string>[] | undefined {
  const items = many(settings, isolationKeys.capKeep);
  if (items.length === 0) return undefined;
  const names = items.flatMap(({ value, from }) => value.map((name) => ({ value: name, from })));
  const none = names.findLastIndex(({ value }) => value === "none");
  return none < 0 ? names : none === names.length - 1 ? names.slice(none) : names.slice(none + 1);
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
  const apparmorRaw = many(settings, isolationKeys.apparmorRaw).map(({ value, from }) => ({ value, from }));
  return {
    capDrop,
    ...(capKeep === undefined ? {} : { capKeep }),
    ...optional("noNewPrivs", settings, isolationKeys.noNewPrivs),
    ...optional("seccompProfile", settings, isolationKeys.seccompProfile),
    ...optional("seccompAllowNesting", settings, isolationKeys.seccompNesting),
    ...optional("seccompNotifyProxy", settings, isolationKeys.seccompProxy),
    ...optional("seccompNotifyCookie", settings, isolationKeys.seccompCookie),
    ...optional("apparmorProfile", settings, isolationKeys.apparmorProfile),
    ...optional("apparmorAllowIncomplete", settings, isolationKeys.apparmorIncomplete),
    ...optional("apparmorAllowNesting", settings, isolationKeys.apparmorNesting),
    ...(apparmorRaw.length === 0 ? {} : { apparmorRaw }),
    ...optional("selinuxContext", settings, isolationKeys.selinuxContext),
    ...optional("selinuxKeyring", settings, isolationKeys.selinuxKeyring),
    hasSessionKeyring: one(settings, isolationKeys.keyring)?.value ?? true,
  };
}
