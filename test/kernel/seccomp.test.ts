// System call filters on real containers: in init, in what is attached, in what lxc-execute runs; and policies that cannot be used.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { berth, create, DIST, initPid, inside, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";

const room = mkdtempSync(join(tmpdir(), "berth-seccomp-"));
const CALLS = join(room, "calls");
const POLICY = join(room, "policy");
const COMMON = "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp";
const [EPERM, EACCES, EFAULT] = ["1", "13", "14"] as const;
/** Calls, and what they answer under common.seccomp. No path is at address 0; umount2 with MNT_FORCE is refused before it looks. */
const FORCED: Readonly<Record<string, string>> = { "166:0:1": EACCES, "166:0:0": EFAULT, "246": EPERM, "175": EPERM, "i386:52:0:1": EACCES, "i386:52:0:0": EFAULT, "i386:283": EPERM };

beforeAll(() => {
  chmodSync(room, 0o755);
  const compiled = spawnSync("musl-gcc", ["-static", "-O1", "-idirafter", "/usr/include", "-idirafter", "/usr/include/x86_64-linux-gnu", "-o", CALLS, new URL("seccomp/calls.c", import.meta.url).pathname], { encoding: "utf8" });
  expect(compiled).toMatchObject({ status: 0, stderr: "" });
  // errnos that nothing else answers with
  writeFileSync(POLICY, "2\ndenylist\n[all]\nkexec_load errno 77\nmkdir errno 78 [1,0x1ff,==]\nsync errno 79\n[arm64]\nsync errno 80\n");
});
afterAll(() => rmSync(room, { recursive: true }));

function made(kind: Place["kind"], config: readonly string[]): Place {
  const place = makePlace(kind);
  create(place, config);
  const program = join(place.lxcpath, place.name, "rootfs/bin/calls");
  copyFileSync(CALLS, program);
  chmodSync(program, 0o755);
  return place;
}
const answers = (place: Place, calls: readonly string[], options: readonly string[] = []): readonly string[] =>
  works(place, "lxc-attach", ["-n", place.name, ...options, "--", "/bin/calls", ...calls]).trim().split("\n");
const seccompOf = (pid: number): string | undefined => /^Seccomp:\t(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  test("init and what is attached run under the filter", async () => {
    const place = made(kind, [COMMON]);
    start(place);
    expect(seccompOf(initPid(place))).toBe("2");
    expect(inside(place, "grep -c 'Seccomp:.2' /proc/self/status; grep NoNewPrivs /proc/self/status | grep -o .$; mkdir -p /tmp/a/b && echo made; umount -f /proc/none 2>&1 | grep -ci 'permission denied'")).toBe("1\n0\nmade\n1");
    expect(answers(place, Object.keys(FORCED))).toEqual(Object.values(FORCED));
    // a user who is not root inside is as confined, and has kept no right
    expect(answers(place, Object.keys(FORCED), ["-u", "5", "-g", "5"])).toEqual(Object.values(FORCED));
    expect(works(place, "lxc-attach", ["-n", place.name, "-u", "5", "-g", "5", "--", "grep", "-E", "Cap(Prm|Eff|Inh|Amb)", "/proc/self/status"]).replaceAll(/Cap...:\s+/g, "").trim().split("\n")).toEqual(Array.from({ length: 4 }, () => "0000000000000000"));
    await leavePlace(place);
  }, 60_000);

  test("rules with their own errnos, by both ways into the kernel; not for -e LSM, nor without the mount namespace", async () => {
    const place = made(kind, [`lxc.seccomp.profile = ${POLICY}`]);
    const calls = ["246", "83:0:0x1ff", "83:0:0x1fe", "162", "i386:39:0:0x1ff", "i386:36"];
    const refused = ["77", "78", EFAULT, "79", "78", "79"];
    expect(works(place, "lxc-execute", ["-n", place.name, "--", "/bin/calls", ...calls]).trim().split("\n")).toEqual(refused);
    start(place);
    expect(answers(place, calls)).toEqual(refused);
    expect(answers(place, ["162"], ["-eLSM"])).toEqual(["0"]);
    expect(works(place, "lxc-attach", ["-n", place.name, "-s", "USER|UTSNAME", "--", "grep", "-c", "Seccomp:.0", "/proc/self/status"]).trim()).toBe("1");
    // what init runs under counts, not what the file says now
    const text = readFileSync(POLICY, "utf8");
    writeFileSync(POLICY, "no policy\n");
    const later = answers(place, calls);
    writeFileSync(POLICY, text);
    expect(later).toEqual(refused);
    await leavePlace(place);
  }, 60_000);
});

test("a policy that cannot be used stops the start and says where it is wrong", async () => {
  const place = made("privileged", []);
  const broken = join(room, "broken");
  writeFileSync(broken, "2\ndenylist\nmkdir errno EPERM\nrmdir nothing\n");
  const ran = (path: string): string => {
    const { status, stderr } = berth(place, "lxc-start", ["-n", place.name, "-s", `lxc.seccomp.profile=${path}`]);
    expect([status, state(place)]).toEqual([1, "STOPPED"]);
    return stderr;
  };
  const said = ran(broken);
  expect(said).toContain(`${broken}:3`);
  expect(said).toContain("'errno EPERM'");
  expect(said).toContain(`${broken}:4`);
  expect(said).toContain("actions are kill, errno N, trap, allow, log and notify");
  expect(ran(join(room, "none"))).toContain(`'${join(room, "none")}' does not exist`);
  expect(ran(room)).toContain("is a directory");
  await leavePlace(place);
}, 60_000);

test("where the system runs under a filter itself, none is added unless that is asked for", async () => {
  const place = made("privileged", [COMMON]);
  const { name, lxcpath } = place;
  const filters = (more: readonly string[]): { readonly stderr: string; readonly count: string | undefined } => {
    const { stderr, status } = spawnSync(CALLS, ["filtered", join(DIST, "bin/lxc-start"), "-P", lxcpath, "-n", name, ...more], { encoding: "utf8", input: "" });
    expect(status).toBe(0);
    const count = /^Seccomp_filters:\t(.*)$/m.exec(readFileSync(`/proc/${initPid(place)}/status`, "utf8"))?.[1];
    works(place, "lxc-stop", ["-n", name, "-k"]);
    return { stderr, count };
  };
  const without = filters([]);
  expect(without.count).toBe("1");
  expect(without.stderr).toContain("is not added to the filter that this system itself runs under");
  expect(filters(["-s", "lxc.seccomp.allow_nesting=1"])).toEqual({ stderr: "", count: "2" });
  await leavePlace(place);
}, 60_000);
