import { expect, test } from "bun:test";
import type { Change, IdSide, SetupFacts } from "../../model/setup.ts";
import { freeBlock, idChanges } from "./ids.ts";
import { planSetup } from "./setup.ts";
import { grantedNics } from "./usernet.ts";
import { profileText } from "./userns.ts";

const SPACE = { first: 100000, last: 600100000, count: 65536 };
const side = (file: IdSide["file"] = [], more: Partial<IdSide> = {}): IdSide => ({ file, space: SPACE, real: [], ...more });
const ALICE = { name: "alice", uid: 1001, gid: 1001, home: "/home/alice", groups: ["alice", "lxc"], groupIds: [1001, 110] };
const BARE: SetupFacts = {
  account: ALICE, uids: side(), gids: side(), idmapTools: [{ name: "newuidmap", path: "/usr/bin/newuidmap" }, { name: "newgidmap", path: "/usr/bin/newgidmap" }],
  layout: "v1", trees: [{ mountpoint: "/sys/fs/cgroup/memory", version: 1, isOwn: false }], boot: "sysvinit", sysctls: { "user.max_user_namespaces": 1000, "kernel.threads-max": 4000 }, hasAppArmorParser: true,
  install: { engine: "/opt/berth/libexec/berth/berth-engine", bootScript: "#!/bin/sh\n" }, files: {}, folders: ["/home/alice", "/etc/lxc", "/etc/init.d", "/etc/sysctl.d", "/etc/apparmor.d"],
};
const WISH = { nics: { bridge: "lxcbr0", count: 10, isExact: false } };
const told = ({ changes }: { readonly changes: readonly Change[] }): readonly string[] => changes.map((change) => {
  switch (change.kind) {
    case "line": return `${change.file} + ${change.line}`;
    case "file": case "directory": case "mode": return `${change.kind} ${change.path}`;
    case "sysctl": return `${change.name} = ${change.to}`;
    case "command": case "reload": return change.argv.join(" ");
  }
});

/** What the facts are once the changes are made. */
function after(facts: SetupFacts, changes: readonly Change[]): SetupFacts {
  const files: Record<string, string | undefined> = { ...facts.files };
  const folders = [...facts.folders];
  let [uids, gids, systemd] = [facts.uids, facts.gids, facts.systemd];
  const sysctls: Record<string, number | undefined> = { ...facts.sysctls };
  for (const change of changes) {
    if (change.kind === "directory") folders.push(change.path);
    if (change.kind === "file") files[change.path] = change.text;
    if (change.kind === "sysctl") sysctls[change.name] = change.to;
    if (change.kind === "command" && change.argv[0] === "loginctl" && systemd !== undefined) systemd = { ...systemd, isLingering: true };
    if (change.kind === "reload" && systemd !== undefined) systemd = { ...systemd, delegated: ["cpu", "cpuset", "io", "memory", "pids"] };
    if (change.kind !== "line") continue;
    files[change.file] = `${files[change.file] ?? ""}${change.line}\n`;
    const [owner = "", start, count] = change.line.split(":");
    const range = { owner, start: Number(start), count: Number(count) };
    if (change.file === "/etc/subuid") uids = { ...uids, file: [...uids.file, range] };
    if (change.file === "/etc/subgid") gids = { ...gids, file: [...gids.file, range] };
  }
  return {
    ...facts, uids, gids, files, folders, sysctls, ...(systemd === undefined ? {} : { systemd }), trees: facts.trees.map((tree) => ({ ...tree, isOwn: true })),
    idmapTools: facts.idmapTools.map(({ name, path }) => (path === undefined ? { name } : { name, path })),
  };
}

test("everything is missing: all is made, and a second run has nothing to do", () => {
  const plan = planSetup(BARE, WISH);
  expect(told(plan)).toEqual([
    "directory /etc/berth", "file /etc/lxc/lxc-usernet", "file /etc/berth/cgroup-users", "/etc/subuid + alice:100000:65536", "/etc/subgid + alice:100000:65536", "/etc/lxc/lxc-usernet + alice veth lxcbr0 10",
    "file /etc/init.d/berth-cgroups", "update-rc.d berth-cgroups defaults", "/etc/berth/cgroup-users + alice", "/etc/init.d/berth-cgroups start alice",
    "directory /home/alice/.config", "directory /home/alice/.config/lxc", "file /home/alice/.config/lxc/default.conf",
  ]);
  expect(plan.needs).toEqual([]);
  expect(planSetup(after(BARE, plan.changes), WISH)).toEqual({ changes: [], needs: [] });
});
test("each kind of host ends with nothing to do", () => {
  const hosts: readonly SetupFacts[] = [
    { ...BARE, layout: "v2", boot: "systemd", systemd: { delegated: ["memory", "pids"], isLingering: false }, folders: [...BARE.folders, "/etc/systemd/system/user@.service.d"] },
    { ...BARE, layout: "hybrid", boot: "systemd", systemd: { delegated: [""], isLingering: true }, folders: [...BARE.folders, "/etc/systemd/system"] },
    { ...BARE, layout: "v2", boot: "openrc" }, { ...BARE, layout: "v2", boot: "none" },
    { ...BARE, sysctls: { "kernel.unprivileged_userns_clone": 0, "user.max_user_namespaces": 0, "kernel.apparmor_restrict_unprivileged_userns": 1, "kernel.threads-max": 30000 } },
    { ...BARE, idmapTools: [{ name: "newuidmap", path: "/usr/bin/newuidmap", powerless: 0o755 }, { name: "newgidmap", path: "/usr/bin/newgidmap" }] },
  ];
  for (const facts of hosts) {
    const plan = planSetup(facts, WISH);
    expect(plan.changes.length).toBeGreaterThan(4);
    expect(told(planSetup(after(facts, plan.changes), WISH))).toEqual([]);
  }
});
test("systemd delegates on cgroup v2, and no tree is made there", () => {
  const plan = told(planSetup({ ...BARE, layout: "v2", boot: "systemd", systemd: { delegated: ["memory", "pids"], isLingering: false } }, {}));
  expect(plan).toContain("file /etc/systemd/system/user@.service.d/50-berth-delegate.conf");
  expect(plan).toContain("systemctl daemon-reload");
  expect(plan).toContain("loginctl enable-linger alice");
  expect(plan).toContain("systemctl start user@1001.service");
  expect(plan.filter((line) => line.includes("cgroup-users"))).toEqual([]);
});

test("a block is free when nobody has a part of it, by name, by number, or as a real id", () => {
  expect(freeBlock([side()], 65536)).toBe(100000);
  expect(freeBlock([side([{ owner: "bob", start: 165536, count: 65536 }])], 65536)).toBe(100000);
  expect(freeBlock([side([{ owner: "bob", start: 165535, count: 65536 }])], 65536)).toBe(231071);
  expect(freeBlock([side([{ owner: "bob", start: 100000, count: 65536 }]), side([{ owner: "1002", start: 165536, count: 10 }])], 65536)).toBe(165546);
  expect(freeBlock([side([], { real: [120000, 100000] })], 65536)).toBe(120001);
  // one that lies in another changes nothing
  expect(freeBlock([side([{ owner: "a", start: 100000, count: 500000 }, { owner: "b", start: 100010, count: 5 }])], 65536)).toBe(600000);
  expect(freeBlock([side([{ owner: "a", start: 100000, count: 600000000 }])], 65536)).toBeUndefined();
});
test("what is enough is kept, what is too small is not", () => {
  const enough = [{ owner: "1001", start: 500000, count: 65536 }];
  expect(idChanges({ ...BARE, uids: side(enough), gids: side(enough) }).changes).toEqual([]);
  const small = [{ owner: "alice", start: 100000, count: 1000 }];
  expect(told(idChanges({ ...BARE, uids: side(small), gids: side(enough) }))).toEqual(["/etc/subuid + alice:101000:65536"]);
});
test("two users with the same ids are told of, and nothing of theirs is changed", () => {
  const both = [{ owner: "alice", start: 100000, count: 65536 }, { owner: "bob", start: 165535, count: 65536 }];
  const plan = idChanges({ ...BARE, uids: side(both), gids: side([{ owner: "alice", start: 100000, count: 65536 }]) });
  expect(plan.changes).toEqual([]);
  expect(plan.needs.map(({ text }) => text)).toEqual(["/etc/subuid: ids of 'alice' are given to 'bob' as well (165535 to 231070): their containers are not walled off from each other"]);
});
test("a directory service gives the ids: the files are left alone", () => {
  const other = [{ owner: "alice", start: 2000000, count: 65536 }];
  const given = planSetup({ ...BARE, subidSource: "sss", uids: side([], { other }), gids: side([], { other }) }, {});
  expect(given.needs).toEqual([]);
  expect(given.changes.find((change) => change.kind === "file" && change.path.endsWith("default.conf"))).toMatchObject({ text: expect.stringContaining("lxc.idmap = u 0 2000000 65536") });
  const none = planSetup({ ...BARE, subidSource: "sss", uids: side([], { other: [] }), gids: side([], { other }) }, {});
  expect(none.needs[0]?.text).toContain("come from 'sss'");
  expect(told(none).filter((line) => line.includes("subuid"))).toEqual([]);
});

test("lines of lxc-usernet for the user and for his groups are added up", () => {
  const text = "# words\nalice veth lxcbr0 2\n@lxc veth lxcbr0 3\nbob veth lxcbr0 9\nalice veth br1 7\n@alices veth lxcbr0 9\n";
  expect(grantedNics(text, ALICE, "lxcbr0")).toBe(5);
  const facts = { ...BARE, files: { "/etc/lxc/lxc-usernet": text } };
  expect(told(planSetup(facts, WISH)).filter((line) => line.includes("usernet"))).toEqual([]);
  expect(told(planSetup(facts, { nics: { bridge: "lxcbr0", count: 8, isExact: true } })).filter((line) => line.includes("veth"))).toEqual(["/etc/lxc/lxc-usernet + alice veth lxcbr0 5"]);
});
test("without an lxc-user-nic that is set-user-ID root, ours is installed so, where interfaces are asked for", () => {
  const facts = { ...BARE, install: { ...BARE.install, userNic: { from: "/opt/berth/libexec/berth/lxc-user-nic", to: "/usr/local/libexec/berth/lxc-user-nic" } } };
  const line = "install -D -o root -g root -m 4755 /opt/berth/libexec/berth/lxc-user-nic /usr/local/libexec/berth/lxc-user-nic";
  expect(told(planSetup(facts, WISH))).toContain(line);
  expect(told(planSetup({ ...facts, files: { "/etc/lxc/lxc-usernet": "alice veth lxcbr0 10" } }, WISH))).toContain(line);
  expect(told(planSetup(facts, {}))).not.toContain(line);
});

test("a missing program is named with its package, and nothing is installed", () => {
  const plan = planSetup({ ...BARE, idmapTools: [{ name: "newuidmap" }, { name: "newgidmap" }] }, {});
  expect(plan.needs).toEqual([{ text: "newuidmap and newgidmap are not installed: without them a user's container has one id", remedy: "install the package that has them: apt-get install uidmap (Fedora, Arch: shadow-utils, shadow)" }]);
});
test("AppArmor's rule is written where the kernel asks for it, again when Berth was moved, and not without its parser", () => {
  const ubuntu = { ...BARE, sysctls: { "kernel.apparmor_restrict_unprivileged_userns": 1 } };
  expect(told(planSetup(ubuntu, {}))).toContain("apparmor_parser -r /etc/apparmor.d/berth");
  expect(profileText("/opt/a b/engine")).toContain(`profile berth-engine "/opt/a b/engine" flags=(unconfined) {\n  userns,\n`);
  const moved = planSetup({ ...ubuntu, files: { "/etc/apparmor.d/berth": profileText("/old/engine") } }, {});
  expect(moved.changes.find((change) => change.kind === "file" && change.path.endsWith("/berth"))).toMatchObject({ before: profileText("/old/engine") });
  expect(planSetup({ ...ubuntu, hasAppArmorParser: false }, {}).needs[0]?.remedy).toContain("apt-get install apparmor");
});
test("a default.conf that is there stays", () => {
  expect(told(planSetup({ ...BARE, files: { "/home/alice/.config/lxc/default.conf": "" } }, {})).filter((line) => line.includes("/home/alice"))).toEqual([]);
});
test("a home is opened only when it is asked for and closed, and for one id", () => {
  const home = { mode: 0o700, searchableBy: [], hasTool: true };
  const asked = (facts: SetupFacts): readonly string[] => told(planSetup(facts, { isHomePassable: true })).filter((line) => line.includes("setfacl"));
  expect(asked({ ...BARE, home })).toEqual(["setfacl -m u:100000:--x /home/alice"]);
  expect(told(planSetup({ ...BARE, home }, {})).filter((line) => line.includes("setfacl"))).toEqual([]);
  expect(asked({ ...BARE, home: { ...home, mode: 0o711 } })).toEqual([]);
  expect(asked({ ...BARE, home: { ...home, searchableBy: [100000] } })).toEqual([]);
  expect(planSetup({ ...BARE, home: { ...home, hasTool: false } }, { isHomePassable: true }).needs[0]?.remedy).toContain("apt-get install acl");
});
