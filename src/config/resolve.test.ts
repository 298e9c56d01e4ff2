// What a config means, and every problem at once.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { load, mustLoad, problemLines, problemsOf } from "./golden/load.ts";
import { readConfig, resolve } from "./index.ts";

test("an empty config: every default is there and says that it is one", () => {
  const { spec } = mustLoad("");
  expect(spec).toMatchObject({
    name: "web", lxcpath: "/var/lib/lxc", configFile: "config", idmap: [], autoMounts: {}, mounts: [], autodevSize: 500000,
    hasAutodev: { value: true, from: { kind: "default", key: "lxc.autodev" } }, ttyMax: { value: 0 }, ptyMax: { value: 0 },
    console: { size: 0, bufferSize: 0, rotate: false }, init: { cmd: { value: ["/sbin/init"], from: { kind: "default", key: "lxc.init.cmd" } }, uid: { value: 0 }, gid: { value: 0 }, groups: { value: [] } },
    nics: [], hooks: {}, hookVersion: 0, namespaces: { share: {} }, timeOffsets: {}, isEphemeral: false, monitor: { pdeathSignal: 9 },
    signals: { reboot: { value: 2 }, stop: { value: 9 } }, security: { capDrop: [], hasSessionKeyring: true }, start: { isAuto: false, delay: 0, order: 0 },
  });
  for (const absent of ["rootfs", "arch", "hostname", "ttyDir", "executeCmd", "fstab"]) expect([absent, absent in spec]).toEqual([absent, false]);
  expect("capKeep" in spec.security || "halt" in spec.signals).toBe(false);
});

test("all problems at once, errors first, each at its place", () => {
  const text = `# a config with much wrong
lxc.autodev = yes
lxc.tty.mix = 4
lxc.uts.name
lxc.utsname = web
  lxc.cap.drop =  sys_admin sys_tiem
lxc.include = /etc/none
lxc.prlimit.nofiles = 5
lxc.idmap = u 0 100000 10
lxc.idmap = u 5 200000 10
not a key
`;
  expect(problemsOf(text)).toEqual([
    "config:7:15 error config.include: '/etc/none' does not exist; correct the path, or end it with '/' if it is a directory that may be missing",
    "config:2:15 error config.value: lxc.autodev: 'yes' is not 0 or 1; expected 0 or 1; write 1",
    "config:3:1 error config.key: unknown key 'lxc.tty.mix'; did you mean 'lxc.tty.max'?",
    "config:4:1 error config.syntax: 'lxc.uts.name' has no '='; write KEY = VALUE, or begin the line with # to keep it as a comment",
    "config:6:29 error config.value: lxc.cap.drop: 'sys_tiem' is not a capability; expected names of capabilities without CAP_, separated by blanks; did you mean 'sys_time'?",
    "config:10:1 error idmap.invalid: 'u 5 200000 10' overlaps 'u 0 100000 10' inside the container; the other range is at config:9 lxc.idmap; move or shorten one of them: id 5 inside the container is in both",
    "config:8:1 error config.key: lxc.prlimit.nofiles: 'nofiles' is not a resource; did you mean 'lxc.prlimit.nofile'?",
    "config:5:1 warning config.legacy: lxc.utsname is the name of LXC 2 and older, it is lxc.uts.name now; write 'lxc.uts.name = web'",
  ]);
});

test("-s comes after the files, with the same rules, and is named as an option", () => {
  const { spec } = mustLoad("lxc.uts.name = file\nlxc.cap.drop = mknod\n", {}, ["lxc.uts.name=given", "lxc.cap.drop = sys_time", "lxc.cap.keep="]);
  expect(spec.hostname).toEqual({ value: "given", from: { kind: "option", key: "lxc.uts.name" } });
  expect(spec.security.capDrop.map((name) => name.value)).toEqual(["mknod", "sys_time"]);
  expect(problemsOf("", {}, ["uts.name=x", "lxc.uts.name", "lxc.autodev=2", "lxc.utsname=x"])).toEqual([
    "option uts.name=x error option.value: 'uts.name=x' is not KEY=VALUE with a key that starts with lxc.; write -s lxc.KEY=VALUE",
    "option lxc.uts.name error option.value: 'lxc.uts.name' is not KEY=VALUE with a key that starts with lxc.; write -s lxc.KEY=VALUE",
    "option lxc.autodev error config.value: lxc.autodev: '2' is not 0 or 1; expected 0 or 1",
    "option lxc.utsname warning config.legacy: lxc.utsname is the name of LXC 2 and older, it is lxc.uts.name now; write 'lxc.uts.name = x'",
  ]);
});

test("-s lxc.include reads a file", () => {
  expect(mustLoad("lxc.tty.max = 1\n", { "/more": "lxc.tty.max = 2\n" }, ["lxc.include=/more"]).spec.ttyMax).toMatchObject({ value: 2, from: { kind: "config", file: "/more", line: 1 } });
  expect(problemsOf("", {}, ["lxc.include = /none"])).toEqual(["option lxc.include error config.include: '/none' does not exist; correct the path, or end it with '/' if it is a directory that may be missing"]);
});

test("several files, one after the other: the last one gives the config file", () => {
  const one = readConfig({ file: "/a", text: "lxc.tty.max = 1\nlxc.pty.max = 1\n", read: () => ({ kind: "missing" }), cwd: "/" });
  const two = readConfig({ file: "/b", text: "lxc.tty.max = 2\n", read: () => ({ kind: "missing" }), cwd: "/" });
  if (!one.ok || !two.ok) throw new Error("readConfig never fails");
  const spec = resolve({ syntax: [one.value, two.value], overrides: [], name: "n", lxcpath: "/", random: "00", isRoot: true, rootfsMountDefault: "/mnt" });
  expect(spec).toMatchObject({ ok: true, value: { ttyMax: { value: 2 }, ptyMax: { value: 1 }, configFile: "/b", lxcpath: "/" } });
});

test("what contradicts itself is refused, at the later of the two", () => {
  expect(problemsOf("lxc.cap.drop = mknod\nlxc.cap.keep = sys_time\n")).toEqual(["config:2:1 error config.conflict: lxc.cap.keep cannot be used together with lxc.cap.drop; empty the one from an included file first: 'lxc.cap.drop ='"]);
  expect(problemsOf("lxc.cap.drop = mknod\nlxc.cap.drop =\nlxc.cap.keep = sys_time\n")).toEqual([]);
  expect(problemsOf("lxc.namespace.clone = net\nlxc.namespace.keep = user\n")).toEqual(["config:2:1 error config.conflict: lxc.namespace.keep cannot be used together with lxc.namespace.clone; say only which are new, or only which are shared"]);
  expect(problemsOf("lxc.cgroup.dir = a\nlxc.cgroup.dir.monitor = m\n")).toEqual([
    "config:1:1 error config.conflict: lxc.cgroup.dir cannot be used together with lxc.cgroup.dir.monitor; keep lxc.cgroup.dir, or lxc.cgroup.dir.monitor and lxc.cgroup.dir.container",
    "config:2:1 error config.conflict: lxc.cgroup.dir.monitor needs lxc.cgroup.dir.container; add a line 'lxc.cgroup.dir.container = DIRECTORY'",
  ]);
  expect(problemsOf("lxc.cgroup.dir.container.inner = i\n")).toEqual(["config:1:1 error config.conflict: lxc.cgroup.dir.container.inner needs lxc.cgroup.dir.monitor; add a line 'lxc.cgroup.dir.monitor = DIRECTORY'"]);
  expect(problemsOf("lxc.namespace.share.nett = x\n")).toEqual(["config:1:1 error config.key: lxc.namespace.share.nett: 'nett' is not a namespace; did you mean 'net'?"]);
});

test("cap.keep: none empties what came before, a name after it begins anew", () => {
  const kept = (text: string) => mustLoad(text).spec.security.capKeep?.map((name) => name.value);
  expect(kept("lxc.cap.keep = mknod none\n")).toEqual(["none"]);
  expect(kept("lxc.cap.keep = none\nlxc.cap.keep = sys_time CAP_MKNOD 22\n")).toEqual(["sys_time", "mknod", "sys_boot"]);
  expect(kept("lxc.cap.keep = mknod\nlxc.cap.keep =\n")).toBeUndefined();
});

test("commands are split as LXC splits them: quotes count at the start of an argument", () => {
  const argv = (line: string) => mustLoad(`lxc.init.cmd = ${line}\n`).spec.init.cmd.value;
  expect(argv("/sbin/init")).toEqual(["/sbin/init"]);
  expect(argv("/bin/sh -c 'echo \"a b\"' \"it's\"\t x")).toEqual(["/bin/sh", "-c", 'echo "a b"', "it's", "x"]);
  expect(argv("/bin/echo it's --x=\"a b\"")).toEqual(["/bin/echo", "it's", '--x="a', 'b"']);
  expect(argv("/bin/echo '' x")).toEqual(["/bin/echo", "", "x"]);
});

test("emptying a family leaves its neighbours", () => {
  const { spec } = mustLoad("lxc.cgroup.dir = d\nlxc.cgroup.cpu.shares = 1\nlxc.cgroup2.memory.max = 1G\nlxc.cgroup =\nlxc.hook.version = 1\nlxc.hook.start = /a\nlxc.hook =\nlxc.prlimit.core = 0\nlxc.prlimit =\n");
  expect([spec.cgroup.dir?.value, spec.cgroup.v1, spec.cgroup.v2.length, spec.hookVersion, spec.hooks, spec.prlimits]).toEqual(["d", [], 1, 1, {}, []]);
  const { spec: files } = mustLoad("lxc.cgroup.devices.deny = a\nlxc.cgroup.cpu.shares = 1\nlxc.cgroup.devices.deny =\n");
  expect(files.cgroup.v1.map(({ value }) => value.file)).toEqual(["cpu.shares"]);
});

test("limits, times, signals and sysctls as values", () => {
  const { spec } = mustLoad("lxc.prlimit.NOFILE = 10:unlimited\nlxc.time.offset.boot = -2h\nlxc.signal.halt = 0\nlxc.sysctl.kernel.msgmax = 1\nlxc.proc.oom_score_adj = 5\nlxc.monitor.signal.pdeath = 0\n");
  expect(spec.prlimits.map(({ value }) => value)).toEqual([{ resource: "nofile", soft: 10n, hard: 18446744073709551615n }]);
  expect([spec.timeOffsets.boot?.value, spec.signals.halt, spec.monitor.pdeathSignal]).toEqual([-7200000000000n, undefined, 0]);
  expect([spec.sysctls[0]?.value, spec.procs[0]?.value]).toEqual([{ key: "kernel.msgmax", value: "1" }, { file: "oom_score_adj", value: "5" }]);
});

test("any text is read without a throw, and the problems name lines that exist", () => {
  const key = fc.constantFrom("lxc.idmap", "lxc.mount.entry", "lxc.mount.auto", "lxc.net.0.type", "lxc.net.0.ipv6.address", "lxc.net", "lxc.network.type", "lxc.network.link", "lxc.cap.keep", "lxc.init.cmd", "lxc.rootfs", "lxc.rootfs.backend", "lxc.prlimit.nofile", "lxc.hook", "lxc.signal.halt", "lxc.time.offset.boot", "lxc.console.size", "lxc.seccomp.notify.proxy", "lxc.include", "lxc.nothing");
  const value = fc.oneof(fc.string(), fc.constantFrom("", "veth", "u 0 0 1", "/a a none bind", "none", "proc sys", "::1", "a:b"));
  fc.assert(fc.property(fc.array(fc.oneof(fc.string(), fc.tuple(key, value).map(([name, text]) => `${name} = ${text}`))), (lines) => {
    const { spec } = load(lines.join("\n"));
    const count = lines.join("\n").split("\n").length;
    return (spec.ok ? spec.warnings ?? [] : spec.problems).every((problem) => (problem.at?.line ?? 1) >= 1 && (problem.at?.line ?? 1) <= count && problem.text !== "");
  }));
});

test("a config of 10,000 lines and a line of a megabyte", () => {
  const many = "lxc.mount.entry = /srv srv none bind 0 0\nlxc.idmap = u 0 0 1\nlxc.sysctl.a.b = 1\nlxc.nonsens = 1\n".repeat(2500);
  const { spec } = load(many);
  expect(spec.ok ? 0 : spec.problems.filter((problem) => problem.code === "config.key").length).toBe(2500);
  const long = load(`lxc.uts.name = ${"x".repeat(1_000_000)}\n`).spec;
  expect(long.ok ? [] : problemLines(long.problems).map((line) => line.length < 500)).toEqual([true]);
  expect(problemsOf(`lxc.${"x".repeat(1_000_000)}\nlxc.${"y".repeat(1_000_000)} = 1\n`).map((line) => line.length < 1000)).toEqual([true, true]);
});

test("a byte that is no text is refused where it would be used, and stays where it is not", () => {
  expect(problemsOf("lxc.uts.name = a\u0000b\nlxc.mount.entry = /srv/caf\ufffd a none bind\n# caf\ufffd\u0000\nlxc.group =\n")).toEqual([
    "config:1:17 error config.value: lxc.uts.name: the value holds a NUL byte; remove it",
    "config:2:27 error config.value: lxc.mount.entry: the value holds a byte that is not UTF-8; write the file in UTF-8: iconv -f latin1 -t utf8",
  ]);
});
