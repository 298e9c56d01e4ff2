// Owns whether what was read for a copy or an export is still what it was: who removes, restores or moves a container takes no
// notice of its readers, and a reader of a tree that is being emptied sees no error, only fewer files.
import { statSync } from "node:fs";
import { containerDir } from "../../host/store/layout.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import { layersOf } from "../../plan/rootfs/kind.ts";
import { isPartial } from "../partial.ts";
import type { Target } from "../verbs.ts";

/** Inode numbers are used again, times of birth are not. */
function identity(path: string): string {
  try {
    const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
    return `${dev}:${ino}:${birthtimeNs}`;
  } catch {
    return ""; // not there, closed to the caller, or no path of this machine: rbd's pool/image
  }
}

export interface Mark { readonly target: Target; readonly is: readonly (readonly [path: string, identity: string])[] }

/** To be taken before anything of it is read. */
export function markOf(target: Target, rootfs: RootfsSpec | undefined): Mark {
  const layers = rootfs?.type === "overlay" ? layersOf(rootfs.path) : undefined;
  const trees = layers !== undefined ? [layers.upper, ...layers.lower] : rootfs === undefined || rootfs.path === "" || rootfs.type === "overlay" ? [] : [rootfs.path];
  return { target, is: [containerDir(target), ...trees].map((path) => [path, identity(path)]) };
}

/** Its removal says so before anything goes: `partial`; a restore puts another tree in its place; the trash another place. */
export function stillSame({ target, is }: Mark): Result<void> {
  const gone = isPartial(target) ? `'${containerDir(target)}' is being removed` : is.flatMap(([path, was]) => (identity(path) === was ? [] : [`'${path}' has been removed, restored or moved`]))[0];
  if (gone === undefined) return ok(undefined);
  const problem: Problem = { code: "storage.copy", text: `'${target.name}' is no more what it was when its files began to be read`, cause: gone, remedy: "nothing of what was read is to be trusted: if it is still there, once more" };
  return fail(problem);
}
