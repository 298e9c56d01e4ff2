// lxc-checkconfig beside Debian's, on kernel configurations of many kinds: the same lines, but for what is listed here.
import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { DIST } from "../kernel/place.ts";

const room = mkdtempSync("/tmp/berth-checkconfig-");
afterAll(() => rmSync(room, { recursive: true }));

/** LXC's script asks lsmod(8) where there is one, also of what is built in; which version it is, and where. */
const same = (text: string): string => text.replace(/^LXC version .*$/m, "LXC version").replace(/^usage : .*$/m, "usage").replace(/, (not )?loaded$/gm, "").replace(/\r/g, "");
function ask(program: string, config: string | undefined, isTerminal = false): { readonly status: number | null; readonly stdout: string } {
  const [command = "", ...args] = isTerminal ? ["script", "-qec", program, "/dev/null"] : [program];
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8", input: "", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TERM: "linux", ...(config === undefined ? {} : { CONFIG: config }) } });
  return { status, stdout: same(stdout) };
}
const OURS = join(DIST, "bin/lxc-checkconfig"), THEIRS = "/usr/bin/lxc-checkconfig";

const NAMES = [
  "NAMESPACES", "UTS_NS", "IPC_NS", "PID_NS", "USER_NS", "NET_NS", "CGROUPS", "CGROUP_DEVICE", "CGROUP_SCHED", "CGROUP_CPUACCT", "MEMCG", "CGROUP_MEM_RES_CTLR", "CPUSETS", "VETH", "MACVLAN", "VLAN_8021Q", "BRIDGE",
  "NETFILTER_ADVANCED", "NF_NAT_IPV4", "NF_NAT_IPV6", "IP_NF_TARGET_MASQUERADE", "IP6_NF_TARGET_MASQUERADE", "NETFILTER_XT_TARGET_CHECKSUM", "NETFILTER_XT_MATCH_COMMENT", "FUSE_FS", "CHECKPOINT_RESTORE",
  "FHANDLE", "EVENTFD", "EPOLL", "UNIX_DIAG", "INET_DIAG", "PACKET_DIAG", "NETLINK_DIAG", "SECURITY_FILE_CAPABILITIES", "DEVPTS_MULTIPLE_INSTANCES",
];
const configOf = (version: string, value: string, without: readonly string[] = []): string =>
  `#\n# Linux/x86 ${version} Kernel Configuration\n#\nCONFIG_SMP=y\n${NAMES.map((name) => (without.includes(name) ? `# CONFIG_${name} is not set\n` : `CONFIG_${name}=${value}\n`)).join("")}`;
function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(room, name), content);
  return join(room, name);
}

test.each(["6.1.0", "5.0.0", "4.20.1", "4.7.0", "4.6.9", "3.10.0", "3.6.0", "3.5.0", "2.6.33", "2.6.32"])("a kernel %s with everything, as modules, and with nothing", (version) => {
  for (const [name, text] of [["all", configOf(version, "y")], ["modules", configOf(version, "m")], ["none", configOf(version, "y", NAMES.filter((one) => one !== "CPUSETS"))]] as const) {
    const path = file(name, text);
    expect(ask(OURS, path)).toEqual(ask(THEIRS, path));
  }
});
test("each option by itself", () => {
  for (const name of NAMES.filter((one) => one !== "CPUSETS")) {
    const path = file(name, configOf("6.1.0", "y", [name]));
    expect({ name, ...ask(OURS, path) }).toEqual({ name, ...ask(THEIRS, path) });
  }
});
test("different: a missing CPUSETS has a line of its own, which theirs joins to the next heading's", () => {
  const path = file("cpusets", configOf("6.1.0", "y", ["CPUSETS"]));
  expect(ask(OURS, path).stdout).toBe(ask(THEIRS, path).stdout.replace("Cgroup cpuset: missing\n", "Cgroup cpuset: missing\n\n"));
});
test("a file without a version, a compressed one, one that is missing, the host's own", () => {
  for (const path of [file("bare", configOf("", "y").replace(/^#.*\n/gm, "")), file("packed.gz", gzipSync(configOf("6.1.0", "y"))), undefined]) expect(ask(OURS, path)).toEqual(ask(THEIRS, path));
  const missing = join(room, "missing");
  expect(ask(OURS, missing)).toEqual(ask(THEIRS, missing));
});
test("colours on a terminal", () => {
  const path = file("colours", configOf("6.1.0", "y", ["IPC_NS", "NET_NS"]));
  // theirs ends the colour of one line behind its end
  const put = (text: string): string => text.replace(/\n(\u001b\[0;39m)/g, "$1\n");
  expect(put(ask(OURS, path, true).stdout)).toBe(put(ask(THEIRS, path, true).stdout));
});
