import { afterAll, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clonesText, forgetClone, hasClones, hasSnapshots, sourcesOf } from "./dependents.ts";

const lxcpath = mkdtempSync(join(tmpdir(), "berth-dependents-"));
const web = { lxcpath, name: "web" };
const file = (name: string): string => join(lxcpath, "web", name);
afterAll(() => rmSync(lxcpath, { recursive: true }));
beforeEach(() => {
  rmSync(join(lxcpath, "web"), { recursive: true, force: true });
  mkdirSync(join(lxcpath, "web"));
});

test("clones: LXC's pairs of lines, or the count of old ones", () => {
  expect(hasClones(web)).toBe(false);
  for (const [text, has] of [["", false], ["0\n", false], ["2\n", true], ["/p\nc1\n", true]] as const) {
    writeFileSync(file("lxc_snapshots"), text);
    expect(hasClones(web)).toBe(has);
  }
});
test("clones are named to who is to destroy them", () => {
  mkdirSync(join(lxcpath, "c1"), { recursive: true });
  for (const [text, said] of [["2\n", "the clones"], [`${lxcpath}\nc1\n/p\nc2\n`, "c1, /p/c2"], ["/p/.trash\nc3@20261128T041521.038\n", "c3 (in the trash: berth undelete --purge c3)"]] as const) {
    writeFileSync(file("lxc_snapshots"), text);
    expect(clonesText(web)).toBe(said);
  }
});
test("snapshots", () => {
  mkdirSync(file("snaps"));
  expect(hasSnapshots(web)).toBe(false);
  mkdirSync(file("snaps/snap0"));
  expect(hasSnapshots(web)).toBe(true);
});
test("what LXC has made of a snapshot is counted beside that, and shares the container's files", () => {
  mkdirSync(file("snaps/snap0"), { recursive: true });
  writeFileSync(file("snaps/snap0/config"), "");
  expect(hasClones(web)).toBe(false);
  writeFileSync(file("snaps/snap0/lxc_snapshots"), "/p\nc1\n");
  expect([hasClones(web), clonesText(web)]).toEqual([true, "/p/c1"]);
});
test("a clone is forgotten, the others are not", () => {
  writeFileSync(file("lxc_snapshots"), "/p\nc1\n/p\nc2\n");
  forgetClone(web, { lxcpath: "/p", name: "c3" });
  forgetClone(web, { lxcpath: "/p", name: "c1" });
  expect(readFileSync(file("lxc_snapshots"), "utf8")).toBe("/p\nc2\n");
  forgetClone(web, { lxcpath: "/p", name: "c2" });
  expect(existsSync(file("lxc_snapshots"))).toBe(false);
});
test("with a clone that is forgotten go those whose making or moving was killed; what lies on an lxcpath that is not mounted stays", () => {
  mkdirSync(join(lxcpath, "c2"), { recursive: true });
  writeFileSync(file("lxc_snapshots"), `${lxcpath}\nc1\n${lxcpath}\nc2\n${lxcpath}\nnone\n/p\nc4\n`);
  mkdirSync(join(lxcpath, "c1"), { recursive: true });
  forgetClone(web, { lxcpath, name: "c1" });
  expect(readFileSync(file("lxc_snapshots"), "utf8")).toBe(`${lxcpath}\nc2\n/p\nc4\n`);
});
test("the containers it was made of", () => {
  writeFileSync(file("lxc_rdepends"), "/p\nbase\n");
  expect(sourcesOf(web)).toEqual([{ lxcpath: "/p", name: "base" }]);
});
