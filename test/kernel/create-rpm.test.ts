// lxc-create -t fedora and -t opensuse: a real dnf and a real zypper make a system of a repository on loopback, signed with a key of the
// tests; kept for the next time, as root and as an ordinary user, and what is refused.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheOf, containers, destroy, download, inPlace, runBeside } from "./download-room.ts";
import { inside, start, works, DIST, type Place, type Ran } from "./place.ts";
import { buildRepository, dropKey, makeKey, serveFiles, type FileServer } from "./rpm-repository.ts";

let work: string;
let server: FileServer | undefined;
let homes: readonly string[] = [];
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "berth-rpm-test-"));
  chmodSync(work, 0o755);
  homes = ["signer", "stranger"].map((name) => makeKey(work, name));
  buildRepository(work, homes[0] ?? "");
  server = await serveFiles(join(work, "repo"));
}, 120_000);
afterAll(() => {
  server?.close();
  homes.forEach(dropKey);
  rmSync(work, { recursive: true, force: true });
});

type Dist = "fedora" | "opensuse";
const from = (place: Place, template: Dist, ...args: readonly string[]): Promise<Ran> => download(place, { template, args });
const signed = (): readonly string[] => ["--mirror", `${server?.url ?? ""}/`, "--keyring", join(work, "signer.asc")];
async function made(place: Place, template: Dist, ...args: readonly string[]): Promise<Ran> {
  const ran = await from(place, template, ...signed(), ...args);
  expect({ status: ran.status, stderr: ran.status === 0 ? "" : ran.stderr }).toEqual({ status: 0, stderr: "" });
  return ran;
}
const kept = (place: Place): readonly string[] => readdirSync(cacheOf(place)).filter((name) => name !== "unpacked");

describe.each(["privileged", "user-owned"] as const)("%s", (kind) => {
  test.each(["fedora", "opensuse"] as const)("%s: made, started, kept, thrown away", (dist) => inPlace(kind, async (place) => {
    const options = dist === "fedora" ? ["-R", "43", "-P", "extra", "--fqdn", "box.example.org", "-a", "x86_64", "--mask-tmp"] : ["-r", "15.6", "-P", "extra"];
    const ran = await made(place, dist, ...options);
    expect([ran.stderr.includes("are not checked"), ran.stdout.includes("Unpacking the rootfs")]).toEqual([false, true]);
    if (dist === "fedora") expect(readlinkSync(join(place.lxcpath, place.name, "rootfs/etc/systemd/system/tmp.mount"))).toBe("/dev/null");
    start(place);
    expect(inside(place, "hostname; cat /etc/system-release /usr/share/extra/name; stat -c %u:%g /usr/bin/busybox; ls -A /proc/1 > /dev/null && echo up")).toBe(`${dist === "fedora" ? "box.example.org" : place.name}\ntiny\nextra\n0:0\nup`);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    destroy(place);
    expect(kept(place)).toEqual([expect.stringMatching(dist === "fedora" ? /^fedora-43-[0-9a-f]{12}-x86_64-rpm-\d+\.tar$/ : /^opensuse-15\.6-[0-9a-f]{12}-x86_64-rpm-\d+\.tar$/)]);
    const again = await made(place, dist, ...options);
    expect(again.stderr).not.toContain("making");
    destroy(place);
    expect((await runBeside(place, [join(DIST, "bin/berth"), "image", "list"])).stdout).toMatch(dist === "fedora" ? /^fedora\/43 +amd64 +packages/m : /^opensuse\/15\.6 +amd64 +packages/m);
    expect([(await made(place, dist, ...options, "--clean")).stdout.includes("Flushing the cache"), kept(place), containers(place)]).toEqual([true, [], []]);
  }), 120_000);
});

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPlaceholderForATest me@here";
test.each(["fedora", "opensuse"] as const)("%s: --auth-key lets somebody in, with a server for it; --arch is the machine's; --flush-cache makes it anew", (dist) => inPlace("privileged", async (place) => {
  writeFileSync(join(place.lxcpath, "in.pub"), `${KEY}\n`);
  const words = ["--arch", "amd64", "--auth-key", join(place.lxcpath, "in.pub")];
  const inRootfs = (path: string): string => readFileSync(join(place.lxcpath, place.name, "rootfs", path), "utf8");
  await made(place, dist, "-r", "43", ...words);
  expect([inRootfs("root/.ssh/authorized_keys"), inRootfs("usr/share/openssh-server/name")]).toEqual([`${KEY}\n`, "openssh-server\n"]);
  destroy(place);
  const [archive = ""] = kept(place);
  expect(archive).toContain("-x86_64-");
  writeFileSync(join(cacheOf(place), archive), "rubbish\n");
  rmSync(join(cacheOf(place), "unpacked"), { recursive: true, force: true });
  expect((await from(place, dist, ...signed(), "-r", "43", ...words)).status).toBe(1);
  await made(place, dist, "-r", "43", ...words, "--flush-cache");
  expect([inRootfs("root/.ssh/authorized_keys"), kept(place)]).toEqual([`${KEY}\n`, [archive]]);
  destroy(place);
  const other = await from(place, dist, ...signed(), "-r", "43", "--arch", "../x");
  expect([other.status, other.stderr.includes("'../x' is no architecture")]).toEqual([1, true]);
}), 120_000);

test("another key, no key over an open line, nothing there, a package that is none: refused, and nothing is left", () => inPlace("privileged", async (place) => {
  const refused = async (words: string, dist: Dist, ...args: readonly string[]): Promise<void> => {
    const { status, stderr } = await from(place, dist, ...args);
    expect([dist, status, stderr.includes(words) ? "" : stderr, containers(place), kept(place)]).toEqual([dist, 1, "", [], []]);
  };
  const stranger = ["--mirror", `${server?.url ?? ""}/`, "--keyring", join(work, "stranger.asc")];
  await refused("dnf could not make fedora 43", "fedora", ...stranger);
  await refused("zypper could not make opensuse 15.6", "opensuse", ...stranger);
  await refused("is not encrypted, and no key is given", "fedora", "--mirror", "http://mirror.example.org/");
  await refused("check that 'http://127.0.0.1:1/' can be reached", "fedora", "--mirror", "http://127.0.0.1:1/");
  await refused("check that 'http://127.0.0.1:1/' can be reached", "opensuse", "--mirror", "http://127.0.0.1:1/");
  await refused("nosuchthing", "fedora", ...signed(), "--packages", "nosuchthing");
  await refused("is no name of a package", "fedora", ...signed(), "--packages", "--installroot=/");
  await refused("is no release", "opensuse", ...signed(), "-r", "../x");
  await refused("cannot read '/nowhere'", "opensuse", "--keyring", "/nowhere");
  await refused("'/etc/passwd' holds no key", "fedora", ...signed(), "--keyring", "/etc/passwd");
  for (const arch of ["", "nosuch"]) await refused(`'${arch}' is no architecture`, "fedora", ...signed(), "-a", arch);
  await refused("zypper makes no system for s390x here", "opensuse", ...signed(), "-a", "s390x");
  await refused("is no URL", "fedora", "--mirror", "ftp:x");
  const unchecked = await from(place, "fedora", "--mirror", `${server?.url ?? ""}/`);
  expect([unchecked.status, unchecked.stderr.includes("are not checked"), existsSync(join(place.lxcpath, place.name, "rootfs/usr/bin/busybox"))]).toEqual([0, true, true]);
  expect(readFileSync(join(place.lxcpath, place.name, "config"), "utf8")).toContain("# Template used to create this container: /usr/share/lxc/templates/lxc-fedora\n");
  destroy(place);
}), 120_000);
