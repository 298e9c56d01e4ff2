// Owns entries that make a file system: its source, its options, and the layers of overlayfs.
import type { Op, Slot } from "../../isa/op.ts";
import { toHost } from "../../linux/idmap.ts";
import { MOUNT_ATTR_RDONLY } from "../../linux/mount-flags.ts";
import type { MountOptions } from "../../linux/mount-flags.ts";
import type { Mount } from "../../model/mount.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import type { Scope } from "../scope.ts";
import { hasUserns, idmapOf, isRoot, setupId } from "../scope.ts";
import { attributes, tolerance } from "./words.ts";

const isOverlay = ({ fstype }: Mount): boolean => fstype === "overlay" || fstype === "overlayfs";
const LOWER = "lowerdir=";
/** fsconfig(2) takes no longer value. */
const LONGEST = 255;

/** Layers one by one (Linux 6.5) where their names together are too long. */
const lowerWords = (word: string): readonly string[] =>
  (word.length <= LOWER.length + LONGEST ? [word] : word.slice(LOWER.length).split(/(?<!\\):/).map((layer) => `lowerdir+=${layer}`));

function overlayData(scope: Scope, data: readonly string[]): readonly string[] {
  const words = data.flatMap((word) => (word.startsWith(LOWER) ? lowerWords(word) : [word]));
  return hasUserns(scope.spec) && !words.includes("userxattr") ? [...words, "userxattr"] : words;
}

/** Into a slot, with its attributes. Read-only is the file system too, as with mount(2). */
export function fileSystem(scope: Scope, mount: Mount, { options, into }: { readonly options: MountOptions; readonly into: Slot }): readonly Op[] {
  const data = isOverlay(mount) ? overlayData(scope, options.data) : options.data;
  const isReadOnly = (options.set & MOUNT_ATTR_RDONLY) !== 0;
  const made: Op = {
    ...tolerance(mount), op: "fsMount", from: mount.from, type: isOverlay(mount) ? "overlay" : mount.fstype, into, attributes: options.set,
    options: [`source=${mount.source}`, ...(isReadOnly ? ["ro"] : []), ...data],
  };
  return [made, ...attributes(mount, { ...options, set: 0, clear: 0 }, into)];
}

/** As in LXC: only below the container's own directory, and never in its root. */
function isOwn(spec: ContainerSpec, path: string): boolean {
  const home = `${spec.lxcpath}/${spec.name}/`;
  const roots = [`${home}rootfs`, ...(spec.rootfs === undefined ? [] : [spec.rootfs.path])];
  return path.startsWith(home) && !path.split("/").includes("..") && !roots.some((root) => `${path}/`.startsWith(`${root}/`));
}

/** The upper layers that entries name, and what overlayfs works in. `by`: who makes them; root gives them to the container's. */
export function makeLayers(scope: Scope, by: "monitor" | "child"): readonly Op[] {
  const { spec, facts } = scope;
  if ((isRoot(facts) && hasUserns(spec)) !== (by === "monitor")) return [];
  const [uid, gid] = [toHost(idmapOf(spec), "u", setupId(spec, "u")), toHost(idmapOf(spec), "g", setupId(spec, "g"))];
  return spec.mounts.filter(isOverlay).flatMap((mount) => mount.options.flatMap((word): readonly Op[] => {
    const path = /^(?:upperdir|workdir)=(.+)$/.exec(word)?.[1];
    if (path === undefined || !isOwn(spec, path)) return [];
    const base = { from: mount.from, onError: "ignore", path } as const;
    const made: Op = { ...base, op: "mkdir", mode: 0o755, parents: 1 };
    return by === "monitor" && uid !== undefined && gid !== undefined ? [made, { ...base, op: "chown", uid, gid }] : [made];
  }));
}
