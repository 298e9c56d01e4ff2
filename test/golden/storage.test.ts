// The plans of storage as text: what makes, copies, mounts and removes a root file system on each back end.
import { expect, test } from "bun:test";
import { ok } from "../../src/model/problem.ts";
import { byOption } from "../../src/model/origin.ts";
import { BACKENDS, type Backend, type OutsideStorage, type StorageOptions, type VolumeFacts, type ZfsDataset } from "../../src/model/storage.ts";
import { planCopyImage, planCopyTree, planExchange, planMake } from "../../src/plan/lifecycle/copy.ts";
import { planUnpack } from "../../src/plan/lifecycle/create.ts";
import { planRemove } from "../../src/plan/lifecycle/destroy.ts";
import { copiedVolume, keptAgain } from "../../src/plan/storage/cloned.ts";
import { asideOf, planExchangeVolumes, planGoOn, type Exchange, type Rest } from "../../src/plan/storage/exchanged.ts";
import { newStorage, subvolumeOps, type NewStorage } from "../../src/plan/storage/made.ts";
import { planGrow, type Sized } from "../../src/plan/storage/resized.ts";
import { onMounted, readOps } from "../../src/plan/storage/mounted.ts";
import { factsOf, idmap, userFacts } from "./fixtures.ts";
import { expectGolden } from "./golden.ts";

const web = { name: "web", lxcpath: "/var/lib/lxc" };
const from = byOption("--bdev");
const map = idmap.map(({ value }) => value);
const plain: StorageOptions = { group: "lxc", thinPool: "lxc", zfsRoot: "tank/lxc", rbdPool: "lxc" };
const made = (backend: Backend, options: Partial<StorageOptions> = {}, hasThinPool = false): NewStorage =>
  newStorage(backend, { name: "web", directory: "/var/lib/lxc/web", options: { ...plain, ...options }, hasThinPool, from });
const volume = (group: string, isThin: boolean): VolumeFacts => ({ group, isThin, size: 2 ** 30 });
const tree = [{ path: "rootfs", isDirectory: true }, { path: "config", isDirectory: false }];

for (const backend of BACKENDS) test(`made on ${backend}`, () => expectGolden(`storage-${backend}`, ok(planMake(web, "create", made(backend).make))));
test("made on a thin pool, with a size and a type", () => expectGolden("storage-lvm-thin", ok(planMake(web, "create", made("lvm", { size: 2 ** 31, fstype: "xfs", volume: "root", group: "vg", thinPool: "tp" }, true).make))));
test("made on rbd by another user", () => expectGolden("storage-rbd-user", ok(planMake(web, "create", made("rbd", { rbdUser: "ada", rbdName: "img", fstype: "btrfs" }).make))));
test("lxc.rootfs.path of each is LXC's", () => {
  expect(BACKENDS.map((backend) => made(backend).path)).toEqual([
    "dir:/var/lib/lxc/web/rootfs", "overlay:/var/lib/lxc/web/rootfs:/var/lib/lxc/web/overlay/delta", "btrfs:/var/lib/lxc/web/rootfs", "loop:/var/lib/lxc/web/rootdev",
    "lvm:/dev/lxc/web", "zfs:tank/lxc/web", "rbd:/dev/rbd/lxc/web",
  ]);
});
test("a snapshot of a volume, a thin one, a dataset, a subvolume", () => {
  const copy = { source: "/dev/lxc/base", name: "web", options: plain, from };
  expectGolden("storage-lvm-snapshot", ok(planMake(web, "copy", copiedVolume(made("lvm"), { ...copy, options: { ...plain, size: 2 ** 29 } }).make)));
  expectGolden("storage-lvm-snapshot-xfs", ok(planMake(web, "copy", copiedVolume(made("lvm", { fstype: "xfs" }), { ...copy, source: "/dev/mapper/vg-base", volume: volume("vg", true) }).make)));
  expectGolden("storage-zfs-snapshot", ok(planMake(web, "copy", copiedVolume(made("zfs"), { ...copy, source: "tank/lxc/base" }).make)));
  expectGolden("storage-btrfs-snapshot", ok(planMake(web, "copy", subvolumeOps("/var/lib/lxc/web/rootfs", from, "/var/lib/lxc/base/rootfs"))));
  expect(copiedVolume(made("zfs"), { ...copy, source: "tank/lxc/base" })).toMatchObject({ path: "zfs:tank/lxc/web", outside: { kind: "zfs", name: "tank/lxc/web", origin: "tank/lxc/base@web" } });
});
const FROM = { lvm: { kind: "device", path: "/dev/lxc/base", type: "ext4" }, zfs: { kind: "dataset", path: "tank/lxc/base", type: "zfs" }, rbd: { kind: "device", path: "/dev/rbd/lxc/base", type: "xfs" } } as const;
for (const backend of ["lvm", "zfs", "rbd"] as const) test(`a whole copy on ${backend}`, () => {
  const { block } = made(backend);
  expectGolden(`storage-copy-${backend}`, ok(planCopyTree(web, factsOf(), { to: "/var/lib/lxc/web/rootfs", idmap: [], isMapped: false, source: FROM[backend], ...(block === undefined ? {} : { block }) })));
});
test("kept beside the container: a volume and a dataset by their own snapshots, an image of rbd as a whole copy", () => {
  const options = { ...plain };
  const kept = (backend: Backend): NewStorage => newStorage(backend, { name: "web_snap0", directory: "/var/lib/lxc/web/snaps/snap0", options, hasThinPool: false, from });
  const snap0 = { name: "snap0", lxcpath: "/var/lib/lxc/web/snaps" };
  const copy = { name: "web_snap0", options, from };
  expectGolden("storage-keep-lvm", ok(planMake(snap0, "copy", copiedVolume(kept("lvm"), { ...copy, source: "/dev/lxc/web", volume: volume("lxc", false) }).make)));
  expectGolden("storage-keep-lvm-thin", ok(planMake(snap0, "copy", copiedVolume(kept("lvm"), { ...copy, source: "/dev/lxc/web", volume: volume("lxc", true) }).make)));
  expectGolden("storage-keep-zfs", ok(planMake(snap0, "copy", copiedVolume(kept("zfs"), { ...copy, source: "tank/lxc/web" }).make)));
  const { make, block } = kept("rbd");
  const { ops, ...rest } = planCopyTree(snap0, factsOf(), { to: "/var/lib/lxc/web/snaps/snap0/rootfs", idmap: [], isMapped: false, source: { kind: "device", path: "/dev/rbd/lxc/web", type: "ext4" }, ...(block === undefined ? {} : { block }) });
  expectGolden("storage-keep-rbd", ok({ ...rest, ops: [...make, ...ops] }));
});
const outside: readonly OutsideStorage[] = [{ kind: "lvm", name: "/dev/lxc/web" }, { kind: "zfs", name: "tank/lxc/web", origin: "tank/lxc/base@web" }, { kind: "rbd", name: "lxc/web", user: "ada" }];
const datasets: readonly ZfsDataset[] = [{ name: "tank/lxc/base", snapshots: ["web"] }, { name: "tank/lxc/web", origin: "tank/lxc/base@web", snapshots: ["web_snap0", "other"] }, { name: "tank/lxc/web_snap0", origin: "tank/lxc/web@web_snap0", snapshots: [] }];
for (const storage of outside) test(`removal of ${storage.kind}`, () => expectGolden(`storage-remove-${storage.kind}`, ok(planRemove({ ...web, entries: tree, outside: [], storage: [storage], datasets: datasets.slice(0, 2) }, factsOf()))));
test("removal of a dataset that another container's is a clone of", () => expectGolden("storage-remove-zfs-promoting", ok(planRemove({ ...web, entries: tree, outside: [], storage: [{ kind: "zfs", name: "tank/lxc/web" }], datasets: [...datasets, { name: "tank/lxc/other", origin: "tank/lxc/web@other", snapshots: [] }] }, factsOf()))));
test("removal of a container with what is kept of it: that first", () => {
  const entries = [{ path: "snaps", isDirectory: true }, ...tree];
  expectGolden("storage-remove-lvm-kept", ok(planRemove({ ...web, entries, outside: [], storage: [{ kind: "lvm", name: "/dev/lxc/web_snap0" }, { kind: "lvm", name: "/dev/lxc/web" }] }, factsOf())));
  expectGolden("storage-remove-zfs-kept", ok(planRemove({ ...web, entries, outside: [], storage: [{ kind: "zfs", name: "tank/lxc/web_snap0", origin: "tank/lxc/web@web_snap0" }, { kind: "zfs", name: "tank/lxc/web" }], datasets }, factsOf())));
});
// no command of ours makes one: the image is somebody's own, and stays
test("removal of nbd", () => expectGolden("storage-remove-nbd", ok(planRemove({ ...web, entries: [{ path: "config", isDirectory: false }], outside: [], storage: [] }, factsOf()))));

const unpack = planUnpack(web, factsOf(), { rootfs: "/var/lib/lxc/web/rootfs", idmap: map, compression: "none", exclude: [] });
for (const backend of ["loop", "lvm", "zfs", "rbd"] as const) test(`filled on ${backend}`, () => expectGolden(`storage-fill-${backend}`, ok(onMounted(unpack, made(backend).block, "/var/lib/lxc/web/rootfs", from))));
const copy = { to: "/var/lib/lxc/web/rootfs", idmap: map, isMapped: true };
const layers = { kind: "layers", layers: ["/var/lib/lxc/a/overlay/delta", "/var/lib/lxc/base/rootfs"] } as const;
test("layers are read by root, and by a user", () => {
  expectGolden("storage-copy-layers-root", ok(planCopyTree(web, factsOf(), { ...copy, source: layers })));
  expectGolden("storage-copy-layers-user", ok(planCopyTree(web, userFacts(), { ...copy, source: layers })));
});
test("an image is read, an image is filled", () => expectGolden("storage-copy-image", ok(planCopyTree(web, factsOf(), { ...copy, idmap: [], isMapped: false, source: { kind: "image", path: "/srv/rootdev", type: "xfs" }, block: { kind: "image", path: "/var/lib/lxc/web/rootdev", type: "ext4" } }))));
test("an image takes the place of another when nobody has it mounted", () => expectGolden("storage-exchange-image", ok(planExchange(web, factsOf(), { now: "/var/lib/lxc/web/rootdev", then: "/var/lib/lxc/web/.berth/restore/rootdev", isImage: true, config: { from: "/var/lib/lxc/web/.berth/exchange.config", to: "/var/lib/lxc/web/config" }, idmap: [], at: byOption("SIZE") }))));
test("an image is kept as it is", () => expectGolden("storage-keep-image", ok(planCopyImage(web, "/var/lib/lxc/web/rootdev", "/var/lib/lxc/web/snaps/snap0/rootdev"))));
test("a dataset is read with its own options", () => expect(readOps({ kind: "dataset", path: "tank/a", type: "zfs" }, 3, { isMapped: false, isRoot: true, from }).before).toMatchObject([{ op: "fsMount", type: "zfs", options: ["source=tank/a", "zfsutil"] }]));

const sized: readonly (readonly [string, Sized])[] = [
  ["loop", { kind: "image", path: "/var/lib/lxc/web/rootdev", type: "ext4" }], ["loop-running", { kind: "image", path: "/var/lib/lxc/web/rootdev", type: "xfs", device: "/dev/loop3" }],
  ["lvm", { kind: "lvm", path: "/dev/lxc/web", type: "ext4" }], ["rbd", { kind: "rbd", path: "/dev/rbd/lxc/web", image: "lxc/web", type: "btrfs", user: "ada" }], ["zfs", { kind: "zfs", path: "tank/lxc/web" }],
];
for (const [name, one] of sized) test(`grown on ${name}`, () => expectGolden(`storage-grow-${name}`, ok(planGrow(web, one, { size: 2 ** 31, target: "/var/lib/lxc/web/.berth", from: byOption("SIZE") }))));

// in the container's place: what makes the volume that gets its name, what gives it the name, and what a kill leaves to do of that
const restore = byOption("--restore");
const kept = (now: OutsideStorage, name: string, type: string): NewStorage & { readonly outside: OutsideStorage } => keptAgain({ now, kept: { ...now, name }, type, rootfs: "/var/lib/lxc/web/rootfs", random: "0011aabb", from: restore });
const [volumeNow, imageNow, datasetNow] = [{ kind: "lvm", name: "/dev/lxc/web" }, { kind: "rbd", name: "lxc/web", user: "ada" }, { kind: "zfs", name: "tank/lxc/web", origin: "tank/lxc/base@web" }] as const;
test("what was kept, once more", () => {
  expectGolden("storage-again-lvm", ok(planMake(web, "create", kept(volumeNow, "/dev/lxc/web_snap0", "xfs").make)));
  expectGolden("storage-again-zfs", ok(planMake(web, "create", kept(datasetNow, "tank/lxc/web_snap0", "zfs").make)));
  expectGolden("storage-again-rbd", ok(planMake(web, "create", kept(imageNow, "lxc/web_snap0", "btrfs").make)));
});
const config = { from: "/var/lib/lxc/web/.berth/exchange.config", to: "/var/lib/lxc/web/config" };
const lock = "/var/lib/lxc/web/.berth/exchange.volumes";
const names = (now: OutsideStorage): Exchange => ({ way: "names", now, then: kept(now, "", "ext4").outside, aside: { ...now, name: asideOf(now) } });
const exchanges: readonly (readonly [string, Exchange])[] = [["lvm", names(volumeNow)], ["zfs", names(datasetNow)], ["rbd", names(imageNow)], ["lvm-merge", { way: "merge", now: volumeNow, snapshot: "/dev/lxc/web_snap0", size: 2 ** 30 }]];
for (const [name, exchange] of exchanges) test(`in the container's place: ${name}`, () => {
  const plan = (rest: Rest, isMapped: boolean): ReturnType<typeof planExchangeVolumes> => planExchangeVolumes(web, { exchange, rest, isMapped, config, at: restore, ...(rest === "all" ? { lock } : {}) });
  expectGolden(`storage-place-${name}`, ok(plan("all", true)));
  expectGolden(`storage-place-${name}-rest`, ok(plan(exchange.way === "names" ? "name" : "config", false)));
  expect([plan("none", true).ops.length, plan("none", false).ops.length, plan("config", true).ops.length]).toEqual([0, name === "rbd" ? 1 : 0, name === "lvm-merge" ? 2 : 1]);
});
test("lvm goes on putting a snapshot back", () => expectGolden("storage-merge-on", ok(planGoOn(web, { way: "merge", now: volumeNow, snapshot: "/dev/lxc/web_snap0", size: 1 }, restore))));
