// Owns the AppArmor profile of a start: the facts it needs, and whether its file is there already.
import { probeApparmor } from "../host/probe/apparmor.ts";
import { readText } from "../host/read-text.ts";
import type { HostFacts } from "../model/facts.ts";
import type { Request } from "../model/request.ts";
import type { ContainerSpec } from "../model/spec.ts";
import { chooseApparmor } from "../plan/security/apparmor.ts";
import type { ApparmorInput } from "../plan/security/labels.ts";

export function apparmorInput(request: Request, spec: ContainerSpec, facts: HostFacts): ApparmorInput {
  const apparmor = probeApparmor(request.euid);
  const { keep } = spec.namespaces;
  const hasCgroupNamespace = facts.hasCgroupNamespace && keep?.some(({ value }) => value === "cgroup") !== true;
  const choice = chooseApparmor(spec, apparmor, hasCgroupNamespace);
  const { own } = choice;
  return {
    ...choice, parser: apparmor.parser ?? "apparmor_parser", hasOwnFiles: apparmor.hasOwnFiles,
    isFileFresh: own !== undefined && readText(`${spec.lxcpath}/${spec.name}/apparmor/${own.file}`) === own.text,
  };
}
