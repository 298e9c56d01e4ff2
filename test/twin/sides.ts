// Owns a twin: the same config and root file system under Debian's lxc and under Berth, and what the host's /proc
// says of each init. Differences that docs/differences.md lists are taken out here, each with its reason.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, lchownSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseMountinfo } from "../../src/linux/proc-mountinfo.ts";
import { DIST } from "../kernel/place.ts";
import { asUser } from "../kernel/users.ts";
import type { User } from "../kernel/users.ts";

const PATIENCE_MS = 60_000;

export interface Side { readonly folder: string; readonly name: string }
/** Names of equal length, so that nothing shifts. */
export const SIDES = { theirs: { folder: "/usr/bin", name: `twt${process.pid}` }, ours: { folder: join(DIST, "bin"), name: `two${process.pid}` } } as const;
export type Which = keyof typeof SIDES;

export interface Twin {
  readonly lxcpath: string;
  /** Host id of the container's root. */
  readonly rootId: number;
  /** Whose containers they are; undefined: root's. */
  readonly user?: User;
}
export interface Ran { readonly out: string; readonly err: string; readonly status: number | null }

export function run(twin: Twin, which: Which, command: string, words: readonly string[] = []): Ran {
  const { folder, name } = SIDES[which];
  const argv = [join(folder, command), "-P", twin.lxcpath, "-n", name, ...words];
  const [program = "", ...rest] = twin.user === undefined ? argv : asUser(twin.user, "delegated", argv);
  const { stdout, stderr, status } = spawnSync(program, rest, { encoding: "utf8", input: "", timeout: PATIENCE_MS, env: { PATH: process.env["PATH"], TWIN: "host", HOME: "/root" } });
  return { out: stdout, err: stderr, status };
}

const DIRECTORIES = ["bin", "sbin", "etc", "dev", "proc", "sys", "mnt", "tmp", "srv/deep"];

/** busybox as init, and what `more` puts into the root file system. `NAME`, `ROOTFS` in the config are filled in. */
export function make(twin: Twin, which: Which, config: string, more: (rootfs: string) => void = () => undefined): void {
  const { name } = SIDES[which];
  const rootfs = join(twin.lxcpath, name, "rootfs");
  for (const path of DIRECTORIES) mkdirSync(join(rootfs, path), { recursive: true });
  cpSync("/bin/busybox", join(rootfs, "bin/busybox"));
  for (const applet of ["sh", "sleep", "id", "cat"]) symlinkSync("busybox", join(rootfs, "bin", applet));
  symlinkSync("../bin/busybox", join(rootfs, "sbin/init"));
  writeFileSync(join(rootfs, "etc/inittab"), "::sysinit:/bin/busybox true\n");
  more(rootfs);
  const filled = config.replaceAll("ROOTFS", rootfs).replaceAll("NAME", name);
  writeFileSync(join(twin.lxcpath, name, "config"), `${config.includes("lxc.rootfs.path") ? "" : `lxc.rootfs.path = dir:${rootfs}\n`}${filled}`);
  for (const path of [twin.lxcpath, join(twin.lxcpath, name)]) chmodSync(path, 0o755);
  own(rootfs, twin.rootId);
  if (twin.user !== undefined) for (const path of [join(twin.lxcpath, name), join(twin.lxcpath, name, "config")]) lchownSync(path, twin.user.uid, twin.user.gid);
}
function own(path: string, id: number): void {
  lchownSync(path, id, id);
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) own(join(path, name), id);
}

/** Kills and removes both. */
export function unmake(twin: Twin): void {
  for (const which of ["theirs", "ours"] as const) {
    run(twin, which, "lxc-stop", ["-k"]);
    rmSync(join(twin.lxcpath, SIDES[which].name), { recursive: true, force: true });
  }
}

const proc = (pid: string, file: string): string => readFileSync(`/proc/${pid}/${file}`, "utf8");

/** LXC leaves the file that it binds over boot_id. */
const LEFT_OUT = ".lxc-boot-id";
/** LXC makes the console executable, which is of no use to anybody. */
const withoutExecution = (mode: number): number => ((mode & 0o170000) === 0o020000 ? mode & ~0o100 : mode);

/** Names, types, owners, modes and device numbers below a directory of the container. */
function files(pid: string, folder: string): readonly string[] {
  const path = `/proc/${pid}/root/${folder}`;
  return readdirSync(path).filter((name) => name !== LEFT_OUT).sort().flatMap((name) => {
    const found = lstatSync(join(path, name));
    const line = `${folder}/${name} ${withoutExecution(found.mode).toString(8)} ${found.uid}:${found.gid} ${found.isSymbolicLink() ? readlinkSync(join(path, name)) : found.rdev}`;
    return found.isDirectory() && name !== "shm" && name !== "mqueue" ? [line, ...files(pid, `${folder}/${name}`)] : [line];
  });
}

/** What LXC binds from proc loses nosuid, nodev, noexec there. */
const isProcPart = (target: string): boolean => target === "/proc/sys" || target.startsWith("/proc/sys/kernel");
const mounts = (pid: string): readonly string[] => parseMountinfo(proc(pid, "mountinfo"))
  .map(({ mountpoint, fstype, options, superOptions }) => `${mountpoint} ${fstype} ${(isProcPart(mountpoint) ? options.filter((word) => !["nosuid", "nodev", "noexec"].includes(word)) : options).join(",")} ${superOptions.join(",")}`).sort();

const NAMESPACES = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
const sessionOf = (pid: string): readonly string[] => proc(pid, "stat").slice(proc(pid, "stat").lastIndexOf(")") + 2).split(" ").slice(2, 6).map((id) => (id === pid ? "itself" : id));
const inside = (pid: string, kind: string, argv: readonly string[]): string => spawnSync("nsenter", ["-t", pid, kind, ...argv], { encoding: "utf8" }).stdout;
function attempt(read: () => string): string {
  try { return read(); } catch (error) { return error instanceof Error && "code" in error ? String(error.code) : "?"; }
}

/** A user's LXC leaves the unified hierarchy of a hybrid host alone; Berth makes a cgroup there too. */
const cgroups = (pid: string, isUser: boolean): string => (isUser ? proc(pid, "cgroup").replace(/^0::.*$/m, "") : proc(pid, "cgroup"));

/** What the host sees of it beside init: what its monitor is called, and what is mounted for it. */
function outside(pid: string): unknown {
  const monitor = /^PPid:\s+(\d+)/m.exec(proc(pid, "status"))?.[1] ?? "";
  const names = Object.values(SIDES).map(({ name }) => `/${name}/`);
  return { title: proc(monitor, "cmdline").replace(/\0+$/, ""), mounts: proc("self", "mountinfo").split("\n").filter((line) => names.some((name) => line.includes(name))) };
}

/** Everything the kernel tells of this init, by topic. */
export function look(pid: string, isUser: boolean): Readonly<Record<string, unknown>> {
  return {
    mounts: mounts(pid), dev: files(pid, "dev"),
    status: proc(pid, "status").split("\n").filter((line) => /^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|Umask|SigBlk|SigIgn|NSpid)/.test(line)).map((line) => line.replace(/^(NSpid:\s+)\d+/, "$1HOST")),
    start: [proc(pid, "environ"), proc(pid, "cmdline"), readlinkSync(`/proc/${pid}/cwd`), proc(pid, "personality"), proc(pid, "comm")],
    limits: proc(pid, "limits"), maps: [proc(pid, "uid_map"), proc(pid, "gid_map"), proc(pid, "setgroups")], oom: proc(pid, "oom_score_adj"),
    descriptors: readdirSync(`/proc/${pid}/fd`).map((fd) => `${fd} ${readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/\d{3,}/g, "N")}`), session: sessionOf(pid),
    cgroups: cgroups(pid, isUser), offsets: attempt(() => proc(pid, "timens_offsets")),
    namespaces: NAMESPACES.filter((name) => readlinkSync(`/proc/${pid}/ns/${name}`) !== readlinkSync(`/proc/self/ns/${name}`)),
    host: inside(pid, "-u", ["hostname"]), links: proc(pid, "net/dev").split("\n").map((line) => line.split(":")[0]),
    outside: outside(pid), sysctls: inside(pid, "-a", ["/bin/busybox", "cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/shmmni", "/proc/sys/kernel/domainname"]),
  };
}

/** Busybox' init first gives itself its name, and holds signals back until its first script has ended. */
const isSettled = (pid: string): boolean => !attempt(() => proc(pid, "cmdline")).startsWith("/sbin/init\0") && /^SigBlk:\s+0+$/m.test(attempt(() => proc(pid, "status")));
function settle(pid: string): void {
  for (let looks = 0; looks < 100 && !isSettled(pid); looks++) Bun.sleepSync(20);
}

/** Starts both with the same words and looks at both; a container that does not start is its exit status. */
export function lookAtBoth(twin: Twin, words: readonly string[] = []): Readonly<Record<Which, { readonly status: number | null; readonly seen?: Readonly<Record<string, unknown>>; readonly err: string }>> {
  const one = (which: Which): { readonly status: number | null; readonly seen?: Readonly<Record<string, unknown>>; readonly err: string } => {
    const { status, err } = run(twin, which, "lxc-start", words);
    if (status !== 0) return { status, err };
    const pid = run(twin, which, "lxc-info", ["-pH"]).out.trim();
    settle(pid);
    return { status, err, seen: replaceIn(look(pid, twin.user !== undefined), SIDES[which].name) };
  };
  return { theirs: one("theirs"), ours: one("ours") };
}
/** The two names are made one. */
const replaceIn = (seen: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> => JSON.parse(JSON.stringify(seen).replaceAll(name, "TWIN"));
