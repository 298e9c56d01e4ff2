// Owns a root file system of layers: lxc.rootfs.path = overlay:LOWER[:LOWER…]:UPPER.
import type { Op, Slot, Text } from "../../isa/op.ts";
import { O_DIRECTORY, O_PATH } from "../../linux/fs.ts";
import { toHost } from "../../linux/idmap.ts";
import { MOUNT_ATTR_RDONLY, mountOptions } from "../../linux/mount-flags.ts";
import type { Origin } from "../../model/origin.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import type { Scope } from "../scope.ts";
import { hasUserns, idmapOf, isRoot, setupId } from "../scope.ts";
import { storageData } from "./block.ts";
import type { Layers } from "./kind.ts";
import { isReachedFromInside } from "./target.ts";

/** fsconfig(2) takes no longer value. */
const LONGEST = 255;

interface OverlayOps { readonly monitor: readonly Op[]; readonly early: readonly Op[]; readonly late: readonly Op[] }

const missingParts = ({ facts }: Scope, { upper, work }: Layers): readonly string[] => [upper, work].filter((path) => facts.paths[path] === undefined);

/** The upper layer of a container that has not run yet, and what overlayfs works in. */
function makeParts(scope: Scope, layers: Layers, from: Origin): readonly Op[] {
  const [uid, gid] = [toHost(idmapOf(scope.spec), "u", setupId(scope.spec, "u")), toHost(idmapOf(scope.spec), "g", setupId(scope.spec, "g"))];
  return missingParts(scope, layers).flatMap((path): readonly Op[] => [
    { op: "mkdir", from, path, mode: 0o755, parents: 1 },
    ...(isRoot(scope.facts) && uid !== undefined && gid !== undefined ? [{ op: "chown", from, path, uid, gid } as const] : []),
  ]);
}

/** overlayfs splits at colons and takes backslashes for escapes; older kernels split at commas too. */
const isPlain = (path: string): boolean => !/[\\,]/.test(path);

/** Are the layers named by their paths? Else by descriptors that the caller's own rights have opened. */
function isNamedByPath(scope: Scope, layers: Layers): boolean {
  const parts = [...layers.lower, layers.upper, layers.work];
  return parts.every((path) => isPlain(path) && path.length <= LONGEST && isReachedFromInside(scope, path)) && layers.lower.join(":").length <= LONGEST;
}

/** As root of the container: overlayfs does all later work with the rights of who mounted it. */
function mountLayers(scope: Scope, rootfs: RootfsSpec, { root, lower, upper, work }: { readonly root: Slot; readonly lower: Text; readonly upper: Text; readonly work: Text }): Op {
  const set = mountOptions(rootfs.options).set & ~MOUNT_ATTR_RDONLY;
  const name = (word: string, text: Text): Text => [word, ...(typeof text === "string" ? [text] : text)];
  return {
    op: "fsMount", from: rootfs.from, type: "overlay", attributes: set, into: root,
    // in a user namespace the marks of what was removed cannot be kept as trusted.*
    options: [name("source=", lower), name("lowerdir=", lower), name("upperdir=", upper), name("workdir=", work), ...(hasUserns(scope.spec) ? ["userxattr"] : []), ...storageData(rootfs)],
  };
}

function openParts(scope: Scope, layers: Layers, from: Origin): { readonly ops: readonly Op[]; readonly names: readonly Text[]; readonly slots: readonly Slot[] } {
  const opened = [...layers.lower, layers.upper, layers.work].map((path) => ({ path, slot: scope.slots.take() }));
  return {
    ops: opened.map(({ path, slot }): Op => ({ op: "open", from, path, flags: O_PATH | O_DIRECTORY, into: slot })),
    names: opened.map(({ slot }): Text => ["/proc/self/fd/", { slot }]), slots: opened.map(({ slot }) => slot),
  };
}

const joined = (texts: readonly Text[]): Text => texts.flatMap((text, i) => [...(i === 0 ? [] : [":"]), ...(typeof text === "string" ? [text] : text)]);

export function overlayOps(scope: Scope, root: Slot, layers: Layers): OverlayOps {
  const { rootfs } = scope.spec;
  if (rootfs === undefined) return { monitor: [], early: [], late: [] };
  const { from } = rootfs;
  const makes = makeParts(scope, layers, from);
  // made on the host by root, who may give them away; by an ordinary user as root of the container
  const isMadeByMonitor = isRoot(scope.facts) && hasUserns(scope.spec);
  const monitor = isMadeByMonitor ? makes : [];
  const before = isMadeByMonitor ? [] : makes;
  if (isNamedByPath(scope, layers)) return { monitor, early: [], late: [...before, mountLayers(scope, rootfs, { root, lower: layers.lower.join(":"), upper: layers.upper, work: layers.work })] };
  const { ops, names, slots } = openParts(scope, layers, from);
  const [upper = "", work = ""] = names.slice(-2);
  const closes = slots.map((slot): Op => ({ op: "close", from, slot }));
  const late = [mountLayers(scope, rootfs, { root, lower: joined(names.slice(0, -2)), upper, work }), ...closes];
  scope.slots.give(...slots);
  return before.length > 0 ? { monitor, early: [], late: [...before, ...ops, ...late] } : { monitor, early: ops, late };
}
