// The same mounts in the same config, under Debian's lxc and under Berth: what /proc/self/mountinfo says inside.
// A row that differs says how, and docs/differences.md says why.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DIST } from "../kernel/place.ts";
import type { User } from "../kernel/users.ts";
import { asUser, delegate, lendRoot, makeUser, removeUser } from "../kernel/users.ts";
import { CONFIGS } from "./mounts-configs.ts";
import type { Row } from "./mounts-configs.ts";

const PATIENCE_MS = 60_000;
const work = mkdtempSync(join(tmpdir(), "mounts-twin-"));
const name = `mt${process.pid}`;
const host = join(work, "host");
const SIDES = { theirs: "/usr/bin", ours: join(DIST, "bin") } as const;
type Side = keyof typeof SIDES;
type KindName = "privileged" | "root-owned" | "user-owned";
const mapped = (first: number): string => `lxc.idmap = u 0 ${first} 65536\nlxc.idmap = g 0 ${first} 65536\n`;
const IDMAP = { privileged: "", "root-owned": mapped(100000), "user-owned": mapped(300000) } as const;
const FIRST = { privileged: 0, "root-owned": 100000, "user-owned": 300000 } as const;
/** Both sides as the same ordinary user, whose cgroups are delegated. */
let user: User;

const home = (side: Side): string => join(work, side, name);
function run(side: Side, kind: KindName, command: string, ...words: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const argv = [join(SIDES[side], command), "-P", join(work, side), "-n", name, ...words];
  const [program = "", ...rest] = kind === "user-owned" ? asUser(user, "delegated", argv) : argv;
  return spawnSync(program, rest, { encoding: "utf8", input: "", timeout: PATIENCE_MS });
}
function sh(line: string, cwd: string = work): void {
  const { status, stderr } = spawnSync("sh", ["-ec", line], { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${line}: ${stderr}`);
}

function make(side: Side, kind: KindName, row: Row): void {
  const rootfs = join(home(side), "rootfs");
  for (const path of ["bin", "sbin", "etc", "dev", "proc", "sys", "mnt", "srv"]) mkdirSync(join(rootfs, path), { recursive: true });
  cpSync("/bin/busybox", join(rootfs, "bin/busybox"));
  symlinkSync("../bin/busybox", join(rootfs, "sbin/init"));
  writeFileSync(join(rootfs, "etc/inittab"), "::sysinit:/bin/busybox true\n");
  const lines = row.lines.map((line) => line.replaceAll("@HOST", host).replaceAll("@HOME", home(side)));
  writeFileSync(join(home(side), "fstab"), (row.fstab ?? []).map((line) => `${line.replaceAll("@HOST", host)}\n`).join(""));
  writeFileSync(join(home(side), "config"), `lxc.rootfs.path = dir:${rootfs}\nlxc.pty.max = 1024\nlxc.net.0.type = empty\n${IDMAP[kind]}${lines.join("\n")}\n`);
  if (row.rootfs !== undefined) sh(row.rootfs, rootfs);
  chmodSync(home(side), 0o755);
  if (kind !== "privileged") sh(`chown -hR ${FIRST[kind]}:${FIRST[kind]} ${rootfs}`);
  if (kind === "user-owned") sh(`chown ${user.uid}:${user.gid} ${home(side)} ${home(side)}/config ${home(side)}/fstab`);
}

const NUMBERED = /^(shared|master):\d+$/;
/** With a number when the cgroup of the container before has not gone yet. */
const PAYLOAD = new RegExp(`lxc\\.payload\\.${name}(-\\d+)?`, "g");
/** What the image lies on is this machine's. */
const STRANGE = /^(ext4|btrfs|xfs|overlay) \/dev\/\S+ \S+$/;
/** One line of mountinfo without what has to be different. */
function mountLine(side: Side, pid: string, line: string): string {
  const [, , , root = "", mountpoint = "", options, ...rest] = line.replaceAll(home(side), "@HOME").replaceAll(host, "@HOST").replaceAll(PAYLOAD, "lxc.payload.NAME").replaceAll(`berth-test-${user.name}`, "DELEGATED").split(" ");
  const dash = rest.indexOf("-");
  const spread = rest.slice(0, dash).flatMap((word) => NUMBERED.exec(word)?.[1] ?? (word === "unbindable" ? word : []));
  const [type = "", source = "", superOptions = ""] = rest.slice(dash + 1);
  const found = lstatSync(`/proc/${pid}/root${mountpoint.replaceAll("\\040", " ")}`, { throwIfNoEntry: false });
  return [mountpoint, found === undefined ? "hidden" : found.isDirectory() ? "dir" : "node", root, options, spread.join("+") || "private", `${type} ${source} ${superOptions}`.replace(STRANGE, "disk")].join(" ");
}
/** Where LXC binds its own boot id from, and /proc/sys, whose flags it loses: docs/differences.md. */
const isLeftOut = (line: string): boolean => / \/proc\/sys(\/kernel\/random\/boot_id)? /.test(line);

const FAILS = "the start fails";
interface Seen { readonly lines: readonly string[]; readonly stderr: string }

function look(side: Side, kind: KindName, row: Row): Seen {
  make(side, kind, row);
  try {
    const started = run(side, kind, "lxc-start");
    if (started.status !== 0) return { lines: [FAILS], stderr: started.stderr };
    const pid = run(side, kind, "lxc-info", "-pH").stdout.trim();
    const lines = readFileSync(`/proc/${pid}/mountinfo`, "utf8").trimEnd().split("\n").filter((line) => !isLeftOut(line)).map((line) => mountLine(side, pid, line)).sort();
    return { lines, stderr: "" };
  } finally {
    run(side, kind, "lxc-stop", "-k");
    rmSync(home(side), { recursive: true, force: true });
  }
}

let giveBack = (): void => {};
beforeAll(() => {
  giveBack = lendRoot("100000:65536");
  user = makeUser(`mt${process.pid}u`, { subuid: ["300000:65536"], subgid: ["300000:65536"] });
  delegate(user);
  for (const path of ["", "theirs", "ours", "host", "host/a/below", "host/two words", "host/strict", "host/lower", "host/upper", "host/shared", "host/plain", "host/mapped"]) mkdirSync(join(work, path), { recursive: true });
  for (const path of ["", "theirs", "ours", "host"]) chmodSync(join(work, path), 0o755);
  writeFileSync(join(host, "file"), "text");
  sh("mount -t tmpfs -o nosuid,nodev,noexec,mode=755 strict host/strict; mkdir host/strict/d; mount -t tmpfs below host/a/below; mount -t tmpfs shared host/shared; mount --make-shared host/shared");
});
afterAll(() => {
  sh("umount host/strict; umount host/a/below; umount host/shared");
  rmSync(work, { recursive: true });
  removeUser(user);
  giveBack();
}, PATIENCE_MS);

for (const [what, row] of Object.entries(CONFIGS)) {
  for (const kind of row.kinds ?? (["privileged", "root-owned", "user-owned"] as const)) {
    test(`${what}, ${kind}`, () => {
      const [theirs, ours] = [look("theirs", kind, row), look("ours", kind, row)];
      const { fails, says = "", ...lines } = row[kind] ?? (kind === "user-owned" ? row["root-owned"] : undefined) ?? {};
      const wanted = (side: Side): readonly string[] => (lines[side] ?? []).map((line) => line.replace("@IDS", kind === "privileged" ? "" : `,uid=${FIRST[kind]},gid=${FIRST[kind]}`));
      const only = (here: readonly string[], there: readonly string[]): readonly string[] => here.filter((line) => !there.includes(line));
      expect([theirs.lines[0] === FAILS, ours.lines[0] === FAILS, ours.stderr]).toEqual([fails !== undefined, fails === "both", fails === "both" ? expect.stringContaining(says) : ""]);
      if (fails === "theirs") return expect(wanted("ours").filter((start) => !ours.lines.some((line) => line.startsWith(start)))).toEqual([]);
      expect({ theirs: only(theirs.lines, ours.lines), ours: only(ours.lines, theirs.lines) }).toEqual({ theirs: wanted("theirs"), ours: wanted("ours") });
    }, PATIENCE_MS);
  }
}
