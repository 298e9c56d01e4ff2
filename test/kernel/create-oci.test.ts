// lxc-create -t oci: an image's layers, one above the other, from a layout, an archive and Debian's docker-registry; what it runs.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheOf, containers, destroy, download, inPlace, runBeside, withRootsCache } from "./download-room.ts";
import { buildOci, digestOf, dockerSave, push, spoil, startRegistry, startTokenDoor, type OciImages, type RegistryProcess, type TokenDoor } from "./oci-images.ts";
import { DIST, works, type Place, type Ran } from "./place.ts";

let work: string;
let images: OciImages;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-oci-test-"));
  chmodSync(work, 0o755);
  images = buildOci(work);
}, 60_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

const from = (place: Place, url: string, ...more: readonly string[]): Promise<Ran> => download(place, { template: "oci", args: ["-u", url, ...more] });
async function made(place: Place, url: string, ...more: readonly string[]): Promise<Ran> {
  const ran = await from(place, url, ...more);
  expect({ status: ran.status, stderr: ran.status === 0 ? "" : ran.stderr }).toEqual({ status: 0, stderr: "" });
  return ran;
}
const rootfs = (place: Place, path: string): string => join(place.lxcpath, place.name, "rootfs", path);
const says = (place: Place): string => works(place, "lxc-execute", ["-n", place.name]);
const isMade = (place: Place): void => expect([readdirSync(rootfs(place, "opaque")), readFileSync(rootfs(place, "run/late"), "utf8")]).toEqual([["b"], "late\n"]);

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  test("layers: whiteouts, kinds that change, links, owners, attributes; and it runs what it is for", () => inPlace(kind, async (place) => {
    await made(place, `oci:${images.layout}:1.0`);
    expect(readdirSync(rootfs(place, "")).filter((name) => !["proc", "sys", "dev"].includes(name)).sort()).toEqual(["big", "bin", "etc", "home", "kept", "linked", "new", "opaque", "run", "tmp", "turns", "var"]);
    isMade(place);
    expect([readFileSync(rootfs(place, "turns"), "utf8"), readlinkSync(rootfs(place, "var/run")), lstatSync(rootfs(place, "bin/hard")).nlink]).toEqual(["upper\n", "../run", 2]);
    expect([lstatSync(rootfs(place, "home/app/mine")).uid, lstatSync(rootfs(place, "home/app/mine")).gid]).toEqual([place.rootId + 1000, place.rootId + 1001]);
    expect([lstatSync(rootfs(place, "linked")).ino === lstatSync(rootfs(place, "kept")).ino, readFileSync(rootfs(place, "linked"), "utf8")]).toEqual([true, "kept\n"]);
    const attributes = spawnSync("getfattr", ["-d", "-m", "-", "--absolute-names", rootfs(place, "kept"), rootfs(place, "bin/capable")], { encoding: "utf8" }).stdout;
    expect([attributes.includes('user.note="hello"'), attributes.includes("security.capability=")]).toEqual([true, true]);
    const config = readFileSync(join(place.lxcpath, place.name, "config"), "utf8");
    for (const line of ["lxc.environment = GREETING=hello you", "lxc.init.uid = 1000", "lxc.init.gid = 1001", "lxc.init.cwd = /home/app", "oci.common.conf"]) expect(config).toContain(line);
    expect(says(place).replaceAll("\r", "")).toBe("hello you\n1000\n1001\n/home/app\n");
    destroy(place);
  }), 120_000);
});

describe("where it comes from", () => {
  test("an archive of docker save, by its tag or alone; an OCI layout in an archive", () => inPlace("privileged", async (place) => {
    const archive = join(work, "save.tar");
    dockerSave(images, work, archive);
    await made(place, `docker-archive:${archive}`);
    isMade(place);
    destroy(place);
    for (const tag of ["1.0", "app:1.0", "docker.io/library/app:1.0"]) { // as skopeo has them
      await made(place, `docker-archive:${archive}:${tag}`);
      destroy(place);
    }
    const missing = await from(place, `docker-archive:${archive}:9`);
    expect([missing.status, missing.stderr.includes("has no image '9'"), missing.stderr.includes("app:1.0"), containers(place)]).toEqual([1, true, true, []]);
    expect(spawnSync("tar", ["-C", images.layout, "-cf", join(work, "layout.tar"), "."]).status).toBe(0);
    await made(place, `oci-archive:${work}/layout.tar`);
    destroy(place);
  }), 60_000);
  test("a layer that is not what it should be, an image for other machines, one that is not there", () => inPlace("privileged", async (place) => {
    const layer = images.blobs.find(({ mediaType }) => mediaType.endsWith("gzip"))?.digest ?? "";
    const mend = spoil(images, layer);
    const bad = await from(place, `oci:${images.layout}`);
    mend();
    expect([bad.status, bad.stderr.includes("is not what it should be"), containers(place)]).toEqual([1, true, []]);
    const other = await from(place, `oci:${images.layout}`, "-a", "s390x");
    expect([other.status, other.stderr.includes("it is there for arm64 amd64")]).toEqual([1, true]);
    await made(place, `oci:${images.layout}`, "--digest", digestOf(images.index).slice("sha256:".length).toUpperCase(), "--dhcp");
    expect(readFileSync(join(place.lxcpath, place.name, "config"), "utf8")).toMatch(/^lxc.hook.start-host = .*\/dhclient$/m);
    destroy(place);
    expect((await from(place, `oci:${images.layout}`, "--timeout", "soon")).stderr).toContain("'soon' is not a number of seconds");
    const pinned = await from(place, `oci:${images.layout}`, "--digest", `sha256:${"0".repeat(64)}`);
    expect([pinned.status, pinned.stderr.includes("--digest says")]).toEqual([1, true]);
    expect((await from(place, "oci:/etc")).stderr).toContain("'/etc' is no OCI layout");
    expect((await from(place, `oci:${images.layout}`, "--digest", "sha256:12")).stderr).toContain("'sha256:12' is not a digest");
    for (const url of ["oci:", "docker://", "docker-archive:"]) expect((await from(place, url)).stderr).toContain(`'${url}' names no image`);
    for (const url of ["oci:/nowhere", "docker://UPPER/case", "docker-archive:/etc/passwd"]) expect((await from(place, url)).status).toBe(1);
    expect(containers(place)).toEqual([]);
  }), 60_000);
});

describe("Debian's docker-registry", () => {
  let open: RegistryProcess;
  let closed: RegistryProcess;
  let door: TokenDoor;
  beforeAll(async () => {
    writeFileSync(join(work, "htpasswd"), `tester:${Bun.password.hashSync("secret", { algorithm: "bcrypt", cost: 4 })}\n`);
    writeFileSync(join(work, "password"), "secret\n");
    [open, closed] = await Promise.all([startRegistry(work, "open"), startRegistry(work, "closed", join(work, "htpasswd"))]);
    door = await startTokenDoor(open.host, "tester:secret");
    for (const name of ["open/app", "team/app"]) await push(open.host, name, "1.0", images);
  }, 60_000);
  afterAll(() => Promise.all([open.close(), closed.close(), door.close()]));

  test("for anybody: by tag and by digest; what is there is not asked for again", () => inPlace("privileged", async (place) => {
    await made(place, `docker://${open.host}/open/app:1.0`);
    isMade(place);
    expect(says(place).replaceAll("\r", "")).toContain("hello you\n1000\n");
    destroy(place);
    const count = readdirSync(join(cacheOf(place), "sha256")).length;
    await made(place, `oci:${open.host}/open/app@${digestOf(images.index)}`);
    destroy(place);
    expect([count, readdirSync(join(cacheOf(place), "sha256")).length]).toEqual([3, 3]);
    const none = await from(place, `docker://${open.host}/open/app:9`);
    expect([none.status, none.stderr.includes("404"), none.stderr.includes("check the image's name and its tag"), containers(place)]).toEqual([1, true, true, []]);
  }), 60_000);
  test("--no-cache gets it anew, and keeps nothing of it", () => inPlace("user-owned", async (place) => {
    await made(place, `docker://${door.host}/open/app:1.0`);
    destroy(place);
    const kept = (): readonly string[] => ["", "sha256", "unpacked"].flatMap((folder) => readdirSync(join(cacheOf(place), folder)).toSorted());
    const before = kept();
    door.asked.length = 0;
    await made(place, `docker://${door.host}/open/app:1.0`, "--no-cache");
    isMade(place);
    expect([door.asked.filter((line) => line.includes("/blobs/")).length, kept()]).toEqual([3, before]);
    destroy(place);
    const none = await from(place, `docker://${door.host}/open/app:9`, "--no-cache");
    expect([none.status, readdirSync(cacheOf(place)).filter((name) => name.startsWith(".oci-"))]).toEqual([1, []]);
  }), 60_000);
  test("with a password", () => inPlace("privileged", async (place) => {
    const url = `docker://${closed.host}/team/app:1.0`;
    const nobody = await from(place, url);
    expect([nobody.status, nobody.stderr.includes("wants a login"), nobody.stderr.includes("remedy: --username NAME and --password-file FILE\n")]).toEqual([1, true, true]);
    const wrong = await from(place, url, "--username", "tester", "--password", "guess");
    expect([wrong.status, wrong.stderr.includes("does not take the login of 'tester'"), wrong.stderr.includes("guess")]).toEqual([1, true, false]);
    await made(place, url, "--username", "tester", "--password-file", join(work, "password"));
    isMade(place);
    destroy(place);
  }), 60_000);
  test("layers that root has got do not come from the registry again, and are checked", () => inPlace("user-owned", async (place) => {
    const { asRoot, asOwner, env } = withRootsCache(place);
    const url = `docker://${door.host}/open/app:1.0`;
    const pulled = await runBeside(asRoot, [join(DIST, "bin/berth"), "image", "pull", url], { env });
    expect({ status: pulled.status, stderr: pulled.status === 0 ? "" : pulled.stderr }).toEqual({ status: 0, stderr: "" });
    const wish = { template: "oci", args: ["-u", url], env } as const;
    const asked = async (): Promise<number> => {
      door.asked.length = 0;
      const ran = await download(asOwner, wish);
      expect({ status: ran.status, stderr: ran.status === 0 ? "" : ran.stderr }).toEqual({ status: 0, stderr: "" });
      isMade(place);
      destroy(place);
      return door.asked.filter((line) => line.includes("/blobs/") && line.endsWith("Bearer")).length;
    };
    expect(await asked()).toBe(0);
    rmSync(join(place.user?.home ?? "", ".cache"), { recursive: true });
    const blobs = join(place.lxcpath, "in-roots/sha256");
    for (const name of readdirSync(blobs)) writeFileSync(join(blobs, name), "rubbish");
    expect(await asked()).toBe(3);
  }), 60_000);
  test("with a token, for anybody and for who knows the password", () => inPlace("user-owned", async (place) => {
    await made(place, `docker://${door.host}/open/app:1.0`);
    destroy(place);
    expect([door.asked[0], door.asked[1], door.asked[2]]).toEqual(["/v2/open/app/manifests/1.0", "/token", "/v2/open/app/manifests/1.0 Bearer"]);
    const nobody = await from(place, `docker://${door.host}/team/app:1.0`);
    expect([nobody.status, nobody.stderr.includes("wants a login"), existsSync(rootfs(place, ""))]).toEqual([1, true, false]);
    rmSync(join(cacheOf(place), "sha256"), { recursive: true });
    await made(place, `docker://${door.host}/team/app:1.0`, "--username", "tester", "--password", "secret");
    isMade(place);
    destroy(place);
  }), 60_000);
});
