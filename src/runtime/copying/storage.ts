// Owns where the root file system of a copy comes from and on what it will lie.
import { layersOf } from "../../plan/rootfs/kind.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import { sourcesOf } from "../removing/dependents.ts";
import type { Target } from "../verbs.ts";

export interface CopyStorage {
  /** lxc.rootfs.path of the copy; undefined: there is no root file system to copy. */
  readonly path?: string;
  /** What is copied file by file, and where to. */
  readonly tree?: { readonly source: string; readonly to: string };
  /** Directories to make, which belong to the container's root; absolute. */
  readonly directories: readonly string[];
  /** Containers whose files the copy goes on using. */
  readonly sources: readonly Target[];
}

export interface StorageWish {
  readonly source: Target;
  /** LXCPATH/NAME of the copy. */
  readonly directory: string;
  readonly isSnapshot: boolean;
  readonly backend?: string;
}

/** LXC's names; `overlayfs` is what overlay was called before 3.0. */
const NAMES: Readonly<Record<string, "dir" | "overlay">> = { dir: "dir", overlay: "overlay", overlayfs: "overlay" };

const unsupported = (text: string, remedy: string): Problem => ({ code: "storage.unsupported", at: byOption("--backingstorage"), text, remedy });

function layered({ source, directory }: StorageWish, lower: string): CopyStorage {
  return { path: `overlay:${lower}:${directory}/overlay/delta`, directories: [`${directory}/overlay/delta`, `${directory}/overlay/work`], sources: [source] };
}

function ofDirectory(path: string, wish: StorageWish, wanted: "dir" | "overlay"): CopyStorage {
  if (wanted === "overlay") return layered(wish, path);
  const to = `${wish.directory}/rootfs`;
  return { path: `dir:${to}`, tree: { source: path, to }, directories: [], sources: [] };
}

/** The layers below are shared; what the container wrote itself is copied. */
function ofLayers(path: string, wish: StorageWish): Result<CopyStorage> {
  const layers = layersOf(path);
  if (layers === undefined) return fail({ code: "config.value", at: byOption("--name"), text: `'${path}' is not LOWER:UPPER`, remedy: "correct lxc.rootfs.path of the container" });
  const made = layered(wish, layers.lower.join(":"));
  return ok({ ...made, tree: { source: layers.upper, to: `${wish.directory}/overlay/delta` }, sources: sourcesOf(wish.source) });
}

export function copyStorage(rootfs: RootfsSpec | undefined, wish: StorageWish): Result<CopyStorage> {
  const { backend, isSnapshot } = wish;
  const named = backend === undefined ? undefined : NAMES[backend];
  if (backend !== undefined && named === undefined) return fail(unsupported(`cannot put a copy on '${backend}'`, "leave -B out, or use -B dir or -B overlay"));
  if (rootfs === undefined || rootfs.path === "") return ok({ directories: [], sources: [] });
  switch (rootfs.type) {
    case "dir":
    case "btrfs": return named === "dir" && isSnapshot
      ? fail(unsupported("a snapshot of a directory is made of layers", "leave out -s for a whole copy, or leave out -B dir"))
      : ok(ofDirectory(rootfs.path, wish, named ?? (isSnapshot ? "overlay" : "dir")));
    case "overlay": return named === "dir"
      ? fail(unsupported("a container of layers cannot be copied to a directory yet", "leave out -B dir: the copy has the same layers below"))
      : ofLayers(rootfs.path, wish);
    default: return fail({ code: "storage.unsupported", at: rootfs.from, text: `a root file system on '${rootfs.type}' cannot be copied yet`, remedy: "copy it with the tools of that storage, and set lxc.rootfs.path" });
  }
}
