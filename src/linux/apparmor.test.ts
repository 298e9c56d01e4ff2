import { expect, test } from "bun:test";
import { allBut, labelOf, ownNames } from "./apparmor.ts";

/** What these globs match, as apparmor.d(5) says. */
const matches = (globs: readonly string[], path: string): boolean =>
  globs.some((glob) => new RegExp(`^${glob.replaceAll("{,/**}", "(\u0001)?").replaceAll("/**", "/\u0002").replaceAll("*", "[^/]*").replaceAll("?[^/]*", "[^/][^/]*").replaceAll("(\u0001)?", "(/.*)?").replaceAll("\u0002", ".*")}$`).test(path));

test("all paths but those named", () => {
  const globs = allBut("/proc/sys", { kernel: { "shm*": {}, hostname: {} }, net: {} });
  const [left, taken] = [["/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/hostname", "/proc/sys/kernel/shmmax"], ["/proc/sys/vm/swappiness", "/proc/sys/kernel/panic", "/proc/sys/kernel/hostnames", "/proc/sys/kernel/hung", "/proc/sys/network/x", "/proc/sys/kernel/shm/x", "/proc/sys/kernels"]];
  expect(left.filter((path) => matches(globs, path))).toEqual([]);
  expect(taken.filter((path) => !matches(globs, path))).toEqual([]);
});

test("a name that begins another one", () => {
  expect(allBut("/d", { a: {}, ab: {} })).toEqual(["/d/[^a]*{,/**}", "/d/a[^/b]*{,/**}", "/d/ab?*{,/**}"]);
});

test("labels without their mode", () => {
  expect(["unconfined\n", "lxc-a_</l>//&:lxc-a_<-l>:unconfined (enforce)\n", "x (complain)", "system_u:system_r:lxc_t:s0\0"].map(labelOf)).toEqual(["unconfined", "lxc-a_</l>//&:lxc-a_<-l>:unconfined", "x", "system_u:system_r:lxc_t:s0"]);
});

test("names of a container's own profile", () => {
  expect(ownNames({ name: "web", lxcpath: "/var/lib/lxc" })).toEqual({ profile: "lxc-web_</var/lib/lxc>", namespace: "lxc-web_<-var-lib-lxc>" });
  expect(ownNames({ name: "web", lxcpath: "/a \"b:c" }).profile).toBe("lxc-web_</a_20_22b_3ac>");
  const [one, other] = ["x", "y"].map((end) => ownNames({ name: "web", lxcpath: `/${"l".repeat(300)}${end}` }).namespace);
  expect([one === other, (one ?? "").length <= 246]).toEqual([false, true]);
});
