// Owns why CRIU could not write or restore a container: its own reason, from its log.
import { readText } from "../../host/read-text.ts";
import type { Failure, Finding } from "./failure.ts";
import { programLines } from "./failure.ts";

/** `(00.031) Error (criu/tty.c:2399): tty: Unable to find a master for /4`: the first is the reason, the others follow from it. Programs that it tries say only that they ended. */
const reasonIn = (log: string): string | undefined => /^(?:\([\d.]+\)\s+)?(?:\d+:\s+)?Error \([^)]*\): (?!exited, status)(.*)$/m.exec(log)?.[1]?.trim();

export function criuFinding(failure: Failure): Finding | undefined {
  const { op, status, errno } = failure;
  if (!/(^|\/)criu$/.test(op.subject)) return undefined;
  if (status === undefined) return { code: "host.feature", text: `criu cannot be run`, cause: errno === "ENOENT" ? "it is not installed" : "the kernel refuses to execute it", remedy: "apt-get install criu (as root)" };
  const log = /; its log: (.*)$/.exec(op.note ?? "")?.[1];
  const said = programLines(failure);
  const reason = (log === undefined ? undefined : reasonIn(readText(log) ?? "")) ?? said.at(-1);
  return { code: "host.feature", text: `CRIU could not do it: ${reason ?? `it ended with status ${status}`}`, cause: `its log says more: ${log ?? "none was written"}`, remedy: "criu check tells what this kernel can do; what CRIU asks of a container is in lxc-checkpoint --help" };
}
