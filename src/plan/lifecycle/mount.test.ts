import { expect, test } from "bun:test";
import { encode, numbered } from "../../isa/encode.ts";
import type { Plan } from "../../isa/op.ts";
import type { InitFacts } from "../../model/init.ts";
import type { Inside, MountWishes } from "./mount.ts";
import { planMount, planUmount } from "./mount.ts";

const init: InitFacts = {
  pid: 4711, startTime: 99, namespaces: ["user", "mnt", "pid"], cgroups: [], rootUid: 0, rootGid: 0, maySetGroups: true,
  capBounding: 0n, hasNoNewPrivs: false, hasSeccompFilter: false, personality: 0, hasPtmx: true, isSystemdHalt: false,
};
const inside: Inside = { name: "a", lxcpath: "/l", init, isRoot: true, target: "/srv/a" };
const wishes: MountWishes = { source: "/data", isDirectory: true, isReadOnly: true, keepsOwners: false };
/** Encoded, so that the slots are checked too. */
function kinds(plan: Plan): string {
  encode(plan);
  return numbered(plan).map(({ op }) => op).join(" ");
}
const OPEN = "open open pidfdOpen", CHILD = "clone await", GONE = "kill";

test("root into a container without ids of its own: copied outside, attached inside", () => {
  const privileged = { ...inside, init: { ...init, namespaces: ["mnt"] } as const };
  expect(kinds(planMount(privileged, wishes))).toBe(`${OPEN} openTree mountSetattr ${CHILD} setns mkdir moveMount post ${GONE}`);
  expect(kinds(planMount(privileged, { ...wishes, isDirectory: false, keepsOwners: true }))).toBe(`${OPEN} openTree mountSetattr ${CHILD} setns mkdir mknod moveMount post ${GONE}`);
});
test("root into one with ids: what it sets is locked by a copy that those ids own", () => {
  const staged = "unshare mountSetattr fsMount moveMount mkdir moveMount setns unshare openTree";
  expect(kinds(planMount(inside, wishes))).toBe(`${OPEN} openTree mountSetattr ${CHILD} ${staged} setns setIds mkdir moveMount post ${GONE}`);
  expect(kinds(planMount(inside, { ...wishes, keepsOwners: true }))).toBe(`${OPEN} openTree mountSetattr open mountSetattr close ${CHILD} ${staged} setns setIds mkdir moveMount post ${GONE}`);
});
test("a user copies where his container's ids own the mounts", () => {
  expect(kinds(planMount({ ...inside, isRoot: false }, wishes))).toBe(`${OPEN} ${CHILD} setns unshare openTree mountSetattr setns setIds mkdir moveMount post ${GONE}`);
});
test("unmounted by root as the host's, by a user as the container's", () => {
  expect(kinds(planUmount(inside, { isLazy: false }))).toBe(`${OPEN} ${CHILD} setns umount post ${GONE}`);
  expect(kinds(planUmount({ ...inside, isRoot: false }, { isLazy: true }))).toBe(`${OPEN} ${CHILD} setns setns umount post ${GONE}`);
});
