// Owns which limits of a config take effect on this host, and in which version of cgroups: each host takes its own
// lines, and those for the other version are translated, with a warning, where they are not there in both forms.
import type { HostFacts } from "../../model/facts.ts";
import type { Problem } from "../../model/problem.ts";
import type { CgroupFile, ContainerSpec } from "../../model/spec.ts";
import { parseDeviceRule } from "../../linux/bpf-device.ts";
import { controllerOf, type Limit } from "./names.ts";
import { turnToV1 } from "./to-v1.ts";
import { turnToV2 } from "./to-v2.ts";

type Version = 1 | 2;
type Sides = Readonly<Record<Version, readonly Limit[]>>;

interface Host { readonly has: (version: Version, controller: string) => boolean; readonly takesPrograms: boolean }
interface Draft { readonly host: Host; readonly sides: Sides; readonly own: Record<Version, Limit[]>; readonly problems: Problem[] }

const otherOf = (version: Version): Version => (version === 1 ? 2 : 1);
const KEYS = { 1: "lxc.cgroup", 2: "lxc.cgroup2" } as const;
const isDevice = ({ value }: Limit): boolean => controllerOf(value.file) === "devices";

function hostOf(facts: HostFacts): Host {
  const hierarchies = facts.cgroups.hierarchies.filter(({ isWritable }) => isWritable);
  return {
    has: (version, controller) => hierarchies.some((hierarchy) => hierarchy.version === version && (hierarchy.controllers.includes(controller) || (version === 2 && controller === "cgroup"))),
    takesPrograms: facts.caller.euid === 0 && hierarchies.some(({ version }) => version === 2),
  };
}

const keyAndValue = (version: Version, { file, value }: CgroupFile): string => `${KEYS[version]}.${file} = ${value}`;

function noEffect({ from, value }: Limit, version: Version, reason: string): Problem {
  return { code: "cgroup.limit", severity: "warning", at: from, text: `${keyAndValue(version, value)} has no effect here`, cause: `'${controllerOf(value.file)}' is not in cgroup v${version} on this host, and ${reason}`, remedy: "remove the line" };
}

function translatedProblem({ from, value }: Limit, version: Version, written: readonly CgroupFile[]): Problem {
  const other = otherOf(version);
  const shown = written.map((one) => keyAndValue(other, one));
  return {
    code: "cgroup.translated", severity: "warning", at: from, text: `${keyAndValue(version, value)} is applied as ${shown.join(" and ")}`,
    cause: `this host has cgroup v${other} for it`, remedy: `write '${shown[0] ?? ""}' as well: each host takes its own lines`,
  };
}

/** Quota and period are one wish. */
const wishOf = (file: string): string => (/^cpu\.cfs_(quota|period)_us$/.test(file) ? "cpu.max" : file);

/** A line whose controller is not there in its version. What is in neither is left to be said with the rest. */
function translate(draft: Draft, limit: Limit, version: Version): void {
  const { host, sides, own, problems } = draft;
  const other = otherOf(version);
  const turn = version === 1 ? turnToV2(limit.value.file) : turnToV1(limit.value.file);
  const written = turn(limit.value.value, (file) => [...sides[1], ...sides[2]].findLast((one) => one.value.file === file)?.value.value);
  if (typeof written === "string") { problems.push(noEffect(limit, version, written)); return; }
  const reached = written.filter(({ file }) => host.has(other, controllerOf(file)));
  if (reached.length === 0) { own[version].push(limit); return; }
  // the config has the line for this host as well
  const fresh = reached.filter(({ file }) => !sides[other].some((one) => wishOf(one.value.file) === wishOf(file)));
  if (fresh.length === 0) return;
  problems.push(translatedProblem(limit, version, fresh));
  const isCgroupFile = (one: CgroupFile): boolean => own[other].some(({ value }) => value.file === one.file && value.value === one.value);
  own[other].push(...fresh.filter((one) => !isCgroupFile(one)).map((value) => ({ value, from: limit.from })));
}

const isForAll = ({ value }: Limit): boolean => /^a(\s+\*:\*(\s+rwm)?)?$/.test(value.value.trim());

/** Without a rule for all devices v1 begins with everything, and a program for v2 with nothing. */
function withBeginning(rules: readonly Limit[], version: Version): readonly Limit[] {
  const [first] = rules;
  if (first === undefined || rules.some(isForAll)) return rules;
  return [{ value: { file: version === 1 ? "devices.allow" : "devices.deny", value: "a" }, from: first.from }, ...rules];
}

/** Device rules are taken as a whole: from the lines of the version that is used, else from the other's. */
function placeDevices({ host, own, problems }: Draft, rules: Sides): void {
  const version: Version | undefined = host.has(1, "devices") ? 1 : host.takesPrograms ? 2 : undefined;
  if (version === undefined) {
    for (const side of [1, 2] as const) own[side].push(...rules[side]);
    return;
  }
  const foreign = rules[otherOf(version)];
  const [first] = foreign;
  if (rules[version].length > 0 || first === undefined) { own[version].push(...rules[version]); return; }
  const isRule = ({ value }: Limit): boolean => parseDeviceRule(value.value, true) !== undefined;
  for (const limit of foreign.filter((one) => !isRule(one))) problems.push({ code: "config.value", at: limit.from, text: `'${limit.value.value}' is not a device rule`, remedy: "write TYPE MAJOR:MINOR ACCESS, as in: c 1:3 rwm" });
  const more = foreign.length === 1 ? "" : foreign.length === 2 ? ", and so is the device rule after it" : `, and so are the ${foreign.length - 1} device rules after it`;
  const problem = translatedProblem(first, otherOf(version), [first.value]);
  problems.push({ ...problem, text: `${problem.text}${more}` });
  own[version].push(...withBeginning(foreign.filter(isRule), otherOf(version)));
}

export interface HostLimits { readonly spec: ContainerSpec; readonly problems: readonly Problem[] }

export function hostLimits(spec: ContainerSpec, facts: HostFacts): HostLimits {
  const { v1, v2 } = spec.cgroup;
  if ((v1.length === 0 && v2.length === 0) || !facts.cgroups.hierarchies.some(({ isWritable }) => isWritable)) return { spec, problems: [] };
  const sides: Sides = { 1: v1, 2: v2 };
  const draft: Draft = { host: hostOf(facts), sides, own: { 1: [], 2: [] }, problems: [] };
  for (const version of [1, 2] as const) draft.own[version].push(...sides[version].filter((limit) => !isDevice(limit) && draft.host.has(version, controllerOf(limit.value.file))));
  for (const version of [1, 2] as const) {
    for (const limit of sides[version]) if (!isDevice(limit) && !draft.host.has(version, controllerOf(limit.value.file))) translate(draft, limit, version);
  }
  placeDevices(draft, { 1: v1.filter(isDevice), 2: v2.filter(isDevice) });
  return { spec: { ...spec, cgroup: { ...spec.cgroup, v1: draft.own[1], v2: draft.own[2] } }, problems: draft.problems };
}
