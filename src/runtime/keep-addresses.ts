// Owns that a container keeps its hardware addresses: a template in its own config is filled in at the first start and
// written back, so that bridges, DHCP servers and firewalls know it again.
import { lstatSync } from "node:fs";
import { fillTemplates, templateLine } from "../config/index.ts";
import type { Syntax } from "../config/index.ts";
import { configFile } from "../host/store/layout.ts";
import { randomHex } from "../host/probe/kernel.ts";
import type { Problem } from "../model/problem.ts";
import { ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { ConfigSubject, Target } from "./verbs.ts";

/** Two containers with one config would get one address. */
const isShared = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** Whether the config is another one now, and why not where it should be. */
export async function keepAddresses(request: Request, target: Target, syntax: Syntax): Promise<{ readonly isWritten: boolean; readonly warnings: readonly Problem[] }> {
  const at = templateLine(syntax);
  if (at === undefined) return { isWritten: false, warnings: [] };
  const warning = (cause: string, remedy: string): Problem => ({ code: "config.unwritable", severity: "warning", at, text: `${at.key} is a template that cannot be filled in for good: the address will be another one at the next start`, cause, remedy });
  if (isShared(configFile(target))) return { isWritten: false, warnings: [warning(`'${configFile(target)}' is a symbolic link: another container may have the same config`, "write an address without x")] };
  const { changeConfig } = await import("./config-change.ts");
  const changed = await changeConfig(request, target, ({ text }) => ok({ text: fillTemplates(text, randomHex()), value: undefined }), { isDryRun: false });
  if (changed.ok) return { isWritten: changed.value.change.isWritten, warnings: [] };
  const [problem] = changed.problems;
  return { isWritten: false, warnings: [warning(problem?.text ?? "the config cannot be changed", problem?.remedy ?? "write an address without x")] };
}

/** A change of a container's config fills its templates in, as LXC's save does; in a file for many containers they stay. */
export const withAddresses = (subject: ConfigSubject, { before, after }: { readonly before: string; readonly after: string }): string =>
  (after === before || ("file" in subject && !subject.file.endsWith("/config")) ? after : fillTemplates(after, randomHex()));
