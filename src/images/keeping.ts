// Owns what is told where a cache cannot be read or written.
import { errorText } from "../host/error-text.ts";
import { errorCode } from "../host/read-text.ts";
import { isErrno } from "../linux/errno.ts";
import { isNoSpace } from "../linux/no-space.ts";
import { fail, type Problem, type Result } from "../model/problem.ts";

export const fullCache = (folder: string): Problem => ({ code: "storage.full", text: `no space left for images in '${folder}'`, remedy: "free some space (berth image prune), or set LXC_CACHE_PATH to a directory on another disk" });

function unkept(folder: string, error: Error): Problem {
  const cause = "path" in error && typeof error.path === "string" ? `'${error.path}': ${errorText(error)}` : errorText(error);
  return isNoSpace(errorCode(error)) ? fullCache(folder) : { code: "storage.unsupported", text: `cannot keep images in '${folder}'`, cause, remedy: "set LXC_CACHE_PATH to a directory that you may write to" };
}

/** What the kernel refuses while the cache is worked in is about the cache. */
export async function keeping<T>(folder: string, body: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && typeof error.code === "string" && isErrno(error.code))) throw error;
    return fail(unkept(folder, error));
  }
}
