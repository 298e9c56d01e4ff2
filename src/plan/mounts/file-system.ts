// Owns entries that make a file system: its source, its options, and the layers of overlayfs.
import type { Op, Slot } from "../../isa/op.ts";
import { O_DIRECTORY, O_PATH } from "../../linux/fs.ts";
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

const homeOf = ({ lxcpath, name }: ContainerSpec): string => `${lxcpath}/${name}/`;

/** Layers that LXC makes: only below the container's own directory, and never in its root. */
function ownLayers(spec: ContainerSpec, mount: Mount): readonly string[] {
  const home = homeOf(spec);
  const roots = [`${home}rootfs`, ...(spec.rootfs === undefined ? [] : [spec.rootfs.path])];
  return mount.options.flatMap((word) => /^(?:upperdir|workdir)=(.+)$/.exec(word)?.[1] ?? [])
    .filter((path) => path.startsWith(home) && !path.split("/").includes("..") && !roots.some((root) => `${path}/`.startsWith(`${root}/`)));
}

/** Host paths whose facts this planner asks for. */
export const layerPaths = (spec: ContainerSpec): readonly string[] => spec.mounts.filter(isOverlay).flatMap((mount) => ownLayers(spec, mount));

/** The upper layers that entries name and that are missing, and what overlayfs works in. `by`: who makes them; root gives
 * them to the container's. Beneath the container's directory, whatever links lie in it. */
export function makeLayers(scope: Scope, by: "monitor" | "child"): readonly Op[] {
  const { spec, facts, slots } = scope;
  if ((isRoot(facts) && hasUserns(spec)) !== (by === "monitor")) return [];
  const missing = spec.mounts.filter(isOverlay).flatMap((mount) => ownLayers(spec, mount).filter((path) => facts.paths[path] === undefined).map((path) => ({ path, from: mount.from })));
  const [first] = missing;
  if (first === undefined) return [];
  const [uid, gid] = [toHost(idmapOf(spec), "u", setupId(spec, "u")), toHost(idmapOf(spec), "g", setupId(spec, "g"))];
  const home = slots.take();
  return [
    { op: "open", from: first.from, path: homeOf(spec), flags: O_PATH | O_DIRECTORY, into: home, onError: "ignore" },
    ...missing.flatMap(({ path, from }): readonly Op[] => {
      const base = { from, onError: "ignore", at: home, path: path.slice(homeOf(spec).length) } as const;
      const made: Op = { ...base, op: "mkdir", mode: 0o755, parents: 1 };
      return by === "monitor" && uid !== undefined && gid !== undefined ? [made, { ...base, op: "chown", uid, gid }] : [made];
    }),
    { op: "close", from: first.from, slot: home, onError: "ignore" },
  ];
}
