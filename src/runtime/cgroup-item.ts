// Owns the verbs cgroup get and set: one file of a running container's cgroup, by its name in either version of cgroups.
import { existsSync } from "node:fs";
import type { CgroupPlace } from "../host/probe/cgroup-usage.ts";
import { cgroupPlaces } from "../host/probe/init.ts";
import { readText } from "../host/read-text.ts";
import { recordDir } from "../host/store/layout.ts";
import { deviceList, parseDeviceRule } from "../linux/bpf-device.ts";
import type { DeviceRule } from "../linux/bpf-device.ts";
import type { Plan } from "../isa/op.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { controllerOf } from "../plan/cgroups/names.ts";
import { readAs } from "../plan/cgroups/readings.ts";
import { turnToV1 } from "../plan/cgroups/to-v1.ts";
import { turnToV2 } from "../plan/cgroups/to-v2.ts";
import { deviceRulesFile } from "../plan/cgroups/v2.ts";
import { planCgroupWrites, planDeviceRules } from "../plan/lifecycle/cgroup.ts";
import type { CgroupWrite } from "../plan/lifecycle/cgroup.ts";
import { decidedState, requireRunning } from "./running-container.ts";
import type { CgroupGetVerb, CgroupSetVerb, Target } from "./verbs.ts";

/** Names as the kernel has them: nothing that leads elsewhere. */
const isFileName = (key: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(key) && !key.includes("..");

/** Where a file is: in a hierarchy with its controller; v2's core files are in each of its directories. */
function pathOf(places: readonly CgroupPlace[], file: string): string | undefined {
  const controller = controllerOf(file);
  // one freezer counts: where v1 has it, its state is the container's
  if (file === "cgroup.freeze" && places.some(({ controllers }) => controllers.includes("freezer"))) return undefined;
  const isRight = ({ version, controllers }: CgroupPlace): boolean => controllers.includes(controller) || version === 2;
  return places.toSorted((a, b) => a.version - b.version).filter(isRight).map(({ directory }) => `${directory}/${file}`).find((path) => existsSync(path));
}
const reader = (places: readonly CgroupPlace[]) => (file: string): string | undefined => {
  const path = pathOf(places, file);
  return path === undefined ? undefined : readText(path);
};

async function placesOf(request: Request, target: Target): Promise<Result<readonly CgroupPlace[]>> {
  const live = requireRunning(target, await decidedState(request, target));
  if (live.ok) return ok(cgroupPlaces(live.value.initPid, live.value.record.cgroups));
  // LXC's words
  return fail(...live.problems.map((problem): Problem => (problem.code === "container.stopped" ? { ...problem, text: `'${target.lxcpath}:${target.name}' is not running` } : problem)));
}

function absence(places: readonly CgroupPlace[], key: string): Pick<Problem, "cause" | "remedy"> {
  if (!isFileName(key)) return { cause: "it is not the name of a cgroup file", remedy: "name one, as in memory.max" };
  const controller = controllerOf(key);
  if (places.length === 0) return { cause: "it has no cgroup of its own: it was started where none may be made", remedy: "stop and start it again: the start says which command gives it one, mostly, as root: berth setup USER" };
  if (places.some(({ controllers }) => controllers.includes(controller))) return { cause: `its cgroup has no file '${key}', and none of the other version of cgroups means the same`, remedy: `list them: ls ${places.find(({ controllers }) => controllers.includes(controller))?.directory ?? ""}` };
  if (!key.includes(".")) return { cause: "a cgroup file has its controller's name before a dot", remedy: "name one, as in memory.max" };
  return { cause: `controller '${controller}' is not there for it, in neither version of cgroups`, remedy: "look at /sys/fs/cgroup, and at cgroup.controllers of its cgroup" };
}

interface Rules { readonly cgroup: string; readonly file: string; readonly lines: readonly string[] }

/** Device rules are a program where they are not cgroup v1's. */
function rulesOf(places: readonly CgroupPlace[], target: Target): Rules | undefined {
  const unified = places.find(({ version }) => version === 2);
  // another LXC keeps its program to itself
  if (unified === undefined || !existsSync(recordDir(target)) || places.some(({ version, controllers }) => version === 1 && controllers.includes("devices"))) return undefined;
  const file = deviceRulesFile(recordDir(target));
  return { cgroup: unified.directory, file, lines: (readText(file) ?? "devices.allow a\n").split("\n").filter((line) => line !== "") };
}
const parsed = (lines: readonly string[]): readonly DeviceRule[] => lines.flatMap((line) => parseDeviceRule(line.replace(/^\S+ /, ""), line.startsWith("devices.allow ")) ?? []);

/** A file of its cgroup, by the name of either version. Source: lxc-cgroup(1). Problems: `container.stopped`, `cgroup.limit`, `option.value`. */
export const cgroupGet: CgroupGetVerb = async (request, target, key) => {
  const places = await placesOf(request, target);
  if (!places.ok) return places;
  const rules = key === "devices.list" ? rulesOf(places.value, target) : undefined;
  const value = rules !== undefined ? `${deviceList(parsed(rules.lines)).join("\n")}\n` : isFileName(key) ? readAs(key, reader(places.value)) : undefined;
  if (value !== undefined) return ok(value.endsWith("\n") ? value : `${value}\n`);
  return fail({ code: "cgroup.limit", text: `Failed to retrieve value of '${key}' for '${target.lxcpath}:${target.name}'`, ...absence(places.value, key) });
};

/** The files to write: that of this name, or those that mean the same. A text says why there are none. */
function writesOf(places: readonly CgroupPlace[], key: string, value: string): readonly CgroupWrite[] | string {
  const own = pathOf(places, key);
  if (own !== undefined) return [{ path: own, value }];
  const read = reader(places);
  const now = (file: string): string | undefined => (file === key ? value : readAs(file, read)?.trim());
  const turned = [turnToV2(key), turnToV1(key)].map((turn) => turn(value, now));
  const writes = turned.flatMap((files) => (typeof files === "string" ? [] : files.flatMap((one): readonly CgroupWrite[] => {
    const path = pathOf(places, one.file);
    return path === undefined ? [] : [{ path, value: one.value, ...(one.mayBeMissing === true ? { mayBeMissing: true } : {}) }];
  })));
  // a reason that quotes the value knows the name
  return writes.length > 0 ? writes : turned.filter((files) => typeof files === "string").find((reason) => reason.includes(`'${value}'`)) ?? "";
}

function setDevices(rules: Rules, target: Target, { key, value }: { readonly key: string; readonly value: string }): Result<Plan> | undefined {
  if (key !== "devices.allow" && key !== "devices.deny") return undefined;
  if (parseDeviceRule(value, true) === undefined) return fail({ code: "config.value", text: `Failed to assign '${value}' value to '${key}' for '${target.name}'`, cause: `'${value}' is not a device rule`, remedy: "write TYPE MAJOR:MINOR ACCESS, as in: 'c 1:3 rwm'" });
  const lines = [...rules.lines, `${key} ${value.trim()}`];
  return ok(planDeviceRules(target, key, { cgroup: rules.cgroup, rules: parsed(lines), file: rules.file, text: `${lines.join("\n")}\n` }));
}

/** A value into a file of its cgroup, until it stops. Source: lxc-cgroup(1). Problems: `container.stopped`, `cgroup.limit`, `option.value`. */
export const cgroupSet: CgroupSetVerb = async (request, target, { key, value }) => {
  const places = await placesOf(request, target);
  if (!places.ok) return places;
  const rules = rulesOf(places.value, target);
  const devices = rules === undefined ? undefined : setDevices(rules, target, { key, value });
  if (devices !== undefined) return devices;
  const writes = isFileName(key) ? writesOf(places.value, key, value) : "";
  if (typeof writes !== "string") return ok(planCgroupWrites(target, key, writes));
  const why = writes === "" ? absence(places.value, key) : { cause: writes };
  return fail({ code: "cgroup.limit", text: `Failed to assign '${value}' value to '${key}' for '${target.name}'`, ...why });
};
