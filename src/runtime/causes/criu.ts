// Owns why CRIU could not write or restore a container: its own reason, from its log.
import { readText } from "../../host/read-text.ts";
import type { Failure, Finding } from "./failure.ts";
import { programLines } from "./failure.ts";

/** `(00.031) Error (criu/tty.c:2399): tty: Unable to find a master for /4`: the first is the reason, the others follow from it. */
const ERROR = /^(?:\([\d.]+\))?[ \t]*(?:\d+:[ \t]+)?Error \([^)]*\): (.*)$/gm;
/** Programs that it tries say only that they ended; a limit that it may not raise is none that it needs. */
const NOISE = /^exited, status|^execvp\(|^rlimit: |tables[\w-]* -V failed/;
const MOST = 4;
const reasonsIn = (log: string): readonly string[] => [...log.matchAll(ERROR)].flatMap(([, said = ""]) => (NOISE.test(said) ? [] : [said.trim()])).slice(0, MOST);

export function criuFinding(failure: Failure): Finding | undefined {
  const { op, status, errno } = failure;
  if (!/(^|\/)criu$/.test(op.subject)) return undefined;
  if (status === undefined) return { code: "host.feature", text: `criu cannot be run`, cause: errno === "ENOENT" ? "it is not installed" : "the kernel refuses to execute it", remedy: "apt-get install criu (as root)" };
  const log = /; its log: (.*)$/.exec(op.note ?? "")?.[1];
  const said = programLines(failure);
  const [reason = said.at(-1), ...further] = log === undefined ? [] : reasonsIn(readText(log) ?? "");
  return { code: "host.feature", text: `CRIU could not do it: ${reason ?? `it ended with status ${status}`}`, cause: [...further, `its log says more: ${log ?? "none was written"}`].join("; "), remedy: "criu check tells what this kernel can do; what CRIU asks of a container is in lxc-checkpoint --help" };
}
