// The demo, as anyone would run it: as root, and as an ordinary user with and without a delegated cgroup.
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { ROOT, leavePlace, makePlace } from "./place.ts";
import type { Kind, Place } from "./place.ts";
import { asUser } from "./users.ts";

const places: Place[] = [];
// the last first: what an earlier one sees as its beginning has none of the later ones
afterAll(async () => { for (const place of places.toReversed()) await leavePlace(place); });

const DEMO = ["node", join(ROOT, "scripts/prepare.mjs"), "demo", "scripts/demo.ts", "--quick"];
function demo(argv: readonly string[]): { status: number; output: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { cwd: ROOT, stdin: "ignore" });
  return { status: exitCode, output: stdout.toString() + stderr.toString() };
}
function expectWhole({ status, output }: { status: number; output: string }): void {
  expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
  for (const part of ["build Berth", "create the container", "boot it", "inside", "outside", "hello from berthdemoquick", "STOPPED", "destroy it", "Nothing."]) expect(output).toContain(part);
}

test("--quick as root", () => {
  expectWhole(demo(DEMO));
});

const CASES: readonly (readonly [Kind, "setpriv" | "delegated", string])[] = [["user-owned", "setpriv", "not delegated"], ["user-owned, delegated", "delegated", "cgroups are delegated"]];
test.each([...CASES])("--quick as an ordinary user: %s", (kind, context, says) => {
  const place = makePlace(kind);
  places.push(place);
  if (place.user === undefined) throw new Error("no user");
  const ran = demo(asUser(place.user, context, DEMO));
  expectWhole(ran);
  expect(ran.output).toContain(says);
  expect(ran.output).toContain("300000");
});

test("the whole demo as an ordinary user with no delegated cgroup goes as far as it can, says why, and goes on with busybox", () => {
  const place = makePlace("user-owned");
  places.push(place);
  if (place.user === undefined) throw new Error("no user");
  const ran = demo(asUser(place.user, "setpriv", DEMO.filter((word) => word !== "--quick")));
  expect({ status: ran.status, output: ran.status === 0 ? "" : ran.output }).toEqual({ status: 0, output: "" });
  for (const part of ["as far as a whole Debian gets", "not delegated", "The same stages with busybox", "hello from berthdemo, I am root and pid 1 is init", "Nothing."]) expect(ran.output).toContain(part);
}, 600_000);

test("the whole demo as an ordinary user with delegated cgroups: systemd boots", () => {
  const place = makePlace("user-owned, delegated");
  places.push(place);
  if (place.user === undefined) throw new Error("no user");
  const ran = demo(asUser(place.user, "delegated", DEMO.filter((word) => word !== "--quick")));
  expect({ status: ran.status, output: ran.status === 0 ? "" : ran.output }).toEqual({ status: 0, output: "" });
  for (const part of ["it says: running", "hello from berthdemo, I am root and pid 1 is systemd", "Nothing."]) expect(ran.output).toContain(part);
}, 600_000);

test("a user without a range of ids is told what is missing", () => {
  const place = makePlace("single-id maps");
  places.push(place);
  if (place.user === undefined) throw new Error("no user");
  const ran = demo(asUser(place.user, "setpriv", DEMO));
  expect(ran.status).toBe(1);
  expect(ran.output).toContain("/etc/subuid");
  expect(ran.output).toContain("usermod --add-subuids");
});
