// Owns the trials of namespaces: each by itself in a new user namespace, one of them nested.
import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWUSER, CLONE_NEWUTS } from "../../linux/clone.ts";
import { from, SLOT, type Patient, type Trial } from "./trial.ts";

const SINGLE: readonly (readonly [name: string, flag: number, costs: string, isNeeded: boolean])[] = [
  ["mount", CLONE_NEWNS, "no container has files of its own", true],
  ["pid", CLONE_NEWPID, "no container has processes of its own", true],
  ["uts", CLONE_NEWUTS, "no container has a name of its own", true],
  ["ipc", CLONE_NEWIPC, "containers share System V IPC and message queues with the host", true],
  ["network", CLONE_NEWNET, "containers must share the host's network (lxc.net.0.type = none)", true],
  ["cgroup", CLONE_NEWCGROUP, "containers see the host's cgroup paths; systemd in them may not boot", false],
  ["time", CLONE_NEWTIME, "lxc.time.offset.* cannot be set", false],
];

export function namespaceTrials({ isRoot, setup }: Patient): readonly Trial[] {
  const remedy = isRoot ? "sysctl -w user.max_user_namespaces=15000" : setup;
  return [
    { id: "namespace.user", group: "namespaces", title: "user namespace", isNeeded: !isRoot, costs: isRoot ? "no container has ids of its own: only privileged ones start" : "no container starts", remedy, where: { kind: "user", flags: 0 }, ops: [] },
    ...SINGLE.map(([name, flags, costs, isNeeded]): Trial => ({ id: `namespace.${name}`, group: "namespaces", title: `${name} namespace`, isNeeded, costs, where: { kind: "user", flags }, ops: [] })),
    {
      id: "namespace.nested", group: "namespaces", title: "user namespace in a user namespace", isNeeded: false, costs: "no unprivileged containers inside containers, no sandboxes of browsers in them", remedy: "sysctl -w user.max_user_namespaces=15000 as root, or a less strict seccomp profile around this session",
      where: { kind: "user", flags: 0 }, ops: [{ op: "clone", flags: CLONE_NEWUSER, name: "nested", pid: SLOT.first, body: [], from }, { op: "exitWith", child: SLOT.first, from }],
    },
  ];
}
