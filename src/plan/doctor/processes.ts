// Owns the trials of what a container's processes are given: seccomp, keyrings, pidfds, scheduling; and of its network.
import { CLONE_NEWNET, CLONE_NEWUSER } from "../../linux/clone.ts";
import { linkUp, vethCreate } from "../../linux/netlink.ts";
import { answer, programHex } from "../../linux/seccomp/bpf.ts";
import { ACTION } from "../../linux/seccomp/policy.ts";
import { from, SLOT, type Patient, type Trial } from "./trial.ts";

const PR_SET_NO_NEW_PRIVS = 38, PR_SCHED_CORE = 62, PR_SCHED_CORE_CREATE = 1;
const SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
const ALLOW_ALL = [{ hex: programHex([answer(ACTION.allow)]) }];
const host = { kind: "host" } as const;

export const processTrials = (): readonly Trial[] => [
  { id: "seccomp.filter", group: "security", title: "seccomp filter", isNeeded: false, costs: "lxc.seccomp.profile is refused", remedy: "a kernel with CONFIG_SECCOMP_FILTER", where: host, ops: [{ op: "prctl", option: PR_SET_NO_NEW_PRIVS, arg2: 1, from }, { op: "seccomp", program: ALLOW_ALL, from }] },
  {
    id: "seccomp.notify", group: "security", title: "seccomp notification", isNeeded: false, costs: "no program outside can answer system calls for a container (lxc.seccomp.notify.proxy); needs Linux 5.0", where: host,
    ops: [{ op: "prctl", option: PR_SET_NO_NEW_PRIVS, arg2: 1, from }, { op: "seccomp", program: ALLOW_ALL, flags: SECCOMP_FILTER_FLAG_NEW_LISTENER, into: SLOT.first, from }],
  },
  { id: "keyring", group: "security", title: "session keyring of its own", isNeeded: false, costs: "a container shares the caller's keyring: lxc.keyring.session = 0", remedy: "raise kernel.keys.maxkeys, or allow keyctl(2) where a seccomp profile refuses it", where: host, ops: [{ op: "joinKeyring", from }] },
  {
    id: "pidfd", group: "processes", title: "pidfd", isNeeded: true, costs: "no container can be supervised; needs Linux 5.4", where: host,
    ops: [{ op: "clone", flags: 0, name: "process", pid: SLOT.first, pidfd: SLOT.second, body: [], from }, { op: "waitExit", pidfd: SLOT.second, timeout: 3000, from }],
  },
  { id: "sched.core", group: "processes", title: "core scheduling", isNeeded: false, costs: "lxc.sched.core = 1 is refused; of use only on processors with hyper-threads", where: host, ops: [{ op: "prctl", option: PR_SCHED_CORE, arg2: PR_SCHED_CORE_CREATE, from }] },
];

const fill = { kind: "user", flags: CLONE_NEWNET } as const;
export function networkTrials({ isRoot, user }: Patient, nic: { readonly tool?: string; readonly bridge?: string }): readonly Trial[] {
  const own: readonly Trial[] = [
    { id: "network.loopback", group: "network", title: "loopback in a network namespace", isNeeded: true, costs: "lxc.net.0.type = empty does not work", where: fill, ops: [{ op: "netlink", messages: [linkUp("lo")].flat().map((part) => ("hex" in part ? part : { raw32: part.raw32 })), from }] },
    {
      id: "network.veth", group: "network", title: "veth", isNeeded: false, costs: "containers cannot be joined to a bridge", remedy: "as root: modprobe veth", where: fill,
      ops: [{ op: "getpid", into: SLOT.first, from }, { op: "netlink", messages: [...vethCreate({ name: "doctor0" }, { name: "doctor1" }, { slot: SLOT.first })], from }],
    },
  ];
  if (isRoot || nic.tool === undefined || nic.bridge === undefined) return own;
  return [...own, {
    id: "network.user-nic", group: "network", title: `an interface on ${nic.bridge} by lxc-user-nic`, isNeeded: false, costs: "his containers have no bridged network", remedy: `as root: berth setup ${user}, and the bridge up: systemctl start lxc-net`, where: host,
    ops: [
      { op: "clone", flags: CLONE_NEWUSER | CLONE_NEWNET, name: "network", pid: SLOT.first, body: [{ op: "await", number: 1, from }], from },
      { op: "spawn", argv: [nic.tool, "create", "/var/lib/lxc", "berth-doctor", [{ slot: SLOT.first }], "veth", nic.bridge, "eth0"], env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], timeout: 5000, from },
      { op: "post", number: 1, to: SLOT.first, from },
    ],
  }];
}
