// berth doctor tries things for real: as root, as users with more or less, and leaves nothing.
import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { berth, DIST, eventually, leavePlace, makePlace, type Place, type Ran } from "./place.ts";
import { grant, hierarchies } from "./users.ts";

interface Told { readonly id: string; readonly state: string; readonly isNeeded: boolean; readonly why?: string; readonly costs?: string; readonly remedy?: string }
interface Diagnosis { readonly user: string; readonly isReady: boolean; readonly checks: readonly Told[] }
const read = ({ stdout }: Ran): Diagnosis => JSON.parse(stdout);
const byId = (diagnosis: Diagnosis, id: string): Told => diagnosis.checks.find((check) => check.id === id) ?? { id, state: "not told", isNeeded: false };
const root = (...args: readonly string[]): Ran => {
  const { status, stdout, stderr } = spawnSync(join(DIST, "bin/berth"), ["doctor", ...args], { encoding: "utf8", input: "" });
  return { status: status ?? 255, stdout, stderr };
};
const doctor = (place: Place, ...args: readonly string[]): Ran => berth(place, "berth", ["doctor", ...args, "-P", place.lxcpath]);

const plain = makePlace("user-owned"), delegated = makePlace("user-owned, delegated");
afterAll(async () => {
  for (const place of [plain, delegated]) await leavePlace(place);
});
const left = (): readonly string[] => hierarchies().flatMap((top) => [top, ...readdirSync(top, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => join(top, name))]).flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : [])).filter((name) => name.startsWith("berth-doctor-"));

test("root has what containers need here, and nothing is left", async () => {
  const ran = root("--format", "json");
  expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: "" });
  const diagnosis = read(ran);
  expect(diagnosis).toMatchObject({ user: "root", isReady: true });
  for (const id of ["namespace.user", "namespace.nested", "mount.api", "mount.proc", "mount.overlay", "mount.idmapped", "network.veth", "seccomp.filter", "seccomp.notify", "keyring", "pidfd", "cgroup.place", "ids.map", "cgroup.memory", "cgroup.pids", "cgroup.cpu", "cgroup.cpuset", "cgroup.blkio", "cgroup.freezer", "cgroup.devices.v1"]) expect(byId(diagnosis, id)).toMatchObject({ state: "works" });
  await eventually("no cgroup of a trial is left", () => left().length === 0);
});
test("a user with ranges and delegated cgroups is ready; one without cgroups is told what that costs", async () => {
  const good = read(doctor(delegated, "--format", "json"));
  expect(good).toMatchObject({ user: delegated.user?.name, isReady: true });
  for (const id of ["ids.map", "cgroup.place", "cgroup.pids", "cgroup.memory", "namespace.user"]) expect(byId(good, id)).toMatchObject({ state: "works" });
  expect(byId(good, "cgroup.devices.v1")).toMatchObject({ state: "fails", why: expect.stringContaining("devices.allow: EPERM"), remedy: expect.stringContaining("an id map") });
  const bare = read(doctor(plain, "--format", "json"));
  expect(bare.isReady).toBe(true);
  expect(byId(bare, "cgroup.place")).toMatchObject({ state: "fails", remedy: `as root: berth setup ${plain.user?.name}`, costs: expect.stringContaining("without limits") });
  expect(byId(bare, "mount.idmapped")).toMatchObject({ state: "fails", why: expect.stringContaining("EPERM") });
  await eventually("no cgroup of a trial is left", () => left().length === 0);
});
test("root asks for a user: the same answers, with his rights only", () => {
  const asked = root("--user", plain.user?.name ?? "", "--format", "json");
  const own = doctor(plain, "--format", "json");
  expect(read(asked).checks.map(({ id, state }) => `${id} ${state}`)).toEqual(read(own).checks.map(({ id, state }) => `${id} ${state}`));
  expect(root("--user", "nobody-of-that-name")).toMatchObject({ status: 1, stderr: expect.stringContaining("there is no user") });
  expect(doctor(plain, "--user", "root")).toMatchObject({ status: 1, stderr: expect.stringContaining("only root may look for another user") });
});
test("a user without ids is not ready, and is told the one command", () => {
  const place = makePlace("single-id maps");
  const ran = doctor(place);
  expect(ran.status).toBe(1);
  expect(ran.stdout).toMatch(/NO {2}65536 ids in \/etc\/subuid: it grants only 2001:1, 2002:1\n {6}costs: .*\n {6}remedy: as root: berth setup /);
  grant(place.user?.name ?? "", undefined);
  expect(read(doctor(place, "--format", "json")).checks.find(({ id }) => id === "ids.subuid")?.why).toContain("has no line for");
  return leavePlace(place);
});
test("where no user namespace may be made, all that hangs on it fails, each with the kernel's word", async () => {
  const { status, stdout } = spawnSync("unshare", ["-Ur", "sh", "-c", `echo 0 > /proc/sys/user/max_user_namespaces; exec ${join(DIST, "bin/berth")} doctor --format json`], { encoding: "utf8", input: "" });
  expect(status).toBe(1);
  const diagnosis: Diagnosis = JSON.parse(stdout);
  expect(byId(diagnosis, "namespace.user")).toMatchObject({ state: "fails", why: "clone: ENOSPC, no space left on device" });
  expect(byId(diagnosis, "mount.proc")).toMatchObject({ state: "fails" });
  expect(byId(diagnosis, "seccomp.filter")).toMatchObject({ state: "works" });
  await eventually("no cgroup of a trial is left", () => left().length === 0);
});
test("what reads is told group by group; --all tells what works, too", () => {
  const [some, all] = [root(), root("--all")];
  expect(all.stdout).toContain("  ok  user namespace\n");
  expect(some.stdout).not.toContain("  ok  user namespace\n");
  expect(some.stdout).toContain("root is ready for containers.\n");
});
