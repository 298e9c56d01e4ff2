// Owns the lock of a config: LXC's own file for it, so that its tools and Berth's never write at once.
import { existsSync, mkdirSync } from "node:fs";
import { userInfo } from "node:os";
import { holdPlan, type Holder } from "../host/engine/hold.ts";
import { enginePath } from "../host/probe/host-facts.ts";
import { errorCode } from "../host/read-text.ts";
import type { Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planConfigLock } from "../plan/lifecycle/config-lock.ts";
import { engineProblem } from "./removing/outcome.ts";
import type { Target } from "./verbs.ts";

/** A lock is held for milliseconds; whoever has it longer hangs. */
const PATIENCE_MS = 20_000;

function homeOf({ env }: Request): string | undefined {
  if (env["HOME"] !== undefined && env["HOME"] !== "") return env["HOME"];
  try {
    return userInfo().homedir;
  } catch {
    return undefined; // an id without a name
  }
}

/** Where LXC keeps its locks: root's in /run, an ordinary user's in XDG_RUNTIME_DIR or the cache of the home directory. */
function lockRoot(request: Request): string | undefined {
  if (request.euid === 0) return "/run/lxc/lock";
  const runtime = request.env["XDG_RUNTIME_DIR"];
  if (runtime !== undefined && runtime.startsWith("/")) return `${runtime}/lxc/lock`;
  const home = homeOf(request);
  return home === undefined ? undefined : `${home}/.cache/lxc/run/lxc/lock`;
}

const unlocked = { release: (): Promise<void> => Promise.resolve() };

/** An id without any place for locks goes without: what another writes meanwhile is noticed all the same. */
export async function lockConfig(request: Request, target: Target): Promise<Result<Pick<Holder, "release">>> {
  const root = lockRoot(request);
  if (root === undefined) return ok(unlocked);
  const engine = enginePath(request.prefix);
  if (!existsSync(engine)) return fail({ code: "engine.missing", text: `cannot lock the config of '${target.name}': there is no '${engine}'`, remedy: "install Berth again" });
  const directory = `${root}${target.lxcpath === "/" ? "" : target.lxcpath}`;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
  } catch (error) {
    const code = errorCode(error);
    return fail(code === "ENOSPC" || code === "EDQUOT" ? { code: "storage.full", text: `no space left for the lock below '${directory}'`, remedy: "free some space" }
      : { code: "config.unwritable", text: `cannot lock the config of '${target.name}': cannot make '${directory}': ${code}`, remedy: "set XDG_RUNTIME_DIR to a directory of your own" });
  }
  const file = `${directory}/.${target.name}`;
  const plan = planConfigLock(target, file);
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  const held = await holdPlan(plan, engine, patience.signal);
  clearTimeout(timer);
  if (held.isHeld) return ok(held);
  if (patience.signal.aborted) return fail({ code: "container.busy", text: `the config of '${target.name}' is locked by another command`, cause: `it has held '${file}' for ${PATIENCE_MS / 1000} seconds`, remedy: "see which one with: fuser -v on that file" });
  return fail(engineProblem(plan, held.events, `lock '${file}'`));
}
