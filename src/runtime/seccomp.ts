// Owns the seccomp policy of a start: which file it is, and what it becomes.
import { shippedPath } from "../config/include.ts";
import { readConfigFile } from "../host/store/read-config.ts";
import type { FileAnswer } from "../host/store/read-config.ts";
import { readText } from "../host/read-text.ts";
import { parseStatus } from "../linux/proc-status.ts";
import type { Origin } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { SecuritySpec, Sourced } from "../model/spec.ts";
import type { SeccompInput } from "../plan/security.ts";
import { absolutePath } from "./lxcpath.ts";

const KEY = "lxc.seccomp.profile";
/** Seccomp: 2 of proc(5) status. */
const FILTERED = 2;

/** The file, or what Berth ships in its place. */
function readPolicyFile(request: Request, path: string): { readonly file: string; readonly answer: FileAnswer } {
  const file = absolutePath(request, path);
  const answer = readConfigFile(file);
  const shipped = answer.kind === "missing" ? shippedPath(file, `${request.prefix}/share`) : undefined;
  const instead = shipped === undefined ? undefined : readConfigFile(shipped);
  return shipped === undefined || instead?.kind !== "file" ? { file, answer } : { file: shipped, answer: instead };
}

function unread(at: Origin, file: string, answer: Exclude<FileAnswer, { readonly kind: "file" }>): Problem {
  const remedy = `correct ${KEY}, or remove it to run without a system call filter`;
  if (answer.kind === "missing") return { code: "config.missing", at, text: `the seccomp policy '${file}' does not exist`, remedy };
  return { code: "config.unreadable", at, text: answer.kind === "directory" ? `the seccomp policy '${file}' is a directory` : `cannot read the seccomp policy '${file}': ${answer.text}`, remedy };
}

const nested = ({ value, from }: Sourced<string>): Problem => ({
  code: "unsupported", severity: "warning", at: from, text: `seccomp policy '${value}' is not added to the filter that this system itself runs under`, remedy: "set lxc.seccomp.allow_nesting = 1 to add it",
});

const unanswered = (at: Origin): Problem => ({
  code: "config.value", severity: "warning", at, text: "nobody is asked about the calls that the policy marks with notify: they fail with ENOSYS", remedy: "set lxc.seccomp.notify.proxy to the socket of a program that answers",
});

async function compile({ value, from }: Sourced<string>, request: Request, { machine, hasProxy }: { readonly machine: string; readonly hasProxy: boolean }): Promise<SeccompInput> {
  const { file, answer } = readPolicyFile(request, value);
  if (answer.kind !== "file") return { problems: [unread(from, file, answer)] };
  const { compilePolicy } = await import("../linux/seccomp/compile.ts");
  const { flaws, program, isNotified } = await compilePolicy(answer.text, machine);
  const problems = flaws.map(({ line, text, remedy, isWarning }): Problem => ({
    code: "config.value", at: { kind: "config", file, line, key: KEY }, text, ...(remedy === undefined ? {} : { remedy }), ...(isWarning === true ? { severity: "warning" } : {}),
  }));
  if (program === undefined) return { problems };
  if (isNotified !== true) return { problems, program, file };
  return { problems: hasProxy ? problems : [...problems, unanswered(from)], program, file, isNotified };
}

/** undefined: no filter is wanted. As in LXC, none is added where this system itself runs under one, unless that was asked for. */
export async function seccompInput(request: Request, security: SecuritySpec, machine: string): Promise<SeccompInput | undefined> {
  const { seccompProfile, seccompAllowNesting } = security;
  if (seccompProfile === undefined || seccompProfile.value === "") return undefined;
  if (seccompAllowNesting?.value !== true && parseStatus(readText("/proc/self/status") ?? "").seccompMode === FILTERED) return { problems: [nested(seccompProfile)] };
  return compile(seccompProfile, request, { machine, hasProxy: security.seccompNotifyProxy !== undefined });
}
