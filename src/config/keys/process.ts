// Owns the keys of what runs inside: init, its environment, signals, the host name, limits of a process.
import { rlimitNames } from "../../linux/rlimits.ts";
import { limit, signal } from "../grammar/quantity.ts";
import { architecture } from "../grammar/path.ts";
import { anyText, bool, count, integer, maxLength } from "../grammar/scalar.ts";
import { anyWords, commandLine, groupIds } from "../grammar/words.ts";
import { restart } from "../grammar/own.ts";
import { row } from "./row.ts";

export const processKeys = {
  arch: row({ key: "lxc.arch", grammar: architecture, doc: "Architecture the container's programs see (personality(2)). Unset: that of the host.", since: "0.6", spec: "arch" }),
  hostname: row({ key: "lxc.uts.name", grammar: maxLength("a host name", 64), doc: "Host name inside. Unset: the name of the container is not used, the host's own name stays.", since: "2.1", legacy: ["lxc.utsname"], spec: "hostname" }),
  initCmd: row({ key: "lxc.init.cmd", grammar: commandLine, doc: "Program that becomes pid 1, with its arguments; a path inside the container. Unset: /sbin/init.", since: "2.1", legacy: ["lxc.init_cmd"], spec: "init.cmd" }),
  initCwd: row({ key: "lxc.init.cwd", grammar: anyText("a path inside the container"), doc: "Working directory of init. Unset: /.", since: "2.1", spec: "init.cwd" }),
  initUid: row({ key: "lxc.init.uid", grammar: count(4294967294), default: "0", doc: "User id, inside, under which init runs.", since: "2.1", legacy: ["lxc.init_uid"], security: "In a container without an id map this is the id on the host.", spec: "init.uid" }),
  initGid: row({ key: "lxc.init.gid", grammar: count(4294967294), default: "0", doc: "Group id, inside, under which init runs.", since: "2.1", legacy: ["lxc.init_gid"], security: "In a container without an id map this is the id on the host.", spec: "init.gid" }),
  initGroups: row({ key: "lxc.init.groups", grammar: groupIds, isRepeatable: true, doc: "Supplementary group ids of init. Unset: none at all.", since: "5.0", security: "In a container without an id map these are groups of the host.", spec: "init.groups", getter: "commas" }),
  executeCmd: row({ key: "lxc.execute.cmd", grammar: commandLine, doc: "Command that lxc-execute runs when it is given none.", since: "3.1", spec: "executeCmd" }),
  environment: row({ key: "lxc.environment", grammar: anyText("NAME=VALUE, or NAME to take the value of the caller"), isRepeatable: true, doc: "Environment variable of init, of attached commands and of hooks that run inside.", since: "1.1", security: "Whatever stands here can be read by everything in the container; a bare name hands the caller's value in.", spec: "environment" }),
  environmentRuntime: row({ key: "lxc.environment.runtime", grammar: anyText("NAME=VALUE, or NAME to take the value of the caller"), isRepeatable: true, doc: "Environment variable of init and of attached commands only.", since: "7.0", security: "Whatever stands here can be read by everything in the container; a bare name hands the caller's value in.", spec: "environmentRuntime" }),
  environmentHooks: row({ key: "lxc.environment.hooks", grammar: anyText("NAME=VALUE, or NAME to take the value of the caller"), isRepeatable: true, doc: "Environment variable of hooks only.", since: "7.0", security: "Hooks run on the host with the rights of the one who starts the container: a PATH or LD_PRELOAD here acts on them.", spec: "environmentHooks" }),
  signalHalt: row({ key: "lxc.signal.halt", grammar: signal, default: "0", doc: "Signal that asks init to shut down. Unset: SIGPWR, or SIGRTMIN+3 where init is systemd.", since: "2.1", legacy: ["lxc.haltsignal"], spec: "signals.halt" }),
  signalReboot: row({ key: "lxc.signal.reboot", grammar: signal, default: "0", doc: "Signal that asks init to reboot. Unset: SIGINT.", since: "2.1", legacy: ["lxc.rebootsignal"], spec: "signals.reboot" }),
  signalStop: row({ key: "lxc.signal.stop", grammar: signal, default: "0", doc: "Signal that ends the container at once. Unset: SIGKILL.", since: "2.1", legacy: ["lxc.stopsignal"], spec: "signals.stop" }),
  prlimit: row({
    key: "lxc.prlimit.*", grammar: limit, doc: "Resource limit of init, by the name it has in setrlimit(2), in lower case without RLIMIT_. Unset: as the starter has it.",
    since: "2.1", legacy: ["lxc.limit.*"], security: "A limit above the starter's own lets the container take more of the host; unlimited core or memlock can fill disk and memory.", spec: "prlimits", members: rlimitNames,
  }),
  sysctl: row({ key: "lxc.sysctl.*", grammar: anyText("the value"), doc: "Kernel parameter set inside before init starts: only those that a namespace of the container owns.", since: "2.1", security: "A parameter that no namespace owns changes the host's; Berth leaves it to the kernel to refuse that.", spec: "sysctls" }),
  proc: row({ key: "lxc.proc.*", grammar: anyText("the value"), doc: "Written to the file of this name in init's /proc/PID, such as oom_score_adj.", since: "2.1", security: "oom_score_adj below 0 makes the kernel kill the host's own processes first.", spec: "procs" }),
  schedCore: row({ key: "lxc.sched.core", grammar: bool, default: "0", doc: "1: the container's tasks share a core only with each other (core scheduling).", since: "5.0", security: "Without it, programs of the container may share a core, and its side channels, with others.", spec: "coreScheduling" }),
  ephemeral: row({ key: "lxc.ephemeral", grammar: bool, default: "0", doc: "1: the container is destroyed when it stops.", since: "2.0", security: "With 1 everything in the container is gone when it stops.", spec: "isEphemeral" }),
  startAuto: row({ key: "lxc.start.auto", grammar: bool, default: "0", doc: "1: lxc-autostart starts it at boot.", since: "1.0", spec: "start.isAuto" }),
  startDelay: row({ key: "lxc.start.delay", grammar: count(), default: "0", doc: "Seconds that lxc-autostart waits after it started this one.", since: "1.0", spec: "start.delay" }),
  startOrder: row({ key: "lxc.start.order", grammar: integer, default: "0", doc: "lxc-autostart starts the lowest number first, and stops it last.", since: "1.0", spec: "start.order" }),
  restart: row({ key: "berth.restart", grammar: restart, default: "no", doc: "Whether its monitor starts it again when it has ended by itself: as compose's restart. always and unless-stopped start it at boot, too. LXC passes the line over.", since: "berth", spec: "restart" }),
  group: row({ key: "lxc.group", grammar: anyWords("names of groups"), isRepeatable: true, doc: "Groups of containers this one belongs to; lxc-autostart and lxc-ls select by them.", since: "1.0", spec: "groups" }),
  prlimitAll: row({ key: "lxc.prlimit", grammar: anyText("nothing"), doc: "With an empty value: forgets all lxc.prlimit.* set so far.", since: "2.1", legacy: ["lxc.limit"], spec: "prlimits", clears: "lxc.prlimit." }),
  sysctlAll: row({ key: "lxc.sysctl", grammar: anyText("nothing"), doc: "With an empty value: forgets all lxc.sysctl.* set so far.", since: "2.1", spec: "sysctls", clears: "lxc.sysctl." }),
  procAll: row({ key: "lxc.proc", grammar: anyText("nothing"), doc: "With an empty value: forgets all lxc.proc.* set so far.", since: "2.1", spec: "procs", clears: "lxc.proc." }),
};
