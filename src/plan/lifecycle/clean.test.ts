import { expect, test } from "bun:test";
import { encode } from "../../isa/encode.ts";
import type { StateRecord } from "../../model/state.ts";
import { planClean } from "./clean.ts";

const stale: StateRecord = {
  state: "RUNNING", bootId: "b", initPid: 5, initStart: 50, monitorPid: 4, monitorStart: 40, namespaces: [], links: [],
  cgroups: ["/sys/fs/cgroup/pids/lxc.payload.a", "/sys/fs/cgroup/pids/lxc.payload.a/inner", "/etc", "/sys/fs/cgroup/../../etc"],
};
const steps = (isSameBoot: boolean): readonly string[] => {
  const plan = planClean({ name: "a", lxcpath: "/l", stale, stateFile: "/s", exitFile: "/e", isSameBoot });
  encode(plan);
  return plan.ops.map((op) => ("path" in op ? `${op.op} ${op.path}` : op.op));
};

test("the socket first, the record last, the deepest cgroup before its parent, nothing outside cgroups", () => {
  expect(steps(true)).toEqual(["listen", "pidfdOpen", "kill", "waitExit", "removeTree /sys/fs/cgroup/pids/lxc.payload.a/inner", "removeTree /sys/fs/cgroup/pids/lxc.payload.a", "unlink /e", "unlink /s"]);
});

test("after a new boot there is nothing but the record", () => {
  expect(steps(false)).toEqual(["listen", "unlink /e", "unlink /s"]);
});
