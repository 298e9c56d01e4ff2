// A policy with notify as a plan: the listener's way to the monitor, of a start and of an attach; and what a namespace that is the host's means.
import { expect, test } from "bun:test";
import { check } from "../../src/isa/check.ts";
import { numbered } from "../../src/isa/encode.ts";
import type { Op } from "../../src/isa/op.ts";
import type { AttachInputs } from "../../src/plan/lifecycle/attach.ts";
import { planAttach } from "../../src/plan/lifecycle/attach.ts";
import { planStart } from "../../src/plan/lifecycle/start.ts";
import { at, factsOf, idmap, inputsOf, specOf } from "./fixtures.ts";

const PROGRAM = "060000000000ff7f";
const KEY = "lxc.seccomp.notify.proxy";
const security = { capDrop: [], hasSessionKeyring: true, seccompProfile: at("/p", 5, "lxc.seccomp.profile"), seccompNotifyProxy: at("/run/proxy", 6, KEY), seccompNotifyCookie: at("a b", 7, "lxc.seccomp.notify.cookie") };
const started = (isNotified: boolean): readonly Op[] => {
  const plan = planStart(specOf({ security }), factsOf(), inputsOf({ seccomp: { program: PROGRAM, file: "/p", problems: [], ...(isNotified ? { isNotified } : {}) } }));
  if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
  expect(check(plan.value)).toEqual([]);
  return numbered(plan.value);
};
/** From the filter on. */
const behind = (ops: readonly Op[], name: Op["op"], count: number): readonly string[] => {
  const first = ops.findIndex(({ op }) => op === name);
  return ops.slice(first, first + count).map(({ op }) => op);
};

test("a start: the child hands the listener over at once, the monitor asks the proxy before it waits on", () => {
  const ops = started(true);
  expect(behind(ops, "seccomp", 3)).toEqual(["seccomp", "sendFd", "close"]);
  const asks = ops.find((op) => op.op === "seccompNotify");
  expect(asks).toMatchObject({ proxy: "/run/proxy", cookie: "a b", from: { line: 6, key: KEY } });
  expect(behind(ops, "seccompNotify", 3)).toEqual(["seccompNotify", "close", "await"]);
});

test("without notify nobody has a listener; LXC's own lxc-attach is told the policy's file in any case", () => {
  const ops = started(false);
  expect(ops.some((op) => op.op === "seccompNotify" || (op.op === "seccomp" && op.into !== undefined))).toBe(false);
  const supervise = ops.find((op) => op.op === "supervise");
  expect(supervise?.op === "supervise" && supervise.options).toContain("answer=7:lxc.seccomp.profile=/p");
});

test("an attach: the listener goes by the launcher, who alone can reach the monitor", () => {
  const inputs: AttachInputs = {
    name: "a", lxcpath: "/l", configured: [], command: ["ps"], elevated: [], isRemountSysProc: false, isClearEnv: false, keepVar: [], setVar: [], seccomp: PROGRAM, isSeccompNotified: true,
    caller: { pid: 1, uid: 0, euid: 0, gid: 0, egid: 0, cwd: "/here", isTty: [false, false, false], inheritedFds: [], env: {} },
    init: { pid: 4711, startTime: 99, namespaces: ["user", "mnt", "pid", "net"], cgroups: [], rootUid: 0, rootGid: 0, maySetGroups: true, capBounding: 0n, hasNoNewPrivs: false, hasSeccompFilter: true, personality: 0, hasPtmx: false, isSystemdHalt: false },
  };
  const plan = planAttach(inputs);
  if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
  const plain = planAttach({ ...inputs, isSeccompNotified: false });
  expect(check(plan.value)).toEqual(plain.ok ? check(plain.value) : []);
  expect(behind(numbered(plan.value), "seccomp", 4)).toEqual(["seccomp", "sendFd", "close", "exec"]);
  expect(plan.value.ops.find(({ op }) => op === "askMonitor")).toMatchObject({ kind: 13, address: "/l/a/command" });
  const open = planAttach({ ...inputs, elevated: ["LSM"] });
  expect(open.ok && open.value.ops.some(({ op }) => op === "askMonitor")).toBe(false);
});

test("the host's namespaces: its name is not set, and no ids are mapped in its user namespace", () => {
  const keep = (name: "uts" | "user"): ReturnType<typeof planStart> => planStart(specOf({ idmap: name === "user" ? idmap : [], hostname: at("web", 8, "lxc.uts.name"), namespaces: { share: {}, keep: [at(name, 9, "lxc.namespace.keep")] } }), factsOf(), inputsOf());
  const uts = keep("uts");
  if (!uts.ok) throw new Error(JSON.stringify(uts.problems));
  expect(numbered(uts.value).some(({ op }) => op === "hostname")).toBe(false);
  expect(uts.warnings?.map(({ at: where }) => where?.line)).toEqual([8]);
  const user = keep("user");
  expect(user.ok || user.problems.map(({ code, at: where }) => [code, where?.line])).toEqual([["config.conflict", 9]]);
});
