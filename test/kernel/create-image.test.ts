// berth create --image and berth image: one name for images wherever they are, kept once, pinned by a lock file; keys, a user, a name and
// cloud-init's data for the new system.
import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheOf, containers, destroy, downloadRoom, image, inPlace, runBeside } from "./download-room.ts";
import { FOLDER, sha256, writeSums } from "./image-server.ts";
import { printed } from "./printed.ts";
import { DIST, inside, start, works, type Place, type Ran } from "./place.ts";

const room = downloadRoom();
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPlaceholderForATest me@here";
const berth = (place: Place, ...args: readonly string[]): Promise<Ran> => runBeside(place, [join(DIST, "bin/berth"), ...args], { env: { DOWNLOAD_SERVER: room.server().url } });
const create = (place: Place, ...args: readonly string[]): Promise<Ran> => berth(place, "create", place.name, "-P", place.lxcpath, "-f", join(place.lxcpath, "in.conf"), ...args);
async function good(ran: Promise<Ran>): Promise<string> {
  const { status, stdout, stderr } = await ran;
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}
/** A new system lies above its image: what is its own. */
const ofItsOwn = (place: Place, path: string): string => join(place.lxcpath, place.name, "overlay/delta", path);
const inRootfs = (place: Place, path: string): string => join(place.lxcpath, place.name, "rootfs", path);
const DIGEST = (): string => `sha256:${sha256(join(room.root(), FOLDER, "rootfs.tar.xz"))}`;

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  test("an image, with keys, a user, a name and data of its own", () => inPlace(kind, async (place) => {
    writeFileSync(join(place.lxcpath, "in.pub"), `# mine\n${KEY}\n`);
    writeFileSync(join(place.lxcpath, "in.yaml"), "#cloud-config\npackages: [vim]\n");
    const made = await create(place, "--image", "tiny/one", "--arch", "amd64", "--ssh-key", join(place.lxcpath, "in.pub"), "--user", "ann", "--hostname", "web.example.org", "--user-data", join(place.lxcpath, "in.yaml"));
    expect({ status: made.status, stderr: made.status === 0 ? "" : made.stderr }).toEqual({ status: 0, stderr: "" });
    expect(readFileSync(join(place.lxcpath, place.name, "config"), "utf8")).toContain("lxc.uts.name = web.example.org\n");
    for (const words of ["there is no server for ssh in this image: nobody can log in with the key yet", "apt-get install openssh-server", "there is no sudo in this image: 'ann' cannot become root yet"]) expect(made.stderr).toContain(words);
    start(place);
    expect(inside(place, "hostname; cat /etc/hostname; id -u ann; cat /home/ann/.ssh/authorized_keys; cat /var/lib/cloud/seed/nocloud-net/user-data; tail -n 2 /etc/hosts")).toBe(`web.example.org\nweb.example.org\n1001\n${KEY}\n#cloud-config\npackages: [vim]\n127.0.1.1\tweb.example.org\n::1\tlocalhost ip6-localhost ip6-loopback`);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    const home = lstatSync(ofItsOwn(place, "home/ann"));
    expect([home.uid, home.mode & 0o777, statSync(ofItsOwn(place, "home/ann/.ssh")).mode & 0o777]).toEqual([place.rootId + 1001, 0o750, 0o700]);
    destroy(place);
  }), 120_000);
});

test("what is said wrong is refused before anything is made", () => inPlace("privileged", async (place) => {
  const refused = async (words: string, ...args: readonly string[]): Promise<void> => {
    const { status, stderr } = await create(place, ...args);
    expect([status, stderr.includes(words) ? "" : stderr, containers(place)]).toEqual([1, "", []]);
  };
  writeFileSync(join(place.lxcpath, "in-secret"), "-----BEGIN OPENSSH PRIVATE KEY-----\n");
  await refused("is a private key", "--image", "tiny/one", "--ssh-key", join(place.lxcpath, "in-secret"));
  await refused("is no name of a user", "--image", "tiny/one", "--user", "Ann Smith");
  await refused("either -t or --image", "--image", "tiny/one", "-t", "busybox");
  await refused("does not name an image", "--image", "a/b/c/d");
  await refused("there is no image 'nothing'", "--image", "nothing");
  await refused("root is in each system already", "--image", "tiny/one", "--user", "root");
  await refused("'--more' is one word too many", "--image", "tiny/one", "--", "--more");
  await refused("--server is only valid with --image", "-t", "none", "--server", "x");
  await refused("nobody to give keys", "-t", "none", "--user", "ann");
  await refused("a server of keys is given, but no --keyid", "--image", "tiny/one", "--keyserver", "hkp://127.0.0.1:1");
  await refused("--keyserver and --keyring are both given", "--image", "tiny/one", "--keyserver", "hkp://127.0.0.1:1", "--keyid", "0123456789ABCDEF", "--keyring", "/etc/hostname");
  await refused("a password is given, but no --username", "--image", "oci:127.0.0.1:1/app", "--password-file", "/etc/hostname");
  for (const [template, words] of [["none", "the template none makes nothing"], [room.root(), "a directory has no options"], [join(room.root(), FOLDER, "rootfs.tar.xz"), "an archive has no options"]] as const) await refused(words, "-t", template, "--", "./r.tar");
  expect(room.server().asked).toEqual([]);
}), 60_000);

test("a link of the image does not lead a key astray", () => inPlace("privileged", async (place) => {
  const target = join(place.lxcpath, "in-target");
  mkdirSync(target);
  const tree = join(place.lxcpath, "in-tree");
  mkdirSync(join(tree, "root"), { recursive: true });
  symlinkSync(target, join(tree, "root/.ssh"));
  const ran = await create(place, "-t", tree, "--ssh-key", KEY);
  expect([ran.status, ran.stderr.includes("is a symbolic link"), existsSync(join(target, "authorized_keys")), containers(place)]).toEqual([1, true, false, []]);
}), 60_000);

test("keys of a user that the image has go to its home, wherever that is, but not out of it", () => inPlace("privileged", async (place) => {
  const tree = join(place.lxcpath, "in-tree");
  mkdirSync(join(tree, "etc"), { recursive: true });
  mkdirSync(join(tree, "srv/ann"), { recursive: true });
  writeFileSync(join(tree, "etc/group"), "ann:x:500:\n");
  for (const [home, file] of [["/srv/ann", "srv/ann/.ssh/authorized_keys"], ["/../../in-out", undefined], ["/srv/a*", undefined]] as const) {
    writeFileSync(join(tree, "etc/passwd"), `ann:x:500:500::${home}:/bin/sh\n`);
    writeFileSync(join(tree, "etc/hosts"), "127.0.0.1 localhost box.example.org\n");
    await good(create(place, "-t", tree, "--ssh-key", KEY, "--user", "ann", "--hostname", "box"));
    expect(readFileSync(inRootfs(place, "etc/hosts"), "utf8")).toBe("127.0.0.1 localhost box.example.org\n127.0.1.1\tbox\n");
    expect([home, readFileSync(inRootfs(place, "root/.ssh/authorized_keys"), "utf8"), file === undefined ? `${KEY}\n` : readFileSync(inRootfs(place, file), "utf8"), existsSync(join(place.lxcpath, "in-out")), existsSync(inRootfs(place, "home"))]).toEqual([home, `${KEY}\n`, `${KEY}\n`, false, false]);
    destroy(place);
  }
}), 60_000);

test("what this machine has of Debian's packages is had offline, too", () => inPlace("privileged", async (place) => {
  expect(spawnSync("tar", ["-cf", join(cacheOf(place), "debian-nosuch-x64-systemd-4.tar"), "-C", "/usr/share/lxc", "config"]).status).toBe(0);
  await good(create(place, "--image", "debian/nosuch", "--offline", "-B", "dir"));
  expect(existsSync(inRootfs(place, "config/common.conf"))).toBe(true);
  destroy(place);
  const none = await create(place, "--image", "debian/notthere", "--offline");
  expect([none.status, none.stderr.includes("leave --offline out"), containers(place)]).toEqual([1, true, []]);
}), 60_000);

test("pulled, listed, told about, exported, imported, pruned", () => inPlace("privileged", async (place) => {
  expect(await good(berth(place, "image", "pull", "tiny/one", "--arch", "amd64"))).toBe(`tiny/one ${DIGEST()}\n`);
  expect(await good(berth(place, "image", "list"))).toMatch(/^tiny\/one +amd64 +20261101_05:24 +[\d.]+ kB +server$/m);
  expect(await good(berth(place, "image", "list", "--remote"))).toContain("tiny             two         arm64  cloud");
  expect(printed("berth image list --remote", await good(berth(place, "image", "list", "--remote", "--arch", "arm64", "--format", "json")))).toMatchObject([{ dist: "tiny", release: "two", arch: "arm64", variant: "cloud" }]);
  expect(await good(berth(place, "image", "info", "tiny/one"))).toContain(`Digest:   ${DIGEST()}\n`);
  expect(printed("berth image info", await good(berth(place, "image", "info", "tiny/one", "--format", "json")))).toMatchObject({ image: "tiny/one", digest: DIGEST(), origin: "server" });
  expect(printed("berth image pull", await good(berth(place, "image", "pull", "tiny/one", "--arch", "amd64", "--format", "json")))).toMatchObject([{ image: "tiny/one", digest: DIGEST() }]);
  const archive = join(place.lxcpath, "in-out.tar.xz");
  await good(berth(place, "image", "export", "tiny/one", archive));
  expect(`sha256:${sha256(archive)}`).toBe(DIGEST());
  expect(printed("berth image import", await good(berth(place, "image", "import", archive, "mine", "--format", "json")))).toMatchObject({ image: "mine", digest: DIGEST() });
  await good(create(place, "--image", "mine", "--offline", "-B", "dir"));
  expect(existsSync(inRootfs(place, "bin/busybox"))).toBe(true);
  destroy(place);
  expect(printed<readonly { readonly image: string }[]>("berth image list", await good(berth(place, "image", "list", "--format", "json"))).map((one) => one.image)).toEqual(expect.arrayContaining(["tiny/one", "mine"]));
  writeFileSync(image(place, "expiry"), "1000\n");
  expect(await good(berth(place, "image", "prune", "--dry-run"))).toContain(image(place, ""). replace(/\/$/, ""));
  expect(printed("berth image prune", await good(berth(place, "image", "prune", "--format", "json")))).toContainEqual(expect.objectContaining({ path: image(place, "").replace(/\/$/, "") }));
  expect([existsSync(image(place)), existsSync(join(cacheOf(place), "sha256", sha256(archive)))]).toEqual([false, true]);
}), 120_000);

test("what an ordinary user may not read is told as that", () => inPlace("user-owned", async (place) => {
  const secret = join(place.lxcpath, "in-secret");
  writeFileSync(secret, "", { mode: 0o600 });
  const made = (...args: readonly string[]) => ["create", place.name, "-P", place.lxcpath, "-f", join(place.lxcpath, "in.conf"), ...args];
  for (const args of [["image", "import", secret, "x"], made("-t", "local", "--", "-f", secret), made("--image", `file:${secret}`), made("--image", `docker-archive:${secret}`), made("--image", "tiny/one", "--ssh-key", secret)]) {
    const { status, stderr } = await berth(place, ...args);
    expect([status, stderr.includes(`cannot read '${secret}'`) && stderr.includes("cause: permission denied") ? "" : stderr, containers(place)]).toEqual([1, "", []]);
  }
}), 60_000);

test("what is wrong is named in the words of berth image, and nothing is left", () => inPlace("privileged", async (place) => {
  await good(berth(place, "image", "pull", "tiny/one", "--arch", "amd64"));
  writeFileSync(join(place.lxcpath, "in-text"), "text\n");
  const rows: readonly (readonly [words: string, ...args: readonly string[]])[] = [
    ["'more' is one word too many", "list", "more"], ["'more' is one word too many", "prune", "more"], ["'more' is one word too many", "info", "tiny/one", "more"], ["'more' is one word too many", "import", "a", "b", "more"],
    ["berth image list --remote shows all", "pull", "tiny/none"], ["leave --offline out", "pull", "tiny/two", "--offline"], ["--digest says 00000000", "pull", "tiny/one", "--arch", "amd64", "--digest", "0".repeat(64)],
    ["is no lock file of images", "pull", "tiny/one", "--lock", join(place.lxcpath, "in-text")], ["cannot read '/nowhere'", "pull", "tiny/one", "--lock", "/nowhere"], ["'/nowhere' does not exist", "import", "/nowhere", "x"],
    ["is not a tar archive", "import", join(place.lxcpath, "in-text"), "x"], ["cannot write '/nowhere/x'", "export", "tiny/one", "/nowhere/x"], ["this machine has no image 'tiny/one'", "info", "tiny/one", "--arch", "arm64"],
  ];
  for (const [words, ...args] of rows) {
    const { status, stderr } = await berth(place, "image", ...args);
    expect([args, status, stderr.includes(words) ? "" : stderr]).toEqual([args, 1, ""]);
  }
  expect([await good(berth(place, "image", "list", "--arch", "arm64")), readdirSync(join(cacheOf(place), "download/.partial")).filter((name) => !name.endsWith(".lock") && readdirSync(join(cacheOf(place), "download/.partial", name)).some((part) => part.endsWith(".part")))]).toEqual([expect.not.stringContaining("amd64"), []]);
  for (const argv of [["image", "list"], ["image", "info", "tiny/one"], ["image", "export", "tiny/one"], ["image", "prune"], ["image", "import", image(place), "x"], ["image", "pull", "tiny/one", "--server", room.server().url], ["create", place.name, "-P", place.lxcpath, "-f", join(place.lxcpath, "in.conf"), "-t", "host"]]) {
    const { status, stderr } = await runBeside(place, [join(DIST, "bin/berth"), ...argv], { env: { LXC_CACHE_PATH: "in/here" } });
    expect([argv[0], status, stderr.includes("LXC_CACHE_PATH is 'in/here', which is no absolute path") ? "" : stderr]).toEqual([argv[0], 1, ""]);
  }
  const bad = await runBeside(place, [join(DIST, "bin/berth"), "image", "import", image(place), "x"], { env: { LXC_CACHE_PATH: "/etc/hostname" } });
  expect([bad.status, bad.stderr.includes("cannot keep ")]).toEqual([1, true]);
}), 60_000);

test("of systems made of packages the plain one has the name, others are told by what they were made of", () => inPlace("privileged", async (place) => {
  for (const [name, size] of [["debian-bookworm-0123456789ab-x64-systemd-4.tar", 2], ["debian-bookworm-x64-systemd-4.tar", 1]] as const) writeFileSync(join(cacheOf(place), name), "x".repeat(size));
  expect((await good(berth(place, "image", "list"))).match(/^debian.*$/gm)).toEqual([expect.stringMatching(/^debian\/bookworm +amd64 +packages +1 B +packages$/), expect.stringMatching(/^debian\/bookworm +amd64 +0123456789ab +2 B +packages$/)]);
  expect(await good(berth(place, "image", "export", "debian/bookworm"))).toBe("x");
  for (const name of ["debian-bookworm-x64-systemd-4.tar.making.4194305", "sha256/.import-4194305", `sha256/.import-${process.pid}`]) { // pids are smaller; this one lives
    mkdirSync(join(cacheOf(place), name), { recursive: true });
    writeFileSync(join(cacheOf(place), name, "part"), "xyz");
  }
  expect((await good(berth(place, "image", "prune"))).split("\n").sort()).toEqual(["", `${join(cacheOf(place), "debian-bookworm-x64-systemd-4.tar.making.4194305")} 3 B (broken off)`, `${join(cacheOf(place), "sha256/.import-4194305")} 3 B (broken off)`, "6 B"]);
  expect([readdirSync(cacheOf(place)).filter((name) => name.includes("making")), readdirSync(join(cacheOf(place), "sha256"))]).toEqual([[], [`.import-${process.pid}`]]);
}), 60_000);

test("a cache without room: that is said, with what helps, and nothing is left", () => inPlace("privileged", async (place) => {
  const small = join(place.lxcpath, "in-small");
  mkdirSync(small);
  expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=300k", "small", small]).status).toBe(0);
  try {
    const archive = join(room.root(), FOLDER, "rootfs.tar.xz");
    for (const args of [["image", "import", archive, "x"], ["create", place.name, "-P", place.lxcpath, "-f", join(place.lxcpath, "in.conf"), "-t", "host"]]) {
      const { status, stderr } = await runBeside(place, [join(DIST, "bin/berth"), ...args], { env: { LXC_CACHE_PATH: small } });
      expect([args[0], status, stderr.includes(`no space left for images in '${small}'`) && stderr.includes("berth image prune") ? "" : stderr, containers(place)]).toEqual([args[0], 1, "", []]);
    }
    expect([readdirSync(small), readdirSync(join(small, "sha256"))]).toEqual([["sha256"], []]);
  } finally {
    expect(spawnSync("umount", [small]).status).toBe(0);
  }
}), 60_000);

test("what an image says moves nobody's cursor", () => inPlace("privileged", async (place) => {
  const meta = join(place.lxcpath, "in-meta");
  mkdirSync(meta);
  writeFileSync(join(meta, "create-message"), "hello\u001b[2J\n");
  writeFileSync(join(meta, "config"), "");
  expect(spawnSync("sh", ["-c", `tar -cf ${meta}.tar -C ${meta} . && tar -cf ${meta}.root -C /usr/share/lxc config`]).status).toBe(0);
  const line = `${join(DIST, "bin/lxc-create")} -P ${place.lxcpath} -n ${place.name} -f ${join(place.lxcpath, "in.conf")} -t local -- -m ${meta}.tar -f ${meta}.root`;
  const { stdout } = spawnSync("script", ["-qec", line, "/dev/null"], { encoding: "utf8", input: "" });
  expect([stdout.includes("hello\\x1b[2J"), stdout.includes("hello\u001b")]).toEqual([true, false]);
  destroy(place);
}), 60_000);

test("a lock file holds an image to what it was", () => inPlace("privileged", async (place) => {
  const lock = join(place.lxcpath, "in.lock");
  expect(printed("berth image lock", await good(berth(place, "image", "lock", "tiny/one", "--arch", "amd64", "--lock", lock, "--format", "json")))).toMatchObject([{ image: "tiny/one", digest: DIGEST() }]);
  expect(JSON.parse(readFileSync(lock, "utf8"))).toEqual({ images: [{ image: "tiny/one", arch: "amd64", digest: DIGEST(), build: "20261101_05:24" }] });
  await good(create(place, "--image", "tiny/one", "--arch", "amd64", "--lock", lock));
  destroy(place);
  writeFileSync(lock, readFileSync(lock, "utf8").replace(/sha256:./, (text) => (text.endsWith("0") ? "sha256:1" : "sha256:0")));
  const other = await create(place, "--image", "tiny/one", "--arch", "amd64", "--lock", lock);
  expect([other.status, ["is not what it should be", `, '${lock}' says `, "berth image lock writes down what it is"].filter((words) => !other.stderr.includes(words)), other.stderr.includes("--digest"), containers(place)]).toEqual([1, [], false, []]);
  const both = await create(place, "--image", "tiny/one", "--arch", "amd64", "--lock", lock, "--digest", DIGEST());
  expect([both.status, both.stderr.includes(`'${lock}' has another digest of 'tiny/one' than --digest`) ? "" : both.stderr]).toEqual([1, ""]);
  writeSums(room.root());
  const unlisted = await create(place, "--image", "tiny/two", "--lock", lock);
  expect([unlisted.status, unlisted.stderr.includes("does not have 'tiny/two'")]).toEqual([1, true]);
}), 60_000);
