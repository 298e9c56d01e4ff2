// Owns lxc.rootfs.options = idmap=…: files of the root show other owners than they have.
import type { Op, Slot, Text } from "../../isa/op.ts";
import { AT_RECURSIVE, O_RDONLY } from "../../linux/fs.ts";
import { MS_SLAVE } from "../../linux/mount-flags.ts";
import type { HostFacts } from "../../model/facts.ts";
import type { Problem } from "../../model/problem.ts";
import type { ContainerSpec, RootfsSpec } from "../../model/spec.ts";
import type { Scope } from "../scope.ts";
import { hasUserns } from "../scope.ts";
import type { RootfsKind } from "./kind.ts";

const WORD = "idmap=";

/** `container`, or the path of a user namespace. */
export const rootIdmap = ({ options }: RootfsSpec): string | undefined => options.findLast((word) => word.startsWith(WORD))?.slice(WORD.length);

export function checkRootIdmap(spec: ContainerSpec, facts: HostFacts, { kind }: RootfsKind): readonly Problem[] {
  const idmap = spec.rootfs === undefined ? undefined : rootIdmap(spec.rootfs);
  if (spec.rootfs === undefined || idmap === undefined) return [];
  const at = spec.rootfs.optionsFrom ?? spec.rootfs.from;
  const what = `'${WORD}${idmap}'`;
  if (idmap === "container" && !hasUserns(spec)) return [{ code: "config.value", at, text: `${what} needs ids to map to`, cause: "this container has no lxc.idmap", remedy: "set lxc.idmap, or take idmap= out" }];
  if (idmap !== "container" && !idmap.startsWith("/")) return [{ code: "config.value", at, text: `${what} is neither 'container' nor the path of a user namespace`, remedy: "write idmap=container, or idmap=/proc/PID/ns/user" }];
  if (facts.caller.euid !== 0) return [{ code: "privilege", at, text: `${what} is for containers that root starts`, cause: "the kernel lets only the owner of the file system map its ids, which is root", remedy: "give the files to the container's ids instead: lxc-usernsexec -- chown" }];
  if (kind === "overlay") return [{ code: "host.feature", at, text: `${what} cannot be had on overlay`, cause: "overlayfs has no idmapped mounts", remedy: "give the lower layer to the container's ids" }];
  return [];
}

/** Once its ids are mapped. What is mounted in the host's namespace would tell it of mounts below: it becomes a slave first. */
export function idmapRoot({ spec, slots }: Scope, { root, pid, idmap }: { readonly root: Slot; readonly pid: Slot; readonly idmap: string }): readonly Op[] {
  if (spec.rootfs === undefined) return [];
  const from = spec.rootfs.optionsFrom ?? spec.rootfs.from;
  const userns = slots.take();
  slots.give(userns);
  const path: Text = idmap === "container" ? ["/proc/", { slot: pid }, "/ns/user"] : idmap;
  return [
    { op: "open", from, path, flags: O_RDONLY, into: userns },
    { op: "mountSetattr", from, at: root, path: "", flags: AT_RECURSIVE, propagation: MS_SLAVE, userns },
    { op: "close", from, slot: userns },
  ];
}
