// Owns why processes, sockets, links, hooks and init itself failed.
import { outputLines, programLines, statusText } from "./failure.ts";
import type { Failure, Finding } from "./failure.ts";

/** systemd's own words when it may not make a cgroup; it cannot work without. */
const withoutCgroup = (status: number, output: readonly string[]): Finding => ({
  code: "cgroup.undelegated", text: `init ${statusText(status)} as soon as it was started`,
  cause: "this init is a systemd, which needs a cgroup it may write to, and this session has none that is delegated to you",
  remedy: "as root, once: berth setup USER, which gives this user cgroups in every session (berth doctor tells what is missing); or use a container with another init",
  output,
});

const LOG = "console log ";

/** The monitor opens the console's log before it watches. */
const logFinding = ({ text }: Failure): Finding => (text.startsWith(LOG)
  ? { text: `cannot open the console's log '${text.slice(LOG.length)}'`, remedy: "correct -L/--console-log or lxc.console.logfile, or make the directory it lies in" } : {});

export function superviseFinding(failure: Failure): Finding {
  if (failure.status === undefined) return logFinding(failure);
  // Without console output the engine names the op's own path.
  const output = failure.text.endsWith("/.berth/exit") ? [] : outputLines(failure.text);
  if (output.some((line) => /control group.*Permission denied/.test(line))) return withoutCgroup(failure.status, output);
  return {
    code: "init.exited", text: `init ${statusText(failure.status)} as soon as it was started`,
    cause: output.length > 0 ? "what it said last on its console is above" : "it said nothing on its console",
    remedy: "start it in the foreground to see it: lxc-start -F; or another program in its place: lxc-start -F -- /bin/sh", output,
  };
}

/** The answers of a monitor that was asked for a terminal. LXC's says EBADF of every tty that it does not give. */
export function monitorFinding({ errno, notes }: Failure): Finding {
  const { name } = notes;
  if (errno === "ECONNREFUSED") return { code: "container.stopped", text: `${name} is not running`, isPlain: true };
  if (errno === "EPROTO") return { code: "privilege", text: `Insufficent privileges to control ${name}`, cause: "its monitor hung up without an answer: it listens to its owner and to root", remedy: "run this as the user who started it, or as root", isPlain: true };
  const causes: Readonly<Record<string, string>> = {
    EBUSY: "somebody else is connected to it, or to all of them; or the console goes elsewhere (lxc.console.path, lxc-start -F)", EINVAL: "the container has no tty of that number (lxc.tty.max)", ENXIO: "the container has no console (lxc.console.path = none)",
  };
  return {
    code: "terminal.busy", text: "Denied access to tty", cause: causes[errno ?? ""] ?? "it is taken, or the container has none of that number (lxc.tty.max)",
    remedy: "try another with -t, or -t 0 for the console; lxc-attach needs none", isPlain: true,
  };
}

export const listenFinding = (failure: Failure): Finding => (failure.errno === "EADDRINUSE"
  ? { code: "container.running", text: "Container is already running", cause: `the command socket @${failure.op.subject} is taken by its monitor`, remedy: `lxc-stop -n ${failure.notes.name}` } : {});

export function lockFinding(failure: Failure): Finding {
  return failure.errno === "EAGAIN" || failure.errno === "EACCES" ? { code: "container.busy", text: `another command works on ${failure.notes.name} right now`, remedy: "try again when it has ended" } : {};
}

export function hookFinding(failure: Failure): Finding {
  const name = failure.op.origin.split(" ").at(-1) ?? "hook";
  const output = programLines(failure);
  if (!name.startsWith("lxc.hook") && !name.includes("script")) return { output };
  if (failure.status === 127) return { code: "hook.failed", text: `${name}: the program was not found`, remedy: "check its path in the config", output };
  if (failure.status === 126) return { code: "hook.failed", text: `${name}: the program may not be executed`, remedy: "chmod +x it", output };
  return { code: "hook.failed", ...(failure.status === undefined ? {} : { text: `${name} ${statusText(failure.status)}` }), remedy: "run it by hand to see why", output };
}

/** The process is gone: it ended between the look at it and this plan. */
export function pidfdFinding(failure: Failure): Finding {
  if (failure.op.op === "kill" && failure.errno === "EPERM") return { code: "privilege", cause: "the container was started by another user", remedy: "do it as the user who started it, or as root" };
  return failure.errno === "ESRCH" ? { code: "container.stopped", text: `${failure.notes.name} is not running`, cause: "it has just ended", isPlain: true } : {};
}

export const waitFinding = (failure: Failure): Finding => (failure.errno === "ETIMEDOUT"
  ? { text: `${failure.notes.name} did not stop in time`, cause: "its init ignores the signal, or is not done yet", remedy: "give it longer with -t, or end it with lxc-stop -k" } : {});

export function setnsFinding(failure: Failure): Finding {
  if (failure.errno === "EPERM") return { code: "privilege", text: "the container's namespaces may not be joined", cause: failure.euid === 0 ? "this process lacks CAP_SYS_ADMIN, or shares its file system data with a thread" : "it was started by another user", remedy: "attach as the user who started it" };
  if (failure.errno === "ESRCH") return { code: "container.stopped", text: `${failure.notes.name} is not running`, cause: "it has just ended", isPlain: true };
  return {};
}

export const idsFinding = (failure: Failure): Finding => (failure.errno === "EINVAL"
  ? { code: "idmap.invalid", cause: "the container's id map does not hold this user or group", remedy: "map it with lxc.idmap, or choose an id that is mapped" }
  : failure.errno === "EPERM" ? { code: "privilege", cause: "setgroups(2) is denied in this user namespace, or the ids may not be taken" } : {});

/** PR_SCHED_CORE is the one prctl(2) of a plan that a config asks for and a kernel may lack. */
export const coreFinding = ({ op, errno }: Failure): Finding => (op.origin.includes("lxc.sched.core") && errno === "EINVAL"
  ? { code: "host.feature", text: "the container cannot have its cores to itself", cause: "this kernel has been built without core scheduling (CONFIG_SCHED_CORE, Linux 5.14)", remedy: "take lxc.sched.core out, or use another kernel" } : {});

export const ptyFinding = (failure: Failure): Finding => (failure.errno === "ENOSPC"
  ? { cause: "the container's devpts has no terminals left", remedy: "raise lxc.pty.max" } : { cause: "the container's /dev has no usable ptmx", remedy: "set lxc.pty.max, or redirect the command's input and output" });
