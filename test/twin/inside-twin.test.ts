// The same config and root under Debian's lxc and under Berth: what a process of the container sees.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseMountinfo } from "../../src/linux/proc-mountinfo.ts";
import { DIST } from "../kernel/place.ts";
import { lendRoot } from "../kernel/users.ts";

const PATIENCE_MS = 60_000;
const work = mkdtempSync(join(tmpdir(), "inside-twin-"));
interface Side { readonly folder: string; readonly name: string }
const SIDES = { theirs: { folder: "/usr/bin", name: `intt${process.pid}` }, ours: { folder: join(DIST, "bin"), name: `into${process.pid}` } } as const;

const COMMON = `lxc.tty.max = 2
lxc.pty.max = 1024
lxc.tty.dir = lxc
lxc.uts.name = twin
lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed
lxc.cap.drop = sys_module mac_admin mac_override sys_time
lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp
lxc.net.0.type = empty
lxc.environment = A=b
lxc.prlimit.nofile = 512:1024
lxc.mount.entry = shm dev/shm tmpfs defaults,create=dir 0 0
lxc.mount.entry = mqueue dev/mqueue mqueue defaults,optional,create=dir 0 0
lxc.mount.entry = /usr/lib usr/lib none ro,bind,create=dir 0 0
lxc.mount.entry = /etc/passwd etc/name none ro,bind,create=file 0 0
lxc.mount.entry = /not/there mnt none bind,optional,create=dir 0 0
`;
const KINDS = [["privileged", ""], ["root-owned", "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n"]] as const;

function run({ folder, name }: Side, command: string, ...words: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(join(folder, command), ["-P", work, "-n", name, ...words], { encoding: "utf8", input: "", timeout: PATIENCE_MS });
  if (status !== 0) throw new Error(`${folder}/${command}: ${stderr}`);
  return stdout.trim();
}

function make({ name }: Side, idmap: string): void {
  const rootfs = join(work, name, "rootfs");
  for (const path of ["bin", "sbin", "etc", "dev", "proc", "sys", "mnt"]) mkdirSync(join(rootfs, path), { recursive: true });
  cpSync("/bin/busybox", join(rootfs, "bin/busybox"));
  symlinkSync("../bin/busybox", join(rootfs, "sbin/init"));
  writeFileSync(join(rootfs, "etc/inittab"), "::sysinit:/bin/busybox true\n");
  writeFileSync(join(work, name, "config"), `lxc.rootfs.path = dir:${rootfs}\n${COMMON}${idmap}`);
  for (const path of [work, join(work, name)]) chmodSync(path, 0o755);
  if (idmap !== "") spawnSync("chown", ["-hR", "100000:100000", rootfs]);
}

const proc = (pid: string, file: string): string => readFileSync(`/proc/${pid}/${file}`, "utf8");
const status = (pid: string): readonly string[] => proc(pid, "status").split("\n").filter((line) => /^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|Umask)/.test(line));

/** LXC leaves the file that it binds over boot_id, and makes the console executable; both are of no use to anybody. */
const LEFT_OUT = ".lxc-boot-id";
const withoutExecution = (mode: number): number => ((mode & 0o170000) === 0o020000 ? mode & ~0o100 : mode);

/** Names, types, owners and modes below a directory of the container. */
function devices(pid: string, folder: string): readonly string[] {
  const path = `/proc/${pid}/root/${folder}`;
  return readdirSync(path).filter((name) => name !== LEFT_OUT).sort().flatMap((name) => {
    const found = lstatSync(join(path, name));
    const line = `${folder}/${name} ${withoutExecution(found.mode).toString(8)} ${found.uid}:${found.gid} ${found.isSymbolicLink() ? readlinkSync(join(path, name)) : found.rdev}`;
    return found.isDirectory() && name !== "shm" && name !== "mqueue" ? [line, ...devices(pid, `${folder}/${name}`)] : [line];
  });
}

/** Mounts as LXC makes them are less strict in one place: what is bound from proc loses nosuid, nodev, noexec there. */
const isProcPart = (target: string): boolean => target === "/proc/sys" || target.startsWith("/proc/sys/kernel");
const mounts = (pid: string): readonly string[] => parseMountinfo(proc(pid, "mountinfo"))
  .map(({ mountpoint, fstype, options, superOptions }) => `${mountpoint} ${fstype} ${(isProcPart(mountpoint) ? options.filter((word) => !["nosuid", "nodev", "noexec"].includes(word)) : options).join(",")} ${superOptions.join(",")}`).sort();

let giveBack = (): void => {};
beforeAll(() => { giveBack = lendRoot("100000:65536"); });
afterAll(() => giveBack());

describe.each(KINDS)("%s", (_, idmap) => {
  const pids = { theirs: "", ours: "" };
  beforeAll(() => {
    for (const key of ["theirs", "ours"] as const) {
      make(SIDES[key], idmap);
      run(SIDES[key], "lxc-start");
      pids[key] = run(SIDES[key], "lxc-info", "-pH");
    }
  }, PATIENCE_MS);
  afterAll(() => {
    for (const side of Object.values(SIDES)) {
      spawnSync(join(side.folder, "lxc-stop"), ["-P", work, "-n", side.name, "-k"], { timeout: PATIENCE_MS });
      rmSync(join(work, side.name), { recursive: true, force: true });
    }
  }, PATIENCE_MS);
  const same = (look: (pid: string) => unknown): void => { expect(look(pids.ours)).toEqual(look(pids.theirs)); };

  test("mounts", () => same(mounts));
  test("/dev", () => same((pid) => devices(pid, "dev")));
  test("ids, capabilities, no_new_privs, seccomp, umask", () => same(status));
  test("environment, command line, working directory, root", () => same((pid) => [proc(pid, "environ"), proc(pid, "cmdline"), readlinkSync(`/proc/${pid}/cwd`)]));
  test("limits, id maps, oom score", () => same((pid) => [proc(pid, "limits"), proc(pid, "uid_map"), proc(pid, "gid_map"), proc(pid, "setgroups"), proc(pid, "oom_score_adj")]));
  test("descriptors, session, controlling terminal", () => same((pid) => [
    readdirSync(`/proc/${pid}/fd`).map((fd) => `${fd} ${readlinkSync(`/proc/${pid}/fd/${fd}`)}`), proc(pid, "stat").split(" ").slice(4, 8).map((id) => (id === pid ? "itself" : id)),
  ]));
  test("cgroups", () => same((pid) => proc(pid, "cgroup").replaceAll(/int[to]\d+/g, "twin")));
  test("namespaces of its own", () => same((pid) => readdirSync(`/proc/${pid}/ns`).filter((name) => readlinkSync(`/proc/${pid}/ns/${name}`) !== readlinkSync(`/proc/self/ns/${name}`))));
  test("host name, links", () => same((pid) => [spawnSync("nsenter", ["-t", pid, "-u", "hostname"], { encoding: "utf8" }).stdout, proc(pid, "net/dev").split("\n").map((line) => line.split(":")[0])]));
});

afterAll(() => rmSync(work, { recursive: true, force: true }));
