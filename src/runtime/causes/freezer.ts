// Owns why a container could not be frozen or thawed.
import type { Failure, Finding } from "./failure.ts";

interface Why { readonly cause: string; readonly remedy: string }

const REASONS: Readonly<Record<string, Why>> = {
  ENODEV: { cause: "it has no cgroup of its own: it was started where none may be made", remedy: "stop and start it again: the start says which command gives it one, mostly, as root: berth setup USER" },
  ENOENT: { cause: "its cgroup has no freezer file", remedy: "enable the freezer of cgroup v1, or use Linux 5.2 or later with cgroup v2" },
  ETIMEDOUT: { cause: "some of its processes did not stop in time, as they wait for a disk or a network file system; it goes on", remedy: "find them: ps -eo pid,stat,wchan,args shows them in state D" },
  EAGAIN: { cause: "its monitor does not answer", remedy: "look whether its monitor is stopped (SIGSTOP) or frozen itself: lxc-info -p, ps -o ppid" },
  EBUSY: { cause: "its monitor has too many connections", remedy: "try again" },
  ENOSYS: { cause: "its monitor cannot do it: it was started by an older release", remedy: "write to freezer.state or cgroup.freeze of its cgroup" },
};

/** The monitor's answers to lxc-freeze and lxc-unfreeze. */
export function freezeFinding({ errno, notes: { verb, name, lxcpath } }: Failure): Finding | undefined {
  if (verb !== "freeze" && verb !== "unfreeze") return undefined;
  const text = `Failed to ${verb} ${lxcpath}:${name}`;
  if (errno === "ECONNREFUSED") return { code: "container.stopped", text, cause: "it has stopped meanwhile", isPlain: true };
  if (errno === "EPROTO") return { code: "privilege", text, cause: "its monitor hung up without an answer: it listens to its owner and to root", remedy: "run this as the user who started it, or as root", isPlain: true };
  const { cause, remedy } = REASONS[errno ?? ""] ?? { cause: `the kernel's answer: ${errno ?? "unknown"}`, remedy: "look at dmesg" };
  return { code: "container.frozen", text, cause, remedy, isPlain: true };
}
