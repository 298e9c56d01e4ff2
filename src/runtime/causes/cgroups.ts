// Owns why the kernel refused a cgroup: a limit of a config, one that lxc-cgroup sets, a directory, device rules.
import type { Failure, Finding } from "./failure.ts";

export const isCgroup = (path: string): boolean => path.startsWith("/sys/fs/cgroup/");

/** What was to be written, as the plan's sentence quotes it. */
const valueOf = ({ op }: Failure): string => /^write "(.*)" to /s.exec(op.sentence)?.[1] ?? "";
/** `lxc.cgroup2.pids.max` of `config:3 lxc.cgroup2.pids.max`; the file's own name otherwise. */
const keyOf = ({ op }: Failure, path: string): string => / (lxc\.cgroup2?\.\S+)$/.exec(op.origin)?.[1] ?? path.slice(path.lastIndexOf("/") + 1);

type Why = Pick<Finding, "cause" | "remedy">;

/** What the kernel takes, by file. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^memory\.memsw/, "a number of bytes that is not below the limit of memory, as in 1G; -1: no limit"], [/^memory\..*bytes$|^hugetlb\..*bytes$/, "a number of bytes, as in 512M; -1: no limit"], [/^memory\.|^hugetlb\./, "a number of bytes, as in 512M; max: no limit"],
  [/^cpu\.max$/, "QUOTA PERIOD in microseconds, as in 50000 100000; max: no limit"], [/^cpu\.weight\.nice$/, "a number from -20 to 19"], [/^(cpu|io)\.weight$/, "a number from 1 to 10000"], [/^cpu\.shares$/, "a number from 2 to 262144"], [/^cpu\.cfs_/, "microseconds, 1000 or more; -1: no limit"],
  [/^cpuset\./, "a list such as 0-3,7, of processors or nodes that are there"], [/^pids\.max$/, "a number of processes; max: no limit"],
  [/^io\.max$/, "MAJOR:MINOR and rbps, wbps, riops, wiops, as in 8:0 rbps=1048576"], [/^blkio\.throttle\./, "MAJOR:MINOR NUMBER, as in 8:0 1048576"], [/^blkio\..*weight/, "a number from 10 to 1000"],
  [/^devices\./, "TYPE MAJOR:MINOR ACCESS, as in c 1:3 rwm"], [/^freezer\.state$/, "FROZEN or THAWED"], [/^cgroup\.freeze$/, "0 or 1"],
];

/** Files that a kernel may lack, and what brings them. */
const MISSING: Readonly<Record<string, Why>> = {
  "memory.memsw.limit_in_bytes": { cause: "this kernel does not count swap", remedy: "boot with swapaccount=1, or remove the line" },
  "memory.swap.max": { cause: "this kernel does not count swap", remedy: "boot with swapaccount=1, or remove the line" },
  "blkio.weight": { cause: "Linux has no such weight since 5.0", remedy: "use lxc.cgroup.blkio.bfq.weight with the BFQ scheduler, or remove the line" },
  "blkio.bfq.weight": { cause: "this kernel has no BFQ scheduler, or it is not loaded", remedy: "modprobe bfq, or remove the line" },
  "io.weight": { cause: "this kernel has no cost model for I/O (CONFIG_BLK_CGROUP_IOCOST)", remedy: "remove the line" },
};

const isMemory = (path: string): boolean => /\/memory\.[^/]*$/.test(path);

const BUSY: Why = { cause: "more memory is in use than that, and it could not be freed", remedy: "choose a larger limit, or free memory inside" };

function why(errno: string | undefined, path: string): Why {
  const file = path.slice(path.lastIndexOf("/") + 1);
  switch (errno) {
    case "EINVAL": case "ERANGE": return { cause: `it is no value of ${file}, or out of its range`, remedy: `write ${FORMS.find(([form]) => form.test(file))?.[1] ?? "what the kernel's document on cgroups says"}` };
    case "EBUSY": return isMemory(path) ? BUSY : { cause: "processes are in the way: in a cgroup whose children have controllers enabled, or outside of what would be left" };
    case "ENOENT": if (MISSING[file] !== undefined) return MISSING[file];
      return { cause: `this kernel has no '${file}' here: its controller is not handed down, or the file is of another version`, remedy: "look at cgroup.controllers and cgroup.subtree_control of the directories above" };
    case "ENODEV": return { cause: "there is no such device, or the cgroup has been removed meanwhile", remedy: "lsblk shows the numbers of devices" };
    case "ENOSPC": return { cause: "a cpuset without cpus or mems, or too many cgroups (cgroup.max.descendants)" };
    case "EACCES": case "EPERM": return { cause: file.startsWith("devices.") ? "a cgroup may allow no more than the one above it" : "the cgroup above does not allow it, or this user may not write it" };
    case "EOPNOTSUPP": return { cause: "this kernel can do it only with another type of cgroup, or not at all" };
    default: return {};
  }
}

/** A value that the kernel does not take: named by its key. */
function valueFinding(failure: Failure, path: string): Finding {
  const value = valueOf(failure);
  const { verb, name } = failure.notes;
  const text = verb === "cgroup" ? `Failed to assign '${value}' value to '${failure.op.origin.replace(/^option /, "")}' for '${name}'` : `the kernel does not take '${value}' for ${keyOf(failure, path)}`;
  return { code: "cgroup.limit", text, ...why(failure.errno, path), isPlain: verb === "cgroup" };
}

export function cgroupFinding(failure: Failure): Finding | undefined {
  const path = failure.op.subject || failure.text;
  const { errno, op } = failure;
  if (!isCgroup(path)) return undefined;
  const isLimit = failure.notes.verb === "cgroup" || / lxc\.cgroup2?\.\S+$/.test(op.origin);
  if (op.op === "writeFile" && isLimit && (failure.notes.verb === "cgroup" || errno !== "EROFS")) return valueFinding(failure, path);
  if (errno === "EACCES" || errno === "EPERM" || errno === "EROFS") {
    return { code: "cgroup.undelegated", text: `the cgroup '${path}' may not be written`, cause: "it is not delegated to this user, or mounted read-only", remedy: "as root, once: berth setup USER, which gives this user cgroups in every session; berth doctor tells what is missing" };
  }
  return { code: "cgroup.limit", ...why(errno, path) };
}

/** Only root may give device rules to the kernel, and not every kernel takes them. */
export function deviceRulesFinding({ errno, notes, text }: Failure): Finding {
  const isRefused = errno === "EPERM" || errno === "EACCES";
  return {
    code: "cgroup.limit", ...(notes.verb === "cgroup" ? { text: `Failed to set the device rules of '${notes.name}'`, isPlain: true } : {}),
    cause: isRefused ? "only root may give device rules to the kernel (cgroup v2)" : `${text}: this kernel has no programs for devices (CONFIG_CGROUP_BPF)`, remedy: isRefused ? "do it as root" : "remove the rules, or use a kernel with CONFIG_CGROUP_BPF=y",
  };
}
