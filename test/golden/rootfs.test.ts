// Plans of root file systems that are no plain directory, and what is said of those that cannot be had.
import { expect, test } from "bun:test";
import type { HostFacts, PathFact } from "../../src/model/facts.ts";
import type { RootfsSpec } from "../../src/model/spec.ts";
import { planStart } from "../../src/plan/lifecycle/start.ts";
import { expectGolden, resultText } from "./golden.ts";
import { factsOf, idmap, inputsOf, line, specOf, userFacts } from "./fixtures.ts";

const fact = (kind: PathFact["kind"], mode = 0o755): PathFact => ({ kind, uid: 0, gid: 0, mode });
const BASE = factsOf();
const rootfs = (type: string, path: string, options: readonly string[] = []): RootfsSpec => ({ type, path, mount: "/usr/lib/lxc/rootfs", options, isManaged: true, from: line(1, "lxc.rootfs.path"), ...(options.length === 0 ? {} : { optionsFrom: line(2, "lxc.rootfs.options") }) });

/** Directories that exist, and everything above them; `more` is what the container's root is on. */
function facts(more: Readonly<Record<string, PathFact>>, storage?: HostFacts["storage"]): HostFacts {
  const above = Object.keys(more).flatMap((path) => path.split("/").slice(0, -1).map((_, i, parts) => parts.slice(0, i + 1).join("/") || "/"));
  return { ...BASE, paths: { ...BASE.paths, ...Object.fromEntries(above.map((path) => [path, fact("directory")])), ...more }, ...(storage === undefined ? {} : { storage }) };
}
const asUser = (host: HostFacts): HostFacts => ({ ...userFacts(), paths: host.paths, ...(host.storage === undefined ? {} : { storage: host.storage }) });
const EXT4 = { content: { kind: "file system", type: "ext4" }, fileSystems: ["ext4", "overlay"] } as const;
const layers = facts({ "/srv/base": fact("directory"), "/srv/more": fact("directory"), "/srv/web/delta": fact("directory"), "/srv/web/work": fact("directory") });
const overlay = rootfs("overlay", "/srv/more:/srv/base:/srv/web/delta");

test("overlay, root", () => expectGolden("rootfs-overlay", planStart(specOf({ rootfs: overlay }), layers, inputsOf())));
test("overlay, an ordinary user whose home is closed: the layers are named by descriptors", () =>
  expectGolden("rootfs-overlay-user", planStart(specOf({ idmap, rootfs: overlay }), asUser({ ...layers, paths: { ...layers.paths, "/srv": { ...fact("directory", 0o700), uid: 1000 } } }), inputsOf())));
test("overlay that has not run yet, ids of its own: root makes the upper layer and gives it away", () => {
  const { "/srv/web/delta": _delta, "/srv/web/work": _work, ...paths } = layers.paths;
  expectGolden("rootfs-overlay-new", planStart(specOf({ idmap, rootfs: overlay }), { ...layers, paths }, inputsOf()));
});
test("an image: the loop device is made by the child", () => expectGolden("rootfs-image", planStart(specOf({ rootfs: rootfs("loop", "/srv/web/rootdev", ["ro", "nodev", "data=ordered"]) }), facts({ "/srv/web/rootdev": fact("file") }, EXT4), inputsOf())));
test("an image, ids of its own: it is mounted by the monitor, and its ids are mapped", () =>
  expectGolden("rootfs-image-idmap", planStart(specOf({ idmap, rootfs: rootfs("dir", "/srv/web/rootdev", ["idmap=container"]) }), facts({ "/srv/web/rootdev": fact("file") }, EXT4), inputsOf())));
test("a dataset of zfs is mounted by the child; with ids of its own, by the monitor", () => {
  const zfs = facts({}, { fileSystems: ["zfs"] });
  expectGolden("rootfs-zfs", planStart(specOf({ rootfs: rootfs("zfs", "tank/web", ["noatime"]) }), zfs, inputsOf()));
  expectGolden("rootfs-zfs-idmap", planStart(specOf({ idmap, rootfs: rootfs("zfs", "tank/web") }), zfs, inputsOf()));
});
for (const [type, path] of [["lvm", "/dev/vg/web"], ["rbd", "/dev/rbd/pool/web"]] as const) test(`a device of ${type} is mounted by the child`, () =>
  expectGolden(`rootfs-${type}`, planStart(specOf({ rootfs: rootfs(type, path) }), facts({ [path]: fact("block") }, EXT4), inputsOf())));
const QEMU = { program: "/usr/bin/qemu-nbd", format: "qcow2", device: "/dev/nbd0" } as const;
type Storage = NonNullable<HostFacts["storage"]>;
const connected = (nbd: Partial<NonNullable<Storage["nbd"]>> | undefined, content: Storage["content"] = EXT4.content): HostFacts =>
  facts({ "/srv/web.qcow2": fact("file"), "/dev/nbd0": fact("block") }, { ...EXT4, content, ...(nbd === undefined ? {} : { nbd: { program: "/usr/bin/qemu-nbd", format: "qcow2", ...nbd } }) });
test("an image of qemu is connected by the monitor, whole or a partition of it", () => {
  expectGolden("rootfs-nbd", planStart(specOf({ rootfs: rootfs("nbd", "/srv/web.qcow2") }), connected(QEMU), inputsOf()));
  expectGolden("rootfs-nbd-idmap", planStart(specOf({ idmap, rootfs: rootfs("nbd", "/srv/web.qcow2:2", ["ro"]) }), connected({ ...QEMU, format: "raw" }), inputsOf()));
});
test("a directory whose ids are mapped by somebody else's namespace, and its propagation", () =>
  expectGolden("rootfs-idmap", planStart(specOf({ rootfs: rootfs("dir", "/var/lib/lxc/web/rootfs", ["idmap=/proc/7/ns/user", "rslave", "nosuid"]) }), BASE, inputsOf())));

test("what cannot be had, and what to do about it", () => {
  const device = (content: NonNullable<HostFacts["storage"]>["content"]): HostFacts => facts({ "/dev/sdz1": fact("block") }, { ...(content === undefined ? {} : { content }), fileSystems: ["ext4"] });
  const cases: readonly (readonly [string, RootfsSpec, HostFacts])[] = [
    ["zfs", rootfs("zfs", "tank/web"), facts({}, { fileSystems: ["ext4"] })], ["zfs, user", rootfs("zfs", "tank/web"), asUser(facts({}, { fileSystems: ["zfs"] }))],
    ["lvm", rootfs("lvm", "/dev/vg/web"), BASE], ["rbd", rootfs("rbd", "/dev/rbd/pool/web"), BASE], ["nbd", rootfs("nbd", "/srv/web.qcow2"), facts({ "/srv/web.qcow2": fact("file") })], ["nbd, missing", rootfs("nbd", "/srv/none.qcow2"), connected({})], ["nbd without qemu-nbd", rootfs("nbd", "/srv/web.qcow2:2"), connected(undefined)], ["nbd, all in use", rootfs("nbd", "/srv/web.qcow2"), connected({ program: "/usr/bin/qemu-nbd", format: "qcow2" })],
    ["nbd, no such partition", rootfs("nbd", "/srv/web.qcow2:2"), connected({ ...QEMU, said: "the image has no partition 2" })], ["nbd, user", rootfs("nbd", "/srv/web.qcow2"), asUser(connected(QEMU))], ["aufs", rootfs("aufs", "/a:/b"), BASE],
    ["an image, user", rootfs("loop", "/srv/web/rootdev"), asUser(facts({ "/srv/web/rootdev": fact("file") }, EXT4))],
    ["a device that cannot be read", rootfs("dir", "/dev/sdz1"), device(undefined)], ["an empty device", rootfs("dir", "/dev/sdz1"), device({ kind: "unknown" })],
    ["a file system without a driver", rootfs("dir", "/dev/sdz1"), device({ kind: "file system", type: "xfs" })], ["a qcow2 image", rootfs("dir", "/dev/sdz1"), device({ kind: "other", what: "a qcow2 image", remedy: "convert it" })],
    ["one layer", rootfs("overlay", "/srv/base"), BASE], ["a missing layer", rootfs("overlay", "/nowhere:/srv/web/delta"), BASE], ["a fifo", rootfs("dir", "/run/pipe"), facts({ "/run/pipe": fact("other") })],
    ["idmap without ids", rootfs("dir", "/var/lib/lxc/web/rootfs", ["idmap=container"]), BASE], ["idmap, rubbish", rootfs("dir", "/var/lib/lxc/web/rootfs", ["idmap=mine"]), BASE],
  ];
  const said = cases.map(([what, root, host]) => `${what}:\n${resultText(planStart(specOf({ rootfs: root, ...(host.caller.euid === 0 ? {} : { idmap }) }), host, inputsOf()))}`);
  const user = planStart(specOf({ idmap, rootfs: rootfs("dir", "/var/lib/lxc/web/rootfs", ["idmap=container"]) }), userFacts(), inputsOf());
  const mapped = planStart(specOf({ idmap, rootfs: { ...overlay, options: ["idmap=container"] } }), layers, inputsOf());
  expectGolden("rootfs-problems", { ok: false, problems: [{ code: "unsupported", text: [...said, `idmap, user:\n${resultText(user)}`, `idmap, overlay:\n${resultText(mapped)}`].join("") }] });
});

test("a directory that a hook makes is not missed before it has run", () => {
  const spec = specOf({ rootfs: rootfs("dir", "/run/made"), hooks: { "pre-start": [{ value: "/bin/make", from: line(9, "lxc.hook.pre-start") }] } });
  expect(planStart(spec, BASE, inputsOf()).ok).toBe(true);
  expect(planStart({ ...spec, hooks: {} }, BASE, inputsOf()).ok).toBe(false);
});
