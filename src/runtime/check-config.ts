// Owns the verb `checkConfig`: what lxc-checkconfig tells of the kernel's configuration, as sections of lines.
import { cgroupMounts, findKernelConfig, loadedModules } from "../host/probe/kernel-config.ts";
import { hasNamespace } from "../host/probe/kernel.ts";
import { probeIdMapHelper } from "../host/probe/userns.ts";
import { programPath } from "../host/probe/program.ts";
import { isAtLeast, isSet, type KernelConfig } from "../linux/kernel-config.ts";
import { byDefault } from "../model/origin.ts";
import { fail, ok } from "../model/problem.ts";
import type { CheckConfigVerb, ConfigLine, ConfigSection } from "./verbs.ts";

/** `required`: no container without it. */
const told = (config: KernelConfig, label: string, option: string, isRequired = false): ConfigLine =>
  ({ label, value: isSet(config, option) ? "enabled" : isRequired ? "required" : "missing" });

function toolNotes(): readonly ConfigLine[] {
  return (["newuidmap", "newgidmap"] as const).flatMap((name): readonly ConfigLine[] => {
    if (programPath(name) === undefined) return [{ note: `${name} is not installed` }];
    return probeIdMapHelper(name) === undefined ? [{ note: `Warning: ${name} is not setuid-root` }] : [];
  });
}

function namespaces(config: KernelConfig): ConfigSection {
  const lines = [
    told(config, "Namespaces", "NAMESPACES", true), told(config, "Utsname namespace", "UTS_NS"), told(config, "Ipc namespace", "IPC_NS", true),
    told(config, "Pid namespace", "PID_NS", true), told(config, "User namespace", "USER_NS"), ...toolNotes(), told(config, "Network namespace", "NET_NS"),
    ...(isAtLeast(config, 4, 7) ? [] : [told(config, "Multiple /dev/pts instances", "DEVPTS_MULTIPLE_INSTANCES")]),
  ];
  return { title: "Namespaces", lines };
}

function cgroups(config: KernelConfig): ConfigSection {
  const { v1, v2, controllers, hasCloneChildren } = cgroupMounts();
  const isUnified = v2.includes("/sys/fs/cgroup");
  const old = (["systemd", "freezer"] as const).filter((name) => !controllers.includes(name) && !controllers.includes(`name=${name}`)).map((name): ConfigLine => ({ label: `Cgroup v1 ${name} controller`, value: "missing" }));
  const clone: readonly ConfigLine[] = v1.length === 0 ? [] : [{ label: "Cgroup v1 clone_children flag", value: hasCloneChildren ? "enabled" : "missing" }];
  const memory = isAtLeast(config, 3, 6) ? "MEMCG" : "CGROUP_MEM_RES_CTLR";
  return { title: "Control groups", lines: [
    told(config, "Cgroups", "CGROUPS"), { label: "Cgroup namespace", value: hasNamespace("cgroup") ? "enabled" : "missing" },
    { label: "Cgroup v1 mount points", places: v1 }, { label: "Cgroup v2 mount points", places: v2 }, ...(isUnified ? [] : [...old, ...clone]),
    told(config, "Cgroup device", "CGROUP_DEVICE"), told(config, "Cgroup sched", "CGROUP_SCHED"), told(config, "Cgroup cpu account", "CGROUP_CPUACCT"), told(config, "Cgroup memory controller", memory),
    ...(isSet(config, "SMP") ? [told(config, "Cgroup cpuset", "CPUSETS")] : []),
  ] };
}

const MISC: readonly (readonly [label: string, option: string, module: string])[] = [
  ["Veth pair device", "VETH", "veth"], ["Macvlan", "MACVLAN", "macvlan"], ["Vlan", "VLAN_8021Q", "8021q"], ["Bridges", "BRIDGE", "bridge"], ["Advanced netfilter", "NETFILTER_ADVANCED", "nf_tables"],
  ["CONFIG_NF_NAT_IPV4", "NF_NAT_IPV4", "nf_nat_ipv4"], ["CONFIG_NF_NAT_IPV6", "NF_NAT_IPV6", "nf_nat_ipv6"],
  ["CONFIG_IP_NF_TARGET_MASQUERADE", "IP_NF_TARGET_MASQUERADE", "ipt_MASQUERADE"], ["CONFIG_IP6_NF_TARGET_MASQUERADE", "IP6_NF_TARGET_MASQUERADE", "ip6t_MASQUERADE"],
  ["CONFIG_NETFILTER_XT_TARGET_CHECKSUM", "NETFILTER_XT_TARGET_CHECKSUM", "xt_CHECKSUM"], ["CONFIG_NETFILTER_XT_MATCH_COMMENT", "NETFILTER_XT_MATCH_COMMENT", "xt_comment"], ["FUSE (for use with lxcfs)", "FUSE_FS", "fuse"],
];
function misc(config: KernelConfig): ConfigSection {
  const modules = loadedModules();
  const hasOldNat = isAtLeast(config, 4, 7) && !isAtLeast(config, 5, 0) && config.version !== undefined;
  const rows = MISC.filter(([, option]) => hasOldNat || !option.startsWith("NF_NAT_IPV"));
  return { title: "Misc", lines: rows.map(([label, option, module]): ConfigLine => {
    const isModule = modules !== undefined && config.options.get(option) === "m";
    return { ...told(config, label, option), ...(isModule ? { more: modules.has(module) ? "loaded" : "not loaded" } : {}) };
  }) };
}

function checkpoint(config: KernelConfig): ConfigSection {
  const named = ["FHANDLE", "EVENTFD", "EPOLL", "UNIX_DIAG", "INET_DIAG", "PACKET_DIAG", "NETLINK_DIAG"].map((name) => told(config, `CONFIG_${name}`, name));
  const capabilities: ConfigLine = isAtLeast(config, 2, 6, 33) ? { label: "File capabilities", value: "enabled" } : told(config, "File capabilities", "SECURITY_FILE_CAPABILITIES");
  return { title: "Checkpoint/Restore", lines: [told(config, "checkpoint restore", "CHECKPOINT_RESTORE"), ...named, capabilities] };
}

/** What this kernel has of what containers need. Source: lxc-checkconfig(1). Problems: `host.feature`. */
export const checkConfig: CheckConfigVerb = async (request) => {
  const found = findKernelConfig(request.env["CONFIG"]);
  if (!("config" in found)) return fail({ code: "host.feature", at: byDefault("CONFIG"), text: "unable to retrieve kernel configuration", cause: `it is neither at ${found.missing} nor where distributions put it`, remedy: "CONFIG=<path> lxc-checkconfig; or berth doctor, which tries the features themselves" });
  const { config, path, missing } = found;
  return ok({ path, ...(missing === undefined ? {} : { missing }), hasVersion: config.version !== undefined, sections: [namespaces(config), cgroups(config), misc(config), checkpoint(config)] });
};
