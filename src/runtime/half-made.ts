// Owns what stands between a container and its start: a lxc-create that has not finished (loaded only when there is one), a run of it.
import { existsSync } from "node:fs";
import { exchangedConfig } from "../host/store/exchange.ts";
import { containerDir, volumesFile } from "../host/store/layout.ts";
import type { Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { alreadyRunning, decidedState, remains } from "./running-container.ts";
import type { Target } from "./verbs.ts";

export async function settleHalfMade(request: Request, target: Target): Promise<Result<unknown>> {
  if (!existsSync(`${containerDir(target)}/partial`)) return ok(undefined);
  const { settlePartial } = await import("./partial.ts");
  const settled = await settlePartial(request, target);
  if (!settled.ok || settled.value === "none") return settled;
  return fail({ code: "container.partial", text: `container "${target.name}" was half made or half removed`, cause: "its lxc-create or lxc-destroy did not come to its end; what it had left is removed now", remedy: "create it again" });
}

/** A volume that a killed restore has left without its name gets it; who must not do that starts nothing from it either. */
export async function settleExchange(request: Request, target: Target): Promise<Result<unknown>> {
  exchangedConfig(target);
  if (request.euid !== 0 || !existsSync(volumesFile(target))) return ok(undefined);
  const { sweepStages } = await import("./changing/stage.ts");
  const { probeHost } = await import("../host/probe/host-facts.ts");
  return sweepStages(target, probeHost(request, { idmap: true }));
}

/** Nothing of it runs or is left: it may be started. */
export async function settleForStart(request: Request, target: Target): Promise<Result<unknown>> {
  const settled = await settleHalfMade(request, target);
  if (!settled.ok) return settled;
  const exchanged = await settleExchange(request, target);
  if (!exchanged.ok) return exchanged;
  const running = await decidedState(request, target);
  if (running.state !== "STOPPED") return fail(alreadyRunning(target));
  const left = remains(running, target);
  return left === undefined ? ok(undefined) : fail(left);
}
