import { expect, test } from "bun:test";
import { numbered } from "../../isa/encode.ts";
import type { AttachInputs } from "../lifecycle/attach.ts";
import { planAttach } from "../lifecycle/attach.ts";

const inputs: AttachInputs = {
  name: "a", lxcpath: "/l", configured: [], command: ["ps"], elevated: [], isRemountSysProc: false, isClearEnv: false, keepVar: [], setVar: [], seccomp: "060000000000ff7f",
  caller: { pid: 1, uid: 0, euid: 0, gid: 0, egid: 0, cwd: "/here", isTty: [false, false, false], inheritedFds: [], env: {} },
  init: {
    pid: 4711, startTime: 99, namespaces: ["user", "mnt", "pid"], cgroups: [], rootUid: 0, rootGid: 0, maySetGroups: true,
    capBounding: 0x1ffffffffffn, hasNoNewPrivs: true, hasSeccompFilter: true, personality: 0, hasPtmx: false, isSystemdHalt: false,
  },
};
/** From the change of ids on: what the filter's owner could answer in the kernel's place. */
function lastSteps(changes: Partial<AttachInputs>): string {
  const made = planAttach({ ...inputs, ...changes });
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  const ops = numbered(made.value);
  const begin = ops.findIndex(({ op }) => op === "setIds");
  return ops.slice(begin - (ops[begin - 1]?.op === "prctl" ? 1 : 0), ops.findIndex(({ op }) => op === "exec") + 1).map(({ op }) => op).join(" ");
}

test("init's filter is loaded last of all: a filter can say of a change of ids that it has worked", () => {
  expect(lastSteps({})).toBe("setIds chdir prctl seccomp exec");
});

test("who is not root inside keeps the right to load it, up to the program", () => {
  expect(lastSteps({ uid: 33 })).toBe("prctl setIds chdir prctl caps seccomp exec");
  expect(lastSteps({ init: { ...inputs.init, rootUid: 1000 } })).toBe("prctl setIds chdir prctl caps seccomp exec");
  expect(lastSteps({ uid: 0, gid: 5 })).toBe("setIds chdir prctl seccomp exec");
});

test("as in LXC: not with -e LSM, nor without init's file system; then it is said", () => {
  for (const changes of [{ elevated: ["LSM"] }, { namespaces: ["pid"] }] as const) {
    expect(lastSteps(changes)).not.toContain("seccomp");
    const made = planAttach({ ...inputs, ...changes });
    expect(made.ok && numbered(made.value).find(({ op }) => op === "exec")?.note).toBe("init has a seccomp filter that this command does not get");
  }
  expect(lastSteps({ elevated: ["CGROUP", "CAP"] })).toContain("seccomp");
});
