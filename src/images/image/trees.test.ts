import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isTree, keyOf, listTrees, readTree, rememberLxcpath, treesOf, usersOf, writeTree } from "./trees.ts";

const base = mkdtempSync(join(tmpdir(), "berth-trees-"));
afterAll(() => rmSync(base, { recursive: true }));
const MAP = [{ kind: "u", inside: 0, outside: 100000, count: 65536 }] as const;
const key = keyOf({ digest: "sha256:1", excludes: [], idmap: MAP });
const folder = join(treesOf(base), key);
const root = join(folder, "rootfs");
const put = (path: string, text: string): void => {
  mkdirSync(join(base, path, ".."), { recursive: true });
  writeFileSync(join(base, path), text);
};

test("another digest, other ids or another pattern is another tree; the order of patterns is none", () => {
  const others = [{ digest: "sha256:2", excludes: [], idmap: MAP }, { digest: "sha256:1", excludes: [], idmap: [] }, { digest: "sha256:1", excludes: ["./a", "./b"], idmap: MAP }];
  expect(new Set([key, ...others.map(keyOf)]).size).toBe(4);
  expect(keyOf({ digest: "sha256:1", excludes: ["./b", "./a"], idmap: MAP })).toBe(keyOf(others[2] ?? { digest: "", excludes: [], idmap: [] }));
});
test("only what is whole is a tree", () => {
  mkdirSync(join(folder, ".berth"), { recursive: true });
  mkdirSync(root);
  writeFileSync(join(folder, "partial"), "");
  writeTree(folder, { version: 1, image: "debian/x", digest: "sha256:1", idmap: "u 0 100000 65536\n", bytes: 5, at: 1 });
  expect([readTree(base, key), listTrees(base)]).toEqual([undefined, []]);
  rmSync(join(folder, "partial"));
  expect([readTree(base, key)?.root, listTrees(base).length, isTree(root), isTree(join(base, "rootfs"))]).toEqual([root, 1, true, false]);
  expect(readTree(base, "0".repeat(32))).toBeUndefined();
});
test("containers, their snapshots, the trash and what is being made need it; what is whole says so in its config alone", () => {
  const named = `lxc.rootfs.path = overlay:${root}:/delta\n`;
  put("c/web/config", named);
  put("c/other/config", "lxc.rootfs.path = dir:/x\n");
  put("c/snapped/config", "");
  put("c/snapped/snaps/snap0/config", named);
  put("c/.trash/gone@1/config", named);
  for (const name of ["making", "made"]) put(`c/${name}/.berth/image`, `${root}\n`);
  put("c/making/partial", "");
  rememberLxcpath(root, join(base, "c"));
  rememberLxcpath(root, join(base, "c"));
  rememberLxcpath(root, join(base, "away"));
  expect(readFileSync(join(folder, ".berth/lxcpaths"), "utf8").trim().split("\n").length).toBe(2);
  const users = usersOf({ folder, root });
  expect([users.containers.map((path) => path.slice(base.length + 3)).sort(), users.unknown]).toEqual([[".trash/gone@1", "making", "snapped", "web"], [join(base, "away")]]);
});
