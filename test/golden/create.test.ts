// The plans of create, destroy, usernsexec and unshare, as text.
import { test } from "bun:test";
import { ok } from "../../src/model/problem.ts";
import { planGiveBack, planHold, planHoldExisting, planOwn, planPack, planSubstitute, planTemplate, planUnpack } from "../../src/plan/lifecycle/create.ts";
import { planRemove } from "../../src/plan/lifecycle/destroy.ts";
import { planDestroyHooks } from "../../src/plan/lifecycle/destroy-hooks.ts";
import { planUnshare } from "../../src/plan/lifecycle/unshare.ts";
import { planUsernsExec } from "../../src/plan/lifecycle/usernsexec.ts";
import { at, factsOf, idmap, specOf, userFacts } from "./fixtures.ts";
import { expectGolden } from "./golden.ts";

const web = { name: "web", lxcpath: "/var/lib/lxc" };
const rootfs = "/var/lib/lxc/web/rootfs";
const map = idmap.map((entry) => entry.value);
const template = { rootfs, template: "/usr/share/lxc/templates/lxc-busybox", templateArgs: ["--busybox-path=/bin/busybox"] };
const tree = [{ path: "rootfs", isDirectory: true }, { path: "config", isDirectory: false }];

test("what is half made is held only while it is there", () => expectGolden("create-hold-existing", ok(planHoldExisting(web, "/var/lib/lxc/web/partial"))));
test("a name is taken", () => expectGolden("create-hold", ok(planHold(web, "/var/lib/lxc/.web.new-1/partial", { path: "/var/lib/lxc/.web.new-1", to: "/var/lib/lxc/web" }))));
test("root gives the directory to the container's root", () => expectGolden("create-own-root", ok(planOwn(web, factsOf(), map, [rootfs]))));
test("a user gives the directory to the container's root", () => expectGolden("create-own-user", ok(planOwn(web, userFacts(), map, [rootfs]))));
test("a user takes the config back", () => expectGolden("create-give-back", ok(planGiveBack(web, userFacts(), map, "/var/lib/lxc/web/config"))));
test("a template, privileged", () => expectGolden("create-template-root", ok(planTemplate(web, factsOf(), { ...template, idmap: [] }))));
test("a template, by a user", () => expectGolden("create-template-user", ok(planTemplate(web, userFacts(), { ...template, idmap: map }))));
test("an archive, privileged", () => expectGolden("create-unpack-root", ok(planUnpack(web, factsOf(), { rootfs, idmap: [], compression: "xz", exclude: [] }))));
test("an archive, root-owned with a map", () => expectGolden("create-unpack-idmap", ok(planUnpack(web, factsOf(), { rootfs, idmap: map, compression: "none", exclude: ["etc/x"] }))));
test("an archive, by a user", () => expectGolden("create-unpack-user", ok(planUnpack(web, userFacts(), { rootfs, idmap: map, compression: "gzip", exclude: [] }))));
test("a copy of a user's own tree", () => expectGolden("create-pack-own", ok(planPack(web, userFacts(), { directory: "/home/ada/tree", idmap: [], isOwnedByCaller: true }))));
test("a copy of a container's tree", () => expectGolden("create-pack-idmap", ok(planPack(web, userFacts(), { directory: "/home/ada/tree", idmap: map, isOwnedByCaller: false }))));
test("the name goes into the files of an image", () => expectGolden("create-substitute", ok(planSubstitute(web, userFacts(), { rootfs, idmap: map, files: ["./etc/hostname"], pairs: [["LXC_NAME", "a&b#c"]] }))));
test("removal by root", () => expectGolden("destroy-root", ok(planRemove({ ...web, entries: tree, outside: [{ path: "/srv/web", isDirectory: true }] }, factsOf()))));
test("removal by a user", () => expectGolden("destroy-user", ok(planRemove({ ...web, entries: tree, outside: [] }, userFacts()))));
test("removal by a user who has no ids to map", () => expectGolden("destroy-user-own-id", ok(planRemove({ ...web, entries: tree, outside: [] }, userFacts({ subuid: [], subgid: [] })))));
test("hooks before the removal", () => expectGolden("destroy-hooks", ok(planDestroyHooks(specOf({ hooks: { destroy: [at("/bin/true", 9, "lxc.hook.destroy")] } }), factsOf()))));

const command = ["id"];
test("usernsexec, default map", () => expectGolden("usernsexec-user", planUsernsExec(userFacts(), { maps: [], isMapSelf: true, command })));
test("usernsexec, own id only", () => expectGolden("usernsexec-own-id", planUsernsExec(userFacts(), { maps: ["b:0:1000:1"], isMapSelf: false, command })));
test("usernsexec, what the user has not", () => expectGolden("usernsexec-range", planUsernsExec(userFacts(), { maps: ["b:0:5:1", "u:1:100000:70000"], isMapSelf: false, command })));
test("usernsexec without ranges", () => expectGolden("usernsexec-none", planUsernsExec(userFacts({ subuid: [] }), { maps: [], isMapSelf: false, command })));
const alone = { interfaces: [], isDaemon: false, isRemount: false, command };
test("unshare of everything", () => expectGolden("unshare-all", planUnshare(factsOf(), { ...alone, namespaces: ["MOUNT", "PID", "UTSNAME", "USER", "NETWORK"], uid: 0, hostname: "box", isRemount: true, interfaces: ["eth7"] })));
test("unshare in the background", () => expectGolden("unshare-daemon", planUnshare(factsOf(), { ...alone, namespaces: ["IPC"], isDaemon: true })));
test("unshare of nonsense", () => expectGolden("unshare-problems", planUnshare(factsOf(), { ...alone, namespaces: ["IPC"], hostname: "box", isRemount: true, uid: 3 })));
