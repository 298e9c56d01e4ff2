import { expect, test } from "bun:test";
import { newScope } from "../../src/plan/scope.ts";
import { rootfsTarget } from "../../src/plan/rootfs.ts";
import { at, factsOf, idmap, specOf } from "./fixtures.ts";

const directory = (uid: number, mode: number) => ({ kind: "directory", uid, gid: uid, mode }) as const;
const hidden = { "/": directory(0, 0o755), "/home": directory(0, 0o755), "/home/mel": directory(1000, 0o700), "/home/mel/m": directory(1000, 0o755), "/mnt": directory(0, 0o755) };
const rootfs = { type: "dir", path: "/home/mel/c/rootfs", mount: "/home/mel/m", options: [], isManaged: true, from: { kind: "default", key: "x" } } as const;
const hooks = { mount: [at("/bin/hook", 3, "lxc.hook.mount")] };
const targetOf = (more: Parameters<typeof specOf>[0]): string => rootfsTarget(newScope(specOf({ rootfs, ...more }), factsOf({ paths: hidden })));

test("a mount point that only the caller can reach serves, but not a hook that the container's root runs", () => {
  expect(targetOf({ idmap })).toBe("/home/mel/m");
  expect(targetOf({ idmap, hooks })).toBe("/mnt");
  expect(targetOf({ hooks })).toBe("/home/mel/m");
});

test("a place that holds the source of a mount is not covered", () => {
  const mounts = [{ source: "/mnt/data", target: "data", fstype: "none", options: ["bind"], isOptional: false, isRelative: false, from: { kind: "default", key: "x" } }] as const;
  expect(targetOf({ idmap, hooks, mounts })).toBe("/home/mel/m");
});
