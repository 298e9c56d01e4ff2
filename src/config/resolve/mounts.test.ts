import { expect, test } from "bun:test";
import { mustLoad, problemsOf } from "../golden/load.ts";

const ROOT = "lxc.rootfs.path = dir:/srv/web/root\n";
const targets = (...lines: readonly string[]) => mustLoad(`${ROOT}${lines.map((line) => `lxc.mount.entry = ${line}\n`).join("")}`).spec.mounts.map((mount) => mount.target);

test("a target is relative to the container's root, however it is written", () => {
  expect(targets("/a b none bind", "/a ./b//c/ none bind")).toEqual(["b", "b/c"]);
  expect(targets("/a /srv/web/root/b none bind", "/a /var/lib/lxc/web/rootfs/c none bind", "/a /usr/lib/lxc/rootfs/d none bind")).toEqual(["b", "c", "d"]);
});

test("elsewhere or the root itself: left out with a warning", () => {
  expect(targets("/a /srv/web/rootfs2/b none bind", "/a / none bind", "/a . none bind", "/a /srv/web/root none bind")).toEqual([]);
  expect(problemsOf(`${ROOT}lxc.mount.entry = /a /etc none bind\nlxc.mount.entry = /a ./ none bind\n`)).toEqual([
    "config:2:1 warning mount.target: target '/etc' is not inside the container's root '/srv/web/root', the mount is left out; write the target without the leading '/', relative to the container's root",
    "config:3:1 warning mount.target: target './' is the container's root itself, the mount is left out; write the target without the leading '/', relative to the container's root",
  ]);
});

test("without a root of its own, an absolute target is the host's path", () => {
  expect(mustLoad("lxc.mount.entry = /a /mnt/b none bind\n").spec.mounts[0]?.target).toBe("mnt/b");
});

test("LXC's own options are taken out, the kernel's stay in order", () => {
  const { spec } = mustLoad("lxc.mount.entry = a b none rbind,create=file,ro,optional,relative,idmap=container,x-systemd.automount,size=5\\040M 0 0\n");
  expect(spec.mounts).toEqual([{ source: "a", target: "b", fstype: "none", options: ["rbind", "ro", "size=5 M"], create: "file", isOptional: true, isRelative: true, idmap: "container", from: { kind: "config", file: "config", line: 1, column: 1, key: "lxc.mount.entry" } }]);
  expect(mustLoad("lxc.mount.entry = a b none create=dir\n").spec.mounts[0]).toMatchObject({ create: "dir", options: [], isOptional: false, isRelative: false });
});

test("octal escapes of fstab(5)", () => {
  const { spec } = mustLoad("lxc.mount.entry = /a\\040b\\011c\\134d x\\040y none bind\n");
  expect([spec.mounts[0]?.source, spec.mounts[0]?.target]).toEqual(["/a b\tc\\d", "x y"]);
});

test("the fstab file: its lines come first, comments and blanks do not count", () => {
  const text = "lxc.mount.entry = /z z none bind\nlxc.mount.fstab = tab\n";
  const { spec } = mustLoad(text, { "/work/tab": "# c\n\n  /a a none bind 0 0\n/b b none bind,optional\n" });
  expect(spec.mounts.map((mount) => [mount.target, mount.from.file, mount.from.line])).toEqual([["a", "tab", 3], ["b", "tab", 4], ["z", "config", 1]]);
  expect(spec.fstab?.value).toBe("tab");
});

test("problems of the fstab file name its lines, a missing one the line that asks for it", () => {
  expect(problemsOf("lxc.mount.fstab = /tab\n", { "/tab": "/a a\n  /b b none bind, ro\n" })).toEqual([
    "/tab:1:1 error config.value: 2 fields, at least SOURCE TARGET TYPE are needed; expected a line of fstab(5): SOURCE TARGET TYPE OPTIONS [DUMP PASS]; write: SOURCE TARGET TYPE OPTIONS 0 0; a blank in a path is \\040",
    "/tab:2:19 error config.value: 'ro' is not a number; expected a line of fstab(5): SOURCE TARGET TYPE OPTIONS [DUMP PASS]; a blank in a path is written \\040, options are joined by commas",
  ]);
  expect(problemsOf("lxc.mount.fstab = /none\n")).toEqual(["config:1:1 error config.missing: the fstab file '/none' does not exist; correct the path, or take the line out"]);
  expect(problemsOf("lxc.mount.fstab = /d\n", { "/d": [] })).toEqual(["config:1:1 error config.unreadable: the fstab file '/d' is a directory; correct the path, or take the line out"]);
});

test("automatic mounts: one of each class, the last word wins", () => {
  const { spec } = mustLoad("lxc.mount.auto = proc:rw sys cgroup-full:ro\nlxc.mount.auto = proc cgroup:mixed:force shmounts:/a:/b\n");
  expect(spec.autoMounts).toMatchObject({
    proc: { mode: "mixed", from: { line: 2 } }, sys: { mode: "mixed", from: { line: 1 } },
    cgroup: { mode: "mixed", isFull: false, isForced: true, isV2: false }, shmounts: { host: "/a", container: "/b" },
  });
  expect(mustLoad("lxc.mount.auto = proc\nlxc.mount.auto =\n").spec.autoMounts).toEqual({});
  expect(mustLoad("lxc.mount.auto = cgroup2:ro\n").spec.autoMounts.cgroup).toMatchObject({ mode: "ro", isV2: true, isForced: true });
});

test("cgroup without a mode: rw with CAP_SYS_ADMIN, mixed without", () => {
  const mode = (text: string) => mustLoad(`lxc.mount.auto = cgroup\n${text}`).spec.autoMounts.cgroup?.mode;
  expect(["", "lxc.cap.drop = sys_admin\n", "lxc.cap.keep = sys_time\n", "lxc.cap.keep = sys_admin\n"].map(mode)).toEqual(["rw", "mixed", "mixed", "rw"]);
});
