// Owns the table of all rules, in the order of the reference page.
import type { Rule } from "./rule.ts";
import { fileRules } from "./rules/files.ts";
import { hostRules } from "./rules/host.ts";
import { idmapRules } from "./rules/idmap.ts";
import { lineRules } from "./rules/lines.ts";
import { mountRules } from "./rules/mounts.ts";
import { networkRules } from "./rules/network.ts";
import { orderRules } from "./rules/order.ts";
import { processRules } from "./rules/process.ts";
import { securityRules } from "./rules/security.ts";
import { valueRules } from "./rules/values.ts";

export interface RuleGroup { readonly title: string; readonly rules: readonly Rule[] }

export const ruleGroups: readonly RuleGroup[] = [
  { title: "Lines", rules: lineRules },
  { title: "Values", rules: valueRules },
  { title: "Order and includes", rules: orderRules },
  { title: "Network", rules: networkRules },
  { title: "Id maps", rules: idmapRules },
  { title: "Mounts", rules: mountRules },
  { title: "Processes", rules: processRules },
  { title: "The wall", rules: securityRules },
  { title: "Files of the host and of the container's root", rules: fileRules },
  { title: "This host", rules: hostRules },
];

export const rules: readonly Rule[] = ruleGroups.flatMap((group) => group.rules);
