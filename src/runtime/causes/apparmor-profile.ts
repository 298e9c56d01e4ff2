// Owns why apparmor_parser(8) did not load a container's own profile: its word, and the line of the config that it is about.
import { readText } from "../../host/read-text.ts";
import type { Failure, Finding } from "./failure.ts";
import { programLines } from "./failure.ts";

/** `AppArmor parser error for FILE in profile FILE at line 97: syntax error, unexpected TOK_ID`. */
const ERROR = /^AppArmor parser error for (\S+) in .* at line (\d+): (.*)$/;
/** Of the note: `; of its lines 97 is /srv/web/config:12 lxc.apparmor.raw, 98 is …`. */
const RULE = /(\d+) is (.+?)(?=, \d+ is |$)/g;

interface Rule { readonly line: number; readonly origin: string }
const rulesOf = (note: string): readonly Rule[] => [...(/; of its lines (.*)$/.exec(note)?.[1] ?? "").matchAll(RULE)].map(([, line, origin = ""]) => ({ line: Number(line), origin }));

export function profileFinding(failure: Failure): Finding | undefined {
  const { op, errno, status } = failure;
  if (!/(^|\/)apparmor_parser$/.test(op.subject)) return undefined;
  if (status === undefined) return { code: "host.feature", text: "apparmor_parser cannot be run", cause: errno === "ENOENT" ? "it is not installed" : "the kernel refuses to execute it", remedy: "install the package apparmor, or set lxc.apparmor.profile to a profile that is loaded" };
  const said = programLines(failure);
  const [, file = "", at = "", why = ""] = said.map((line) => ERROR.exec(line)).find((found) => found !== null) ?? [];
  // what lacks its comma is noticed at the next word
  const last = Number(at) - (why.includes("expecting TOK_END_OF_RULE") ? 1 : 0);
  const rule = rulesOf(op.note ?? "").findLast(({ line }) => line <= last);
  if (rule === undefined) return { code: "host.feature", text: "apparmor_parser does not load the profile of the container", output: said, remedy: "set lxc.apparmor.profile to a profile that is loaded" };
  const text = (readText(file) ?? "").split("\n")[rule.line - 1]?.trim() ?? "";
  return { code: "config.value", text: `AppArmor does not take the rule '${text}' of ${rule.origin}`, cause: `apparmor_parser says: ${why} (line ${at} of ${file})`, remedy: "correct it as apparmor.d(5) has rules; each ends with a comma" };
}
