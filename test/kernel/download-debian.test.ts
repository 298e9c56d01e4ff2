// A whole Debian, made of its packages by mmdebstrap, behind a web server in both layouts: downloaded, checked, unpacked once, and booted.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianImage } from "../../scripts/demo-image.ts";
import { SYSTEMD_UP } from "../../scripts/systemd-up.ts";
import { cacheOf, destroy, download, makeDownloadPlace, type Wish } from "./download-room.ts";
import { BUILD, sha256, startServer, writeMeta, type ImageServer } from "./image-server.ts";
import { berth, inside, leavePlace, start, works, type Kind, type Place, type Ran } from "./place.ts";

const FOLDER = `images/debian/bookworm/amd64/default/${BUILD}`;
let root: string;
let server: ImageServer;
beforeAll(async () => {
  const archive = await debianImage((line) => console.log(line));
  root = mkdtempSync(join(tmpdir(), "berth-debian-test-"));
  mkdirSync(join(root, FOLDER), { recursive: true });
  for (const layout of ["meta/1.0", "streams/v1"]) mkdirSync(join(root, layout), { recursive: true });
  expect(spawnSync("sh", ["-ec", 'xz -0 -T0 -c "$1" > "$2/rootfs.tar.xz"; zstd -q -1 "$1" -o "$2/root.tar.zst"', "sh", archive, join(root, FOLDER)]).status).toBe(0);
  writeMeta(join(root, ".meta"), join(root, FOLDER, "meta.tar.xz"), { message: "You just made a Debian container." });
  for (const mode of ["system", "user"]) writeFileSync(join(root, `meta/1.0/index-${mode}`), `debian;bookworm;amd64;default;${BUILD};/${FOLDER}/\n`);
  writeFileSync(join(root, FOLDER, "SHA256SUMS"), ["rootfs.tar.xz", "meta.tar.xz"].map((name) => `${sha256(join(root, FOLDER, name))}  ${name}\n`).join(""));
  const item = (name: string, ftype: string) => ({ ftype, path: `${FOLDER}/${name}`, sha256: sha256(join(root, FOLDER, name)), size: statSync(join(root, FOLDER, name)).size });
  const product = { aliases: "debian/12,debian/bookworm", arch: "amd64", os: "Debian", release: "bookworm", variant: "default", versions: { [BUILD]: { items: { "root.tar.zst": item("root.tar.zst", "root.tar.zst"), "lxc.tar.xz": item("meta.tar.xz", "lxc.tar.xz") } } } };
  writeFileSync(join(root, "streams/v1/index.json"), JSON.stringify({ format: "index:1.0", index: { images: { datatype: "image-downloads", path: "streams/v1/images.json", products: ["debian:bookworm:amd64:default"] } } }));
  writeFileSync(join(root, "streams/v1/images.json"), JSON.stringify({ format: "products:1.0", products: { "debian:bookworm:amd64:default": product } }));
  server = await startServer(root);
}, 600_000);
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/** On memory: ten thousand small files. */
async function onMemory(kind: Kind, body: (place: Place) => Promise<void>): Promise<void> {
  const place = makeDownloadPlace(kind);
  rmSync(cacheOf(place), { recursive: true });
  expect(spawnSync("mount", ["-t", "tmpfs", "-o", `mode=755,uid=${place.user?.uid ?? 0},gid=${place.user?.gid ?? 0}`, place.mark, place.lxcpath]).status).toBe(0);
  try {
    writeFileSync(join(place.lxcpath, "in.conf"), [...place.config, "lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed", "lxc.tty.max = 1", ""].join("\n"));
    await body(place);
  } finally {
    berth(place, "lxc-stop", ["-n", place.name, "-k"]); // of a test that failed half way
    expect(spawnSync("umount", ["-l", place.lxcpath]).status).toBe(0);
    await leavePlace(place);
  }
}
const made = async (place: Place, wish: Wish): Promise<Ran> => {
  const ran = await download(place, wish);
  expect({ status: ran.status, stderr: ran.status === 0 ? "" : ran.stderr }).toEqual({ status: 0, stderr: "" });
  return ran;
};
function boots(place: Place): void {
  start(place);
  expect(works(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", ...SYSTEMD_UP]).trim()).toBe("running");
  expect(inside(place, "hostname; stat -c %u:%g /usr/bin/su /etc/shadow; dpkg-query -W -f '${db:Status-Abbrev}' systemd")).toBe(`${place.name}\n0:0\n0:42\nii`);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
}

test("privileged, from the linuxcontainers layout, where the line breaks off once", () => onMemory("privileged", async (place) => {
  const rootfs = `/${FOLDER}/rootfs.tar.xz`;
  server.fault(rootfs, { kind: "cut", after: 10_000_000 });
  const ran = await made(place, { args: ["--server", server.url, "-d", "debian", "-r", "bookworm", "-a", "amd64"] });
  expect([ran.stdout.includes("You just made a Debian container."), server.asked.filter((line) => line.includes("rootfs.tar.xz")).map((line) => line.replace(/\d+-$/, "N-"))]).toEqual([true, [`GET ${rootfs}`, `GET ${rootfs} bytes=N-`]]);
  boots(place);
  destroy(place);
}), 300_000);
test("an ordinary user's, from simplestreams, by its other name", () => onMemory("user-owned, delegated", async (place) => {
  for (const name of ["index-user.7", "index-user"]) server.fault(`/meta/1.0/${name}`, { kind: "status", status: 404 });
  await made(place, { args: ["--server", server.url, "-d", "debian", "-r", "12", "-a", "x86_64"] });
  expect(server.asked.some((line) => line.endsWith("root.tar.zst"))).toBe(true);
  boots(place);
  destroy(place);
}), 300_000);
