import { expect, test } from "bun:test";
import type { Nic } from "../../src/model/nic.ts";
import { planStart } from "../../src/plan/lifecycle/start.ts";
import { expectGolden } from "./golden.ts";
import { check } from "../../src/isa/check.ts";
import { explainPlan } from "../../src/isa/explain.ts";
import { at, delegated, factsOf, hybrid, idmap, inputsOf, line, specOf, undelegated, unified, userFacts, v2 } from "./fixtures.ts";

const nic = (more: Partial<Nic>): Nic => ({ index: 0, type: "veth", isUp: true, ipv4: [], ipv6: [], other: {}, from: line(20, "lxc.net.0.type"), ...more });
const empty = nic({ type: "empty" });

/** One instruction of a system call filter: return SECCOMP_RET_ALLOW. */
const ALLOW_ALL = "060000000000ff7f";

test("root, privileged, cgroup v1 and v2 side by side", () => {
  const spec = specOf({
    nics: [empty], hostname: at("web", 5, "lxc.uts.name"), ttyMax: at(2, 6, "lxc.tty.max"), ttyDir: at("lxc", 7, "lxc.tty.dir"),
    security: { capDrop: [at("sys_module", 8, "lxc.cap.drop"), at("sys_time", 8, "lxc.cap.drop")], hasSessionKeyring: true },
    cgroup: { isRelative: false, v2: [], v1: [at({ file: "memory.memsw.limit_in_bytes", value: "2G" }, 9, "lxc.cgroup.memory.memsw.limit_in_bytes"), at({ file: "memory.limit_in_bytes", value: "1G" }, 10, "lxc.cgroup.memory.limit_in_bytes"), at({ file: "devices.deny", value: "a" }, 11, "lxc.cgroup.devices.deny")] },
  });
  expectGolden("root-hybrid", planStart(spec, factsOf({ cgroups: hybrid }), inputsOf()));
});

test("root, id map, cgroup v2", () => {
  const spec = specOf({ idmap, nics: [empty], cgroup: { isRelative: false, v1: [], v2: [at({ file: "memory.max", value: "1G" }, 9, "lxc.cgroup2.memory.max"), at({ file: "io.max", value: "8:0 rbps=1" }, 10, "lxc.cgroup2.io.max"), at({ file: "devices.deny", value: "a" }, 11, "lxc.cgroup2.devices.deny"), at({ file: "devices.allow", value: "c 1:3 rwm" }, 12, "lxc.cgroup2.devices.allow")] } });
  expectGolden("root-idmap-v2", planStart(spec, factsOf({ cgroups: unified }), inputsOf({ pidfile: "/run/web.pid" })));
});

test("user, delegated cgroup", () => expectGolden("user-delegated", planStart(specOf({ idmap, nics: [empty] }), userFacts(), inputsOf())));

test("user, cgroup not delegated: one warning, and it runs", () => {
  const spec = specOf({ idmap, nics: [empty], cgroup: { isRelative: false, v1: [], v2: [at({ file: "memory.max", value: "1G" }, 9, "lxc.cgroup2.memory.max")] } });
  const result = planStart(spec, userFacts({ cgroups: undelegated }), inputsOf());
  expect(result.ok ? result.warnings?.length : -1).toBe(1);
  expectGolden("user-undelegated", result);
});

test("user who maps only his own id: no helper is needed", () => {
  const own = [at({ kind: "u", inside: 0, outside: 1000, count: 1 } as const, 3, "lxc.idmap"), at({ kind: "g", inside: 0, outside: 1000, count: 1 } as const, 4, "lxc.idmap")];
  const { newuidmap: _uid, newgidmap: _gid, ...without } = userFacts({ cgroups: undelegated, subuid: [], subgid: [] });
  expectGolden("user-own-id", planStart(specOf({ idmap: own, nics: [empty] }), without, inputsOf()));
});

test("user with single ids and no root inside", () => {
  const single = [at({ kind: "u", inside: 1000, outside: 2002, count: 1 } as const, 3, "lxc.idmap"), at({ kind: "g", inside: 1000, outside: 2002, count: 1 } as const, 4, "lxc.idmap")];
  const ids = [{ owner: "ada", start: 2001, count: 2 }];
  expectGolden("user-single-id", planStart(specOf({ idmap: single, nics: [empty] }), userFacts({ cgroups: undelegated, subuid: ids, subgid: ids }), inputsOf()));
});

test("root, a veth into a bridge", () => {
  const spec = specOf({
    idmap, nics: [nic({
      scriptUp: "/bin/up", scriptDown: "/bin/down", link: "lxcbr0", hwaddr: "00:16:3e:01:02:03", ipv4Gateway: "10.0.3.1", ipv6Gateway: "fe80::1",
      ipv4: [{ address: "10.0.3.7", prefix: 24, from: line(21, "lxc.net.0.ipv4.address") }], ipv6: [{ address: "fd00::7", prefix: 64, from: line(22, "lxc.net.0.ipv6.address") }],
    })],
  });
  expectGolden("root-veth", planStart(spec, factsOf(), inputsOf()));
});

test("mounts, hooks, limits and the rest, in the foreground", () => {
  const mount = { source: "/srv", target: "srv", fstype: "none", options: ["rbind", "ro"], create: "dir", isOptional: false, isRelative: false, from: line(30, "lxc.mount.entry") } as const;
  const spec = specOf({
    mounts: [mount, { ...mount, source: "/dev/fuse", target: "dev/fuse", create: "file", options: ["bind"], isOptional: true, from: line(31, "lxc.mount.entry") }, { ...mount, source: "shm", target: "dev/shm", fstype: "tmpfs", options: ["nodev", "size=1m"], from: line(32, "lxc.mount.entry") }],
    hooks: { "pre-start": [at("/bin/a b", 40, "lxc.hook.pre-start")], "pre-mount": [at("/bin/p", 41, "lxc.hook.pre-mount")], mount: [at("/bin/m", 42, "lxc.hook.mount")], start: [at("/bin/s", 43, "lxc.hook.start")], stop: [at("/bin/t", 44, "lxc.hook.stop")], "post-stop": [at("/bin/z", 45, "lxc.hook.post-stop")] },
    prlimits: [at({ resource: "nofile", soft: 512n, hard: 1024n }, 50, "lxc.prlimit.nofile")], sysctls: [at({ key: "net.ipv4.ip_forward", value: "1" }, 51, "lxc.sysctl.net.ipv4.ip_forward")],
    procs: [at({ file: "oom_score_adj", value: "10" }, 52, "lxc.proc.oom_score_adj")], arch: at("i686", 53, "lxc.arch"),
    timeOffsets: { boot: at(-1_500_000_000n, 54, "lxc.time.offset.boot") }, environment: [at("A=b", 55, "lxc.environment"), at("TERM", 56, "lxc.environment")],
    security: { capDrop: [], capKeep: [at("chown", 57, "lxc.cap.keep")], noNewPrivs: at(true, 58, "lxc.no_new_privs"), seccompProfile: at("/etc/x.seccomp", 59, "lxc.seccomp.profile"), hasSessionKeyring: false },
    init: { cmd: at(["/sbin/init", "--x"], 60, "lxc.init.cmd"), cwd: at("/srv", 61, "lxc.init.cwd"), uid: at(1000, 62, "lxc.init.uid"), gid: at(1000, 63, "lxc.init.gid"), groups: at([5, 6], 64, "lxc.init.groups") },
  });
  const facts = factsOf();
  expectGolden("foreground", planStart(spec, { ...facts, caller: { ...facts.caller, env: { TERM: "xterm" } } }, inputsOf({ isDaemon: false, closeAllFds: true, seccomp: { program: ALLOW_ALL, problems: [] } })));
});

test("cgroups whose name is in use", () => {
  const cgroupsOf = (self: string, taken: readonly string[], isReboot: boolean): readonly string[] => {
    const result = planStart(specOf(), factsOf({ cgroups: { ...unified, self, taken } }), inputsOf({ isReboot }));
    return result.ok ? explainPlan(result.value).flatMap((text) => /make sure there is a directory \/sys\/fs\/cgroup\/(\S+)/.exec(text)?.[1] ?? []).filter((name) => name !== "lxc.pivot") : [];
  };
  expect(cgroupsOf("0::/", [], false)).toEqual(["lxc.monitor.web", "lxc.payload.web"]);
  expect(cgroupsOf("0::/", ["lxc.payload.web"], false)).toEqual(["lxc.monitor.web-1", "lxc.payload.web-1"]);
  expect(cgroupsOf("0::/", ["lxc.payload.web", "lxc.monitor.web-1"], false)).toEqual(["lxc.monitor.web-2", "lxc.payload.web-2"]);
  expect(cgroupsOf("0::/lxc.monitor.web-1", ["lxc.payload.web", "lxc.payload.web-1"], true)).toEqual(["lxc.monitor.web-1", "lxc.payload.web-1"]);
});
test.each(["lxc.monitor.web", "lxc.pivot"])("a user's next start from %s does not go one cgroup deeper, and leaves the one it began in as it is", (left) => {
  const cgroups = { ...delegated, self: `0::/user.slice/web.scope/${left}\n`, hierarchies: [v2({ base: `/user.slice/web.scope/${left}` })] };
  const textOf = (isReboot: boolean): string => { const result = planStart(specOf({ idmap }), userFacts({ cgroups: isReboot ? cgroups : delegated }), inputsOf({ isReboot })); return result.ok ? explainPlan(result.value).join("\n") : ""; };
  expect(textOf(true)).toContain("/user.slice/web.scope/lxc.payload.web");
  expect(textOf(true)).not.toContain(`${left}/lxc.payload.web`);
  expect([textOf(false), textOf(true)].map((text) => text.includes("/user.slice/web.scope/cgroup.subtree_control"))).toEqual([true, false]);
});
test("a restart policy is asked about at the end: in the background alone, and not of what is destroyed then", () => {
  const asks = (when: string, more: { readonly isEphemeral?: boolean; readonly isDaemon?: boolean } = {}): boolean => {
    const result = planStart(specOf({ restart: { value: when, from: line(9, "berth.restart") }, isEphemeral: more.isEphemeral ?? false }), factsOf(), inputsOf({ isDaemon: more.isDaemon ?? true }));
    return result.ok && explainPlan(result.value).some((text) => text.includes("whether it starts again"));
  };
  expect([asks("always"), asks("on-failure:3"), asks("no"), asks("always", { isEphemeral: true }), asks("always", { isDaemon: false })]).toEqual([true, true, false, false, false]);
});

test("root starts a user's container: its directory lets only the container's root in", () => {
  const facts = factsOf();
  const own = { kind: "directory", uid: 100000, gid: 1000, mode: 0o40770 } as const;
  const opsOf = (mode: number): readonly string[] => {
    const result = planStart(specOf({ idmap }), { ...facts, paths: { ...facts.paths, "/var/lib/lxc/web": { ...own, mode } } }, inputsOf());
    return result.ok ? explainPlan(result.value).filter((text) => /become uid 0|copy the mount at \/var\/lib\/lxc\/web\/rootfs/.test(text)).map((text) => (text.includes("become") ? "become" : "take")) : [];
  };
  expect(opsOf(0o40770)).toEqual(["become", "take"]);
  expect(opsOf(0o40711)).toEqual(["take", "become"]);
});

const cgroupWish = { mode: "mixed", isFull: false, isForced: true, isV2: false, from: line(2, "lxc.mount.auto") } as const;
test("cgroups mounted for the container, in its own cgroup namespace", () =>
  expectGolden("cgroup-mounts", planStart(specOf({ autoMounts: { cgroup: cgroupWish } }), factsOf({ cgroups: hybrid }), inputsOf())));
test("cgroups mounted for the container, without a cgroup namespace", () =>
  expectGolden("cgroup-mounts-bound", planStart(specOf({ autoMounts: { cgroup: { ...cgroupWish, isForced: false } } }), factsOf({ cgroups: hybrid, hasCgroupNamespace: false }), inputsOf())));

test("the next start after a reboot runs in the old monitor", () => expectGolden("reboot", planStart(specOf({ nics: [empty] }), factsOf(), inputsOf({ isReboot: true }))));

test("what cannot be done is said, all of it at once, and nothing is planned", () => {
  const spec = specOf({
    rootfs: { type: "zfs", path: "/nowhere", mount: "/nowhere", options: [], isManaged: true, from: line(1, "lxc.rootfs.path") }, idmap: [at({ kind: "u", inside: 0, outside: 5, count: 9 } as const, 3, "lxc.idmap")],
    nics: [nic({ type: "macvlan" }), nic({ index: 1, link: "eth0" })],
  });
  const { newuidmap: _uid, newgidmap: _gid, ...facts } = userFacts({ userns: { isAllowed: false, reason: "user.max_user_namespaces is 0" } });
  expectGolden("problems", planStart(spec, facts, inputsOf()));
});

const bind = { source: "/etc/hostname", fstype: "none", options: ["bind", "ro"], create: "file", isOptional: false, isRelative: false } as const;
const binds = (count: number): ReturnType<typeof planStart> =>
  planStart(specOf({ mounts: Array.from({ length: count }, (_, i) => ({ ...bind, target: `srv/f${i}`, from: line(30 + i, "lxc.mount.entry") })) }), factsOf(), inputsOf());

test("two thousand mounts are a plan, five thousand are too many, and it is said which", () => {
  const many = binds(2000);
  expect(many.ok && check(many.value)).toEqual([]);
  const tooMany = binds(5000);
  expect(tooMany.ok ? [] : tooMany.problems.map(({ code, cause, at: where }) => [code, cause, where?.kind === "config" ? where.line : 0])).toEqual([["unsupported", "there are 5000 of lxc.mount.entry", 5029]]);
});

test("a hundred links have a hundred names and addresses", () => {
  const many = planStart(specOf({ nics: Array.from({ length: 100 }, (_, index) => nic({ index })) }), factsOf(), inputsOf());
  const made = explainPlan(many.ok ? many.value : { verb: "", name: "", lxcpath: "", ops: [] }).join("\n").matchAll(/veth (veth\w+) here/g);
  expect(new Set([...made].map(([, name]) => name)).size).toBe(100);
});

test("the host's own init is never started on the host's own files", () => {
  const { rootfs: _rootfs, ...bare } = specOf();
  const codes = (command: readonly string[], spec = bare): readonly string[] => {
    const planned = planStart(spec, factsOf(), inputsOf({ command }));
    return planned.ok ? [] : planned.problems.map(({ code }) => code);
  };
  expect(codes([])).toEqual(["rootfs.missing"]);
  expect(codes(["/bin/true"])).toEqual([]);
  expect(codes([], { ...bare, init: { ...bare.init, cmd: { value: ["/bin/sleep", "1"], from: line(4, "lxc.init.cmd") } } })).toEqual([]);
});

test("lxc.cgroup.dir.monitor.pivot: where the monitor goes when its own cgroup is removed", () => {
  const cgroup = { isRelative: false, v1: [], v2: [], monitorDir: at("m", 3, "lxc.cgroup.dir.monitor"), containerDir: at("c", 4, "lxc.cgroup.dir.container"), monitorPivotDir: at("p/q", 5, "lxc.cgroup.dir.monitor.pivot") };
  const result = planStart(specOf({ cgroup }), factsOf(), inputsOf());
  expect(result.ok && explainPlan(result.value).filter((text) => text.includes("/p/q")).map((text) => text.trim().replace(/^\d+\s+\w+\s+/, ""))).toEqual([
    "undo: make sure there is a directory /sys/fs/cgroup/p/q 0755  [config:5 lxc.cgroup.dir.monitor.pivot]",
    'undo: write "0" to /sys/fs/cgroup/p/q/cgroup.procs  [config:5 lxc.cgroup.dir.monitor.pivot]',
  ]);
});

test("a time offset on a kernel without time namespaces is refused, not forgotten", () => {
  const result = planStart(specOf({ timeOffsets: { boot: at(5n, 9, "lxc.time.offset.boot") } }), factsOf({ hasTimeNamespace: false }), inputsOf());
  expect(result.ok ? [] : result.problems.map(({ code, at: from }) => [code, from?.line])).toEqual([["host.feature", 9]]);
});
