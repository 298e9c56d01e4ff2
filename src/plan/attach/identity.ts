// Owns who an attached command is and what it may do: ids, capabilities, personality, no_new_privs.
import { CAPABILITIES, capabilityMask } from "../../linux/capabilities.ts";
import { FLAGS } from "../../isa/schema.ts";
import type { Op, Slot } from "../../isa/op.ts";
import type { InitFacts } from "../../model/init.ts";
import type { Origin } from "../../model/origin.ts";
import { byDefault, byHost, byOption } from "../../model/origin.ts";

const PR_SET_NO_NEW_PRIVS = 38;
const FILTER = byHost("seccomp filter of init");
const ALL = capabilityMask(CAPABILITIES.map((_, number) => number));

/** What init cannot get back, the command cannot have either. */
export function dropCapabilities(init: InitFacts): readonly Op[] {
  const drop = ALL & ~init.capBounding;
  return drop === 0n ? [] : [{ op: "capBounding", from: byHost("CapBnd of init"), drop: Number(drop) }];
}

export interface IdentityWishes { readonly uid?: number; readonly gid?: number; readonly joinsUser: boolean }

export function becomeUser(init: InitFacts, { uid, gid, joinsUser }: IdentityWishes): readonly Op[] {
  const from: Origin = uid === undefined && gid === undefined ? byDefault("root of the container") : byOption(uid === undefined ? "--gid" : "--uid");
  const [defaultUid, defaultGid] = joinsUser ? [init.rootUid, init.rootGid] : [0, 0];
  const flags = joinsUser && !init.maySetGroups ? FLAGS.SETIDS_KEEP_GROUPS : 0;
  return [{ op: "setIds", from, uid: uid ?? defaultUid, gid: gid ?? defaultGid, groups: [], flags }];
}

const PERSONALITIES: Readonly<Record<string, number>> = { linux32: 8, linux64: 0 };
const BITS_32 = new Set(["arm", "armel", "armhf", "armv7l", "athlon", "i386", "i486", "i586", "i686", "linux32", "mips", "mipsel", "powerpc", "ppc", "x32", "x86"]);
/** personality(2) of an architecture's name as lxc.arch takes it. */
const personalityOf = (arch: string): number => PERSONALITIES[arch] ?? (BITS_32.has(arch) ? 8 : 0);

export function setPersonality(init: InitFacts, arch: string | undefined): readonly Op[] {
  const value = arch === undefined ? init.personality : personalityOf(arch);
  return value === 0 && arch === undefined ? [] : [{ op: "personality", from: arch === undefined ? byHost("personality of init") : byOption("--arch"), value }];
}

const PR_SET_KEEPCAPS = 8;
const SYS_ADMIN = capabilityMask([21]);
const isRootInside = ({ uid, joinsUser }: IdentityWishes, init: InitFacts): boolean => (uid ?? (joinsUser ? init.rootUid : 0)) === 0;

/**
 * Init's filter comes behind the change of ids: what it answers is decided by the container's owner, and a filter may say
 * that a call has worked. A user who is not root keeps CAP_SYS_ADMIN for it, up to the program.
 */
export const keepRightToFilter = (program: string | undefined, wishes: IdentityWishes, init: InitFacts): readonly Op[] =>
  (program === undefined || isRootInside(wishes, init) ? [] : [{ op: "prctl", from: FILTER, option: PR_SET_KEEPCAPS, arg2: 1, note: "the right to load the filter" }]);

/** `listener`: where the filter's own goes, which the container's monitor is to have. */
export interface FilterWishes extends IdentityWishes { readonly listener?: Slot }

export function loadFilter(program: string | undefined, wishes: FilterWishes, init: InitFacts): readonly Op[] {
  const { listener } = wishes;
  if (program === undefined) return [];
  const regained: Op = { op: "caps", from: FILTER, effective: SYS_ADMIN, permitted: SYS_ADMIN, inheritable: 0n };
  const filter: Op = { op: "seccomp", from: FILTER, program: [{ hex: program }], ...(listener === undefined ? {} : { into: listener }) };
  return [...(isRootInside(wishes, init) ? [] : [regained]), filter, ...(listener === undefined ? [] : passOn(listener))];
}

/** One process nearer to the launcher: only that is where the monitor can be reached. */
export const passOn = (listener: Slot): readonly Op[] => [{ op: "sendFd", from: FILTER, slot: listener }, { op: "close", from: FILTER, slot: listener }];

/** Written while /proc is the host's; it begins with the command's program. */
export function takeLabel(init: InitFacts, context: string | undefined): readonly Op[] {
  const { label } = init;
  const wanted = context ?? label?.value;
  if (label === undefined || wanted === undefined || (context === undefined && wanted.startsWith("unconfined") && !wanted.includes(":"))) return [];
  const from = context === undefined ? byHost("label of init") : byOption("--context");
  return [{ op: "writeFile", from, path: `/proc/thread-self/attr/${label.file}`, data: label.isApparmor ? `exec ${wanted}` : wanted }];
}

export const forbidNewPrivileges = (init: InitFacts): readonly Op[] =>
  init.hasNoNewPrivs ? [{ op: "prctl", from: byHost("NoNewPrivs of init"), option: PR_SET_NO_NEW_PRIVS, arg2: 1 }] : [];
