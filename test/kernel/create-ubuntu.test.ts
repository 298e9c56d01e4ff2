// -t ubuntu and -t debian from a mirror on loopback (a small distribution of the tests, signed), by mmdebstrap and by debootstrap, kept for the
// next time; each of their options; and -t ubuntu-cloud from a server with Ubuntu's layout, with data for cloud-init.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheOf, containers, destroy, download, downloadRoom, inPlace, runBeside } from "./download-room.ts";
import { FOLDER, sha256, startServer } from "./image-server.ts";
import { DIST, inside, start, works, type Place, type Ran } from "./place.ts";
import { dropKey, makeKey, serveFiles, type FileServer } from "./rpm-repository.ts";
import { buildDistribution, type Suites } from "./tiny-distribution.ts";
import { makeUser, must, removeUser, type User } from "./users.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPlaceholderForATest me@here";
const SUITES: readonly Suites[] = [{ origin: "Ubuntu", names: ["noble", "noble-updates", "noble-security"], components: ["main", "universe"] }, { origin: "Debian", names: ["bookworm"], components: ["main", "contrib", "non-free", "non-free-firmware"] }];
const room = downloadRoom();
let work: string;
let mirror: FileServer | undefined;
let homes: readonly string[] = [];
/** A user of the host, whose home is not in /home. */
let ann: User;
const home = (): string => join(work, "people/ann");
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "berth-ubuntu-test-"));
  chmodSync(work, 0o755);
  homes = ["signer"].map((name) => makeKey(work, name));
  buildDistribution(join(work, "ubuntu"), homes[0] ?? "", SUITES);
  mirror = await serveFiles(join(work, "ubuntu"));
  writeFileSync(join(work, "key.pub"), `${KEY}\n`);
  ann = makeUser(`bt${process.pid}b`, { subuid: [], subgid: [] });
  mkdirSync(home(), { recursive: true });
  must(["flock", "/tmp/berth-etc.lock", "usermod", "--home", home(), ann.name]);
}, 300_000);
afterAll(() => {
  must(["flock", "/tmp/berth-etc.lock", "usermod", "--home", ann.home, ann.name]);
  removeUser(ann);
  mirror?.close();
  homes.forEach(dropKey);
  rmSync(work, { recursive: true, force: true });
});

async function good(ran: Promise<Ran>): Promise<Ran> {
  const { status, stdout, stderr } = await ran;
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  return { status, stdout, stderr };
}
const inRootfs = (place: Place, path: string): string => join(place.lxcpath, place.name, "rootfs", path);
const read = (place: Place, path: string): string => readFileSync(inRootfs(place, path), "utf8");
const kept = (place: Place, dist = "ubuntu"): readonly string[] => readdirSync(cacheOf(place)).filter((name) => name.startsWith(`${dist}-`));

const fromMirror = (): Readonly<Record<string, string>> => ({ MIRROR: mirror?.url ?? "", KEYRING: join(work, "keyring.gpg") });
const packaged = (place: Place, template: "debian" | "ubuntu", args: readonly string[], env = fromMirror()): Promise<Ran> => download(place, { template, args, env, more: ["-B", "dir"] });
/** As if mmdebstrap were not installed. */
const without = (place: Place): Place => ({ ...place, into: ["unshare", "--mount", "sh", "-c", 'mount --bind /dev/null /usr/bin/mmdebstrap && exec "$@"', "sh"] });
const refused = async (place: Place, ran: Promise<Ran>, ...words: readonly string[]): Promise<void> => {
  const { status, stderr } = await ran;
  expect([status, words.filter((word) => !stderr.includes(word)).length === 0 ? "" : stderr, containers(place)]).toEqual([1, "", []]);
};

test("an ordinary user's, by its image's name where no image server can be reached", () => inPlace("user-owned", async (place) => {
  const env = { DOWNLOAD_SERVER: "http://127.0.0.1:1", ...fromMirror() };
  const ran = await good(runBeside(place, [join(DIST, "bin/berth"), "create", place.name, "-P", place.lxcpath, "-f", join(place.lxcpath, "in.conf"), "-B", "dir", "--image", "ubuntu/noble"], { env }));
  expect([ran.stdout.includes("No image server has it"), existsSync(inRootfs(place, "usr/lib/systemd/systemd")), kept(place).length]).toEqual([true, true, 1]);
  destroy(place);
}), 120_000);

test.each(["privileged", "user-owned"] as const)("-t ubuntu, %s: packages, a user, a password, a key, the sources; kept; a user of the host", (kind) => inPlace(kind, async (place) => {
  const args = ["-r", "noble", "-a", "amd64", "--packages", "hello", "-u", "ann", "--password", "secret", "-S", join(work, "key.pub"), "--mirror", mirror?.url ?? "", "--security-mirror", mirror?.url ?? "", "--keyring", join(work, "keyring.gpg"), "-v", "minbase", "-x", "-d"];
  await good(packaged(place, "ubuntu", args, { KEYRING: "/nowhere", MIRROR: "http://127.0.0.1:1" }));
  expect([read(place, "usr/share/hello"), read(place, "etc/ssh/sshd_config"), read(place, "home/ann/.ssh/authorized_keys"), read(place, "root/.ssh/authorized_keys")]).toEqual(["hello\n", "PermitRootLogin no\n", `${KEY}\n`, `${KEY}\n`]);
  expect([/^ann:\$6\$/m.test(read(place, "etc/shadow")), /^ann:x:1000:/m.test(read(place, "etc/passwd")), existsSync(inRootfs(place, "etc/hostname")), read(place, "../config").includes("secret")]).toEqual([true, true, false, false]);
  expect([readdirSync(inRootfs(place, "etc/ssh")), read(place, "etc/systemd/system/ssh.service.d/own-keys.conf"), read(place, "etc/hosts")]).toEqual([["sshd_config"], "[Service]\nExecStartPre=\nExecStartPre=/usr/bin/ssh-keygen -A\nExecStartPre=/usr/sbin/sshd -t\n", `127.0.0.1\tlocalhost\n127.0.1.1\t${place.name}\n::1\tlocalhost ip6-localhost ip6-loopback\n`]);
  expect([read(place, "etc/group").includes("sudo:x:27:ann\n"), existsSync(inRootfs(place, "usr/bin/sudo"))]).toEqual([true, true]); // who is in its group can use it
  const lists = readdirSync(inRootfs(place, "etc/apt/sources.list.d")).map((name) => read(place, `etc/apt/sources.list.d/${name}`)).join("");
  for (const suite of ["noble main universe", "noble-updates main universe", "noble-security main universe"]) expect(lists).toContain(`${mirror?.url ?? ""} ${suite}\n`);
  destroy(place);
  if (kind === "user-owned") return refused(place, packaged(place, "ubuntu", ["-r", "noble", "-b", place.user?.name ?? ""]), "belongs to nobody in a container with ids of its own");
  const [name = ""] = kept(place);
  const { name: user, uid, gid } = ann;
  const before = statSync(join(cacheOf(place), name)).mtimeMs;
  await good(packaged(place, "ubuntu", [...args, "-b", user]));
  expect([read(place, "../config").includes(`lxc.mount.entry = ${home()} ${home().slice(1)} none bind,create=dir 0 0\n`), read(place, "etc/passwd").includes(`${user}:x:${uid}:${gid}::${home()}:`), read(place, `${home()}/.ssh/authorized_keys`) === `${KEY}\n`, /^ann:/m.test(read(place, "etc/passwd")), kept(place), statSync(join(cacheOf(place), name)).mtimeMs]).toEqual([true, true, true, false, [name], before]);
  destroy(place);
  await good(packaged(place, "ubuntu", [...args, "-F"]));
  expect([kept(place), statSync(join(cacheOf(place), name)).mtimeMs > before]).toEqual([[name], true]);
  destroy(place);
  await refused(place, packaged(place, "ubuntu", ["-r", "noble", "-b", "root"]), "root is in each system already");
  await refused(place, packaged(place, "ubuntu", ["-r", "noble", "-v", "tiny"]), "there is no variant 'tiny'", "one of minbase buildd important");
  await good(packaged(place, "ubuntu", args.map((word) => (word === "minbase" ? "important" : word))));
  expect([existsSync(inRootfs(place, "usr/share/weighty")), kept(place).length]).toEqual([true, 2]);
  destroy(place);
  kept(place).filter((other) => other !== name).forEach((other) => rmSync(join(cacheOf(place), other)));
  writeFileSync(join(cacheOf(place), name), "rubbish\n");
  await good(packaged(place, "ubuntu", [...args, "--flush-cache"]));
  expect([read(place, "usr/share/hello"), kept(place)]).toEqual(["hello\n", [name]]);
  destroy(place);
}), 120_000);

test("the home of a user of the host is that user's too where root's container has ids of its own", () => inPlace("root-owned", async (place) => {
  const { name, uid, gid } = ann;
  chownSync(home(), uid, gid);
  await good(packaged(place, "ubuntu", ["-r", "noble", "-b", name]));
  expect(read(place, "../config")).toContain(`lxc.mount.entry = ${home()} ${home().slice(1)} none bind,idmap=container,create=dir 0 0\n`);
  start(place);
  expect(inside(place, `stat -c %u:%g ${home()}; su ${name} -c 'touch ~/mine'`)).toBe(`${uid}:${gid}`);
  expect(statSync(join(home(), "mine")).uid).toBe(uid);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  destroy(place);
}), 120_000);

test("-t debian, by mmdebstrap and by debootstrap: its components, its keys, its packages; -F, --clean, and what cannot be had", () => inPlace("privileged", async (place) => {
  const args = ["-r", "bookworm", "--packages=hello", "--enable-non-free", "--mirror", mirror?.url ?? "", "--keyring", join(work, "keyring.gpg"), "-I", "/usr/bin/none"];
  const made = async (from: Place, more: readonly string[] = []): Promise<Ran> => {
    const ran = await good(packaged(from, "debian", [...args, ...more], {}));
    expect([read(place, "usr/share/hello"), existsSync(inRootfs(place, "usr/lib/systemd/systemd")), existsSync(inRootfs(place, "etc/hostname")), kept(place, "debian").length]).toEqual(["hello\n", true, false, 1]);
    expect(readdirSync(inRootfs(place, "etc/apt/sources.list.d")).map((name) => read(place, `etc/apt/sources.list.d/${name}`)).join("")).toContain(" bookworm main contrib non-free non-free-firmware\n");
    return ran;
  };
  const plain = await made(place);
  expect([plain.stderr.includes("is as it was released"), plain.stderr.includes("updates of security are not among the sources of bookworm")]).toEqual([false, true]);
  destroy(place);
  writeFileSync(join(cacheOf(place), kept(place, "debian")[0] ?? ""), "rubbish\n");
  await refused(place, packaged(place, "debian", args, {}), "-F makes it anew");
  expect((await made(without(place), ["-F"])).stderr).toContain("is as it was released");
  expect(existsSync(inRootfs(place, "usr/share/doc/base-files/long"))).toBe(false);
  destroy(place);
  expect([(await good(packaged(place, "debian", [...args, "-c"], {}))).stdout, kept(place, "debian"), containers(place)]).toEqual(["Flushing the cache...\n", [], []]);
  for (const name of ["debian-trixie-x64-systemd-4.tar", "debian-bookworm-0123456789ab-x64-systemd-3.tar", "debian-notes.tar"]) writeFileSync(join(cacheOf(place), name), "x");
  await good(packaged(place, "debian", ["-c", "-r", "bookworm"], {}));
  expect(kept(place, "debian").toSorted()).toEqual(["debian-notes.tar", "debian-trixie-x64-systemd-4.tar"]);
  await good(packaged(place, "debian", ["-c"], {}));
  expect(kept(place, "debian")).toEqual(["debian-notes.tar"]);
  await refused(place, packaged(place, "debian", ["-r", "bookworm"], { ...fromMirror(), KEYRING: "/usr/share/keyrings/debian-archive-keyring.gpg" }), "mmdebstrap could not make Debian bookworm");
  await refused(place, packaged(place, "debian", ["-r", "bookworm", "--packages", "broken"], fromMirror()), "broken : Depends: not-there but it is not installable", "leave those out of --packages");
  await refused(place, packaged(without(place), "debian", ["-r", "bookworm", "--packages", "nosuchpackage"], fromMirror()), "debootstrap could not make Debian bookworm", "nosuchpackage", "leave those out of --packages");
  await refused(place, packaged(place, "debian", ["-r", "nosuch"], fromMirror()), "does not have a Release file", "check the release's name", "making Debian: failed");
  const rows: readonly (readonly [args: readonly string[], env: Readonly<Record<string, string>>, words: string])[] = [
    [["-a", "../x"], {}, "'../x' is no architecture"], [["-a", ""], {}, "'' is no architecture"], [["--mirror", "nonsense"], {}, "'nonsense' is no URL"], [["--mirror", "http://x/ y [trusted=yes]"], {}, "is no URL"],
    [["--security-mirror", "http://x/\ndeb http://y z"], {}, "is no URL"], [[], { MIRROR: "a b" }, "'a b' is no URL"], [["--packages", "a,b;c"], {}, "'b;c' is no name of a package"], [["--keyring", "nowhere.gpg"], {}, "/nowhere.gpg'"], [[], { KEYRING: "/nowhere" }, "there is no '/nowhere'"],
  ];
  for (const [more, env, words] of rows) await refused(place, packaged(place, "debian", ["-r", "bookworm", ...more], { ...fromMirror(), ...env }), words);
  expect(readdirSync(cacheOf(place)).filter((name) => name.includes("making"))).toEqual([]);
}), 120_000);

test("without mmdebstrap an ordinary user is told what would do", () => inPlace("user-owned", (place) => refused(place, packaged(without(place), "debian", ["-r", "bookworm"]), "mmdebstrap is not installed", "debootstrap is there, but can only be used by root")), 60_000);

/** As cloud-images.ubuntu.com has it: products by release, root.tar.xz and no metadata of LXC. */
function writeCloud(root: string): void {
  mkdirSync(join(root, "streams/v1"), { recursive: true });
  mkdirSync(join(root, FOLDER), { recursive: true });
  copyFileSync(join(room.root(), FOLDER, "rootfs.tar.xz"), join(root, FOLDER, "rootfs.tar.xz"));
  const items = { "root.tar.xz": { ftype: "root.tar.xz", path: `${FOLDER}/rootfs.tar.xz`, sha256: sha256(join(root, FOLDER, "rootfs.tar.xz")), size: readFileSync(join(root, FOLDER, "rootfs.tar.xz")).length } };
  writeFileSync(join(root, "streams/v1/index.json"), JSON.stringify({ format: "index:1.0", index: { "com.ubuntu.cloud:released:download": { datatype: "image-downloads", format: "products:1.0", path: "streams/v1/com.ubuntu.cloud:released:download.json", products: ["com.ubuntu.cloud:server:24.04:amd64"] } } }));
  writeFileSync(join(root, "streams/v1/com.ubuntu.cloud:released:download.json"), JSON.stringify({ format: "products:1.0", products: { "com.ubuntu.cloud:server:24.04:amd64": { aliases: "24.04,noble,default,lts", arch: "amd64", os: "ubuntu", release: "noble", version: "24.04", versions: { 20261101: { label: "release", items } } } } }));
}

test.each(["privileged", "user-owned"] as const)("ubuntu-cloud, %s: the image, and what cloud-init finds in it", (kind) => inPlace(kind, async (place) => {
  const cloudRoot = join(work, `cloud-${kind}`);
  writeCloud(cloudRoot);
  const server = await startServer(cloudRoot);
  const data = join(place.lxcpath, "in-data.yaml");
  writeFileSync(data, "#cloud-config\nhostname: cloudy\n");
  const cloud = (...args: readonly string[]): Promise<Ran> => download(place, { template: "ubuntu-cloud", args: ["-r", "noble", "-a", "amd64", "--server", server.url, ...args] });
  await good(cloud("-u", data, "--vendordata", data, "-S", join(work, "key.pub")));
  const seed = "var/lib/cloud/seed/nocloud-net";
  expect([read(place, `${seed}/vendor-data`), read(place, `${seed}/user-data`), /^instance-id: \S+\nlocal-hostname: \S+\n$/.test(read(place, `${seed}/meta-data`)), read(place, "root/.ssh/authorized_keys")]).toEqual(["#cloud-config\nhostname: cloudy\n", "#cloud-config\nhostname: cloudy\n", true, `${KEY}\n`]);
  destroy(place);
  const before = server.asked.length;
  await good(cloud("-S", join(work, "key.pub")));
  expect([read(place, `${seed}/user-data`), server.asked.slice(before).filter((line) => line.includes("rootfs"))]).toEqual([`#cloud-config\nssh_authorized_keys:\n  - ${JSON.stringify(KEY)}\n`, []]);
  destroy(place);
  const asked = server.asked.length;
  await good(cloud("-i", "iid-17"));
  expect(read(place, `${seed}/meta-data`)).toBe(`instance-id: iid-17\nlocal-hostname: ${place.name}\n`);
  destroy(place);
  await good(cloud("--cloud", "-F"));
  expect(server.asked.slice(asked).some((line) => line.includes("rootfs"))).toBe(true);
  expect(existsSync(inRootfs(place, seed))).toBe(false);
  destroy(place);
  for (const [args, words] of [[["-s", "weekly"], "there is no stream 'weekly'"], [["-T", "/nowhere"], "does not exist"], [["-u", "/nowhere"], "cannot read '/nowhere'"], [["-i", "a b"], "'a b' is no id of a host"], [["-r", "../x"], "is no image's name"], [["-r", "jammy", "--keyring", "/nowhere"], "cannot read the keyring '/nowhere'"]] as const) {
    const ran = await download(place, { template: "ubuntu-cloud", args });
    expect([args, ran.status, ran.stderr.includes(words) ? "" : ran.stderr, containers(place)]).toEqual([args, 1, "", []]);
  }
  await server.close();
}), 120_000);
