// Owns what is in the container's /dev beside terminals: the tmpfs, the device nodes, the links into /proc.
import type { Op, Slot } from "../isa/op.ts";
import { S_IFCHR, deviceNumber } from "../linux/fs.ts";
import { byDefault } from "../model/origin.ts";
import { attach, copyTree, directory, emptyFile } from "./beneath.ts";
import type { Scope } from "./scope.ts";
import { hasUserns, isRoot } from "./scope.ts";

const NODES = [["full", 7], ["null", 3], ["random", 8], ["tty", 0], ["urandom", 9], ["zero", 5]] as const;
const MEM_MAJOR = 1, TTY_MAJOR = 5;
const LINKS = [["fd", "/proc/self/fd"], ["stdin", "/proc/self/fd/0"], ["stdout", "/proc/self/fd/1"], ["stderr", "/proc/self/fd/2"]] as const;

const hasAutodev = (scope: Scope): boolean => scope.spec.rootfs !== undefined && scope.spec.hasAutodev.value;

/** lxc.autodev: a small tmpfs, so that the image's own /dev does not matter. */
export function planDevDirectory(scope: Scope, root: Slot): readonly Op[] {
  if (!hasAutodev(scope)) return [];
  const from = scope.spec.hasAutodev.from;
  const tree = scope.slots.take();
  scope.slots.give(tree);
  return [
    { op: "fsMount", from, type: "tmpfs", options: ["source=none", `size=${scope.spec.autodevSize}`, "mode=755"], into: tree },
    directory(root, "dev", from), attach(root, tree, "dev", from),
  ];
}

function boundNode(scope: Scope, root: Slot, name: string): readonly Op[] {
  const from = byDefault(`/dev/${name}`);
  const tree = scope.slots.take();
  scope.slots.give(tree);
  return [copyTree({ path: `/dev/${name}` }, tree, from), emptyFile(root, `dev/${name}`, from), attach(root, tree, `dev/${name}`, from)];
}

/** Nodes come after the autodev hook, as in LXC. In a user namespace mknod(2) is refused: the host's are bound. */
export function planDevices(scope: Scope, root: Slot): readonly Op[] {
  if (scope.spec.rootfs === undefined) return [];
  const from = byDefault("/dev links");
  const links = LINKS.map(([name, target]): Op => ({ op: "symlink", from, at: root, path: `dev/${name}`, target, onError: ["EEXIST"] }));
  if (!hasAutodev(scope)) return links.map((link): Op => ({ ...link, onError: ["EEXIST", "EROFS", "ENOENT", "EACCES"] }));
  const isBound = hasUserns(scope.spec) || !isRoot(scope.facts) || scope.facts.isInUserns === true;
  const nodes = NODES.flatMap(([name, minor]): readonly Op[] => {
    if (isBound) return boundNode(scope, root, name);
    const device = deviceNumber(name === "tty" ? TTY_MAJOR : MEM_MAJOR, minor);
    return [{ op: "mknod", from: byDefault(`/dev/${name}`), at: root, path: `dev/${name}`, mode: S_IFCHR | 0o666, device }];
  });
  return [...nodes, ...links];
}
