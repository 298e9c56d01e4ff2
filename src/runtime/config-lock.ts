// Owns the lock of a config: LXC's own file for it, so that its tools and Berth's never write at once.
import { existsSync, mkdirSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { holdPlan, type Holder } from "../host/engine/hold.ts";
import { enginePath } from "../host/probe/host-facts.ts";
import { errorCode } from "../host/read-text.ts";
import type { OpenFile } from "../host/store/replace-file.ts";
import { isNoSpace } from "../linux/no-space.ts";
import type { HostFacts } from "../model/facts.ts";
import type { Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planConfigLock } from "../plan/lifecycle/config-lock.ts";
import { engineProblem } from "./removing/outcome.ts";
import type { Target } from "./verbs.ts";

/** A lock is held for milliseconds; whoever has it longer hangs. */
const PATIENCE_MS = 20_000;

/** Whose lock it is, and what holds it. */
interface Locker { readonly euid: number; readonly env: Readonly<Record<string, string>>; readonly engine: string }
const lockerOf = ({ euid, env, prefix }: Request): Locker => ({ euid, env, engine: enginePath(prefix) });

function homeOf({ env }: Locker): string | undefined {
  if (env["HOME"] !== undefined && env["HOME"] !== "") return env["HOME"];
  try {
    return userInfo().homedir;
  } catch {
    return undefined; // an id without a name
  }
}

/** Where LXC keeps its locks: root's in /run, an ordinary user's in XDG_RUNTIME_DIR or the cache of the home directory. */
function lockRoot(request: Locker): string | undefined {
  if (request.euid === 0) return "/run/lxc/lock";
  const runtime = request.env["XDG_RUNTIME_DIR"];
  if (runtime !== undefined && runtime.startsWith("/")) return `${runtime}/lxc/lock`;
  const home = homeOf(request);
  return home === undefined ? undefined : `${home}/.cache/lxc/run/lxc/lock`;
}

export type Lock = Pick<Holder, "release">;
export const UNLOCKED: Lock = { release: () => Promise.resolve() };

interface Wish { readonly target: Target; readonly file: string; readonly shown: string }

async function hold({ engine }: Locker, { target, file, shown }: Wish): Promise<Result<Lock>> {
  if (!existsSync(engine)) return fail({ code: "engine.missing", text: `cannot lock '${shown}': there is no '${engine}'`, remedy: "install Berth again" });
  const plan = planConfigLock(target, file);
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  const held = await holdPlan(plan, engine, patience.signal);
  clearTimeout(timer);
  if (held.isHeld) return ok(held);
  if (patience.signal.aborted) return fail({ code: "container.busy", text: `'${shown}' is locked by another command`, cause: `it has held the lock for ${PATIENCE_MS / 1000} seconds`, remedy: `see which one with: fuser -v '${shown}'` });
  return fail(engineProblem(plan, held.events, `lock '${shown}'`));
}

/** An id without any place for locks goes without: what another writes meanwhile is noticed all the same. */
export const lockConfig = (request: Request, target: Target): Promise<Result<Lock>> => lock(lockerOf(request), target);
export const lockWith = ({ caller: { euid, env }, install: { engine } }: HostFacts, target: Target): Promise<Result<Lock>> => lock({ euid, env, engine }, target);

async function lock(locker: Locker, target: Target): Promise<Result<Lock>> {
  const root = lockRoot(locker);
  if (root === undefined) return ok(UNLOCKED);
  const directory = `${root}${target.lxcpath === "/" ? "" : target.lxcpath}`;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
  } catch (error) {
    const code = errorCode(error);
    return fail(isNoSpace(code) ? { code: "storage.full", text: `no space left for the lock below '${directory}'`, remedy: "free some space" }
      : { code: "config.unwritable", text: `cannot lock the config of '${target.name}': cannot make '${directory}': ${code}`, remedy: "set XDG_RUNTIME_DIR to a directory of your own" });
  }
  const file = `${directory}/.${target.name}`;
  return hold(locker, { target, file, shown: file });
}

/** LXC's lock is one file for root and another for each user: where both may write, the config itself is locked too.
 * The engine reaches it through our descriptor, so that no name can lead it elsewhere. */
export async function lockFile(request: Request, { fd, located: { path, base }, stat }: OpenFile): Promise<Result<Lock>> {
  if (request.euid === 0 && stat.uid === 0n) return ok(UNLOCKED);
  return hold(lockerOf(request), { target: { name: base, lxcpath: dirname(path) }, file: `/proc/${process.pid}/fd/${fd}`, shown: path });
}
