// The plans of a copy and of a new name, as text.
import { test } from "bun:test";
import { byOption } from "../../src/model/origin.ts";
import { ok } from "../../src/model/problem.ts";
import { planCopyTree, planExchange, planFinishCopy } from "../../src/plan/lifecycle/copy.ts";
import { planRename } from "../../src/plan/lifecycle/create.ts";
import { at, factsOf, idmap, line, specOf, userFacts } from "./fixtures.ts";
import { expectGolden } from "./golden.ts";

const web = { name: "web2", lxcpath: "/var/lib/lxc" };
const tree = { source: { kind: "directory", path: "/var/lib/lxc/web/rootfs" }, isMapped: true, to: "/var/lib/lxc/web2/rootfs", idmap: idmap.map(({ value }) => value) } as const;
const hooks = { clone: [at("/var/lib/lxc/web2/hook first", 9, "lxc.hook.clone")] };
const overlay = { type: "overlay", path: "/var/lib/lxc/web/rootfs:/var/lib/lxc/web2/overlay/delta", mount: "/usr/lib/lxc/rootfs", options: [], isManaged: true, from: line(1, "lxc.rootfs.path") };
const finish = { hostname: "web2", sourceName: "web", hookArgs: ["second"] };

test("root copies ids as they are", () => expectGolden("copy-root", ok(planCopyTree(web, factsOf(), tree))));
test("a user copies as root of the container", () => expectGolden("copy-user", ok(planCopyTree(web, userFacts(), tree))));
test("a whole copy gets its name at once", () => expectGolden("copy-named", ok(planCopyTree(web, userFacts(), { ...tree, hostname: "web2" }))));
test("root finishes a copy: host name and hooks", () => expectGolden("copy-finish-root", ok(planFinishCopy(specOf({ idmap, hooks }), factsOf(), finish))));
test("a user finishes layers in a user namespace", () => expectGolden("copy-finish-user", ok(planFinishCopy(specOf({ idmap, rootfs: overlay }), userFacts(), finish))));
test("a user puts a snapshot back", () => expectGolden("restore-user", ok(planExchange(web, userFacts(), { now: "/var/lib/lxc/web/rootfs", then: "/var/lib/lxc/web/.berth/restore/rootfs", config: { from: "/var/lib/lxc/web/.berth/exchange.config", to: "/var/lib/lxc/web/config" }, idmap: tree.idmap, at: byOption("--restore") }))));
test("another name", () => expectGolden("rename", ok(planRename(web, { path: "/var/lib/lxc/web", to: "/var/lib/lxc/web2" }))));
