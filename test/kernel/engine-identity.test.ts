// Proves the ops that say what a process may do, and those on terminals, sockets, netlink, seccomp and BPF.
import { mkdirSync, rmdirSync, readFileSync } from "node:fs";
import { expect, test } from "bun:test";
import type { Op } from "../../src/isa/op.ts";
import { CLONE_NEWNET, CLONE_NEWUSER, CLONE_NEWUTS } from "../../src/linux/clone.ts";
import { linkDelete, linkUp } from "../../src/linux/netlink.ts";
import { capabilityMask, capabilityNumber } from "../../src/linux/capabilities.ts";
import { RLIM_INFINITY, rlimitNumber } from "../../src/linux/rlimits.ts";
import { O_PATH } from "../../src/linux/fs.ts";
import { child, errno, op, runPlan, shell } from "./engine-run.ts";

const KEEP = 1; // SETIDS_KEEP_GROUPS
const status = (fields: string): Op => shell(`grep -E '^(${fields}):' /proc/$$/status | tr '\\t\\n' '  '`);
const mask = (...names: readonly string[]): bigint => capabilityMask(names.map((name) => capabilityNumber(name) ?? 99));
const limit = (name: string): number => rlimitNumber(name) ?? 99;

test("setIds: ids and groups, groups dropped, groups kept", async () => {
  const seen = (ids: Op) => runPlan([ids, status("Uid|Gid|Groups")]);
  expect((await seen(op("setIds", { uid: 1000, gid: 1001, groups: [5, 6] }))).out).toMatch(/^Uid: 1000 1000 1000 1000 Gid: 1001 1001 1001 1001 Groups: 5 6 /);
  expect((await seen(op("setIds", { uid: 1000, gid: 1001 }))).out).toMatch(/Groups: +$/);
  const kept = await runPlan([op("setIds", { uid: 0, gid: 0, groups: [7] }), op("setIds", { uid: 3, gid: 3, flags: KEEP }), status("Groups")]);
  expect(kept.out).toMatch(/Groups: 7 /);
  const denied = await runPlan([op("clone", { flags: CLONE_NEWUSER, name: "child", pid: 0, body: [op("setIds", { uid: 0, gid: 0 })] }), op("await", { number: 1, child: 0 })]);
  expect(denied.failed).toMatchObject({ process: "child", error: errno("EPERM"), text: "setgroups of 0 groups" });
});

test("capBounding and caps; more than there is fails", async () => {
  const some = mask("net_raw", "kill", "chown");
  const ran = await runPlan([op("capBounding", { drop: ~some }), op("caps", { effective: mask("kill"), permitted: some, inheritable: mask("chown"), ambient: mask("chown") }), status("CapInh|CapPrm|CapEff|CapBnd|CapAmb")]);
  const hex = (value: bigint): string => value.toString(16).padStart(16, "0");
  // Effective is the whole bounding set again: root executes.
  expect(ran.out).toBe(`CapInh: ${hex(mask("chown"))} CapPrm: ${hex(some)} CapEff: ${hex(some)} CapBnd: ${hex(some)} CapAmb: ${hex(mask("chown"))} `);
  const ambient = await runPlan([op("prctl", { option: 8, arg2: 1 }), op("setIds", { uid: 9, gid: 9 }), op("caps", { effective: some, permitted: some, inheritable: some, ambient: mask("kill") }), status("CapEff|CapAmb")]);
  expect(ambient.out).toBe(`CapEff: ${hex(mask("kill"))} CapAmb: ${hex(mask("kill"))} `);
  const less = await runPlan([op("caps", { effective: 0, permitted: 0, inheritable: 0 }), op("caps", { effective: some, permitted: some, inheritable: 0 })]);
  expect(less.failed).toMatchObject({ op: 1, error: errno("EPERM"), text: "capset" });
  const bounding = await runPlan([op("caps", { effective: 0, permitted: 0, inheritable: 0 }), op("capBounding", { drop: mask("kill") })]);
  expect(bounding.failed).toMatchObject({ op: 1, error: errno("EPERM"), text: `capability ${capabilityNumber("kill")}` });
});

test("rlimit of this process and of another; infinity is all ones", async () => {
  const core = limit("core"), files = limit("nofile");
  const ran = await runPlan([op("rlimit", { resource: files, soft: 200, hard: 300 }), op("rlimit", { resource: core, soft: 0, hard: RLIM_INFINITY }), shell("ulimit -n; ulimit -Hn; ulimit -c; ulimit -Hc")]);
  expect(ran.out).toBe("200\n300\n0\nunlimited\n");
  const other = await runPlan([
    op("clone", { flags: 0, name: "child", pid: 0, body: [op("await", { number: 1 }), shell("ulimit -n")] }),
    op("rlimit", { resource: files, soft: 77, hard: 77, pid: 0 }),
    op("post", { number: 1, to: 0 }),
    op("exitWith", { child: 0 }),
  ]);
  expect(other.out).toBe("77\n");
  expect((await runPlan([op("rlimit", { resource: files, soft: 9, hard: 1 })])).failed?.error).toBe(errno("EINVAL"));
});

test("prctl, personality, joinKeyring", async () => {
  const ran = await runPlan([op("prctl", { option: 38, arg2: 1 }), op("personality", { value: 0x40000 }), status("NoNewPrivs")]);
  expect(ran.out).toBe("NoNewPrivs: 1 ");
  expect((await runPlan([op("personality", { value: 8 }), shell("uname -m")])).out).toBe("i686\n");
  expect((await runPlan([op("prctl", { option: 9999 })])).failed?.error).toBe(errno("EINVAL"));
  expect((await runPlan([op("joinKeyring", {}, { onError: ["ENOSYS"] })])).status).toBe(0);
});

test("openPty and controllingTty: the program's terminal, as large as ours", async () => {
  const ran = await runPlan([
    op("openPty", { path: "/dev/ptmx", master: 0, peer: 1 }),
    op("dup", { slot: 0, fd: 9 }),
    ...child([op("setsid", {}), op("controllingTty", { tty: 1 }), op("dup", { slot: 1, fd: 0 }), shell("tty | cut -d/ -f1-3; ps -o tty= -p $$ | cut -d/ -f1")]),
  ]);
  expect(ran.out).toBe("/dev/pts\npts\n");
  const sized = await runPlan([
    op("openPty", { path: "/dev/ptmx", master: 0, peer: 1 }),
    op("spawn", { argv: ["stty", "rows", "33", "cols", "99"], stdin: 1 }),
    op("dup", { slot: 1, fd: 0 }),
    op("openPty", { path: "/dev/ptmx", master: 2, peer: 3 }),
    op("spawn", { argv: ["stty", "size"], stdin: 3 }),
  ]);
  expect(sized.events[0]?.text).toBe("33 99\n");
  expect((await runPlan([op("openPty", { path: "/dev/null", master: 0, peer: 1 })])).failed?.error).toBe(errno("ENOTTY"));
  expect((await runPlan([op("open", { path: "/dev/null", flags: 0, into: 0 }), op("controllingTty", { tty: 0 })])).failed?.error).toBe(errno("ENOTTY"));
});

test("netlink: each message is acknowledged; a refusal is told in the kernel's words; ifIndex", async () => {
  const up = await runPlan(child([op("netlink", { messages: linkUp("lo").flatMap((part) => ("hex" in part ? [part] : [])) }), op("ifIndex", { name: "lo", into: 1 }), op("spawn", { argv: ["sh", "-c", ["echo ", { slot: 1 }, "; ip -o link show lo"]] })], CLONE_NEWNET));
  expect(up.events.find(({ kind }) => kind === "output")?.text).toMatch(/^1\n1: lo: <LOOPBACK,UP,LOWER_UP>/);
  const refused = await runPlan(child([op("netlink", { messages: [...linkUp("lo"), ...linkDelete("none0")].flatMap((part) => ("hex" in part ? [part] : [])) })], CLONE_NEWNET));
  expect(refused.failed).toMatchObject({ error: errno("ENODEV") });
  expect(refused.failed?.text).toMatch(/^message 2/);
  expect((await runPlan([op("netlink", { messages: [{ hex: "ff000000" }] })])).failed).toMatchObject({ text: "message 1 is cut short" });
  expect((await runPlan([op("ifIndex", { name: "none0", into: 0 })])).failed).toMatchObject({ error: errno("ENODEV"), text: "none0" });
});

test("listen: a name taken is EADDRINUSE, and free again when its holder is gone", async () => {
  const name = `berth-test-${process.pid}`;
  const twice = [op("listen", { address: name, into: 0 }), op("spawn", { argv: ["grep", name, "/proc/net/unix"] }), op("listen", { address: name, into: 1 })];
  const ran = await runPlan(twice);
  expect(ran.failed).toMatchObject({ op: 2, error: errno("EADDRINUSE"), text: name });
  expect(ran.events[0]?.text).toMatch(new RegExp(`@${name}\\n$`));
  expect((await runPlan([op("listen", { address: name, into: 0 })])).status).toBe(0);
  expect((await runPlan([op("listen", { address: "x".repeat(108), into: 0 })])).failed?.error).toBe(errno("ENAMETOOLONG"));
});

// if (nr == uname) return ERRNO(EACCES) else ALLOW, for any architecture's number 63 (x86_64) or 160 (aarch64)
const uname = process.arch === "arm64" ? "a0" : "3f";
const FILTER = `2000000000000000${`15000001${uname}000000`}060000000d000500060000000000ff7f`;

test("seccomp: a filter, with a listener too; a broken one is refused", async () => {
  const ran = await runPlan([op("prctl", { option: 38, arg2: 1 }), op("seccomp", { program: [{ hex: FILTER }] }), shell("uname; grep -E '^Seccomp:' /proc/$$/status")]);
  expect([ran.out, ran.err.includes("ermission denied")]).toEqual(["Seccomp:\t2\n", true]);
  const listener = await runPlan([op("seccomp", { program: [{ hex: FILTER }], into: 0 }), op("spawn", { argv: ["readlink", ["/proc/", "self", "/fd/0"]], stdin: 0 })]);
  expect(listener.events[0]?.text).toBe("anon_inode:seccomp notify\n");
  expect((await runPlan([op("seccomp", { program: [{ hex: "00ff" }] })])).failed).toMatchObject({ error: errno("EINVAL"), text: "a filter of 2 bytes" });
});

test("bpfDevice: attached to a cgroup2 directory, refused elsewhere and when it is no program", async () => {
  const mount = readFileSync("/proc/self/mountinfo", "utf8").split("\n").find((line) => line.includes(" - cgroup2 "))?.split(" ")[4];
  expect(mount).toBeString();
  const dir = `${mount}/berth-test-${process.pid}`;
  mkdirSync(dir);
  try {
    const none = "b700000000000000" + "9500000000000000"; // r0 = 0; exit: no device at all
    const attach = (path: string, program: string) => runPlan([op("open", { path, flags: O_PATH, into: 0 }), op("open", { path, flags: 0, into: 1 }), op("bpfDevice", { program: [{ hex: program }], cgroup: 1 }), op("clone", { flags: 0, name: "inside", pid: 2, cgroup: 1, body: [shell(": < /dev/zero && echo opened")] }), op("exitWith", { child: 2 })]);
    const ran = await attach(dir, none);
    expect([ran.failed, ran.status, ran.out]).toEqual([undefined, 2, ""]);
    expect((await attach(dir, "9500000000000000")).failed).toMatchObject({ text: "loading a program of 8 bytes" });
    expect((await attach("/", none)).failed).toMatchObject({ error: errno("EBADF"), text: "attaching the program" });
  } finally {
    rmdirSync(dir);
  }
});

test("hostname: too long is refused", async () => {
  expect((await runPlan(child([op("hostname", { name: "h".repeat(65) })], CLONE_NEWUTS))).failed).toMatchObject({ error: errno("EINVAL"), text: "h".repeat(65) });
});
