// Owns the look for a container that lxc-create has not finished; the rest is loaded only when there is one.
import { existsSync } from "node:fs";
import { containerDir } from "../host/store/layout.ts";
import type { Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { Target } from "./verbs.ts";

export async function settleHalfMade(request: Request, target: Target): Promise<Result<unknown>> {
  if (!existsSync(`${containerDir(target)}/partial`)) return ok(undefined);
  const { settlePartial } = await import("./partial.ts");
  const settled = await settlePartial(request, target);
  if (!settled.ok || settled.value === "none") return settled;
  return fail({ code: "container.partial", text: `container "${target.name}" was half made or half removed`, cause: "its lxc-create or lxc-destroy did not come to its end; what it had left is removed now", remedy: "create it again" });
}
