// Owns an example for every row of the table: what it takes, what get_config_item then says, what it refuses and
// with which words. A row without an example fails the test beside the table.

export interface Example {
  /** Value and what the getter prints. */
  readonly good: readonly (readonly [string, string])[];
  /** Value and the problem's text after the key; none: any text is a value. */
  readonly bad: readonly (readonly [string, string])[];
  /** The whole key, where the row is a family or belongs to an interface. */
  readonly key?: string;
  /** Lines that must come first. */
  readonly before?: string;
}

const text = (value: string, getter = value): Example => ({ good: [[value, getter]], bad: [] });
const list = (...values: readonly string[]): Example => ({ good: values.map((value) => [value, `${value}\n`]), bad: [] });
const bool: Example = { good: [["0", "0"], ["1", "1"]], bad: [["2", "'2' is not 0 or 1"], ["yes", "'yes' is not 0 or 1"]] };
const count: Example = { good: [["0", "0"], ["4", "4"], ["0x10", "16"], ["010", "8"], ["+3", "3"]], bad: [["-1", "'-1' is not a number"], ["four", "'four' is not a number"], ["08", "'08' is not a number"], ["4 5", "'4 5' is not a number"]] };
const queues: Example = { good: [["1", "1"], ["0x10", "16"]], bad: [...count.bad, ["0", "0 is less than 1"], ["4097", "4097 is more than 4096"]] };
const nic = (type: string, sub: string, example: Example): Example => ({ ...example, key: `lxc.net.3.${sub}`, before: `lxc.net.3.type = ${type}\n` });
const oneWord = (values: readonly string[], list: string): Example => ({ good: values.map((value) => [value, value]), bad: [["other", `'other' is not ${list}`]] });
const signal: Example = { good: [["SIGTERM", "15"], ["9", "9"], ["SIGRTMIN+3", "37"], ["SIGRTMAX-1", "63"], ["sigpwr", "30"], ["0", "0"]], bad: [["TERM", "'TERM' is not a signal"], ["SIGFOO", "'SIGFOO' is not a signal"], ["65", "'65' is not a signal"], ["SIGRTMIN+31", "'SIGRTMIN+31' is not a signal"]] };
const size: Example = { good: [["auto", "131072"], ["1", "4096"], ["10kB", "16384"], ["1 MB", "1048576"], ["1GB", "1073741824"]], bad: [["-1", "'-1' is not a size"], ["1TB", "'1TB' is not a size"], ["2000GB", "'2000GB' is more than this can hold"]] };
const time: Example = { good: [["10s", "10000000000ns"], ["-5 ms", "-5000000ns"], ["+1h", "3600000000000ns"], ["7ns", "7ns"]], bad: [["10", "'10' has no unit"], ["3d", "'d' is not a unit of time"], ["soon", "'soon' is not a time"]] };
const id: Example = { good: [["0", "0"], ["1000", "1000"]], bad: [["nobody", "'nobody' is not a number"], ["4294967295", "4294967295 is more than 4294967294"]] };
const relative: Example = { good: [["a/b", "a/b"]], bad: [["/a", "'/a' starts with '/'"], ["a/../b", "'a/../b' contains '..'"]] };
const name: Example = { good: [["eth0", "eth0"]], bad: [["averyverylonginterface", "'averyverylonginterface' has 22 characters, an interface name has at most 15"], ["a/b", "'a/b' cannot be the name of an interface"]] };
const vlan: Example = { good: [["0", "0"], ["4094", "4094"]], bad: [["4096", "4096 is more than 4095"], ["x", "'x' is not a number"]] };
const clears = (key?: string, before?: string): Example => ({ good: [], bad: [["x", "takes no value"]], ...(key === undefined ? {} : { key }), ...(before === undefined ? {} : { before }) });
const capability = "see capabilities(7)";

const processExamples: Readonly<Record<string, Example>> = {
  "lxc.arch": { good: [["x86", "i686"], ["i386", "i686"], ["amd64", "x86_64"], ["arm64", "x86_64"], ["armhf", "i686"]], bad: [["vax", "'vax' is not an architecture"], ["amd46", "'amd46' is not an architecture"]] },
  "lxc.uts.name": { good: [["web", "web"]], bad: [["x".repeat(65), `'${"x".repeat(65)}' has 65 characters, at most 64 are possible`]] },
  "lxc.init.cmd": { good: [["/sbin/init splash", "/sbin/init splash"]], bad: [["/sbin/init 'x", "the quote ' is not closed"]] },
  "lxc.init.cwd": text("/srv"), "lxc.init.uid": id, "lxc.init.gid": id,
  "lxc.init.groups": { good: [["10,20", "10,20"], ["10, 20,", "10,20"]], bad: [["10 20", "'10 20' is not a group id"], ["staff", "'staff' is not a group id"]] },
  "lxc.execute.cmd": { good: [["/bin/sh -c 'a b'", "/bin/sh -c 'a b'"]], bad: [['"', 'the quote " is not closed']] },
  "lxc.environment": list("A=1", "HOME"), "lxc.environment.runtime": list("A=1"), "lxc.environment.hooks": list("A=1"),
  "lxc.signal.halt": signal, "lxc.signal.reboot": signal, "lxc.signal.stop": signal, "lxc.monitor.signal.pdeath": signal,
  "lxc.prlimit.*": { key: "lxc.prlimit.nofile", good: [["10", "10"], ["10:20", "10:20"], ["10 : 10", "10"], ["unlimited", "unlimited"], ["0:unlimited", "0:unlimited"], ["-1", "unlimited"]], bad: [["1k", "'1k' is not a number or 'unlimited'"], ["1:x", "'x' is not a number or 'unlimited'"], ["20:10", "the soft limit 20 is above the hard limit 10"]] },
  "lxc.sysctl.*": { key: "lxc.sysctl.net.ipv4.ip_forward", ...text("1") }, "lxc.proc.*": { key: "lxc.proc.oom_score_adj", ...text("10") },
  "lxc.sched.core": bool, "lxc.ephemeral": bool, "lxc.start.auto": bool, "lxc.start.delay": count,
  "lxc.start.order": { good: [["-5", "-5"], ["+5", "5"]], bad: [["first", "'first' is not a whole number"], ["2147483648", "2147483648 is not within -2147483648 and 2147483647"]] },
  "lxc.group": { good: [["a b", "a\nb\n"], ["onboot", "onboot\n"]], bad: [] },
  "lxc.prlimit": clears(), "lxc.sysctl": clears(), "lxc.proc": clears(),
};

const consoleExamples: Readonly<Record<string, Example>> = {
  "lxc.tty.max": { ...count, bad: [...count.bad, ["2000", "2000 is more than 1024"]] }, "lxc.tty.dir": text("lxc"), "lxc.pty.max": count,
  "lxc.console.path": text("none"), "lxc.console.logfile": text("/var/log/x"), "lxc.console.size": size, "lxc.console.buffer.size": size, "lxc.console.rotate": bool,
  "lxc.log.file": text("/var/log/x"), "lxc.log.syslog": oneWord(["daemon", "local0"], "daemon, local0, local1, local2, local3, local4, local5, local6 or local7"),
  "lxc.log.level": { good: [["debug", "DEBUG"], ["3", "NOTICE"], ["TRACE", "TRACE"]], bad: [["9", "'9' is not a log level"], ["loud", "'loud' is not a log level"]] },
};

const filesystemExamples: Readonly<Record<string, Example>> = {
  "lxc.rootfs.path": { good: [["/srv/web", "/srv/web"], ["dir:/srv/web", "/srv/web"], ["overlay:/a:/b", "/a:/b"], ["zfs:pool/web", "pool/web"], ["/srv/a:b", "/srv/a:b"]], bad: [["ext4:/dev/sda1", "'ext4' is not a kind of storage"], ["dir:", "no path stands after 'dir:'"]] },
  "lxc.rootfs.mount": { good: [["/mnt", "/mnt"]], bad: [], before: "lxc.rootfs.path = /srv/web\n" },
  "lxc.rootfs.options": { ...text("ro,idmap=container"), before: "lxc.rootfs.path = /srv/web\n" }, "lxc.rootfs.managed": { ...bool, before: "lxc.rootfs.path = /srv/web\n" },
  "lxc.mount.entry": { good: [["/srv srv none bind,ro,create=dir 0 0", "/srv srv none bind,ro,create=dir 0 0\n"], ["proc proc proc", "proc proc proc\n"], ["/a a none bind 0 0 # mine", "/a a none bind 0 0 # mine\n"]], bad: [["/srv srv", "2 fields, at least SOURCE TARGET TYPE are needed"], ["/srv srv none bind, ro 0 0", "'ro' is not a number"], ["/srv srv none create=link 0 0", "'create=link' is not create=dir or create=file"], ["a b c d 0 0 0", "'0' is one field too many"], ["a b none idmap=", "'idmap=' needs 'container' or the path of a user namespace"]] },
  "lxc.mount.fstab": text("/etc/lxc/fstab"),
  "lxc.mount.auto": { good: [["proc sys", "proc:mixed sys:mixed"], ["cgroup-full:ro:force", "cgroup-full:ro:force"], ["cgroup", "cgroup"], ["cgroup2:ro", "cgroup2:ro:force"], ["shmounts:/a", "shmounts:/a:/dev/.lxc-mounts"], ["proc:rw proc", "proc:mixed"]], bad: [["proc:ro", "'proc:ro' is nothing that can be mounted automatically"], ["proc dev", "'dev' is nothing that can be mounted automatically"], ["shmounts:", "'shmounts:' is nothing that can be mounted automatically"]] },
  "lxc.autodev": bool, "lxc.autodev.tmpfs.size": count,
};

const isolationExamples: Readonly<Record<string, Example>> = {
  "lxc.idmap": { good: [["u 0 100000 65536", "u 0 100000 65536"], ["g\t0  100000 1", "g 0 100000 1"]], bad: [["b 0 1 2", "'b' is not u or g"], ["u 0 100000", "2 numbers stand after 'u', 3 are needed"], ["u 0 x 1", "'x' is not a number"], ["u 0 100000 0", "a count of 0 maps nothing"], ["u 4294967294 0 2", "the ids inside end at 4294967295, the last possible id is 4294967294"], ["u 0 4294967294 2", "the ids on the host end at 4294967295, the last possible id is 4294967294"]] },
  "lxc.namespace.clone": { good: [["net pid", "pid\nnet\n"]], bad: [["nett", "'nett' is not a namespace"]] }, "lxc.namespace.keep": { good: [["user net", "user\nnet\n"]], bad: [["mount", "'mount' is not a namespace"]] },
  "lxc.namespace.share.*": { key: "lxc.namespace.share.net", ...text("other") },
  "lxc.cap.drop": { good: [["sys_time mknod", "sys_time\nmknod\n"], ["22", "22\n"]], bad: [["sys_tiem", "'sys_tiem' is not a capability"], ["mknod none", "'none' is not a capability"], [capability, "'see' is not a capability"]] },
  "lxc.cap.keep": { good: [["sys_time", "sys_time\n"], ["none", "none\n"], ["none mknod", "mknod\n"]], bad: [["all", "'all' is not a capability"]] },
  "lxc.no_new_privs": bool, "lxc.seccomp.profile": text("/a"), "lxc.seccomp.allow_nesting": bool, "lxc.seccomp.notify.cookie": text("c"),
  "lxc.seccomp.notify.proxy": { good: [["unix:/run/x", "/run/x"]], bad: [["/run/x", "'/run/x' does not start with unix:/"]] },
  "lxc.apparmor.profile": text("generated"), "lxc.apparmor.allow_incomplete": bool, "lxc.apparmor.allow_nesting": bool, "lxc.apparmor.raw": list("deny /x r,"),
  "lxc.selinux.context": text("a_t"), "lxc.selinux.context.keyring": text("b_t"), "lxc.keyring.session": bool,
  "lxc.time.offset.boot": time, "lxc.time.offset.monotonic": time,
};

const hooks: Readonly<Record<string, Example>> = Object.fromEntries(
  ["pre-start", "pre-mount", "mount", "autodev", "start-host", "start", "stop", "post-stop", "clone", "destroy"].map((hook) => [`lxc.hook.${hook}`, list("/usr/bin/hook -v 'a b'")]),
);

const controlExamples: Readonly<Record<string, Example>> = {
  ...hooks, "lxc.hook.version": oneWord(["0", "1"], "0 or 1"), "lxc.hook": clears(), "lxc.cgroup": clears(), "lxc.cgroup2": clears(),
  "lxc.cgroup.*": { key: "lxc.cgroup.memory.limit_in_bytes", ...list("100M") }, "lxc.cgroup2.*": { key: "lxc.cgroup2.memory.max", ...list("1G") },
  "lxc.cgroup.dir": relative, "lxc.cgroup.dir.monitor": { ...relative, before: "lxc.cgroup.dir.container = c\n" }, "lxc.cgroup.dir.container": { ...relative, before: "lxc.cgroup.dir.monitor = m\n" },
  "lxc.cgroup.dir.monitor.pivot": { ...relative, before: "lxc.cgroup.dir.monitor = m\nlxc.cgroup.dir.container = c\n" },
  "lxc.cgroup.dir.container.inner": { good: [["i", "i"]], bad: [["i/j", "'i/j' is not the name of one directory"], ["..", "'..' is not the name of one directory"]], before: "lxc.cgroup.dir.monitor = m\nlxc.cgroup.dir.container = c\n" },
  "lxc.cgroup.relative": bool, "lxc.monitor.unshare": bool, "lxc.include": { good: [], bad: [] },
  "berth.restart": { good: [["always", "always"], ["on-failure:5", "on-failure:5"], ["no", "no"]], bad: [["yes", "'yes' is no restart policy"], ["on-failure:0", "'on-failure:0' is no restart policy"]] },
  "berth.publish": { good: [["8080:80", "8080:80\n"], ["[fd00::1]:53:53/udp", "[fd00::1]:53:53/udp\n"]], bad: [["80", "'80' is no port to publish"], ["8080:0", "'8080:0' is no port to publish"], ["x:8080:80", "'x:8080:80' is no port to publish"]] },
};

const networkExamples: Readonly<Record<string, Example>> = {
  "lxc.net.N.type": { ...oneWord(["none", "empty", "veth", "macvlan", "ipvlan", "vlan", "phys", "user"], "none, empty, veth, macvlan, ipvlan, vlan, phys or user"), key: "lxc.net.3.type" },
  "lxc.net.N.flags": nic("veth", "flags", { good: [["up", "up"], ["0", "up"]], bad: [] }), "lxc.net.N.link": nic("veth", "link", text("br0")), "lxc.net.N.name": nic("veth", "name", name),
  "lxc.net.N.hwaddr": nic("veth", "hwaddr", { good: [["00:16:3E:aa:bb:cc", "00:16:3E:aa:bb:cc"], ["00:16:3e:xx:xx:xx", "00:16:3e:01:23:45"]], bad: [["00:16", "'00:16' is not a hardware address"], ["01:16:3e:aa:bb:cc", "'01:16:3e:aa:bb:cc' is a group address, no interface can have it"]] }),
  "lxc.net.N.mtu": nic("veth", "mtu", count),
  "lxc.net.N.ipv4.address": nic("veth", "ipv4.address", { good: [["10.0.3.5/24", "10.0.3.5/24"], ["10.0.3.5/24 10.0.3.255", "10.0.3.5/24"], ["10.0.3.5", "10.0.3.5/8"], ["172.16.0.1", "172.16.0.1/16"], ["192.168.3.3", "192.168.3.3/24"]], bad: [["10.0.3.300/24", "'10.0.3.300' is not an IPv4 address"], ["10.0.3.3/40", "'40' is not a prefix length from 0 to 32"], ["10.0.3.3/24/", "'24/' is not a prefix length from 0 to 32"], ["10.0.3.3/24 all", "'all' is not an IPv4 address"], ["10.0.3.3/24 10.0.3.255 x", "'x' is one word too many"]] }),
  "lxc.net.N.ipv4.gateway": nic("veth", "ipv4.gateway", { good: [["10.0.3.1", "10.0.3.1"], ["auto", "auto"], ["dev", "dev"]], bad: [["fd00::1", "'fd00::1' is not an IPv4 address, auto or dev"]] }),
  "lxc.net.N.ipv6.address": nic("veth", "ipv6.address", { good: [["fd00::5/64", "fd00::5/64"], ["::1", "::1/64"], ["::ffff:10.0.0.1/96", "::ffff:10.0.0.1/96"]], bad: [["fd00::5::6", "'fd00::5::6' is not an IPv6 address"], ["fd00::5/129", "'129' is not a prefix length from 0 to 128"], ["1:2:3", "'1:2:3' is not an IPv6 address"]] }),
  "lxc.net.N.ipv6.gateway": nic("veth", "ipv6.gateway", { good: [["fd00::1", "fd00::1"], ["auto", "auto"]], bad: [["10.0.0.1", "'10.0.0.1' is not an IPv6 address, auto or dev"]] }),
  "lxc.net.N.egress": nic("veth", "egress", { good: [["10.0.0.0/8", "10.0.0.0/8"], ["example.org:443/tcp", "example.org:443/tcp"], ["[fd00::/64]:80-90", "[fd00::/64]:80-90"], ["none", "none"]], bad: [["10.0.0.0/33", "'33' is not a prefix length from 0 to 32"], ["example.org/8", "'example.org' is a name: only an address has a prefix length"], ["10.0.0.1:0", "'0' is not a port from 1 to 65535"], ["all of it", "'all of it' is not HOST[/PREFIX][:PORT[-PORT][/tcp|/udp]]"]] }),
  "lxc.net.N.script.up": nic("veth", "script.up", text("/a b")), "lxc.net.N.script.down": nic("veth", "script.down", text("/a b")),
  "lxc.net.N.veth.pair": nic("veth", "veth.pair", name), "lxc.net.N.veth.mode": nic("veth", "veth.mode", oneWord(["bridge", "router"], "bridge or router")),
  "lxc.net.N.veth.n_rxqueues": nic("veth", "veth.n_rxqueues", queues), "lxc.net.N.veth.n_txqueues": nic("veth", "veth.n_txqueues", queues),
  "lxc.net.N.veth.ipv4.route": nic("veth", "veth.ipv4.route", { good: [["10.2.0.0/16", "10.2.0.0/16"]], bad: [["10.2.0.0", "'10.2.0.0' has no prefix length"], ["x/16", "'x' is not an IPv4 address"]] }),
  "lxc.net.N.veth.ipv6.route": nic("veth", "veth.ipv6.route", { good: [["fd01::/64", "fd01::/64"]], bad: [["fd01::", "'fd01::' has no prefix length"]] }),
  "lxc.net.N.veth.vlan.id": nic("veth", "veth.vlan.id", { good: [["none", "none"], ["5", "5"]], bad: [["4095", "4095 is more than 4094"]] }),
  "lxc.net.N.veth.vlan.tagged.id": nic("veth", "veth.vlan.tagged.id", { good: [["5", "5"]], bad: [["4095", "4095 is more than 4094"]] }),
  "lxc.net.N.macvlan.mode": nic("macvlan", "macvlan.mode", oneWord(["private", "vepa", "bridge", "passthru"], "private, vepa, bridge or passthru")),
  "lxc.net.N.ipvlan.mode": nic("ipvlan", "ipvlan.mode", oneWord(["l3", "l3s", "l2"], "l3, l3s or l2")), "lxc.net.N.ipvlan.isolation": nic("ipvlan", "ipvlan.isolation", oneWord(["bridge", "private", "vepa"], "bridge, private or vepa")),
  "lxc.net.N.vlan.id": nic("vlan", "vlan.id", vlan), "lxc.net.N.l2proxy": nic("ipvlan", "l2proxy", bool),
  "lxc.net.N": clears("lxc.net.3"), "lxc.net": clears(),
};

export const examples: Readonly<Record<string, Example>> = { ...processExamples, ...consoleExamples, ...filesystemExamples, ...isolationExamples, ...controlExamples, ...networkExamples };
