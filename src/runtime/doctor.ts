// Owns the verb `doctor`: every trial in an engine of its own, in bounded time, and what its outcome means.
import { askUserBus } from "../host/doctor/user-bus.ts";
import { userNicTool } from "../host/probe/links.ts";
import { confinement, isLingering, isSystemd, placedFacts, removeCgroup } from "../host/doctor/surroundings.ts";
import { runPlan, type EngineOutcome } from "../host/engine/run.ts";
import { enginePath, probeHost } from "../host/probe/host-facts.ts";
import { numbered } from "../isa/encode.ts";
import type { Plan } from "../isa/op.ts";
import { E_STATUS } from "../isa/schema.ts";
import { errnoName, errnoText } from "../linux/errno.ts";
import type { IdMapEntry } from "../linux/idmap.ts";
import type { Check } from "../model/doctor.ts";
import type { HostFacts } from "../model/facts.ts";
import { ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { ownIds, planTrial, rangeTrial, trialsOf, wholeRange, type Patient, type Trial } from "../plan/lifecycle/doctor.ts";
import { isCaller, planAsUser } from "./other-user.ts";
import { bridgeOfHost } from "./setup.ts";
import type { DoctorVerb } from "./verbs.ts";

/** A trial takes moments; on a machine that is busy with other things a thousand times that. */
const PATIENCE_SECONDS = 30;
const GROUPS: readonly Check["group"][] = ["ids", "namespaces", "mounts", "cgroups", "session", "network", "security", "processes"];
/** Trials at a time: most of each is waiting for a process. */
const AT_ONCE = 4;

/** The first failure that is not another's consequence. */
function whyOf(plan: Plan, { status, events }: EngineOutcome): string {
  const ops = numbered(plan);
  const failed = events.filter(({ kind }) => kind === "failed");
  const isConsequence = (op: number, error: number): boolean => errnoName(error) === "EPIPE" && ["await", "post", "waitExec"].includes(ops[op]?.op ?? "");
  const event = failed.find(({ op, error }) => !isConsequence(op, error)) ?? failed[0];
  if (event === undefined) return status > 128 ? "it did not end in time" : `the engine ended with ${status}`;
  if (event.error >= E_STATUS) return event.text.trim().split("\n").at(-1) ?? `status ${event.error - E_STATUS}`;
  const path = ops[event.op];
  const subject = path !== undefined && "path" in path && typeof path.path === "string" && path.path !== "" ? ` ${path.path}` : path?.op === "fsMount" && typeof path.type === "string" ? ` ${path.type}` : "";
  return `${path?.op ?? "an op"}${subject}: ${errnoName(event.error) ?? event.error}, ${errnoText(event.error)}`;
}

interface Ward { readonly request: Request; readonly facts: HostFacts; readonly idmap: readonly IdMapEntry[] }

async function tried({ request, facts, idmap }: Ward, trial: Trial): Promise<Check> {
  const { id, group, title, isNeeded, costs, remedy, leaves } = trial;
  const plan = planTrial(facts, trial, idmap);
  const abort = AbortSignal.timeout(PATIENCE_SECONDS * 1000);
  const outcome = await runPlan(plan, { engine: enginePath(request.prefix), stderr: "ignore", abort, cwd: "/" });
  if (leaves !== undefined && outcome.status !== 0) removeCgroup(leaves);
  const base = { id, group, title, isNeeded } as const;
  return outcome.status === 0 ? { ...base, state: "works" } : { ...base, state: "fails", why: abort.aborted ? `it did not end in ${PATIENCE_SECONDS} s` : whyOf(plan, outcome), costs, ...(remedy === undefined ? {} : { remedy }) };
}

async function inTurns<T, R>(items: readonly T[], body: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const work = async (): Promise<void> => { for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await body(next[1]); };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

/** The ranges themselves: enough of them, and nobody else's. */
function rangeChecks(facts: HostFacts, { user, uid, isRoot, setup }: Patient): readonly Check[] {
  if (isRoot) return [];
  return ([["ids.subuid", facts.subuid, "/etc/subuid"], ["ids.subgid", facts.subgid, "/etc/subgid"]] as const).map(([id, ranges, file]): Check => {
    const isOwn = ({ owner }: (typeof ranges)[number]): boolean => owner === user || owner === String(uid);
    const own = ranges.filter(isOwn);
    const other = ranges.find((range) => !isOwn(range) && own.some((mine) => range.start < mine.start + mine.count && mine.start < range.start + range.count));
    const base = { id, group: "ids", title: `65536 ids in ${file}`, isNeeded: true } as const;
    const has = own.map(({ start, count }) => `${start}:${count}`).join(", ");
    if (!own.some(({ count }) => count >= 65536)) return { ...base, state: "fails", why: own.length === 0 ? `${file} has no line for ${user}` : `it grants only ${has}`, costs: "no container with more than one id", remedy: setup };
    if (other !== undefined) return { ...base, state: "fails", isNeeded: false, why: `'${other.owner}' has some of the same ids (${other.start}:${other.count})`, costs: "the containers of the two are not walled off from each other", remedy: `take one of the two lines out of ${file}` };
    return { ...base, state: "works", why: has };
  });
}

function securityChecks(facts: HostFacts, { isRoot, setup }: Patient): readonly Check[] {
  const { profile, restrictsUserns, hasParser, selinux } = confinement();
  const base = { group: "security", isNeeded: false } as const;
  const hasAppArmor = facts.lsms.includes("apparmor");
  const apparmor: Check = { ...base, id: "apparmor", title: "AppArmor", state: hasAppArmor ? "works" : "none", why: hasAppArmor ? `this session: ${profile ?? "unconfined"}${restrictsUserns ? "; powers in user namespaces are restricted" : ""}` : "not in this kernel, or off: lxc.apparmor.profile does nothing" };
  const loads = hasAppArmor && isRoot && hasParser;
  const generated: Check = { ...base, id: "apparmor.load", title: "loading AppArmor profiles", state: !hasAppArmor ? "none" : loads ? "works" : "fails", ...(hasAppArmor && !loads ? { why: isRoot ? "apparmor_parser is not installed" : "only root may load them", costs: isRoot ? "lxc.apparmor.profile = generated is refused" : "lxc.apparmor.profile = generated gives LXC's own profile instead", remedy: isRoot ? "apt-get install apparmor" : "name a profile that root has loaded, or leave lxc.apparmor.profile out" } : {}) };
  const linux: Check = { ...base, id: "selinux", title: "SELinux", state: selinux === undefined ? "none" : "works", why: selinux ?? "not in this kernel, or off: lxc.selinux.context does nothing" };
  const restricted: readonly Check[] = restrictsUserns && !isRoot ? [{ ...base, id: "apparmor.userns", title: "AppArmor's rule for user namespaces", state: profile?.startsWith("berth-engine") === true || profile?.startsWith("unconfined") !== true ? "works" : "fails", ...(profile?.startsWith("unconfined") === true ? { why: "Berth has no profile that says userns", costs: "a user namespace has no powers, so no container starts", remedy: setup } : {}) }] : [];
  return [apparmor, generated, ...restricted, linux];
}

/** systemd's word for a user: what lets his containers have cgroups from any session. */
async function sessionChecks({ uid, user, isRoot, setup }: Patient, env: Request["env"]): Promise<readonly Check[]> {
  if (isRoot) return [];
  const base = { group: "session", isNeeded: false } as const;
  if (!isSystemd()) return [{ ...base, id: "session.bus", title: "the user's systemd", state: "none", why: "this host does not run systemd: cgroups come from berth setup" }];
  const bus = await askUserBus(uid, env);
  const costs = "no cgroup, and so no limits, outside of a login";
  return [
    { ...base, id: "session.bus", title: "D-Bus of the user's systemd", ...(bus.is === "heard" ? { state: "works" } : { state: "fails", why: bus.is === "missing" ? `/run/user/${uid}/bus is not there` : bus.why, costs, remedy: bus.is === "missing" ? setup : `as root: systemctl restart user@${uid}.service` }) },
    { ...base, id: "session.linger", title: "the user's systemd stays without a login", ...(isLingering(user) ? { state: "works" } : { state: "fails", why: "linger is off", costs: "containers end with the last session", remedy: setup }) },
  ];
}

function patientOf(request: Request, facts: HostFacts): Patient {
  const user = facts.caller.user ?? String(request.euid);
  return { user, uid: request.euid, gid: request.egid, isRoot: request.euid === 0, mark: facts.random.slice(0, 12), setup: `as root: berth setup ${user}` };
}

/** Which cgroups containers would get. */
function placeCheck(facts: HostFacts, { isRoot, setup }: Patient): Check {
  const base = { id: "cgroup.place", group: "cgroups", title: "cgroups of the user's own", isNeeded: false } as const;
  const own = facts.cgroups.hierarchies.filter(({ isWritable }) => isWritable);
  if (own.length > 0) return { ...base, state: "works", why: [...new Set(own.map(({ base: path }) => path))].join(", ") };
  const where = facts.cgroups.self.trim().split("\n").at(-1)?.split(":").slice(2).join(":") ?? "/";
  return { ...base, state: "fails", why: facts.cgroups.layout === "none" ? "no cgroup file system is mounted" : `this session is in ${where}, where it may make none`, costs: "containers run without limits, statistics and freezing", remedy: isRoot ? "mount -t cgroup2 none /sys/fs/cgroup" : setup };
}

/** What works for whom on this host, tried and not guessed. Problems: `privilege`, `option.value`. */
export const doctor: DoctorVerb = async (request, { user, args }) => {
  if (user !== undefined && !isCaller(request, user)) {
    const plan = planAsUser(request, user, { verb: "doctor", program: "berth", words: ["doctor", ...args], about: "look for another user" });
    return plan.ok ? ok({ kind: "plan", plan: plan.value }) : plan;
  }
  const probed = probeHost(request, { idmap: true, lsms: true });
  const patient = patientOf(request, probed);
  const facts = placedFacts(probed, patient.user);
  const whole = wholeRange(facts);
  const range = rangeTrial(patient);
  const map: Check = whole.length === 2 ? await tried({ request, facts, idmap: whole }, range)
    : { id: range.id, group: "ids", title: range.title, isNeeded: range.isNeeded, state: "fails", why: "there are no ranges to map", costs: range.costs, ...(range.remedy === undefined ? {} : { remedy: range.remedy }) };
  const ward: Ward = { request, facts, idmap: map.state === "works" ? whole : ownIds(facts) };
  const [tool, bridge] = [userNicTool(request.prefix), bridgeOfHost()];
  const trials = trialsOf(facts, patient, { nic: { ...(tool === undefined ? {} : { tool }), ...(bridge === undefined ? {} : { bridge }) } });
  const reachable = trials.filter(({ group }) => group !== "cgroups" || facts.cgroups.hierarchies.some(({ isWritable }) => isWritable));
  const found = [...rangeChecks(facts, patient), map, placeCheck(facts, patient), ...await inTurns(reachable, (trial) => tried(ward, trial)), ...securityChecks(facts, patient), ...await sessionChecks(patient, request.env)];
  const checks = GROUPS.flatMap((group) => found.filter((check) => check.group === group));
  return ok({ kind: "diagnosis", diagnosis: { user: patient.user, uid: patient.uid, kernel: facts.kernel.release, isReady: !checks.some(({ state, isNeeded }) => isNeeded && state === "fails"), checks } });
};
