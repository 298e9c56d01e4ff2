// Owns ordinary users for tests: made with a range of subordinate ids, removed without a trace,
// and commands run as them in different contexts (delegated cgroups or not, setpriv or su).
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface User { readonly name: string; readonly uid: number; readonly gid: number; readonly home: string }
/** Lines for /etc/subuid and /etc/subgid without the name: `300000:65536`. */
export interface Grants { readonly subuid: readonly string[]; readonly subgid: readonly string[] }

export function must(argv: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8" });
  if (status !== 0) throw new Error(`${argv.join(" ")}: status ${status} ${stderr} ${error?.message ?? ""}`);
  return stdout;
}
const FILES = ["/etc/subuid", "/etc/subgid"] as const;
const linesOf = (file: string): string[] => readFileSync(file, "utf8").split("\n").filter((line) => line !== "");
/** In one step: somebody's newuidmap may read it at any moment, and half a file grants nothing. */
function replaceFile(file: string, lines: readonly string[]): void {
  const next = `${file}.berth-test`;
  writeFileSync(next, lines.map((line) => `${line}\n`).join(""), { mode: 0o644 });
  renameSync(next, file);
}
/** Replaces this user's lines, whatever useradd thought of granting; other lines stay as they are. */
export function grant(name: string, grants: Grants | undefined): void {
  for (const file of FILES) {
    const wanted = (file === "/etc/subuid" ? grants?.subuid : grants?.subgid) ?? [];
    replaceFile(file, [...linesOf(file).filter((line) => !line.startsWith(`${name}:`)), ...wanted.map((range) => `${name}:${range}`)]);
  }
}
/** Which of the files lacked it, or have it no more. */
export function addLine(line: string): readonly string[] {
  const lacking = FILES.filter((file) => !linesOf(file).includes(line));
  for (const file of lacking) replaceFile(file, [...linesOf(file), line]);
  return lacking;
}
export function takeLine(line: string, files: readonly string[]): void {
  for (const file of files) replaceFile(file, linesOf(file).filter((other) => other !== line));
}
const LOCK = "/tmp/berth-etc.lock"; // tests of several people at once on one machine
function locked(call: "grant" | "addLine" | "takeLine", ...args: readonly unknown[]): string {
  const words = args.map((arg) => JSON.stringify(arg) ?? "undefined").join(", ");
  return must(["flock", LOCK, process.execPath, "-e", `import { ${call} } from ${JSON.stringify(import.meta.path)}; console.log(JSON.stringify(${call}(${words})));`]);
}

/** Debian's lxc asks newuidmap even as root, and that asks /etc/subuid. Takes back what root did not have before. */
export function lendRoot(range: string): () => void {
  const lacking: unknown = JSON.parse(locked("addLine", `root:${range}`));
  return () => { locked("takeLine", `root:${range}`, lacking); };
}

export function makeUser(name: string, grants: Grants): User {
  spawnSync("flock", [LOCK, "userdel", "-rf", name]); // of a test that was killed
  must(["flock", LOCK, "useradd", "--create-home", "--shell", "/bin/sh", name]);
  locked("grant", name, grants);
  const [, , uid, gid, , home] = must(["getent", "passwd", name]).trim().split(":");
  const user = { name, uid: Number(uid), gid: Number(gid), home: home ?? "/" };
  must(["chmod", "711", user.home]); // ids of the container must get through
  return user;
}
export function removeUser(user: User): void {
  undelegate(user);
  must(["flock", LOCK, "userdel", "-rf", user.name]);
  locked("grant", user.name, undefined);
}

const CGROUP = "/sys/fs/cgroup";
const ownCgroup = (user: User): string => `berth-test-${user.name}`;
/** Every hierarchy of this machine's cgroup v1 or hybrid layout. */
export const hierarchies = (): string[] => readdirSync(CGROUP, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(CGROUP, entry.name)).filter((path) => existsSync(join(path, "cgroup.procs")));

/** Gives the user a cgroup of its own in every hierarchy, as a delegating service manager does. */
export function delegate(user: User): void {
  for (const top of hierarchies()) {
    const own = join(top, ownCgroup(user));
    mkdirSync(own, { recursive: true });
    if (top.endsWith("/cpuset")) for (const file of ["cpuset.cpus", "cpuset.mems"]) writeFileSync(join(own, file), readFileSync(join(top, file)));
    chownSync(own, user.uid, user.gid);
    for (const file of ["cgroup.procs", "tasks"]) try { chownSync(join(own, file), user.uid, user.gid); } catch { /* v2 has no tasks */ }
  }
}
function removeBelow(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) removeBelow(join(path, entry.name));
  rmdirSync(path);
}
export function undelegate(user: User): void {
  // libpam-cgfs, where it is installed, makes /user/NAME at each su
  for (const top of hierarchies()) for (const own of [ownCgroup(user), `user/${user.name}`]) {
    try { removeBelow(join(top, own)); } catch { /* was not delegated, or not empty: the leak check says so */ }
  }
}

export interface Ran { readonly status: number; readonly stdout: string; readonly stderr: string }
export type Context = "setpriv" | "su" | "delegated";
export const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** How to run something as the user: argv for a root shell. */
export function asUser(user: User, context: Context, argv: readonly string[]): string[] {
  const line = argv.map(quote).join(" ");
  if (context === "su") return ["su", "-", user.name, "-c", line];
  const drop = `cd ${quote(user.home)} && exec setpriv --reuid ${user.uid} --regid ${user.gid} --init-groups env -i HOME=${quote(user.home)} USER=${user.name} LOGNAME=${user.name} PATH=/usr/bin:/bin SHELL=/bin/sh ${line}`;
  const join_ = context === "delegated" ? `for d in ${CGROUP}/*/${ownCgroup(user)}; do echo $$ > $d/cgroup.procs; done; ` : "";
  return ["sh", "-c", join_ + drop];
}
