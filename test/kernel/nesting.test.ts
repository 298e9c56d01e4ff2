// Containers in a container, for each kind of the outer one: Berth in Berth, Debian's LXC and an OCI runtime in Berth.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, berth, initPid, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";

const PATH = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
/** The host's programs and Berth, read-only; proc and sys as usual, so that only nesting.conf lets a container in it have its own. */
const LINES = [
  "lxc.init.cmd = /usr/bin/busybox init", "lxc.mount.auto = proc:mixed sys:mixed cgroup:rw:force", `lxc.include = ${DIST}/share/lxc/config/nesting.conf`, "lxc.apparmor.profile =",
  "lxc.mount.entry = /usr usr none rbind,ro 0 0", `lxc.mount.entry = ${DIST} berth none rbind,ro 0 0`,
];
const OUTER_KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned, delegated"];

function make(place: Place): void {
  const home = join(place.lxcpath, place.name), rootfs = join(home, "rootfs");
  for (const path of ["usr", "etc", "dev", "proc", "sys", "tmp", "run", "var/lib/lxc", "root", "berth", "bundle/rootfs/proc", "bundle/rootfs/bin"]) mkdirSync(join(rootfs, path), { recursive: true });
  for (const name of ["bin", "sbin", "lib", "lib64"]) symlinkSync(`usr/${name}`, join(rootfs, name));
  writeFileSync(join(rootfs, "etc/inittab"), "::sysinit:/bin/true\n");
  writeFileSync(join(rootfs, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  writeFileSync(join(rootfs, "etc/group"), "root:x:0:\n");
  expect(spawnSync("chown", ["-hR", `${place.rootId}:${place.rootId}`, rootfs]).status).toBe(0);
  writeFileSync(join(home, "config"), `${[`lxc.rootfs.path = dir:${rootfs}`, ...place.config, ...LINES].join("\n")}\n`);
  chmodSync(home, 0o755);
  if (place.user !== undefined) for (const path of [home, join(home, "config")]) chownSync(path, place.user.uid, place.user.gid);
}

describe.each([...OUTER_KINDS])("in a container that is %s", (kind: Kind) => {
  let place: Place;
  beforeAll(() => {
    place = makePlace(kind);
    make(place);
    start(place);
  });
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  });
  const within = (line: string): string => works(place, "lxc-attach", ["-n", place.name, "--clear-env", "-v", PATH, "--", "sh", "-ec", `exec 2>&1; ${line}`]).trim();
  /** The cgroup of the outer init in this hierarchy. */
  const cgroup = (name: string): string => new RegExp(`^\\d+:${name}:(.*)$`, "m").exec(readFileSync(`/proc/${initPid(place)}/cgroup`, "utf8"))?.[1] ?? "";

  test.each([
    ["without ids of its own", [], "0 0"], ["with ids of its own", ["lxc.idmap = u 0 1000 60000", "lxc.idmap = g 0 1000 60000"], "0 1000"],
  ])("a Berth container %s lives, with a limit, and halts", (_what, lines, ids) => {
    const config = ["lxc.net.0.type = empty", "lxc.cgroup.pids.max = 77", "lxc.mount.auto = proc sys cgroup", ...lines].map((line) => `'${line}'`).join(" ");
    expect(within(`printf '%s\\n' ${config} > /root/in.conf; /berth/bin/lxc-create -n in -t busybox -f /root/in.conf; /berth/bin/lxc-start -n in -d; /berth/bin/lxc-info -n in -sH; /berth/bin/lxc-ls -1`)).toBe("RUNNING\nin");
    const inmost = (line: string): string => within(`/berth/bin/lxc-attach -n in --clear-env -- sh -c '${line}'`);
    expect(inmost("hostname; cat /proc/1/comm; id -u; echo x > /dev/null && ls -ld /dev/null /sys/class | wc -l")).toBe("in\ninit\n0\n2");
    expect(inmost("awk \"{ print \\$1, \\$2 }\" /proc/self/uid_map")).toBe(ids === "0 0" ? `0 ${kind === "privileged" ? 0 : place.rootId}` : ids);
    expect(works(place, "lxc-ls", ["--nesting", "-1"]).split(/\s+/)).toContain(`${place.name}/in`);
    expect(works(place, "lxc-ls", ["--nesting=1", "-f", "-F", "NAME,STATE"])).toMatch(/^ \\_ in +RUNNING/m);
    const below = join("/sys/fs/cgroup/pids", cgroup("pids"), "lxc.payload.in");
    expect(readFileSync(join(below, "pids.max"), "utf8")).toBe("77\n");
    expect(within("/berth/bin/lxc-stop -n in --nokill -t 60; /berth/bin/lxc-info -n in; /berth/bin/lxc-destroy -n in")).toContain("Last exit:      status 0,");
    expect([existsSync(below), within("ls /var/lib/lxc")]).toEqual([false, ""]);
  });

  test("Debian's LXC runs a container there", () => {
    within("/berth/bin/lxc-create -n in -t busybox; lxc-start -n in -d");
    expect(within("lxc-attach -n in -- /bin/busybox hostname; lxc-info -n in -sH; lxc-stop -n in -k; /berth/bin/lxc-info -n in -sH; /berth/bin/lxc-destroy -n in")).toBe("in\nRUNNING\nSTOPPED");
  });

  test("bubblewrap makes a sandbox with namespaces and a proc of its own there", () => {
    expect(within("bwrap --ro-bind / / --proc /proc --dev /dev --unshare-all sh -c 'echo inside; cat /proc/sys/kernel/ostype; exit 7' || echo $?")).toBe("inside\nLinux\n7");
  });

  test("runc runs a bundle there", () => {
    const spec = String.raw`s/"terminal": true/"terminal": false/; s/"sh"$/"sh", "-c", "echo inside; exit 7"/`;
    expect(within(`cp /usr/bin/busybox /bundle/rootfs/bin/sh; cd /bundle; runc spec; sed -i '${spec}' config.json; runc run inner || echo $?`)).toBe("inside\n7");
  });
});
