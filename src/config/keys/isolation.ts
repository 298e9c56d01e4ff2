// Owns the keys of walls: id maps, namespaces, capabilities, seccomp, LSMs, keyrings, time.
import { idMap } from "../grammar/idmap.ts";
import { duration } from "../grammar/quantity.ts";
import { anyText, bool } from "../grammar/scalar.ts";
import { good, wrong, type Grammar } from "../grammar/grammar.ts";
import { capabilities, keptCapabilities, namespaces, NAMESPACES } from "../grammar/words.ts";
import { row } from "./row.ts";

const wordItems = (text: string): readonly string[] => text.split(/[ \t]+/).filter((word) => word !== "");
/** LXC prints namespaces in an order of its own. */
const inKernelOrder = (items: readonly string[]): readonly string[] => ["user", "mnt", "pid", "uts", "ipc", "net", "cgroup", "time"].filter((name) => items.includes(name));
/** `none` empties what came before it. */
function kept(items: readonly string[]): readonly string[] {
  const last = items.lastIndexOf("none");
  return last < 0 ? items : last === items.length - 1 ? ["none"] : items.slice(last + 1);
}
/** sun_path of unix(7), with its NUL. */
const LONGEST_SOCKET = 107;
const proxy: Grammar<string> = {
  expects: "unix:PATH",
  facts: { pattern: "^unix:/" },
  read: (text) => {
    if (!text.startsWith("unix:/")) return wrong(`'${text}' does not start with unix:/`);
    const path = text.slice("unix:".length);
    return path.length > LONGEST_SOCKET ? wrong(`'${path}' is longer than the path of a socket can be, ${LONGEST_SOCKET}`) : good(path);
  },
  show: (path) => [path],
};

export const isolationKeys = {
  idmap: row({
    key: "lxc.idmap", grammar: idMap, isRepeatable: true, doc: "A range of user (u) or group (g) ids inside and the ids on the host behind it. With at least one, the container has a user namespace.",
    since: "2.1", legacy: ["lxc.id_map"], security: "Without a map root inside is root outside. Ids that another container or a user of the host has too are no wall between them.", spec: "idmap", getter: "joined",
  }),
  namespaceClone: row({ key: "lxc.namespace.clone", grammar: namespaces, doc: `Namespaces the container gets of its own, out of ${NAMESPACES.join(" ")}. Unset: all that make sense. Not together with lxc.namespace.keep.`, since: "3.0", security: "A namespace that is left out is the host's own.", spec: "namespaces.clone", isRepeatable: true, fold: inKernelOrder }),
  namespaceKeep: row({ key: "lxc.namespace.keep", grammar: namespaces, doc: "Namespaces the container shares with the one that starts it. Not together with lxc.namespace.clone.", since: "3.0", security: "Each kept namespace takes a wall away: net and ipc reach the host's services, pid its processes, mnt and user leave no wall at all.", spec: "namespaces.keep", isRepeatable: true, fold: inKernelOrder }),
  namespaceShare: row({ key: "lxc.namespace.share.*", grammar: anyText("a container's name, a pid, or the path of a namespace"), doc: "Takes this namespace from another container or process.", since: "3.0", security: "Processes of both sides can act on each other through what they share.", spec: "namespaces.share", members: NAMESPACES }),
  capDrop: row({ key: "lxc.cap.drop", grammar: capabilities, isRepeatable: true, doc: "Capabilities that nothing in the container can have. Not together with lxc.cap.keep.", since: "0.7", security: "In a container without an id map each capability that is left counts on the host: sys_admin, sys_module, sys_rawio, sys_ptrace and mac_admin are ways out.", spec: "security.capDrop", items: wordItems }),
  capKeep: row({ key: "lxc.cap.keep", grammar: keptCapabilities, isRepeatable: true, doc: "The only capabilities that can be had in the container; none: not one. Not together with lxc.cap.drop.", since: "1.0", security: "In a container without an id map each capability that is kept counts on the host: sys_admin, sys_module, sys_rawio and sys_ptrace are ways out.", spec: "security.capKeep", items: wordItems, fold: kept }),
  noNewPrivs: row({ key: "lxc.no_new_privs", grammar: bool, default: "0", doc: "1: setuid bits and file capabilities give nothing inside (PR_SET_NO_NEW_PRIVS).", since: "2.1", security: "With 0, set-user-id programs of the root file system give the rights of their owner inside.", spec: "security.noNewPrivs" }),
  seccompProfile: row({ key: "lxc.seccomp.profile", grammar: anyText("path of a file"), doc: "File that says which system calls are refused. Unset: none.", since: "2.1", legacy: ["lxc.seccomp"], security: "Unset, every system call of the kernel can be tried from inside.", spec: "security.seccompProfile" }),
  seccompNesting: row({ key: "lxc.seccomp.allow_nesting", grammar: bool, default: "0", doc: "1: the filter is added although the starter is already filtered.", since: "3.2", spec: "security.seccompAllowNesting" }),
  seccompProxy: row({ key: "lxc.seccomp.notify.proxy", grammar: proxy, doc: "Unix socket that is asked about the system calls a profile marks with notify.", since: "3.2", security: "Who listens there answers for the kernel: a careless answer gives the container rights of the listener.", spec: "security.seccompNotifyProxy" }),
  seccompCookie: row({ key: "lxc.seccomp.notify.cookie", grammar: anyText("any text"), doc: "Sent with each question to that socket.", since: "4.0", spec: "security.seccompNotifyCookie" }),
  apparmorProfile: row({ key: "lxc.apparmor.profile", grammar: anyText("a profile's name, unconfined, unchanged or generated", ["generated", "unchanged", "unconfined"]), doc: "AppArmor profile of the container. Unset: lxc-container-default-cgns where AppArmor is on.", since: "2.1", legacy: ["lxc.aa_profile"], security: "unconfined takes the wall of AppArmor away; in a container without an id map it is an important one.", spec: "security.apparmorProfile" }),
  apparmorIncomplete: row({ key: "lxc.apparmor.allow_incomplete", grammar: bool, default: "0", doc: "1: start also where the kernel's AppArmor cannot do all that is asked.", since: "2.1", legacy: ["lxc.aa_allow_incomplete"], security: "1 starts the container with less confinement than was asked for.", spec: "security.apparmorAllowIncomplete" }),
  apparmorNesting: row({ key: "lxc.apparmor.allow_nesting", grammar: bool, default: "0", doc: "1: a generated profile lets containers run inside the container.", since: "3.1", security: "1 lets the container mount proc and sysfs of its own, through which more of the kernel can be reached.", spec: "security.apparmorAllowNesting" }),
  apparmorRaw: row({ key: "lxc.apparmor.raw", grammar: anyText("a line of an AppArmor profile"), isRepeatable: true, doc: "Line added to a generated profile.", since: "3.1", security: "An allow rule here widens the generated profile.", spec: "security.apparmorRaw" }),
  selinuxContext: row({ key: "lxc.selinux.context", grammar: anyText("an SELinux context"), doc: "SELinux context of the container's processes. Unset: unconfined_t where SELinux is on.", since: "2.1", legacy: ["lxc.se_context"], security: "A context of the host's own processes, such as unconfined_t, takes the wall of SELinux away.", spec: "security.selinuxContext" }),
  selinuxKeyring: row({ key: "lxc.selinux.context.keyring", grammar: anyText("an SELinux context"), doc: "SELinux context of the container's keyring.", since: "4.0", spec: "security.selinuxKeyring" }),
  keyring: row({ key: "lxc.keyring.session", grammar: bool, default: "1", doc: "1: the container gets a session keyring of its own.", since: "4.0", security: "0 leaves the caller's session keyring, and the keys in it, to the container.", spec: "security.hasSessionKeyring" }),
  timeBoot: row({ key: "lxc.time.offset.boot", grammar: duration, default: "0ns", doc: "How far the container's CLOCK_BOOTTIME is off the host's; makes a time namespace.", since: "5.0", spec: "timeOffsets.boot" }),
  timeMonotonic: row({ key: "lxc.time.offset.monotonic", grammar: duration, default: "0ns", doc: "How far the container's CLOCK_MONOTONIC is off the host's; makes a time namespace.", since: "5.0", spec: "timeOffsets.monotonic" }),
};
