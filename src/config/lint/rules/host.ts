// Owns the rules about this host: what a start here would say, and what the host makes of ids, signals and limits.
import { signalName } from "../../../linux/signals.ts";
import type { IdMapEntry } from "../../../linux/idmap.ts";
import type { InitKind } from "../../../model/lint-facts.ts";
import type { Origin } from "../../../model/origin.ts";
import type { Problem, ProblemCode } from "../../../model/problem.ts";
import type { Rule, Sighting } from "../rule.ts";
import { sightedAt } from "../sight.ts";
import { wholeFile, type View } from "../view.ts";

const HEAD = "lxc.rootfs.path = /srv/web\n";
const MAP = "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n";
const RTMIN = 34;

/** Told by rules of their own, also where nobody looks at the host. */
const TOLD: readonly ProblemCode[] = ["cgroup.translated", "cgroup.limit", "cgroup.undelegated"];

/** A plan is made of the config as a start would make it; what it says is true here and now. */
function* fromStart(view: View, isMine: (problem: Problem) => boolean): Generator<Sighting> {
  for (const problem of view.facts?.start ?? []) {
    if (!isMine(problem)) continue;
    const { code, at, text, cause, remedy } = problem;
    yield { at: at?.kind === "config" && at.file !== undefined ? at : wholeFile(view, at?.key ?? "config"), text, code, ...(cause === undefined ? {} : { cause }), ...(remedy === undefined ? {} : { remedy }) };
  }
}

const isError = ({ severity }: Problem): boolean => severity !== "warning";
const touches = (one: IdMapEntry, start: number, count: number): boolean => start < one.outside + one.count && one.outside < start + count;

function* idsOfOthers(view: View): Generator<Sighting> {
  const { facts } = view;
  if (facts === undefined) return;
  for (const { value, from } of view.spec.idmap) {
    const ranges = value.kind === "u" ? facts.host.subuid : facts.host.subgid;
    const other = ranges.find(({ owner, start, count }) => owner !== facts.owner.name && owner !== String(facts.owner.uid) && owner !== "root" && owner !== "lxc" && touches(value, start, count));
    const own = ranges.some(({ owner, start, count }) => (owner === facts.owner.name || owner === String(facts.owner.uid)) && touches(value, start, count));
    if (other !== undefined && !own) yield sightedAt(from, `${other.owner} was granted ids ${other.start} to ${other.start + other.count - 1}, of which the container uses some`, { token: String(value.outside) });
  }
}

function* sharedIds(view: View): Generator<Sighting> {
  const [first] = view.spec.idmap.filter(({ value }) => value.kind === "u");
  const others = (view.facts?.neighbours ?? []).filter(({ idmap }) => idmap.some((entry) => view.spec.idmap.some(({ value }) => value.kind === entry.kind && touches(value, entry.outside, entry.count))));
  const [other] = others;
  if (first !== undefined && other !== undefined) yield sightedAt(first.from, `'${other.name}'${others.length > 1 ? ` and ${others.length - 1} more` : ""} use the same ids of the host`, { token: String(first.value.outside) });
}

/** What each init does to halt; the first is the one to write. */
const HALTS: Readonly<Record<InitKind, readonly string[]>> = { systemd: ["SIGRTMIN+3", "SIGRTMIN+4"], busybox: ["SIGUSR1", "SIGUSR2"], sysvinit: ["SIGPWR"], openrc: ["SIGPWR", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGINT"] };

function* haltSignal(view: View): Generator<Sighting> {
  const init = view.facts?.init;
  if (init === undefined || view.spec.init.cmd.from.kind !== "default") return;
  const halt = view.spec.signals.halt;
  const [best = ""] = HALTS[init];
  if (halt === undefined) {
    // systemd's is found out when the container is stopped; SIGPWR is sent otherwise
    if (init === "busybox") yield sightedAt(wholeFile(view, "lxc.signal.halt"), `lxc.signal.halt is not set, and the container's init is busybox, which does not halt on SIGPWR`, { remedy: `add 'lxc.signal.halt = ${best}'` });
    return;
  }
  const name = signalName(halt.value);
  if (halt.value < RTMIN + 30 && !HALTS[init].includes(name) && !(init === "systemd" && name === "SIGPWR")) yield sightedAt(halt.from, `the container's init is ${init}, which does not halt on ${name}`, { token: name, remedy: `write 'lxc.signal.halt = ${best}'` });
}

function* limits(view: View): Generator<Sighting> {
  const { facts } = view;
  if (facts === undefined || facts.host.caller.euid === 0) return;
  for (const { value: { resource, hard }, from } of view.spec.prlimits) {
    const most = facts.limits[resource];
    if (most !== undefined && most >= 0n && (hard < 0n || hard > most)) yield sightedAt(from, `this user may not raise ${resource} above ${most}`, { remedy: `raise the hard limit in /etc/security/limits.conf, or use at most ${most}` });
  }
}

const USER = { host: { caller: { pid: 1, uid: 1000, euid: 1000, gid: 1000, egid: 1000, user: "ada", cwd: "/", isTty: [false, false, false], inheritedFds: [], env: {} } } } as const;
const GRANTED = [{ owner: "ada", start: 100000, count: 65536 }, { owner: "bob", start: 165536, count: 65536 }] as const;
const HOST = {
  ...USER.host, kernel: { release: "6.1.0", machine: "x86_64" }, cgroups: { layout: "v2", hierarchies: [], self: "0::/\n" }, subuid: GRANTED, subgid: GRANTED, lsms: [], hasCgroupNamespace: true, hasTimeNamespace: true,
  userns: { isAllowed: true }, paths: {}, links: {}, install: { engine: "/e", share: "/s" }, now: 0, random: "00",
} as const;
const NO_BRIDGE: Problem = { code: "network.link", at: { kind: "config", file: "config", line: 2, column: 1, key: "lxc.net.0.link" }, text: "bridge 'br9' does not exist", remedy: "make it, or name another" };
const line = (number: number, key: string): Origin => ({ kind: "config", file: "config", line: number, column: 1, key });

/** Profiles that a start passes over in silence where there is no AppArmor, as every config of Debian has one: a hint is enough. */
/** Settings of a security module that this kernel does not run, and that a start does not refuse: those it would are told by it. */
function* voidLabels(view: View, { lsm, name, keys }: { readonly lsm: string; readonly name: string; readonly keys: readonly string[] }): Generator<Sighting> {
  if (view.facts === undefined || view.facts.host.lsms.includes(lsm)) return;
  const refused = new Set(view.facts.start.filter(isError).map(({ at }) => `${at?.key} ${at?.kind === "config" ? at.line : ""}`));
  for (const { key, text, from } of keys.flatMap((row) => view.settings.byRow.get(row) ?? [])) {
    if (text === "" || text === "0" || refused.has(`${from.key} ${from.kind === "config" ? from.line : ""}`)) continue;
    const confines = key.endsWith(".profile") && text !== "unconfined" && text !== "unchanged";
    yield sightedAt(from, confines ? `this kernel runs no ${name}: the container is not confined by a profile` : `this kernel runs no ${name}: ${key} does nothing`, { token: text });
  }
}
const APPARMOR = { lsm: "apparmor", name: "AppArmor", keys: ["lxc.apparmor.profile", "lxc.apparmor.allow_incomplete", "lxc.apparmor.allow_nesting", "lxc.apparmor.raw"] } as const;
const SELINUX = { lsm: "selinux", name: "SELinux", keys: ["lxc.selinux.context", "lxc.selinux.context.keyring"] } as const;

export const hostRules: readonly Rule[] = [
  {
    id: "start-refused", severity: "error", needsHost: true, sees: "Whatever would make a start fail here: a bridge that is missing, ids that are not granted, storage or a network that cannot be made.", why: "The container does not start on this host.", remedy: "see the finding",
    trips: { text: "lxc.net.0.type = veth\nlxc.net.0.link = br9", where: "there is no bridge br9", host: { start: [NO_BRIDGE] } }, passes: { text: "lxc.net.0.type = veth\nlxc.net.0.link = br0", where: "br0 is a bridge", host: { start: [] } },
    look: (view) => fromStart(view, isError),
  },
  {
    id: "start-warned", severity: "warning", needsHost: true, sees: "Whatever a start here would warn of: a profile of an LSM that the kernel does not run, a policy that is not added.", why: "The container starts without what the line asks for.", remedy: "see the finding",
    trips: { text: "lxc.apparmor.profile = mine\nlxc.apparmor.allow_incomplete = 1", where: "the kernel runs no AppArmor", host: { start: [{ code: "host.feature", severity: "warning", at: line(1, "lxc.apparmor.profile"), text: "AppArmor profile 'mine' cannot be applied: this kernel runs no AppArmor" }] } }, passes: { text: "lxc.apparmor.profile = unconfined", where: "the kernel runs no AppArmor", host: { start: [] } },
    look: (view) => fromStart(view, (problem) => !isError(problem) && !TOLD.includes(problem.code)),
  },
  {
    id: "cgroup-translated", severity: "warning", needsHost: true, sees: "A limit for the version of cgroups that this host does not have.", why: "Berth applies what it means in the other version; LXC passes it over, or refuses it.", remedy: "write the line for the other version as well: each host takes its own",
    trips: { text: "lxc.cgroup.memory.limit_in_bytes = 1G", where: "all controllers are in cgroup v2", host: { start: [{ code: "cgroup.translated", severity: "warning", at: line(1, "lxc.cgroup.memory.limit_in_bytes"), text: "lxc.cgroup.memory.limit_in_bytes = 1G is applied as lxc.cgroup2.memory.max = 1073741824" }] } }, passes: { text: "lxc.cgroup2.memory.max = 1G", where: "all controllers are in cgroup v2", host: { start: [] } },
    look: (view) => fromStart(view, ({ code }) => code === "cgroup.translated"),
  },
  {
    id: "cgroup-void", severity: "warning", needsHost: true, sees: "A limit that does nothing here: its controller is missing or not handed to this user, or the other version has nothing like it.", why: "The container runs without the limit.", remedy: "see the finding",
    trips: { text: "lxc.cgroup.net_prio.ifpriomap = eth0 5", where: "all controllers are in cgroup v2", host: { start: [{ code: "cgroup.limit", severity: "warning", at: line(1, "lxc.cgroup.net_prio.ifpriomap"), text: "lxc.cgroup.net_prio.ifpriomap = eth0 5 has no effect here" }] } }, passes: { text: "lxc.cgroup2.pids.max = 100", where: "all controllers are in cgroup v2", host: { start: [] } },
    look: (view) => fromStart(view, ({ code, severity }) => severity === "warning" && (code === "cgroup.limit" || code === "cgroup.undelegated")),
  },
  {
    id: "idmap-of-another", severity: "warning", needsHost: true, sees: "A range of host ids that /etc/subuid or /etc/subgid grants to another user.", why: "Two users' containers with the same ids are no wall between them.", remedy: "use a range that is granted to you, or to nobody",
    trips: { text: "lxc.idmap = u 0 165536 65536\nlxc.idmap = g 0 100000 65536", where: "/etc/subuid says bob:165536:65536 and the container is ada's", host: { host: HOST, owner: { uid: 1000, name: "ada" } } }, passes: { text: MAP, where: "/etc/subuid says ada:100000:65536 and the container is ada's", host: { host: HOST, owner: { uid: 1000, name: "ada" } } }, look: idsOfOthers,
  },
  {
    id: "idmap-shared", severity: "hint", needsHost: true, sees: "Another container of the same lxcpath with the same ids of the host.", why: "Who breaks out of one of them may read and change the files of the other.", remedy: "give each container a range of its own, where there are enough ids",
    trips: { text: MAP, where: "the container mail has the same map", host: { neighbours: [{ name: "mail", idmap: [{ kind: "u", inside: 0, outside: 100000, count: 65536 }] }] } }, passes: { text: MAP, where: "the container mail begins at 165536", host: { neighbours: [{ name: "mail", idmap: [{ kind: "u", inside: 0, outside: 165536, count: 65536 }] }] } }, look: sharedIds,
  },
  {
    id: "halt-signal", severity: "warning", needsHost: true, sees: "An `lxc.signal.halt` on which the init in the container's root does not halt; none at all for busybox.", why: "A stop waits until its time is up, and kills.", remedy: "write the signal that this init knows",
    trips: { text: `${HEAD}lxc.signal.halt = SIGUSR1`, where: "/srv/web/sbin/init is systemd", host: { init: "systemd" } }, passes: { text: `${HEAD}lxc.signal.halt = SIGRTMIN+3`, where: "/srv/web/sbin/init is systemd", host: { init: "systemd" } }, look: haltSignal,
  },
  {
    id: "prlimit-above", severity: "error", needsHost: true, sees: "An `lxc.prlimit` above the hard limit of the ordinary user who starts the container.", why: "Only root may raise a hard limit: the start fails.", remedy: "raise it in /etc/security/limits.conf, or ask for less",
    trips: { text: "lxc.prlimit.nofile = 65536", where: "the user's hard limit is 4096", host: { host: HOST, limits: { nofile: 4096n } } }, passes: { text: "lxc.prlimit.nofile = 1024", where: "the user's hard limit is 4096", host: { host: HOST, limits: { nofile: 4096n } } }, look: limits,
  },
  {
    id: "apparmor-void", severity: "hint", needsHost: true, sees: "Keys of AppArmor on a kernel without it: a profile that a start passes over, and what else they say of it.", why: "Nothing is confined; a profile with a name of its own makes the start fail.", remedy: "leave it for hosts with AppArmor; on this one seccomp, dropped capabilities and an id map are the walls",
    trips: { text: "lxc.apparmor.profile = generated", where: "the kernel runs no AppArmor", host: { host: { ...HOST, lsms: [] } } }, passes: { text: "lxc.apparmor.profile = generated", where: "the kernel runs AppArmor", host: { host: { ...HOST, lsms: ["capability", "apparmor"] } } }, look: (view) => voidLabels(view, APPARMOR),
  },
  {
    id: "selinux-void", severity: "hint", needsHost: true, sees: "Keys of SELinux on a kernel without it.", why: "No context is set; one that is not unconfined_t makes the start fail.", remedy: "leave it for hosts with SELinux",
    trips: { text: "lxc.selinux.context = unconfined_t", where: "the kernel runs no SELinux", host: { host: { ...HOST, lsms: [] } } }, passes: { text: "lxc.selinux.context = unconfined_t", where: "the kernel runs SELinux", host: { host: { ...HOST, lsms: ["capability", "selinux"] } } }, look: (view) => voidLabels(view, SELINUX),
  },
  {
    id: "sched-core-void", severity: "hint", needsHost: true, sees: "`lxc.sched.core` on a machine whose processors share no cores.", why: "There is no sibling to be kept apart from.", remedy: "take the line out",
    trips: { text: "lxc.sched.core = 1", where: "SMT is off", host: { hasSiblings: false } }, passes: { text: "lxc.sched.core = 1", where: "processors share cores", host: { hasSiblings: true } },
    look: function* (view) { const setting = view.settings.byRow.get("lxc.sched.core")?.at(-1); if (view.spec.coreScheduling?.value === true && view.facts?.hasSiblings === false && setting !== undefined) yield sightedAt(setting.from, "no two processors of this machine share a core"); },
  },
];
