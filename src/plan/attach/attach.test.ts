import { expect, test } from "bun:test";
import { encode, numbered } from "../../isa/encode.ts";
import type { Op, Plan } from "../../isa/op.ts";
import { CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS } from "../../linux/clone.ts";
import type { InitFacts } from "../../model/init.ts";
import type { AttachInputs } from "../lifecycle/attach.ts";
import { planAttach } from "../lifecycle/attach.ts";
import { attachedEnvironment, DEFAULT_PATH } from "./environment.ts";

const init: InitFacts = {
  pid: 4711, startTime: 99, namespaces: ["user", "mnt", "pid", "uts"], cgroups: [{ version: 1, directory: "/sys/fs/cgroup/pids/lxc.payload.a" }], rootUid: 0, rootGid: 0, maySetGroups: true,
  capBounding: 0x1ffffffffffn, hasNoNewPrivs: false, hasSeccompFilter: false, personality: 0, hasPtmx: true, isSystemdHalt: false,
};
const caller = { pid: 1, uid: 0, euid: 0, gid: 0, egid: 0, cwd: "/here", isTty: [false, false, false], inheritedFds: [], env: { TERM: "x", A: "1" } } as const;
const inputs: AttachInputs = {
  name: "a", lxcpath: "/l", caller, init, configured: [], command: ["ps", "-ef"], elevated: [], isRemountSysProc: false, isClearEnv: false, keepVar: [], setVar: [],
};
function plan(changes: Partial<AttachInputs>): Plan {
  const made = planAttach({ ...inputs, ...changes });
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  encode(made.value);
  return made.value;
}
const find = <K extends Op["op"]>(made: Plan, kind: K): readonly Extract<Op, { op: K }>[] => numbered(made).filter((op): op is Extract<Op, { op: K }> => op.op === kind);
const kinds = (made: Plan): string => numbered(made).map(({ op }) => op).join(" ");

test("launcher, attach, command: cgroups before namespaces, the command in a child", () => {
  expect(kinds(plan({}))).toBe("pidfdOpen clone recvFd await exitWith prctl writeFile setns close clone sendFd waitExec post exitWith close waitExit kill kill setIds chdir exec kill");
  expect(find(plan({}), "pidfdOpen")[0]).toMatchObject({ pid: 4711, startTime: 99 });
});

test("all namespaces at once; -s takes a part, and only of what the container has", () => {
  expect(find(plan({}), "setns")[0]?.flags).toBe(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS);
  expect(find(plan({ namespaces: ["uts", "net"] }), "setns")[0]?.flags).toBe(CLONE_NEWUTS);
  expect(find(plan({ namespaces: ["net"] }), "setns")).toEqual([]);
  expect(CLONE_NEWNET).toBe(0x40000000);
});

test("bounding capabilities and no_new_privs are init's, unless -e CAP", () => {
  const bound = { ...init, capBounding: 0x1fffeffffffn, hasNoNewPrivs: true };
  expect(find(plan({ init: bound }), "capBounding")[0]?.drop).toBe(1 << 24);
  expect(find(plan({ init: bound }), "prctl")[1]).toMatchObject({ option: 38, arg2: 1 });
  expect(find(plan({ init: bound, elevated: ["CAP"] }), "capBounding")).toEqual([]);
  expect(find(plan({ elevated: ["CGROUP"] }), "writeFile")).toEqual([]);
});

test("ids: the container's root, -u and -g; groups stay where setgroups is denied", () => {
  expect(find(plan({ init: { ...init, rootUid: 500, rootGid: 501 } }), "setIds")[0]).toMatchObject({ uid: 500, gid: 501, groups: [], flags: 0 });
  expect(find(plan({ uid: 33 }), "setIds")[0]).toMatchObject({ uid: 33, gid: 0 });
  expect(find(plan({ init: { ...init, maySetGroups: false } }), "setIds")[0]?.flags).toBe(1);
});

test("a terminal: the container's pty, opened by the command, relayed by the launcher, only where a terminal was", () => {
  const made = plan({ caller: { ...caller, isTty: [true, false, true] } });
  expect(kinds(made)).toBe("pidfdOpen clone recvFd recvFd await relay exitWith prctl writeFile setns close clone sendFd recvFd sendFd close waitExec post exitWith close waitExit kill kill setIds chdir openPty sendFd close setsid controllingTty dup dup close exec kill");
  expect(find(made, "dup").map(({ fd }) => fd)).toEqual([0, 2]);
});

test("no ptmx inside, or its mounts not joined: the launcher's own pty", () => {
  const tty = { ...caller, isTty: [true, true, true] } as const;
  for (const changes of [{ init: { ...init, hasPtmx: false } }, { namespaces: ["pid"] }]) {
    const made = plan({ caller: tty, ptyLog: "/log", ...changes });
    expect(kinds(made)).toStartWith("pidfdOpen open openPty clone close recvFd await relay exitWith");
    expect(find(made, "relay")[0]?.log).toBe(find(made, "open")[0]?.into);
  }
});

test("without a command: the user's shell, /bin/sh when that is missing", () => {
  expect(find(plan({ command: [], init: { ...init, shell: "/bin/bash" } }), "exec")[0]).toMatchObject({ path: "/bin/bash", argv: ["/bin/bash"], fallback: ["/bin/sh"] });
  expect(find(plan({ command: [] }), "exec")[0]).toMatchObject({ path: "/bin/sh" });
});

test("-R mounts what was joined, and only when the mounts were not", () => {
  expect(find(plan({ namespaces: ["pid"], isRemountSysProc: true }), "fsMount").map(({ type }) => type)).toEqual(["proc"]);
  expect(find(plan({ isRemountSysProc: true }), "fsMount")).toEqual([]);
});

test("cgroup v2 with controllers below: one directory deeper; a user is not stopped by a refusal", () => {
  const made = plan({ caller: { ...caller, euid: 1000 }, init: { ...init, cgroups: [{ version: 2, directory: "/c/p", inner: ".lxc" }] } });
  expect(find(made, "mkdir")[0]?.path).toBe("/c/p/.lxc");
  expect(find(made, "writeFile")[0]).toMatchObject({ path: "/c/p/.lxc/cgroup.procs", data: "0" });
  expect(find(made, "writeFile")[0]?.onError).toContain("EACCES");
});

test("root's processes are born in a cgroup of v2 and move themselves by tasks on v1; -e CGROUP does neither", () => {
  const both = { ...init, cgroups: [{ version: 1, directory: "/c/pids" }, { version: 2, directory: "/c/u" }] } as const;
  const made = plan({ init: both });
  expect(find(made, "writeFile").map(({ path }) => path)).toEqual(["/c/pids/tasks"]);
  expect(find(made, "open")[0]).toMatchObject({ path: "/c/u", into: find(made, "clone")[0]?.cgroup });
  expect(find(made, "close").map(({ slot }) => slot)).toContain(find(made, "clone")[0]?.cgroup ?? -1);
  expect(find(plan({ init: both, elevated: ["CGROUP"] }), "clone")[0]?.cgroup).toBeUndefined();
});

test("personality: init's, or --arch", () => {
  expect(find(plan({ init: { ...init, personality: 8 } }), "personality")[0]?.value).toBe(8);
  expect(find(plan({ arch: "i686" }), "personality")[0]?.value).toBe(8);
  expect(find(plan({ arch: "x86_64", init: { ...init, personality: 8 } }), "personality")[0]?.value).toBe(0);
});

test("environment: kept ones, PATH, container, the config's, --set-var; the last of a name wins", () => {
  const wishes = { isClearEnv: true, keepVar: ["X", "NONE"], setVar: ["FOO=cli"], configured: ["FOO=conf", "BAR=b", "Y"], caller: { X: "1", Y: "2" } };
  expect(attachedEnvironment(wishes)).toEqual(["X=1", `PATH=${DEFAULT_PATH}`, "container=lxc", "FOO=cli", "BAR=b", "Y=2"]);
  expect(attachedEnvironment({ ...wishes, isClearEnv: false, configured: [], setVar: [], caller: { PATH: "/p" } })).toEqual(["container=lxc"]);
});
