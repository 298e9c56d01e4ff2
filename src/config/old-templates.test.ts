// What the templates of LXC 0.7.5 to 2.0 wrote into a container's config, and what tutorials of those years had people add:
// written here from the keys and forms that they used. Each loads, means what it meant, and means the same in today's names.
import { describe, expect, test } from "bun:test";
import type { ContainerSpec } from "../model/spec.ts";
import { mustLoad, problemsOf, type Files } from "./golden/load.ts";
import { updateConfig } from "./index.ts";

const DEVICES_08 = ["c 1:3", "c 1:5", "c 5:1", "c 5:0", "c 4:0", "c 4:1", "c 1:9", "c 1:8", "c 136:*", "c 5:2", "c 254:0"].map((device) => `lxc.cgroup.devices.allow = ${device} rwm\n`).join("");
const ROOTFS = "/var/lib/lxc/web/rootfs";
const bind = (path: string): string => `lxc.mount.entry = ${path} ${ROOTFS}${path} none ro,bind 0 0\n`;
const VETH = "lxc.network.type = veth\nlxc.network.flags = up\nlxc.network.link = lxcbr0\n";
const NET = [{ index: 0, type: "veth", isUp: true, link: "lxcbr0" }];

interface Old { readonly text: string; readonly files?: Files; readonly means: (spec: ContainerSpec) => void }
const mountsOf = (spec: ContainerSpec): readonly string[] => spec.mounts.map(({ source, target, fstype, options }) => `${source} ${target} ${fstype} ${options.join()}`);
const devicesOf = (spec: ContainerSpec): readonly string[] => spec.cgroup.v1.map(({ value }) => `${value.file} ${value.value}`);
const dropped = (spec: ContainerSpec): readonly string[] => spec.security.capDrop.map(({ value }) => value);
const MIXED = { proc: { mode: "mixed" }, sys: { mode: "mixed" }, cgroup: { mode: "mixed" } };
const FOUR = ["sys_module", "mac_admin", "mac_override", "sys_time"];

/** Ubuntu 14.04's ubuntu.common.conf, in the names of its LXC 1.0. */
const COMMON_10 = `lxc.include = /usr/share/lxc/config/common.conf
lxc.mount.entry = /sys/kernel/debug sys/kernel/debug none bind,optional 0 0
lxc.hook.clone = /usr/share/lxc/hooks/ubuntu-cloud-prep
lxc.cgroup.devices.allow = c 254:0 rm
`;
const SHARED: Files = {
  "/usr/share/lxc/config/ubuntu.common.conf": COMMON_10,
  "/usr/share/lxc/config/common.conf": `lxc.devttydir = lxc\nlxc.pts = 1024\nlxc.tty = 4\nlxc.cap.drop = ${FOUR.join(" ")}\nlxc.hook.clone = /usr/share/lxc/hooks/clonehostname\nlxc.cgroup.devices.deny = a\nlxc.mount.auto = cgroup:mixed proc:mixed sys:mixed\nlxc.seccomp = /usr/share/lxc/config/common.seccomp\nlxc.include = /usr/share/lxc/config/common.conf.d/\n`,
  "/usr/share/lxc/config/common.conf.d": ["README"],
};
const isUbuntu = (spec: ContainerSpec): void => {
  expect(spec.nics).toMatchObject(NET);
  expect([spec.rootfs?.path, spec.rootfs?.type, spec.hostname?.value, spec.arch?.value]).toEqual([ROOTFS, "dir", "web", "amd64"]);
  expect([spec.ttyDir?.value, spec.ttyMax.value, spec.ptyMax.value, spec.security.seccompProfile?.value]).toEqual(["lxc", 4, 1024, "/usr/share/lxc/config/common.seccomp"]);
  expect(spec.hooks.clone?.map(({ value }) => value)).toEqual(["/usr/share/lxc/hooks/clonehostname", "/usr/share/lxc/hooks/ubuntu-cloud-prep"]);
  expect([dropped(spec), devicesOf(spec)]).toEqual([FOUR, ["devices.deny a", "devices.allow c 254:0 rm"]]);
  expect(spec.autoMounts).toMatchObject(MIXED);
};

const OLD: Readonly<Record<string, Old>> = {
  "lxc-debian, 0.7.5 and 0.8": {
    text: `${VETH}lxc.network.hwaddr = 00:16:3e:10:20:30\nlxc.tty = 4\nlxc.pts = 1024\nlxc.utsname = web\nlxc.cgroup.devices.deny = a\n${DEVICES_08}lxc.mount.entry = proc ${ROOTFS}/proc proc nodev,noexec,nosuid 0 0\nlxc.mount.entry = sysfs ${ROOTFS}/sys sysfs defaults 0 0\nlxc.rootfs = ${ROOTFS}\n`,
    means: (spec) => {
      expect(spec.nics).toMatchObject([{ ...NET[0], hwaddr: "00:16:3e:10:20:30" }]);
      expect([spec.ttyMax.value, spec.ptyMax.value, spec.hostname?.value, devicesOf(spec).length, devicesOf(spec)[0]]).toEqual([4, 1024, "web", 12, "devices.deny a"]);
      expect(mountsOf(spec)).toEqual(["proc proc proc nodev,noexec,nosuid", "sysfs sys sysfs defaults"]);
    },
  },
  "lxc-ubuntu, 0.9 (Ubuntu 13.04), with the hook that mounted cgroups": {
    text: `${VETH}lxc.hook.mount = /usr/share/lxc/hooks/mountcgroups\nlxc.rootfs = ${ROOTFS}\nlxc.mount = /var/lib/lxc/web/fstab\nlxc.utsname = web\nlxc.arch = amd64\nlxc.devttydir = lxc\nlxc.tty = 4\nlxc.pts = 1024\nlxc.cap.drop = ${FOUR.join(" ")}\nlxc.pivotdir = lxc_putold\nlxc.autodev = 0\nlxc.kmsg = 1\n`,
    files: { "/var/lib/lxc/web/fstab": "proc proc proc nodev,noexec,nosuid 0 0\nsysfs sys sysfs defaults 0 0\n/sys/fs/fuse/connections sys/fs/fuse/connections none bind 0 0\n" },
    means: (spec) => {
      expect([spec.hooks.mount?.[0]?.value, spec.hasAutodev.value, spec.fstab?.value, spec.ttyDir?.value]).toEqual(["/usr/share/lxc/hooks/mountcgroups", false, "/var/lib/lxc/web/fstab", "lxc"]);
      expect(mountsOf(spec)).toEqual(["proc proc proc nodev,noexec,nosuid", "sysfs sys sysfs defaults", "/sys/fs/fuse/connections sys/fs/fuse/connections none bind"]);
    },
  },
  "lxc-ubuntu, 1.0 (Ubuntu 14.04): includes, and an empty fstab": {
    text: `# Common configuration\nlxc.include = /usr/share/lxc/config/ubuntu.common.conf\n\n# Container specific configuration\nlxc.rootfs = ${ROOTFS}\nlxc.mount = /var/lib/lxc/web/fstab\nlxc.utsname = web\nlxc.arch = amd64\n\n# Network configuration\n${VETH}lxc.network.hwaddr = 00:16:3e:xx:xx:xx\n`,
    files: { ...SHARED, "/var/lib/lxc/web/fstab": "" },
    means: isUbuntu,
  },
  "lxc-ubuntu and lxc-download, 1.1 and 2.0: the kind of storage in a line of its own": {
    text: `# Template used to create this container: /usr/share/lxc/templates/lxc-download\n# Parameters passed to the template: -d ubuntu -r xenial -a amd64\n# Template script checksum (SHA-1): 0123456789abcdef0123456789abcdef01234567\n\n# Distribution configuration\nlxc.include = /usr/share/lxc/config/ubuntu.common.conf\nlxc.arch = amd64\n\nlxc.rootfs = ${ROOTFS}\nlxc.rootfs.backend = dir\nlxc.utsname = web\n\n${VETH}`,
    files: SHARED,
    means: isUbuntu,
  },
  "lxc-busybox, 0.8": {
    text: `lxc.network.type = empty\nlxc.utsname = web\nlxc.tty = 1\nlxc.pts = 1\nlxc.rootfs = ${ROOTFS}\n\n# When using LXC with apparmor, uncomment the next line to run unconfined:\n#lxc.aa_profile = unconfined\n${bind("/lib")}${bind("/usr/lib")}`,
    means: (spec) => {
      expect([spec.ttyMax.value, spec.ptyMax.value, spec.security.apparmorProfile]).toEqual([1, 1, undefined]);
      expect(mountsOf(spec)).toEqual(["/lib lib none ro,bind", "/usr/lib usr/lib none ro,bind"]);
    },
  },
  "lxc-busybox, 1.0 to 2.0": {
    text: `lxc.network.type = empty\nlxc.rootfs = ${ROOTFS}\nlxc.haltsignal = SIGUSR1\nlxc.rebootsignal = SIGTERM\nlxc.utsname = web\nlxc.tty = 1\nlxc.pts = 1\nlxc.cap.drop = ${FOUR.join(" ")}\nlxc.mount.auto = cgroup:mixed proc:mixed sys:mixed\nlxc.mount.entry = shm /dev/shm tmpfs defaults 0 0\nlxc.mount.entry = /lib lib none ro,bind 0 0\nlxc.mount.entry = /sys/kernel/security sys/kernel/security none ro,bind,optional 0 0\n`,
    means: (spec) => {
      expect([spec.signals.halt?.value, spec.signals.reboot.value, dropped(spec)]).toEqual([10, 15, FOUR]);
      // an absolute target that is not below the root was skipped then, too
      expect(mountsOf(spec)).toEqual(["/lib lib none ro,bind", "/sys/kernel/security sys/kernel/security none ro,bind"]);
    },
  },
  "lxc-fedora, 0.9 and 1.0: systemd inside": {
    text: `${VETH}lxc.network.hwaddr = fe:11:22:33:44:55\nlxc.rootfs = ${ROOTFS}\nlxc.mount = /var/lib/lxc/web/fstab\nlxc.utsname = web\nlxc.autodev = 1\nlxc.kmsg = 0\nlxc.tty = 4\nlxc.pts = 1024\nlxc.cap.drop = sys_module mac_admin mac_override sys_time\nlxc.cap.drop = sys_nice sys_pacct sys_rawio\nlxc.hook.autodev = /var/lib/lxc/web/autodev\nlxc.haltsignal = SIGRTMIN+4\nlxc.cgroup.devices.deny = a\n${DEVICES_08}`,
    files: { "/var/lib/lxc/web/fstab": `proc ${ROOTFS}/proc proc nodev,noexec,nosuid 0 0\nsysfs ${ROOTFS}/sys sysfs defaults 0 0\n` },
    means: (spec) => {
      expect([spec.hasAutodev.value, spec.signals.halt?.value, spec.hooks.autodev?.[0]?.value, spec.nics[0]?.hwaddr]).toEqual([true, 38, "/var/lib/lxc/web/autodev", "fe:11:22:33:44:55"]);
      expect([dropped(spec), mountsOf(spec).length]).toEqual([[...FOUR, "sys_nice", "sys_pacct", "sys_rawio"], 2]);
    },
  },
  "lxc-sshd, 0.8: the host's own programs": {
    text: `lxc.utsname = web\nlxc.pts = 1024\nlxc.rootfs = ${ROOTFS}\nlxc.network.type = veth\nlxc.network.ipv4 = 10.0.3.20/24\n${["/dev", "/lib", "/bin", "/usr", "/sbin"].map(bind).join("")}lxc.mount.entry = tmpfs ${ROOTFS}/var/run/sshd tmpfs mode=0644 0 0\nlxc.mount.entry = /usr/lib/lxc/templates/lxc-sshd ${ROOTFS}/sbin/init none ro,bind 0 0\nlxc.mount.entry = proc ${ROOTFS}/proc proc nodev,noexec,nosuid 0 0\n`,
    means: (spec) => {
      expect(mountsOf(spec)).toEqual(["/dev dev none ro,bind", "/lib lib none ro,bind", "/bin bin none ro,bind", "/usr usr none ro,bind", "/sbin sbin none ro,bind", "tmpfs var/run/sshd tmpfs mode=0644", "/usr/lib/lxc/templates/lxc-sshd sbin/init none ro,bind", "proc proc proc nodev,noexec,nosuid"]);
      expect(spec.nics[0]?.ipv4).toMatchObject([{ address: "10.0.3.20", prefix: 24 }]);
    },
  },
  "Debian 7, an ordinary user's ids one by one": {
    text: `lxc.utsname = web\nlxc.rootfs = ${ROOTFS}\nlxc.network.type = veth\nlxc.network.link = br0\nlxc.network.flags = up\nlxc.network.name = eth0\n#lxc.pts = 1024\nlxc.id_map = u 0 2001 1\nlxc.id_map = u 1000 2002 1\nlxc.id_map = g 0 2001 1\nlxc.id_map = g 1000 2002 1\nlxc.mount.entry = proc proc proc nodev,noexec,nosuid 0 0\n`,
    means: (spec) => {
      expect(spec.idmap.map(({ value }) => `${value.kind} ${value.inside} ${value.outside} ${value.count}`)).toEqual(["u 0 2001 1", "u 1000 2002 1", "g 0 2001 1", "g 1000 2002 1"]);
      expect([spec.nics[0]?.name, spec.nics[0]?.link, spec.ptyMax.value]).toEqual(["eth0", "br0", 0]);
    },
  },
  "Ubuntu 14.04, unprivileged, on a bridge of the LAN, with a directory bound in": {
    text: `lxc.include = /home/ann/.config/lxc/default.conf\nlxc.rootfs = /home/ann/.local/share/lxc/web/rootfs\nlxc.rootfs.backend = dir\nlxc.utsname = web\nlxc.mount.entry = /srv/media srv/media none defaults,bind,create=dir 0 0\nlxc.start.auto = 1\nlxc.start.delay = 3\nlxc.group = onboot\n`,
    files: { "/home/ann/.config/lxc/default.conf": "lxc.id_map = u 0 100000 65537\nlxc.id_map = g 0 100000 65537\nlxc.network.type = veth\nlxc.network.link = br0\nlxc.network.flags = up\n" },
    means: (spec) => {
      expect([spec.idmap[0]?.value.count, spec.nics[0]?.link, spec.start.isAuto, spec.groups]).toEqual([65537, "br0", true, ["onboot"]]);
      expect(spec.mounts).toMatchObject([{ source: "/srv/media", target: "srv/media", options: ["defaults", "bind"], create: "dir" }]);
    },
  },
  "Ubuntu 12.04's guide: limits, an unconfined profile, a console of its own": {
    text: `${VETH}lxc.utsname = web\nlxc.rootfs = ${ROOTFS}\nlxc.aa_profile = lxc-container-default-with-nesting\nlxc.cgroup.memory.limit_in_bytes = 512M\nlxc.cgroup.memory.memsw.limit_in_bytes = 1G\nlxc.cgroup.cpuset.cpus = 0,1\nlxc.cgroup.cpu.shares = 512\nlxc.cgroup.blkio.weight = 500\nlxc.console = /var/log/lxc/web.console\nlxc.loglevel = 1\nlxc.logfile = /var/log/lxc/web.log\nlxc.seccomp = /etc/lxc/web.seccomp\nlxc.network.script.up = /etc/lxc/up.sh\nlxc.network.ipv4 = 10.0.3.9\nlxc.network.ipv4.gateway = auto\n`,
    means: (spec) => {
      expect(devicesOf(spec)).toEqual(["memory.limit_in_bytes 512M", "memory.memsw.limit_in_bytes 1G", "cpuset.cpus 0,1", "cpu.shares 512", "blkio.weight 500"]);
      expect([spec.security.apparmorProfile?.value, spec.console.path?.value, spec.log.level, spec.log.file]).toEqual(["lxc-container-default-with-nesting", "/var/log/lxc/web.console", "DEBUG", "/var/log/lxc/web.log"]);
      expect([spec.nics[0]?.scriptUp, spec.nics[0]?.ipv4Gateway, spec.nics[0]?.ipv4[0]?.prefix]).toEqual(["/etc/lxc/up.sh", "auto", 8]);
    },
  },
  "LXC 2.1's in-between: old names beside new ones, numbered interfaces": {
    text: `lxc.rootfs = overlayfs:/srv/base:/var/lib/lxc/web/delta0\nlxc.uts.name = web\nlxc.network.0.type = veth\nlxc.network.0.link = lxcbr0\nlxc.network.0.flags = up\nlxc.network.1.type = phys\nlxc.network.1.link = eth1\nlxc.limit.nofile = 1024:4096\nlxc.init_cmd = /sbin/init --log\nlxc.syslog = daemon\n`,
    means: (spec) => {
      expect(spec.nics).toMatchObject([...NET, { index: 1, type: "phys", link: "eth1" }]);
      expect([spec.rootfs?.type, spec.rootfs?.path, spec.init.cmd.value, spec.prlimits[0]?.value.soft]).toEqual(["overlay", "/srv/base:/var/lib/lxc/web/delta0", ["/sbin/init", "--log"], 1024n]);
    },
  },
};

const plain = (spec: ContainerSpec): string => JSON.stringify(spec, (key, value: unknown) => (key === "from" || key.endsWith("From") ? undefined : typeof value === "bigint" ? String(value) : value));

describe.each(Object.entries(OLD))("%s", (_, { text, files = {}, means }) => {
  test("means what it meant", () => {
    const { spec, warnings } = mustLoad(text, files);
    means(spec);
    // nothing is said but that names are old; and of a target that LXC left out as well
    expect(warnings.filter(({ code }) => code !== "config.legacy" && code !== "mount.target")).toEqual([]);
    expect(warnings.some(({ code }) => code === "config.legacy")).toBe(true);
  });

  test("in today's names it means the same", () => {
    const { syntax, spec } = mustLoad(text, files);
    const now = updateConfig(syntax).text;
    expect(plain(mustLoad(now, files).spec)).toBe(plain(spec));
    expect(problemsOf(now, files).filter((line) => line.startsWith("config:") && line.includes("config.legacy"))).toEqual([]);
  });
});
