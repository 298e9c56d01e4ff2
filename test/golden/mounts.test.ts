// Plans of mount entries beyond a plain bind: who opens them, in which order, and what is refused.
import { expect, test } from "bun:test";
import type { Mount } from "../../src/model/mount.ts";
import { planStart } from "../../src/plan/lifecycle/start.ts";
import { expectGolden, resultText } from "./golden.ts";
import { factsOf, idmap, inputsOf, line, specOf, userFacts } from "./fixtures.ts";

let lines = 30;
const mount = (more: Partial<Mount>): Mount => ({ source: "/srv", target: "srv", fstype: "none", options: ["bind"], isOptional: false, isRelative: false, from: line(lines++, "lxc.mount.entry"), ...more });
const ODD: readonly Mount[] = [
  mount({ idmap: "container", options: ["rbind", "ro"], create: "dir" }), mount({ idmap: "/proc/7/ns/user", isOptional: true }), mount({ source: "tmpfs", fstype: "tmpfs", idmap: "container", options: ["ro", "size=1m"] }),
  mount({ source: "etc", isRelative: true, idmap: "container" }), mount({ source: "mnt", isRelative: true, options: ["move", "nosuid"] }), mount({ options: ["rbind", "rslave", "rw", "suid", "nosymfollow"] }),
  mount({ source: "overlay", fstype: "overlayfs", options: ["lowerdir=/a:/b", "upperdir=/var/lib/lxc/web/up", "workdir=/var/lib/lxc/web/rootfs/no"] }),
  mount({ source: "overlay", fstype: "overlay", options: [`lowerdir=/${"a".repeat(200)}:/${"b".repeat(200)}`] }), mount({ source: "tmpfs", fstype: "tmpfs", options: ["remount", "ro"] }),
];
const autoMounts = { shmounts: { host: "/srv/shared", container: "/shm", from: line(2, "lxc.mount.auto") }, sys: { mode: "ro", from: line(2, "lxc.mount.auto") } } as const;

test("with ids of its own, started by root", () => expectGolden("mounts-odd", planStart(specOf({ idmap, mounts: ODD, autoMounts }), factsOf(), inputsOf())));

test("what idmap= cannot do", () => {
  const said = (mounts: readonly Mount[], isUser: boolean, ids: typeof idmap): string => resultText(planStart(specOf({ mounts, idmap: ids }), isUser ? userFacts() : factsOf(), inputsOf()));
  const texts = [said([mount({ idmap: "container" })], false, []), said([mount({ idmap: "mine" })], false, idmap), said([mount({ idmap: "container" })], true, idmap), said(Array.from({ length: 60 }, () => mount({ idmap: "container" })), false, idmap)];
  expect(texts.map((text) => /lxc\.mount\.entry: (.*)/.exec(text)?.[1])).toEqual([
    "mount option 'idmap=container' needs ids to map to", "mount option 'idmap=mine' is neither 'container' nor the path of a user namespace", "mount option 'idmap=container' is for containers that root starts", "too many mounts with idmap=",
  ]);
});
