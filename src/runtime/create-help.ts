// Owns the help of a template, which follows lxc-create's own.
import { probeHost } from "../host/probe/host-facts.ts";
import { scriptOf } from "../images/source.ts";
import { byOption } from "../model/origin.ts";
import type { Plan } from "../isa/op.ts";
import { fail, ok, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planTemplateHelp } from "../plan/lifecycle/create.ts";

export async function templateHelp(request: Request, template: string): Promise<Result<Plan>> {
  const facts = probeHost(request);
  const script = scriptOf(template, facts.install.share);
  if (script === undefined) return fail({ code: "template.missing", at: byOption("--template"), text: `the template '${template}' has no help of its own` });
  return ok(planTemplateHelp(facts, script));
}
