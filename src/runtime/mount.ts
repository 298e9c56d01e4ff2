// Owns the verbs mount and umount: something of the host on a path of a running container.
import { probeInit } from "../host/probe/init.ts";
import { probePath } from "../host/probe/paths.ts";
import { byOption } from "../model/origin.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { Inside } from "../plan/lifecycle/mount.ts";
import { planMount, planUmount } from "../plan/lifecycle/mount.ts";
import { absolutePath } from "./lxcpath.ts";
import { decidedState, requireRunning, stopped } from "./running-container.ts";
import type { MountVerb, Target, UmountVerb } from "./verbs.ts";

/** What is left of a path when what says nothing is taken out: `..` is for the kernel, who stops it at the root. */
const plainPath = (path: string): string => `/${path.split("/").filter((word) => word !== "" && word !== ".").join("/")}`;

async function insideOf(request: Request, target: Target, path: string): Promise<Result<Inside>> {
  const plain = plainPath(path);
  const leaf = plain.split("/").at(-1) ?? "";
  if (leaf === "" || leaf === "..") return fail({ code: "option.value", at: byOption("TARGET"), text: `'${path}' is no place to mount on`, remedy: "name a path below the container's root, as in /srv/data" });
  const live = requireRunning(target, await decidedState(request, target));
  if (!live.ok) return live;
  const { record, initPid, initStart } = live.value;
  const init = probeInit({ pid: initPid, startTime: initStart, cgroups: record.cgroups, namespaces: record.namespaces });
  if (init === undefined) return fail(stopped(target));
  if (init.namespaces.includes("mnt")) return ok({ name: target.name, lxcpath: target.lxcpath, init, isRoot: request.euid === 0, target: plain });
  return fail({ code: "unsupported", text: `${target.name} has no mounts of its own`, cause: "its config keeps the mount namespace of the host (lxc.namespace.keep, lxc.namespace.clone)", remedy: "mount it on the host" });
}

const foreignOwners: Problem = {
  code: "privilege", at: byOption("--mine"), text: "--mine is for root", cause: "the kernel lets only the owner of a file system map the ids of its files, which is root",
  remedy: "leave it out and give the files to the container's ids: lxc-usernsexec -- chown",
};

/** Something of the host on a path of a running container. Problems: `container.stopped`, `mount.failed`, `mount.target`, `privilege`, `option.value`. */
export const mount: MountVerb = async (request, target, options) => {
  if (options.keepsOwners && request.euid !== 0) return fail(foreignOwners);
  const source = absolutePath(request, options.source);
  const found = probePath(source);
  if (found === undefined) return fail({ code: "mount.failed", at: byOption("SOURCE"), text: `'${options.source}' does not exist, or cannot be reached`, remedy: "name a directory or file of the host" });
  const inside = await insideOf(request, target, options.target);
  return inside.ok ? ok(planMount(inside.value, { ...options, source, isDirectory: found.kind === "directory" })) : inside;
};

/** A path of a running container without what `mount` has put there. Problems: `container.stopped`, `mount.failed`, `option.value`. */
export const umount: UmountVerb = async (request, target, options) => {
  const inside = await insideOf(request, target, options.target);
  return inside.ok ? ok(planUmount(inside.value, options)) : inside;
};
