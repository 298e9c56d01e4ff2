// lxc-create -t download against a web server on loopback: each kind of container, LXC's cache and its end, listing and questions.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TINY, cacheOf, containers, destroy, download, downloadRoom, image, inPlace, makeDownloadPlace } from "./download-room.ts";
import { BUILD, FOLDER, sha256, writeIndex } from "./image-server.ts";
import { inside, leavePlace, start, works, type Place } from "./place.ts";

const room = downloadRoom();

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  test("an image becomes a container that runs: config, ids, names, excludes, its message", () => inPlace(kind, async (place) => {
    const ran = await room.made(place);
    for (const line of ["Downloading the image index", "Downloading the rootfs", "Downloading the metadata", "The image cache is now ready", "Unpacking the rootfs", "\n---\nYou just made a tiny container.\n"]) expect(ran.stdout).toContain(line);
    const rootfs = join(place.lxcpath, place.name, "rootfs");
    const config = readFileSync(join(place.lxcpath, place.name, "config"), "utf8");
    expect(config).toContain("# Template used to create this container: /usr/share/lxc/templates/lxc-download\n");
    expect(config.includes("userns.conf")).toBe(kind !== "privileged");
    expect(config.split("\n# Network configuration\n")).toEqual([expect.not.stringContaining("lxc.net"), "lxc.net.0.type = empty\n"]);
    expect([readFileSync(join(rootfs, "etc/hostname"), "utf8"), existsSync(join(rootfs, "tmp/junk"))]).toEqual([`${place.name}\n`, false]);
    expect([lstatSync(join(rootfs, "var")).uid, lstatSync(join(rootfs, "etc")).uid]).toEqual([place.rootId + 1000, place.rootId]);
    expect(room.server().asked).toContain(`GET /meta/1.0/index-${kind === "privileged" ? "system" : "user"}`);
    start(place);
    expect(inside(place, "cat /etc/hostname")).toBe(place.name);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    destroy(place);
    room.server().forget();
    const again = await room.made(place);
    expect([again.stdout.includes("Using image from local cache"), room.server().asked]).toEqual([true, []]);
    destroy(place);
  }), 120_000);
});

describe("the cache", () => {
  let place: Place;
  beforeAll(() => {
    place = makeDownloadPlace("privileged");
  });
  afterAll(() => leavePlace(place));
  const cached = (name: string): string => readFileSync(image(place, name), "utf8").trim();

  test("is LXC's own: build, archive, files of the metadata", async () => {
    await room.made(place);
    expect(readdirSync(image(place, "")).sort()).toEqual(["build_id", "config", "config-user", "create-message", "excludes", "expiry", "rootfs.tar.xz", "templates"]);
    expect([cached("build_id"), sha256(image(place)), readdirSync(join(cacheOf(place), "download/.partial"))]).toEqual([BUILD, sha256(join(room.root(), FOLDER, "rootfs.tar.xz")), ["tiny_one_amd64_default.lock"]]);
    destroy(place);
  }, 60_000);
  test("what has expired is asked for again; the same build is not fetched twice", async () => {
    writeFileSync(image(place, "expiry"), "1000\n");
    const ran = await room.made(place);
    expect(ran.stdout).toContain("The cached copy has expired, re-downloading...\nDownloading the image index\nThe cache is already up to date\nUsing image from local cache\n");
    destroy(place);
    writeIndex(room.root(), "20261109_05:24");
    const newer = await room.made(place);
    writeIndex(room.root());
    expect([newer.stdout.includes("Downloading the rootfs"), cached("build_id"), cached("expiry")]).toEqual([true, "20261109_05:24", "4000000000"]);
    destroy(place);
  }, 60_000);
  test("without the server: what has expired is better than nothing, and it is said", async () => {
    writeFileSync(image(place, "expiry"), "1000\n");
    const ran = await download(place, { args: ["--server", "http://127.0.0.1:1", ...TINY] });
    expect([ran.status, ran.stderr.includes("the copy in the cache is taken: build 20261109_05:24"), ran.stdout.includes("Using image from local cache")]).toEqual([0, true, true]);
    destroy(place);
    const forced = await room.made(place, "--force-cache");
    expect([forced.stdout.includes("Using image from local cache"), room.server().asked]).toEqual([true, []]);
    destroy(place);
  }, 60_000);
  test("--flush-cache gets it anew; --force-cache has nothing then", async () => {
    const ran = await room.made(place, "--flush-cache");
    expect([ran.stdout.includes("Flushing the cache..."), cached("build_id")]).toEqual([true, BUILD]);
    destroy(place);
    rmSync(image(place, ""), { recursive: true });
    const forced = await download(place, { args: room.tiny("--force-cache") });
    expect([forced.status, forced.stderr.includes("the cache has no tiny one amd64"), containers(place)]).toEqual([1, true, []]);
  }, 60_000);
  test("an image that Debian's script has cached is taken", async () => {
    const folder = image(place, "");
    mkdirSync(folder, { recursive: true });
    spawnSync("tar", ["-C", folder, "-xJf", join(room.root(), FOLDER, "meta.tar.xz")]);
    writeFileSync(join(folder, "rootfs.tar.xz"), readFileSync(join(room.root(), FOLDER, "rootfs.tar.xz")));
    writeFileSync(join(folder, "build_id"), "20250101_00:00\n");
    expect((await room.made(place)).stdout).toContain("Using image from local cache");
    expect(room.server().asked).toEqual([]);
    destroy(place);
    rmSync(folder, { recursive: true });
  }, 60_000);
  test("a digest holds it to one archive", async () => {
    const digest = sha256(join(room.root(), FOLDER, "rootfs.tar.xz"));
    await room.made(place, "--digest", `sha256:${digest}`);
    destroy(place);
    const other = await download(place, { args: room.tiny("--digest", `sha256:${digest.replace(/^./, (digit) => (digit === "0" ? "1" : "0"))}`) });
    expect([other.status, other.stderr.includes("is not what it should be"), containers(place), sha256(image(place))]).toEqual([1, true, [], digest]);
  }, 60_000);
  test("two at once get it once", async () => {
    rmSync(image(place, ""), { recursive: true, force: true });
    const other = { ...place, name: `${place.name}2` };
    const [one, two] = await Promise.all([room.made(place), room.made(other)]);
    expect([one, two].filter(({ stdout }) => stdout.includes("Downloading the rootfs")).length).toBe(1);
    expect(room.server().asked.filter((line) => line.includes("rootfs.tar.xz")).length).toBe(1);
    destroy(place);
    destroy(other);
  }, 60_000);
});

describe("listing and questions", () => {
  test("--list, with what is wanted of it; nothing is made", () => inPlace("privileged", async (place) => {
    const all = await download(place, { args: ["--server", room.server().url, "--list"] });
    const line = `tiny             one         amd64  default  ${BUILD}`;
    expect([all.status, all.stdout]).toEqual([0, `Downloading the image index\n\n---\nDIST             RELEASE     ARCH   VARIANT  BUILD         \n---\n${line}\ntiny             two         arm64  cloud    ${BUILD}\n---\n\n`]);
    const some = await download(place, { args: ["--server", room.server().url, "-l", "-a", "arm64", "--variant", "cloud"] });
    expect([some.stdout.includes(line), some.stdout.includes("cloud"), containers(place)]).toEqual([false, true, []]);
  }), 60_000);
  test("what is not given is asked for", () => inPlace("privileged", async (place) => {
    const ran = await download(place, { args: ["--server", room.server().url, "-d", "tiny"], input: "one\namd64\n" });
    expect([ran.status, ran.stdout.includes("Release: \nArchitecture: \n"), ran.stdout.includes("Distribution:")]).toEqual([0, true, false]);
    destroy(place);
    const wrong = await download(place, { args: ["--server", room.server().url], input: "tiny\nnope\n" });
    expect([wrong.status, wrong.stdout.includes("Architecture:"), wrong.stderr.includes("there is no release 'nope'") && wrong.stderr.includes("one of: one\n") ? "" : wrong.stderr, containers(place)]).toEqual([1, false, "", []]);
    // what can be chosen is listed; the variant is nobody's question
    expect([ran.stdout.includes("tiny             one "), ran.stdout.includes("cloud")]).toEqual([true, false]);
    const cloud = await download(place, { args: ["--server", room.server().url, "--variant", "cloud"], input: "Tiny\nTWO\nx86_64\n" });
    expect([cloud.stdout.includes("tiny             one "), cloud.stdout.includes("cloud"), cloud.stderr.includes("there is no architecture 'x86_64'") && cloud.stderr.includes("one of: arm64") ? "" : cloud.stderr]).toEqual([false, true, ""]);
    const capitals = await download(place, { args: ["--server", room.server().url], input: "TINY\nOne\nX86_64\n" });
    expect([capitals.status, capitals.status === 0 ? "" : capitals.stderr]).toEqual([0, ""]);
    destroy(place);
    const nobody = await download(place, { args: ["--server", room.server().url] });
    expect([nobody.status, nobody.stderr.includes("nobody answered"), containers(place)]).toEqual([1, true, []]);
  }), 60_000);
  test("LXC's variables stand for options; the template's own help", () => inPlace("privileged", async (place) => {
    const ran = await download(place, { args: [], env: { DOWNLOAD_SERVER: room.server().url, DOWNLOAD_DIST: "tiny", DOWNLOAD_RELEASE: "one", DOWNLOAD_ARCH: "amd64" } });
    expect(ran.status).toBe(0);
    destroy(place);
    expect(works(place, "lxc-create", ["-n", place.name, "-t", "download", "-h"])).toContain("--force-cache");
  }), 60_000);
});

