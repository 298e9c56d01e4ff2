// Who of a family of datasets goes how, so that the others stay.
import { expect, test } from "bun:test";
import { byOption } from "../../model/origin.ts";
import type { OutsideStorage, ZfsDataset } from "../../model/storage.ts";
import { dropDatasets, othersBelow } from "./zfs-family.ts";

const steps = (datasets: readonly ZfsDataset[], ...doomed: readonly (readonly [name: string, origin?: string])[]): readonly string[] =>
  dropDatasets(doomed.map(([name, origin]): OutsideStorage => ({ kind: "zfs", name, ...(origin === undefined ? {} : { origin }) })), datasets, byOption("-n")).flatMap((op) => (op.op === "spawn" ? [op.argv.slice(1).join(" ")] : []));
const KEPT: readonly ZfsDataset[] = [{ name: "t/web", snapshots: ["web_snap0", "web_snap1"] }, { name: "t/web_snap0", origin: "t/web@web_snap0", snapshots: [] }, { name: "t/web_snap1", origin: "t/web@web_snap1", snapshots: [] }];

test("a clone goes with the snapshot that was made for it", () => {
  expect(steps(KEPT, ["t/web_snap0", "t/web@web_snap0"])).toEqual(["destroy -r t/web_snap0", "destroy t/web@web_snap0"]);
});
test("another's snapshot stays, and one that others are clones of", () => {
  expect(steps([{ name: "t/a", snapshots: ["daily"] }, { name: "t/b", origin: "t/a@daily", snapshots: [] }], ["t/b"])).toEqual(["destroy -r t/b"]);
  expect(steps([...KEPT, { name: "t/u", origin: "t/web@web_snap0", snapshots: [] }], ["t/web_snap0", "t/web@web_snap0"])).toEqual(["destroy -r t/web_snap0"]);
});
test("what has clones goes once the newest of them has its snapshots: one promotion is enough for all", () => {
  expect(steps(KEPT, ["t/web"])).toEqual(["promote t/web_snap1", "destroy -r t/web", "destroy t/web_snap1@web_snap1"]);
});
test("all of them together: clones first, whatever the order; nothing is promoted", () => {
  const all = [["t/web"], ["t/web_snap0", "t/web@web_snap0"], ["t/web_snap1", "t/web@web_snap1"]] as const;
  for (const doomed of [all, all.toReversed()]) expect(steps(KEPT, ...doomed).filter((step) => step.startsWith("destroy -r")).at(-1)).toBe("destroy -r t/web");
  expect(steps(KEPT, ...all).some((step) => step.startsWith("promote"))).toBe(false);
});
test("one that was never made leaves the snapshot for it; one that nobody knows is left alone", () => {
  expect(steps(KEPT.slice(0, 2), ["t/web_snap1", "t/web@web_snap1"])).toEqual(["destroy t/web@web_snap1"]);
  expect(steps(KEPT, ["t/web_snap2", "t/web@web_snap0"])).toEqual([]);
  expect(steps([], ["t/web"])).toEqual([]);
});
test("what somebody else has made and nobody is a clone of is told", () => {
  const snapshots = ["web_snap3", "berth_01", "web", "daily", "cloned"];
  expect(othersBelow("t/web", [{ name: "t/web", snapshots }, { name: "t/c", origin: "t/web@cloned", snapshots: ["its"] }, { name: "t/web/data", snapshots: [] }, { name: "t/web2", snapshots: [] }])).toEqual(["@daily", "t/web/data"]);
});
