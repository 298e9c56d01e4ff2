// Owns what lets an ordinary user make user namespaces with more than his own id: the tools that write the map, the
// sysctls, and the AppArmor rule that Ubuntu 23.10 and later ask of every program that makes one.
import type { Change, Need, SetupFacts, SetupPlan } from "../../model/setup.ts";

const SETUID = 0o4000;
export const PROFILE = "/etc/apparmor.d/berth";
export const SYSCTL_FILE = "/etc/sysctl.d/60-berth.conf";

function toolChanges({ idmapTools }: SetupFacts): SetupPlan {
  const missing = idmapTools.filter(({ path }) => path === undefined).map(({ name }) => name);
  const needs: readonly Need[] = missing.length === 0 ? [] : [{ text: `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not installed: without ${missing.length === 1 ? "it" : "them"} a user's container has one id`, remedy: "install the package that has them: apt-get install uidmap (Fedora, Arch: shadow-utils, shadow)" }];
  const changes = idmapTools.flatMap(({ path, powerless }): readonly Change[] => (path === undefined || powerless === undefined ? [] : [{ kind: "mode", path, from: powerless, to: powerless | SETUID, isShared: true, why: "writes the id maps of users, for which it must be setuid root" }]));
  return { changes, needs };
}

const WANTED = [
  { name: "kernel.unprivileged_userns_clone", isBad: (value: number) => value === 0, good: () => 1, why: "lets users make user namespaces" },
  // the kernel's own default is half of threads-max
  { name: "user.max_user_namespaces", isBad: (value: number) => value === 0, good: (threads: number) => Math.max(1024, Math.floor(threads / 2)), why: "user namespaces may be made at all" },
] as const;

function sysctlChanges({ sysctls, files }: SetupFacts): readonly Change[] {
  const bad = WANTED.flatMap(({ name, isBad, good, why }) => {
    const value = sysctls[name];
    return value === undefined || !isBad(value) ? [] : [{ name, from: value, to: good(sysctls["kernel.threads-max"] ?? 0), why }];
  });
  if (bad.length === 0) return [];
  const before = files[SYSCTL_FILE];
  const lines = [...(before ?? "# made by berth setup\n").split("\n").filter((line) => line !== "" && bad.every(({ name }) => !line.startsWith(`${name} `))), ...bad.map(({ name, to }) => `${name} = ${to}`)];
  return [
    ...bad.map(({ name, from, to, why }): Change => ({ kind: "sysctl", name, from, to, isShared: true, why })),
    { kind: "file", path: SYSCTL_FILE, text: `${lines.join("\n")}\n`, mode: 0o644, isShared: true, why: "the same after a boot", ...(before === undefined ? {} : { before }) },
  ];
}

/** Unconfined but for its name, which the kernel wants to see before it gives out powers in a user namespace. */
export const profileText = (engine: string): string => `# made by berth setup: Ubuntu's kernel.apparmor_restrict_unprivileged_userns lets only programs with a
# profile that says so have powers in a user namespace of an ordinary user.
abi <abi/4.0>,
include <tunables/global>

profile berth-engine "${engine}" flags=(unconfined) {
  userns,

  include if exists <local/berth-engine>
}
`;

function apparmorChanges(facts: SetupFacts): SetupPlan {
  const { sysctls, files, install, hasAppArmorParser } = facts;
  const text = profileText(install.engine);
  const before = files[PROFILE];
  if (sysctls["kernel.apparmor_restrict_unprivileged_userns"] !== 1 || before === text) return { changes: [], needs: [] };
  if (!hasAppArmorParser) return { changes: [], needs: [{ text: "AppArmor takes the powers out of users' namespaces here, and apparmor_parser, which loads the rule that lets Berth keep them, is not installed", remedy: "apt-get install apparmor, then berth setup again" }] };
  return {
    changes: [
      { kind: "file", path: PROFILE, text, mode: 0o644, isShared: true, why: "the rule by which AppArmor lets Berth use user namespaces", ...(before === undefined ? {} : { before }) },
      { kind: "command", argv: ["apparmor_parser", "-r", PROFILE], undo: ["apparmor_parser", "-R", PROFILE], isShared: true, why: "loads it" },
    ],
    needs: [],
  };
}

export function usernsChanges(facts: SetupFacts): SetupPlan {
  const [tools, apparmor] = [toolChanges(facts), apparmorChanges(facts)];
  return { changes: [...tools.changes, ...sysctlChanges(facts), ...apparmor.changes], needs: [...tools.needs, ...apparmor.needs] };
}
