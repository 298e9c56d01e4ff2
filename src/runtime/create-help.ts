// Owns the help of a template, which follows lxc-create's own.
import { probeHost } from "../host/probe/host-facts.ts";
import { scriptOf } from "../images/source.ts";
import { builtIn } from "../images/templates.ts";
import { byOption } from "../model/origin.ts";
import type { Plan } from "../isa/op.ts";
import { fail, ok, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planTemplateHelp } from "../plan/lifecycle/create.ts";

/** A template that is built in has it as a text, others print it themselves. */
export type TemplateHelp = { readonly kind: "text"; readonly text: string } | { readonly kind: "plan"; readonly plan: Plan };

export async function templateHelp(request: Request, template: string): Promise<Result<TemplateHelp>> {
  const own = builtIn(template);
  if (own !== undefined) return ok({ kind: "text", text: (await own()).help });
  const facts = probeHost(request);
  const script = scriptOf(template, facts.install.share);
  if (script === undefined) return fail({ code: "template.missing", at: byOption("--template"), text: `the template '${template}' has no help of its own` });
  return ok({ kind: "plan", plan: planTemplateHelp(facts, script) });
}
