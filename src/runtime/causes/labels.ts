// Owns why a security label was not taken.
import type { Failure, Finding } from "./failure.ts";

const FILE = /^(apparmor\/)?(exec|current)$|\/attr\/(apparmor\/)?exec$/;

export function labelFinding({ op, errno }: Pick<Failure, "op" | "errno">): Finding | undefined {
  if (!FILE.test(op.subject)) return undefined;
  const label = /^write "(?:exec )?([^"]+)" to /.exec(op.sentence)?.[1];
  const text = `the security label${label === undefined ? "" : ` '${label}'`} was not taken`;
  const remedy = "correct the line, or load the profile first as root: apparmor_parser -r FILE";
  switch (errno) {
    case "ENOENT": return { code: "config.value", text, cause: "the kernel knows no AppArmor profile of that name", remedy };
    case "EINVAL": return { code: "config.value", text, cause: "the loaded policy knows no such label" };
    case "EACCES":
    case "EPERM": return { code: "privilege", text, cause: "the label of the caller does not permit this change" };
    default: return {};
  }
}
