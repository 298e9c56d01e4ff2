// Security labels as plans: AppArmor's profiles of every kind, SELinux' contexts, the same for a command that joins.
import { expect, test } from "bun:test";
import type { Op } from "../../src/isa/op.ts";
import type { ApparmorFacts } from "../../src/model/apparmor.ts";
import type { HostFacts } from "../../src/model/facts.ts";
import type { ContainerSpec } from "../../src/model/spec.ts";
import { takeLabel } from "../../src/plan/attach/identity.ts";
import { planClean } from "../../src/plan/lifecycle/clean.ts";
import { planStart } from "../../src/plan/lifecycle/start.ts";
import { chooseApparmor } from "../../src/plan/security/apparmor.ts";
import { generatedProfile } from "../../src/plan/security/profile-rules.ts";
import { at, factsOf, inputsOf, specOf } from "./fixtures.ts";

const debian: ApparmorFacts = {
  ownLabel: "unconfined", canStack: true, isStacked: false, hasMount: true, hasUnix: false, hasOwnFiles: true, mayLoad: true, parser: "/sbin/apparmor_parser",
  loaded: ["lxc-container-default", "lxc-container-default-cgns"],
};
const KEY = "lxc.apparmor.profile";
const secured = (profile: string | undefined, more: Partial<ContainerSpec["security"]> = {}): ContainerSpec =>
  specOf({ security: { capDrop: [], hasSessionKeyring: true, ...(profile === undefined ? {} : { apparmorProfile: at(profile, 5, KEY) }), ...more } });
const chosen = (profile: string | undefined, facts: Partial<ApparmorFacts> = {}, more: Partial<ContainerSpec["security"]> = {}) => {
  const { label, shipped, own, problems } = chooseApparmor(secured(profile, more), { ...debian, ...facts }, true);
  return { label, ...(shipped === undefined ? {} : { shipped }), ...(own?.namespace === undefined ? {} : { namespace: own.namespace }), problems: problems.map(({ severity = "error", text }) => `${severity}: ${text}`) };
};
const flat = (ops: readonly Op[]): readonly Op[] => ops.flatMap((op) => [op, ...(op.op === "clone" ? flat(op.body) : []), ...flat(op.undo ?? [])]);
function touched(spec: ContainerSpec, host: Partial<HostFacts>, facts?: Partial<ApparmorFacts>): readonly string[] {
  const apparmor = facts === undefined ? {} : { apparmor: { ...chooseApparmor(spec, { ...debian, ...facts }, true), parser: "/sbin/apparmor_parser", hasOwnFiles: true, isFileFresh: false } };
  const plan = planStart(spec, factsOf(host), inputsOf(apparmor));
  if (!plan.ok) return plan.problems.map(({ text }) => text);
  return flat(plan.value.ops).flatMap((op) => {
    if (op.op === "writeFile" && /apparmor|exec|keycreate/.test(String(op.path))) return [`write ${String(op.path)} ${String(op.data).split("\n")[0]}`];
    return op.op === "spawn" ? [op.argv.join(" ")] : (op.op === "mkdir" || op.op === "unlink") && String(op.path).includes("apparmor") ? [`${op.op} ${String(op.path)}`] : [];
  });
}

test("which label: LXC's defaults, words and names", () => {
  expect(chosen(undefined)).toEqual({ label: "lxc-container-default-cgns", problems: [] });
  expect([chosen("unchanged"), chosen("unconfined")]).toEqual([{ label: undefined, problems: [] }, { label: undefined, problems: [] }]);
  expect(chosen("unconfined", { ownLabel: "mine" })).toEqual({ label: "unconfined", problems: [] });
  expect(chosen("lxc-container-default-with-nesting")).toEqual({ label: "lxc-container-default-with-nesting", shipped: "lxc-container-default-with-nesting", problems: [] });
  expect(chosen("mine")).toEqual({ label: "mine", problems: ["error: AppArmor profile 'mine' is not loaded"] });
});

test("a generated profile: stacked with a policy namespace where that can be", () => {
  expect(chosen("generated")).toEqual({ label: "lxc-web_</var/lib/lxc>//&:lxc-web_<-var-lib-lxc>:", namespace: "lxc-web_<-var-lib-lxc>", problems: [] });
  expect(chosen("generated", { isStacked: true })).toEqual({ label: "lxc-web_</var/lib/lxc>", problems: [] });
  const { parser: _, ...without } = debian;
  expect(chooseApparmor(secured("generated"), without, true).problems.map(({ text }) => text)).toEqual(["a generated AppArmor profile needs apparmor_parser, which is not installed"]);
});

test("a user cannot load one, and is told what the container gets", () => {
  expect(chosen("generated", { mayLoad: false })).toEqual({ label: "lxc-container-default-cgns", problems: ["warning: only root can load a generated AppArmor profile: the container gets 'lxc-container-default-cgns' instead"] });
  expect(chosen("generated", { mayLoad: false }, { apparmorAllowNesting: at(true, 6, "lxc.apparmor.allow_nesting") }).label).toBe("lxc-container-default-with-nesting");
});

test("a caller who is confined, a kernel that knows no mounts", () => {
  const confined = { canStack: false, ownLabel: "jail" };
  expect([chosen(undefined, confined).problems, chosen("jail", confined).problems, chosen("mine", confined).problems]).toEqual([[], [], ["error: this caller is confined by AppArmor ('jail') and cannot take 'mine' on top"]]);
  expect(chosen(undefined, { hasMount: false }).problems).toEqual(["error: this kernel's AppArmor does not know mounts: the profile cannot be all that it says"]);
  expect(chosen(undefined, { hasMount: false }, { apparmorAllowIncomplete: at(true, 6, "lxc.apparmor.allow_incomplete") }).problems).toEqual(["warning: this kernel's AppArmor does not know mounts: the profile cannot be all that it says"]);
});

test("what a generated profile is made of", () => {
  const text = (more: object): string => generatedProfile({ name: "p", hasCgroupNamespace: true, hasUnix: true, isNesting: false, hasIdmap: false, raw: ["deny /x w,"], ...more });
  expect(text({})).toContain('profile "p" flags=(attach_disconnected,mediate_deleted) {');
  expect([text({}), text({ namespace: "n" })].map((profile) => [profile.includes("deny /sys/kernel/security/** rwklx,"), profile.includes('change_profile -> ":n:*",')])).toEqual([[true, false], [false, true]]);
  expect([text({}), text({ isNesting: true }), text({ hasIdmap: true })].map((profile) => [profile.includes("  mount,\n"), profile.includes("pivot_root,"), profile.includes("deny /x w,")])).toEqual([[false, false, true], [true, true, true], [false, true, true]]);
  expect([text({}), text({ hasUnix: false })].map((profile) => profile.includes("unix (receive),"))).toEqual([true, false]);
});

test("a start loads it, takes the label on init's exec, and takes it out again", () => {
  expect(touched(secured("generated"), { lsms: ["apparmor"] }, {})).toEqual([
    "mkdir /var/lib/lxc/web/apparmor", "write /var/lib/lxc/web/apparmor/lxc-web_<-var-lib-lxc> #include <tunables/global>", "mkdir /var/cache/lxc/apparmor",
    "mkdir /sys/kernel/security/apparmor/policy/namespaces/lxc-web_<-var-lib-lxc>", "unlink /sys/kernel/security/apparmor/policy/namespaces/lxc-web_<-var-lib-lxc>",
    "/sbin/apparmor_parser -rWL /var/cache/lxc/apparmor /var/lib/lxc/web/apparmor/lxc-web_<-var-lib-lxc>", "write /sys/kernel/security/apparmor/.remove lxc-web_</var/lib/lxc>",
    "write apparmor/exec exec lxc-web_</var/lib/lxc>//&:lxc-web_<-var-lib-lxc>:",
  ]);
  expect(touched(secured("lxc-container-default-with-nesting"), { lsms: ["apparmor"] }, {})).toEqual(["/sbin/apparmor_parser -r /opt/berth/share/berth/apparmor/lxc-container-default-with-nesting", "write apparmor/exec exec lxc-container-default-with-nesting"]);
});

test("SELinux: the context of init's program and of its keys", () => {
  const context = { selinuxContext: at("system_u:system_r:lxc_t:s0", 7, "lxc.selinux.context") };
  const keyring = { selinuxKeyring: at("system_u:system_r:keys_t:s0", 8, "lxc.selinux.context.keyring") };
  const selinux = { lsms: ["selinux"] };
  expect(touched(secured(undefined, context), selinux)).toEqual(["write /proc/thread-self/attr/keycreate system_u:system_r:lxc_t:s0", "write exec system_u:system_r:lxc_t:s0"]);
  expect(touched(secured(undefined, { ...context, ...keyring }), selinux)[0]).toBe("write /proc/thread-self/attr/keycreate system_u:system_r:keys_t:s0");
  expect(touched(secured(undefined, { selinuxContext: at("unconfined_t", 7, "lxc.selinux.context") }), { lsms: [] })).toEqual([]);
});

test("what the kernel lacks is refused", () => {
  expect(touched(secured("mine"), { lsms: [] })).toEqual(["AppArmor profile 'mine' cannot be applied: this kernel runs no AppArmor"]);
  expect(touched(secured("generated"), { lsms: [] })).toEqual([]);
  expect(touched(secured("mine", { apparmorAllowIncomplete: at(true, 6, "lxc.apparmor.allow_incomplete") }), { lsms: [] })).toEqual([]);
  expect(touched(secured(undefined, { selinuxContext: at("a:b:c:s0", 7, "lxc.selinux.context") }), { lsms: [] })).toEqual(["SELinux context 'a:b:c:s0' cannot be set: this kernel runs no SELinux"]);
});

test("an attached command takes init's label, or the one that is asked for", () => {
  const init = (value: string, isApparmor: boolean) => ({
    pid: 1, startTime: 1, namespaces: [], cgroups: [], rootUid: 0, rootGid: 0, maySetGroups: true, capBounding: 0n, hasNoNewPrivs: false, hasSeccompFilter: false, personality: 0, hasPtmx: false, isSystemdHalt: false,
    label: { value, isApparmor, file: isApparmor ? "apparmor/exec" : "exec" } as const,
  });
  const taken = (value: string, isApparmor: boolean, context?: string): readonly unknown[] => takeLabel(init(value, isApparmor), context).map((op) => (op.op === "writeFile" ? [op.path, op.data] : op));
  expect(taken("p//&:n:unconfined", true)).toEqual([["/proc/thread-self/attr/apparmor/exec", "exec p//&:n:unconfined"]]);
  expect(taken("a:b:c:s0", false)).toEqual([["/proc/thread-self/attr/exec", "a:b:c:s0"]]);
  expect([taken("unconfined", true), taken("unconfined", true, "p")]).toEqual([[], [["/proc/thread-self/attr/apparmor/exec", "exec p"]]]);
});

test("of a killed monitor only the container's own profile is taken out", () => {
  const removed = (profile: string): readonly string[] => planClean({
    name: "web", lxcpath: "/l", stateFile: "/s", exitFile: "/e", isSameBoot: true, stale: { state: "RUNNING", bootId: "b", cgroups: [], namespaces: [], links: [], apparmor: { profile, namespace: "lxc-web_<-l>" } },
  }).ops.flatMap((op) => (op.op === "writeFile" ? [String(op.data)] : []));
  expect([removed("lxc-web_</l>"), removed("lxc-other_</l>")]).toEqual([["lxc-web_</l>"], []]);
});
