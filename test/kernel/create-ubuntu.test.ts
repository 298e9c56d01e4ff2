// Ubuntu without an image server: made from a mirror on loopback (Debian's packages under an Ubuntu name, signed with a key of the tests) by
// an ordinary user, kept for the next time; and -t ubuntu-cloud from a server with Ubuntu's layout, with data for cloud-init.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildAptRepository } from "./apt-repository.ts";
import { cacheOf, containers, destroy, download, downloadRoom, inPlace, runBeside } from "./download-room.ts";
import { FOLDER, sha256, startServer } from "./image-server.ts";
import { DIST, type Place, type Ran } from "./place.ts";
import { dropKey, makeKey, serveFiles, type FileServer } from "./rpm-repository.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPlaceholderForATest me@here";
const room = downloadRoom();
let work: string;
let mirror: FileServer | undefined;
let homes: readonly string[] = [];
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "berth-ubuntu-test-"));
  chmodSync(work, 0o755);
  homes = ["signer"].map((name) => makeKey(work, name));
  buildAptRepository(join(work, "ubuntu"), homes[0] ?? "");
  mirror = await serveFiles(join(work, "ubuntu"));
  writeFileSync(join(work, "key.pub"), `${KEY}\n`);
}, 300_000);
afterAll(() => {
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
const kept = (place: Place): readonly string[] => readdirSync(cacheOf(place)).filter((name) => name.startsWith("ubuntu-"));

test("an ordinary user's, by its image's name where no image server can be reached", () => inPlace("user-owned", async (place) => {
  const env = { DOWNLOAD_SERVER: "http://127.0.0.1:1", MIRROR: mirror?.url ?? "", KEYRING: join(work, "keyring.gpg") };
  const ran = await good(runBeside(place, [join(DIST, "bin/berth"), "create", place.name, "-P", place.lxcpath, "-f", join(place.lxcpath, "in.conf"), "-B", "dir", "--image", "ubuntu/noble"], { env }));
  expect([ran.stdout.includes("No image server has it"), existsSync(inRootfs(place, "usr/lib/systemd/systemd")), kept(place).length]).toEqual([true, true, 1]);
  destroy(place);
}), 300_000);

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
  await good(cloud("-u", data, "-S", join(work, "key.pub")));
  const seed = "var/lib/cloud/seed/nocloud-net";
  expect([read(place, `${seed}/user-data`), /^instance-id: \S+\nlocal-hostname: \S+\n$/.test(read(place, `${seed}/meta-data`)), read(place, "root/.ssh/authorized_keys")]).toEqual(["#cloud-config\nhostname: cloudy\n", true, `${KEY}\n`]);
  destroy(place);
  const before = server.asked.length;
  await good(cloud("-S", join(work, "key.pub")));
  expect([read(place, `${seed}/user-data`), server.asked.slice(before).filter((line) => line.includes("rootfs"))]).toEqual([`#cloud-config\nssh_authorized_keys:\n  - ${JSON.stringify(KEY)}\n`, []]);
  destroy(place);
  await good(cloud("--cloud"));
  expect(existsSync(inRootfs(place, seed))).toBe(false);
  destroy(place);
  for (const [args, words] of [[["-s", "weekly"], "there is no stream 'weekly'"], [["-T", "/nowhere"], "does not exist"], [["-u", "/nowhere"], "cannot read '/nowhere'"], [["-r", "../x"], "is no image's name"]] as const) {
    const ran = await download(place, { template: "ubuntu-cloud", args });
    expect([args, ran.status, ran.stderr.includes(words) ? "" : ran.stderr, containers(place)]).toEqual([args, 1, "", []]);
  }
  await server.close();
}), 120_000);
