// Owns why a system call filter was not taken.
import type { Failure, Finding } from "./failure.ts";

export function seccompFinding({ errno }: Pick<Failure, "errno">): Finding {
  const without = "remove lxc.seccomp.profile to run without a system call filter";
  switch (errno) {
    case "EINVAL":
    case "ENOSYS": return { code: "host.feature", cause: "this kernel has no system call filters (CONFIG_SECCOMP_FILTER)", remedy: without };
    case "EACCES": return { code: "privilege", cause: "CAP_SYS_ADMIN has been lost before, which a filter needs where no_new_privs is not set", remedy: "set lxc.no_new_privs = 1: set-user-id programs then gain nothing inside" };
    case "EPERM": return { code: "privilege", cause: "the system that this one runs in refuses it (a container's own filter, for instance)", remedy: without };
    case "ENOMEM": return { cause: "the filters of a process may have 32768 instructions together", remedy: "shorten the policy that lxc.seccomp.profile names" };
    case "EBUSY": return { code: "host.feature", cause: "this system itself runs under a filter with the action notify, and there can be one only", remedy: "use errno N or allow in the policy in place of notify" };
    default: return {};
  }
}

/** LXC starts, and stops at once. */
export function proxyFinding({ errno }: Pick<Failure, "errno">): Finding {
  const remedy = "start the program that lxc.seccomp.notify.proxy names first, or correct the path";
  switch (errno) {
    case "ENOENT": return { code: "config.missing", cause: "there is no such socket", remedy };
    case "ECONNREFUSED": return { code: "config.missing", cause: "nobody listens on that socket", remedy };
    case "EAGAIN": return { cause: "the program that listens there accepts no connection", remedy };
    case "EPROTOTYPE": return { cause: "it is a socket of another type: the proxy listens on SOCK_SEQPACKET", remedy };
    case "EACCES": return { code: "privilege", cause: "whoever starts the container may not connect to it", remedy: "let that user write to the socket" };
    default: return { remedy };
  }
}
