// Owns the verb device: a device node, or a network interface, of the host into a running container, and out again.
import { hostDevice, deviceBeneath } from "../host/probe/device.ts";
import type { DeviceFact } from "../host/probe/device.ts";
import { probeInit } from "../host/probe/init.ts";
import { probeLinks } from "../host/probe/links.ts";
import { readText } from "../host/read-text.ts";
import type { Op, Plan } from "../isa/op.ts";
import { byOption } from "../model/origin.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { DeviceTarget, NamedLink } from "../plan/lifecycle/device.ts";
import { planAddLink, planAddNode, planRemoveLink, planRemoveNode } from "../plan/lifecycle/device.ts";
import { cgroupSet } from "./cgroup-item.ts";
import { absolutePath } from "./lxcpath.ts";
import { decidedState, requireRunning, stopped } from "./running-container.ts";
import type { DeviceOptions, DeviceVerb, Target } from "./verbs.ts";

type What = DeviceOptions & { readonly inside: DeviceTarget };
const AT = byOption("DEVICE");

const isLinkName = (name: string): boolean => /^[^\s/:]{1,15}$/.test(name) && name !== "." && name !== "..";
const hostHas = (name: string): boolean => isLinkName(name) && probeLinks({ names: [name], isDeep: false }).links[name] !== undefined;
/** Of the network of a process, for whoever may look at it. */
const insideHas = (pid: number, name: string): boolean => (readText(`/proc/${pid}/net/dev`) ?? "").split("\n").some((line) => line.trim().startsWith(`${name}:`));

/** Looked at before: the kernel moves a link first, and gives it its name then. */
function badName({ device, as, action, inside }: What): Problem | undefined {
  const name = as ?? device;
  const isTaken = action === "add" ? insideHas(inside.init.pid, name) : hostHas(name);
  if (isTaken) return { code: "network.link", at: AT, text: `a network interface '${name}' exists already ${action === "add" ? `in ${inside.name}` : "on the host"}`, remedy: "name another behind it" };
  return isLinkName(name) ? undefined : { code: "option.value", at: AT, text: `'${name}' cannot be the name of a network interface`, remedy: "at most 15 characters, no blank, slash or colon" };
}

function link(what: What, planned: (target: DeviceTarget, names: NamedLink) => Plan): Result<Plan> {
  const { inside, device, as } = what;
  if (!inside.init.namespaces.includes("net")) return fail({ code: "network.link", at: AT, text: `${inside.name} has no network of its own`, cause: "it shares the host's (lxc.net.0.type = none)", remedy: `it sees '${device}' already` });
  const problem = badName(what);
  return problem === undefined ? ok(planned(inside, { name: device, as: as ?? device })) : fail(problem);
}

/** The container's device rules; where it has no cgroup for them, none stand in the way. */
async function ruleOps(request: Request, target: Target, key: "devices.allow" | "devices.deny", { isBlock, major, minor }: DeviceFact): Promise<readonly Op[]> {
  const plan = await cgroupSet(request, target, { key, value: `${isBlock ? "b" : "c"} ${major}:${minor} rwm` });
  return plan.ok ? plan.value.ops : [];
}

const mapped = (name: string, device: string, path = device): Problem => ({
  code: "privilege", at: AT, text: `'${device}' cannot be made in ${name}`, cause: "the container has ids of its own, and there the kernel opens no device nodes that are made",
  remedy: `bind the host's: berth mount ${name} ${device} ${path}`,
});

async function addNode(request: Request, target: Target, what: What): Promise<Result<Plan>> {
  const { device, inside } = what;
  const fact = hostDevice(absolutePath(request, device));
  if (fact === undefined) return fail({ code: "option.value", at: AT, text: `'${device}' is neither a network interface of this host nor a device`, remedy: "name one as in eth1 or /dev/fuse" });
  if (inside.init.namespaces.includes("user")) return fail(mapped(target.name, device, what.as));
  const path = what.as ?? absolutePath(request, device);
  if (!path.startsWith("/")) return fail({ code: "option.value", at: AT, text: `'${path}' is no absolute path`, remedy: "name a place in the container, as in /dev/fuse" });
  return ok(planAddNode(inside, { ...fact, path }, await ruleOps(request, target, "devices.allow", fact)));
}

async function removeNode(request: Request, target: Target, what: What): Promise<Result<Plan>> {
  const { device, as, inside } = what;
  const path = as ?? absolutePath(request, device);
  const found = deviceBeneath(`/proc/${inside.init.pid}/root`, path);
  if (found === undefined) return fail({ code: "option.value", at: AT, text: `${target.name} has neither a network interface '${device}' nor a device '${path}'` });
  if (inside.init.namespaces.includes("user")) return fail({ ...mapped(target.name, device), text: `'${path}' cannot be removed from ${target.name}`, cause: "the container has ids of its own: what is there is a bind of the host's", remedy: `berth umount ${target.name} ${path}` });
  return ok(planRemoveNode(inside, found.path, await ruleOps(request, target, "devices.deny", found)));
}

/** A device or network interface of the host into a running container, or back. For root. Source: lxc-device(1). Problems: `container.stopped`, `privilege`, `option.value`. */
export const device: DeviceVerb = async (request, target, options) => {
  const running = await decidedState(request, target);
  const live = requireRunning(target, running);
  if (!live.ok) return live;
  const { record, initPid, initStart } = live.value;
  const init = probeInit({ pid: initPid, startTime: initStart, cgroups: record.cgroups, namespaces: record.namespaces });
  if (init === undefined) return fail(stopped(target));
  const what: What = { ...options, inside: { ...target, init } };
  if (options.action === "add") return hostHas(options.device) ? link(what, planAddLink) : addNode(request, target, what);
  return insideHas(initPid, options.device) ? link(what, planRemoveLink) : removeNode(request, target, what);
};
