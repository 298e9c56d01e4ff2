// Owns specs and facts that plans are made from in tests: each test says only what is different.
import type { CgroupHierarchy, HostFacts } from "../../src/model/facts.ts";
import type { Origin } from "../../src/model/origin.ts";
import { byDefault } from "../../src/model/origin.ts";
import type { ContainerSpec, Sourced } from "../../src/model/spec.ts";
import type { StartInputs } from "../../src/plan/lifecycle/inputs.ts";

/** A line of the container's config. */
export const line = (number: number, key: string): Origin => ({ kind: "config", file: "config", line: number, key });
export const at = <T>(value: T, number: number, key: string): Sourced<T> => ({ value, from: line(number, key) });
const unset = <T>(value: T, key: string): Sourced<T> => ({ value, from: byDefault(key) });

const IDMAP = [at({ kind: "u", inside: 0, outside: 100000, count: 65536 } as const, 3, "lxc.idmap"), at({ kind: "g", inside: 0, outside: 100000, count: 65536 } as const, 4, "lxc.idmap")];
export const idmap = IDMAP;

export function specOf(more: Partial<ContainerSpec> = {}): ContainerSpec {
  const path = "/var/lib/lxc/web/rootfs";
  return {
    name: "web", lxcpath: "/var/lib/lxc", configFile: "/var/lib/lxc/web/config", idmap: [],
    rootfs: { type: "dir", path, mount: "/usr/lib/lxc/rootfs", options: [], isManaged: true, from: line(1, "lxc.rootfs.path") },
    autoMounts: { proc: { mode: "mixed", from: line(2, "lxc.mount.auto") }, sys: { mode: "mixed", from: line(2, "lxc.mount.auto") } },
    mounts: [], hasAutodev: unset(true, "lxc.autodev"), autodevSize: 500000, ttyMax: unset(0, "lxc.tty.max"), ptyMax: unset(1024, "lxc.pty.max"),
    console: { size: 0, bufferSize: 0, rotate: false },
    init: { cmd: unset([], "lxc.init.cmd"), uid: unset(0, "lxc.init.uid"), gid: unset(0, "lxc.init.gid"), groups: unset([], "lxc.init.groups") },
    environment: [], environmentRuntime: [], environmentHooks: [], nics: [],
    cgroup: { isRelative: false, v1: [], v2: [] }, security: { capDrop: [], hasSessionKeyring: true },
    prlimits: [], sysctls: [], procs: [], hooks: {}, hookVersion: 0,
    signals: { reboot: unset(2, "lxc.signal.reboot"), stop: unset(9, "lxc.signal.stop") },
    namespaces: { share: {} }, timeOffsets: {}, isEphemeral: false, monitor: { pdeathSignal: 9 },
    start: { isAuto: false, delay: 0, order: 0 }, groups: [], log: {}, ...more,
  };
}

export const v1 = (controller: string, more: Partial<CgroupHierarchy> = {}): CgroupHierarchy =>
  ({ version: 1, controllers: [controller], mountpoint: `/sys/fs/cgroup/${controller.replace("name=", "")}`, base: "/", isWritable: true, ...more });
export const v2 = (more: Partial<CgroupHierarchy> = {}): CgroupHierarchy =>
  ({ version: 2, controllers: ["cpu", "memory", "pids"], mountpoint: "/sys/fs/cgroup", base: "/", isWritable: true, ...more });

export const hybrid: HostFacts["cgroups"] = {
  layout: "hybrid", self: "2:memory:/\n1:name=systemd:/\n0::/\n",
  hierarchies: [v1("memory"), v1("cpuset", { cpusetCpus: "0-1", cpusetMems: "0" }), v1("devices"), v1("name=systemd"), v2({ mountpoint: "/sys/fs/cgroup/unified", controllers: [] })],
};
export const unified: HostFacts["cgroups"] = { layout: "v2", self: "0::/\n", hierarchies: [v2()] };
const session = "/user.slice/user-1000.slice/session-1.scope";
export const undelegated: HostFacts["cgroups"] = { layout: "v2", self: `0::${session}\n`, hierarchies: [v2({ base: session, isWritable: false })] };
export const delegated: HostFacts["cgroups"] = { layout: "v2", self: "0::/user.slice/web.scope\n", hierarchies: [v2({ base: "/user.slice/web.scope" })] };

export function factsOf(more: Partial<HostFacts> = {}): HostFacts {
  return {
    caller: { pid: 100, uid: 0, euid: 0, gid: 0, egid: 0, user: "root", home: "/root", cwd: "/root", isTty: [true, true, true], inheritedFds: [], env: {} },
    kernel: { release: "6.1.0", machine: "x86_64" }, cgroups: unified, subuid: [], subgid: [], lsms: [], hasCgroupNamespace: true, hasTimeNamespace: true,
    userns: { isAllowed: true },
    paths: {
      "/var/lib/lxc/web/rootfs": { kind: "directory", uid: 0, gid: 0, mode: 0o40755 }, "/usr/lib/lxc/rootfs": { kind: "directory", uid: 0, gid: 0, mode: 0o40755 },
    },
    links: { lxcbr0: { isBridge: true, mtu: 1500, index: 4 }, eth0: { isBridge: false, mtu: 1500, index: 2 } },
    install: { engine: "/opt/berth/libexec/berth/berth-engine", share: "/opt/berth/share" }, now: 1700000000,
    random: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", ...more,
  };
}

/** An ordinary user with subordinate ids and the helpers. */
export function userFacts(more: Partial<HostFacts> = {}): HostFacts {
  return factsOf({
    caller: { pid: 100, uid: 1000, euid: 1000, gid: 1000, egid: 1000, user: "ada", home: "/home/ada", cwd: "/home/ada", isTty: [true, true, true], inheritedFds: [], env: {} },
    cgroups: delegated, subuid: [{ owner: "ada", start: 100000, count: 65536 }], subgid: [{ owner: "ada", start: 100000, count: 65536 }],
    newuidmap: "/usr/bin/newuidmap", newgidmap: "/usr/bin/newgidmap", ...more,
  });
}

export const inputsOf = (more: Partial<StartInputs> = {}): StartInputs =>
  ({ isDaemon: true, bootId: "11111111-2222-3333-4444-555555555555", command: [], closeAllFds: false, share: {}, replan: ["verb=start", "name=web"], isReboot: false, ...more });
