// lxc-create -t download against a real web server on loopback: each kind of container, listing, questions, the cache and its end,
// mirrors, checksums and signatures, and a server that fails in every way.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILD, FOLDER, buildImages, sha256, startServer, writeIndex, writeMeta, writeStreams, writeSums, type ImageServer } from "./image-server.ts";
import { DIST, argvFor, ended, inside, leavePlace, makePlace, start, works, type Kind, type Place, type Ran } from "./place.ts";

let root: string;
let server: ImageServer;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "berth-images-test-"));
  buildImages(root);
  server = await startServer(root);
}, 60_000);
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => server.forget());

const cacheOf = (place: Place): string => join(place.lxcpath, "in-cache");
const image = (place: Place, name = "rootfs.tar.xz"): string => join(cacheOf(place), "download/tiny/one/amd64/default", name);

interface Wish { readonly args: readonly string[]; readonly input?: string; readonly env?: Readonly<Record<string, string>> }
/** The server lives in this process: it must be free to answer. */
async function download(place: Place, { args, input = "", env = {} }: Wish): Promise<Ran> {
  const words = Object.entries({ LXC_CACHE_PATH: cacheOf(place), ...env }).map(([key, value]) => `${key}=${value}`);
  const config = join(place.lxcpath, "in.conf");
  const [program = "", ...rest] = argvFor(place, ["env", ...words, join(DIST, "bin/lxc-create"), "-P", place.lxcpath, "-n", place.name, "-f", config, "-t", "download", "--", ...args]);
  const child = spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => { stdout += chunk.toString(); });
  child.stderr.on("data", (chunk: Buffer) => { stderr += chunk.toString(); });
  child.stdin.end(input);
  const closed = new Promise<void>((resolve) => { child.once("close", () => resolve()); });
  const status = await ended(child);
  await closed;
  return { status, stdout, stderr };
}
const TINY = ["-d", "tiny", "-r", "one", "-a", "amd64"];
const tiny = (...more: readonly string[]): readonly string[] => ["--server", server.url, ...TINY, ...more];
const made = async (place: Place, ...more: readonly string[]): Promise<Ran> => {
  const ran = await download(place, { args: tiny(...more) });
  expect({ status: ran.status, stderr: ran.status === 0 ? "" : ran.stderr }).toEqual({ status: 0, stderr: "" });
  return ran;
};
const destroy = (place: Place): string => works(place, "lxc-destroy", ["-n", place.name]);
const containers = (place: Place): readonly string[] => readdirSync(place.lxcpath).filter((name) => !name.startsWith("in"));

async function inPlace(kind: Kind, body: (place: Place) => Promise<void>): Promise<void> {
  const place = makePlace(kind);
  writeFileSync(join(place.lxcpath, "in.conf"), `${place.config.join("\n")}\n`);
  mkdirSync(cacheOf(place));
  if (place.user !== undefined) chownSync(cacheOf(place), place.user.uid, place.user.gid);
  try {
    await body(place);
  } finally {
    await leavePlace(place);
  }
}

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  test("an image becomes a container that runs: config, ids, names, excludes, its message", () => inPlace(kind, async (place) => {
    const ran = await made(place);
    for (const line of ["Downloading the image index", "Downloading the rootfs", "Downloading the metadata", "The image cache is now ready", "Unpacking the rootfs", "\n---\nYou just made a tiny container.\n"]) expect(ran.stdout).toContain(line);
    const rootfs = join(place.lxcpath, place.name, "rootfs");
    const config = readFileSync(join(place.lxcpath, place.name, "config"), "utf8");
    expect(config).toContain("# Template used to create this container: /usr/share/lxc/templates/lxc-download\n");
    expect(config.includes("userns.conf")).toBe(kind !== "privileged");
    expect([readFileSync(join(rootfs, "etc/hostname"), "utf8"), existsSync(join(rootfs, "tmp/junk"))]).toEqual([`${place.name}\n`, false]);
    expect([lstatSync(join(rootfs, "var")).uid, lstatSync(join(rootfs, "etc")).uid]).toEqual([place.rootId + 1000, place.rootId]);
    expect(server.asked).toContain(`GET /meta/1.0/index-${kind === "privileged" ? "system" : "user"}`);
    start(place);
    expect(inside(place, "cat /etc/hostname")).toBe(place.name);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    destroy(place);
    server.forget();
    const again = await made(place);
    expect([again.stdout.includes("Using image from local cache"), server.asked]).toEqual([true, []]);
    destroy(place);
  }), 120_000);
});

describe("the cache", () => {
  let place: Place;
  beforeAll(() => {
    place = makePlace("privileged");
    writeFileSync(join(place.lxcpath, "in.conf"), `${place.config.join("\n")}\n`);
    mkdirSync(cacheOf(place));
  });
  afterAll(() => leavePlace(place));
  const cached = (name: string): string => readFileSync(image(place, name), "utf8").trim();

  test("is LXC's own: build, archive, files of the metadata", async () => {
    await made(place);
    expect(readdirSync(image(place, "")).sort()).toEqual(["build_id", "config", "config-user", "create-message", "excludes", "expiry", "rootfs.tar.xz", "templates"]);
    expect([cached("build_id"), sha256(image(place)), readdirSync(join(cacheOf(place), "download/.partial"))]).toEqual([BUILD, sha256(join(root, FOLDER, "rootfs.tar.xz")), ["tiny_one_amd64_default.lock"]]);
    destroy(place);
  }, 60_000);
  test("what has expired is asked for again; the same build is not fetched twice", async () => {
    writeFileSync(image(place, "expiry"), "1000\n");
    const ran = await made(place);
    expect(ran.stdout).toContain("The cached copy has expired, re-downloading...\nDownloading the image index\nThe cache is already up to date\nUsing image from local cache\n");
    destroy(place);
    writeIndex(root, "20261109_05:24");
    const newer = await made(place);
    writeIndex(root);
    expect([newer.stdout.includes("Downloading the rootfs"), cached("build_id"), cached("expiry")]).toEqual([true, "20261109_05:24", "4000000000"]);
    destroy(place);
  }, 60_000);
  test("without the server: what has expired is better than nothing, and it is said", async () => {
    writeFileSync(image(place, "expiry"), "1000\n");
    const ran = await download(place, { args: ["--server", "http://127.0.0.1:1", ...TINY] });
    expect([ran.status, ran.stderr.includes("the copy in the cache is taken: build 20261109_05:24"), ran.stdout.includes("Using image from local cache")]).toEqual([0, true, true]);
    destroy(place);
    const forced = await made(place, "--force-cache");
    expect([forced.stdout.includes("Using image from local cache"), server.asked]).toEqual([true, []]);
    destroy(place);
  }, 60_000);
  test("--flush-cache gets it anew; --force-cache has nothing then", async () => {
    const ran = await made(place, "--flush-cache");
    expect([ran.stdout.includes("Flushing the cache..."), cached("build_id")]).toEqual([true, BUILD]);
    destroy(place);
    rmSync(image(place, ""), { recursive: true });
    const forced = await download(place, { args: tiny("--force-cache") });
    expect([forced.status, forced.stderr.includes("the cache has no tiny one amd64"), containers(place)]).toEqual([1, true, []]);
  }, 60_000);
  test("an image that Debian's script has cached is taken", async () => {
    const folder = image(place, "");
    mkdirSync(folder, { recursive: true });
    spawnSync("tar", ["-C", folder, "-xJf", join(root, FOLDER, "meta.tar.xz")]);
    writeFileSync(join(folder, "rootfs.tar.xz"), readFileSync(join(root, FOLDER, "rootfs.tar.xz")));
    writeFileSync(join(folder, "build_id"), "20250101_00:00\n");
    expect((await made(place)).stdout).toContain("Using image from local cache");
    expect(server.asked).toEqual([]);
    destroy(place);
    rmSync(folder, { recursive: true });
  }, 60_000);
  test("a digest holds it to one archive", async () => {
    const digest = sha256(join(root, FOLDER, "rootfs.tar.xz"));
    await made(place, "--digest", `sha256:${digest}`);
    destroy(place);
    const other = await download(place, { args: tiny("--digest", `sha256:${digest.replace(/^./, (digit) => (digit === "0" ? "1" : "0"))}`) });
    expect([other.status, other.stderr.includes("is not what it should be"), containers(place), sha256(image(place))]).toEqual([1, true, [], digest]);
  }, 60_000);
  test("two at once get it once", async () => {
    rmSync(image(place, ""), { recursive: true, force: true });
    const other = { ...place, name: `${place.name}2` };
    const [one, two] = await Promise.all([made(place), made(other)]);
    expect([one, two].filter(({ stdout }) => stdout.includes("Downloading the rootfs")).length).toBe(1);
    expect(server.asked.filter((line) => line.includes("rootfs.tar.xz")).length).toBe(1);
    destroy(place);
    destroy(other);
  }, 60_000);
});

describe("what a server does", () => {
  let place: Place;
  beforeAll(() => {
    place = makePlace("privileged");
    writeFileSync(join(place.lxcpath, "in.conf"), `${place.config.join("\n")}\n`);
  });
  beforeEach(() => {
    rmSync(cacheOf(place), { recursive: true, force: true });
    mkdirSync(cacheOf(place));
  });
  afterAll(() => leavePlace(place));
  const ROOTFS = `/${FOLDER}/rootfs.tar.xz`;
  const isWhole = (): boolean => sha256(image(place)) === sha256(join(root, FOLDER, "rootfs.tar.xz"));
  const refused = async (args: readonly string[], ...words: readonly string[]): Promise<void> => {
    const ran = await download(place, { args });
    expect([ran.status, words.filter((word) => !ran.stderr.includes(word)), containers(place)]).toEqual([1, [], []]);
  };

  test("broken off: it goes on where it was", async () => {
    server.fault(ROOTFS, { kind: "cut", after: 4000 }, { kind: "cut", after: 2000 });
    await made(place);
    const ranges = server.asked.filter((line) => line.includes("rootfs.tar.xz")).map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0));
    expect([ranges.length, ranges[0], (ranges[2] ?? 0) > 0, isWhole()]).toEqual([3, 0, true, true]);
    destroy(place);
  }, 60_000);
  test("broken off for good; the next run goes on with what is there", async () => {
    server.fault(ROOTFS, ...Array.from({ length: 3 }, () => ({ kind: "cut", after: 3000 }) as const));
    await refused(tiny(), "cannot get", "tried 3 times");
    server.forget();
    await made(place);
    expect([server.asked.some((line) => /rootfs\.tar\.xz bytes=[1-9]/.test(line)), isWhole()]).toEqual([true, true]);
    destroy(place);
  }, 60_000);
  test("silent: given up after the time, and tried again", async () => {
    server.fault(ROOTFS, { kind: "stall", after: 3000 });
    await made(place, "--timeout", "4");
    expect([server.asked.filter((line) => line.includes("rootfs.tar.xz")).length >= 2, isWhole()]).toEqual([true, true]);
    destroy(place);
  }, 60_000);
  test("busy for a moment (503), then not", async () => {
    server.fault(ROOTFS, { kind: "status", status: 503 }, { kind: "status", status: 429 });
    await made(place);
    destroy(place);
  }, 60_000);
  test("500 for good, 404, 403: each by its name, 404 at once", async () => {
    server.fault(ROOTFS, ...Array.from({ length: 3 }, () => ({ kind: "status", status: 500 }) as const));
    await refused(tiny(), "the server says 500", "tried 3 times");
    server.forget();
    server.fault(ROOTFS, { kind: "status", status: 404 });
    await refused(tiny(), "the server says 404");
    expect(server.asked.filter((line) => line.includes("rootfs.tar.xz")).length).toBe(1);
    server.fault("/meta/1.0/index-system.7", { kind: "status", status: 403 });
    await refused(tiny(), "the server says 403", "index-system.7");
  }, 60_000);
  test("a redirect is followed, a loop is not", async () => {
    server.fault(ROOTFS, { kind: "redirect", to: `${server.url}${ROOTFS}` });
    await made(place, "--flush-cache");
    destroy(place);
    server.fault(ROOTFS, ...Array.from({ length: 40 }, () => ({ kind: "redirect", to: ROOTFS }) as const));
    await refused(tiny("--flush-cache"), "more than 10 redirects");
    server.fault(ROOTFS, { kind: "redirect", to: "file:///etc/passwd" });
    await refused(tiny(), "is not the web");
  }, 60_000);
  test("a wrong checksum: thrown away, nothing is made", async () => {
    writeFileSync(join(root, FOLDER, "SHA256SUMS"), `${"0".repeat(64)}  rootfs.tar.xz\n`);
    await refused(tiny(), "is not what it should be", "0".repeat(64));
    writeSums(root);
    expect(readdirSync(join(cacheOf(place), "download/.partial/tiny_one_amd64_default"))).toEqual(["build_id"]);
    await made(place);
    destroy(place);
  }, 60_000);
  test("an image that has expired already is asked for again next time", async () => {
    writeMeta(join(root, ".meta"), join(root, FOLDER, "meta.tar.xz"), { expiry: 1000 });
    writeSums(root);
    await made(place);
    destroy(place);
    expect((await made(place)).stdout).toContain("The cached copy has expired");
    destroy(place);
    writeMeta(join(root, ".meta"), join(root, FOLDER, "meta.tar.xz"));
    writeSums(root);
  }, 60_000);
  test("a mirror steps in", async () => {
    const ran = await download(place, { args: ["--server", "http://127.0.0.1:1", ...tiny()] });
    expect([ran.status, isWhole()]).toEqual([0, true]);
    destroy(place);
    await refused(["--server", "http://127.0.0.1:1,http://127.0.0.1:2", ...TINY, "--flush-cache"], "http://127.0.0.1:1/", "http://127.0.0.1:2/");
  }, 60_000);
  test("through a proxy; no_proxy goes past it", async () => {
    const ran = await download(place, { args: ["--server", "http://images.invalid", ...TINY], env: { http_proxy: server.url } });
    expect([ran.status, ran.stderr.includes("cannot"), isWhole()]).toEqual([0, false, true]);
    destroy(place);
    const past = await download(place, { args: tiny("--flush-cache"), env: { http_proxy: "http://127.0.0.1:1", no_proxy: "127.0.0.1" } });
    expect(past.status).toBe(0);
    destroy(place);
  }, 60_000);
  test("it is no image server, or has no such image", async () => {
    await refused(["--server", `${server.url}/images`, ...TINY], "is not an image server");
    await refused(["--server", server.url, "-d", "tiny", "-r", "one", "-a", "riscv64"], "Couldn't find a matching image", "there is amd64");
    await refused(["--server", server.url, "-d", "../../etc", "-r", "one", "-a", "amd64"], "is no name");
    await refused(["--nonsense"], "does not know '--nonsense'");
  }, 60_000);
});

describe("listing and questions", () => {
  test("--list, with what is wanted of it; nothing is made", () => inPlace("privileged", async (place) => {
    const all = await download(place, { args: ["--server", server.url, "--list"] });
    const line = `tiny             one         amd64  default  ${BUILD}`;
    expect([all.status, all.stdout]).toEqual([0, `Downloading the image index\n\n---\nDIST             RELEASE     ARCH   VARIANT  BUILD         \n---\n${line}\ntiny             two         arm64  cloud    ${BUILD}\n---\n\n`]);
    const some = await download(place, { args: ["--server", server.url, "-l", "-a", "arm64"] });
    expect([some.stdout.includes(line), some.stdout.includes("cloud"), containers(place)]).toEqual([false, true, []]);
  }), 60_000);
  test("what is not given is asked for", () => inPlace("privileged", async (place) => {
    const ran = await download(place, { args: ["--server", server.url, "-d", "tiny"], input: "one\namd64\n" });
    expect([ran.status, ran.stdout.includes("Release: Architecture: "), ran.stdout.includes("Distribution:")]).toEqual([0, true, false]);
    destroy(place);
    const nobody = await download(place, { args: ["--server", server.url] });
    expect([nobody.status, nobody.stderr.includes("nobody answered"), containers(place)]).toEqual([1, true, []]);
  }), 60_000);
  test("LXC's variables stand for options; the template's own help", () => inPlace("privileged", async (place) => {
    const ran = await download(place, { args: [], env: { DOWNLOAD_SERVER: server.url, DOWNLOAD_DIST: "tiny", DOWNLOAD_RELEASE: "one", DOWNLOAD_ARCH: "amd64" } });
    expect(ran.status).toBe(0);
    destroy(place);
    expect(works(place, "lxc-create", ["-n", place.name, "-t", "download", "-h"])).toContain("--force-cache");
  }), 60_000);
});

describe("simplestreams and signatures", () => {
  let streams: string;
  let other: ImageServer;
  let home: string;
  let keyId: string;
  const gpg = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync("gpg", ["--homedir", home, "--batch", "--yes", "--passphrase", "", "--pinentry-mode", "loopback", ...args], { encoding: "utf8" });
    if (status !== 0) throw new Error(`gpg ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  beforeAll(async () => {
    streams = mkdtempSync(join(tmpdir(), "berth-streams-test-"));
    home = mkdtempSync(join(tmpdir(), "berth-gpg-test-"));
    spawnSync("cp", ["-a", join(root, "images"), streams]);
    writeStreams(streams);
    other = await startServer(streams);
    gpg("--quick-generate-key", "tester", "ed25519", "sign", "never");
    keyId = /^fpr:+([0-9A-F]{40})/m.exec(gpg("--list-keys", "--with-colons"))?.[1] ?? "";
    mkdirSync(join(streams, "pks"));
    writeFileSync(join(streams, "pks/lookup"), gpg("--armor", "--export"));
  }, 60_000);
  afterAll(async () => {
    spawnSync("gpgconf", ["--homedir", home, "--kill", "all"]);
    await other.close();
    for (const folder of [streams, home]) rmSync(folder, { recursive: true, force: true });
  });
  const sign = (): void => {
    for (const name of ["index", "images"]) gpg("--output", join(streams, `streams/v1/${name}.sjson`), "--clearsign", join(streams, `streams/v1/${name}.json`));
  };
  const args = (...more: readonly string[]): readonly string[] => ["--server", other.url, ...TINY, ...more];

  test("simplestreams: found by its alias too, its checksum counts", () => inPlace("privileged", async (place) => {
    expect((await download(place, { args: ["--server", other.url, "-d", "Tiny", "-r", "1", "-a", "amd64"] })).status).toBe(0);
    destroy(place);
    writeStreams(streams, "f".repeat(64));
    const wrong = await download(place, { args: args() });
    writeStreams(streams);
    expect([wrong.status, wrong.stderr.includes("f".repeat(64)), containers(place)]).toEqual([1, true, []]);
  }), 60_000);
  test("signed: the key from a key server or a file; unsigned and by another key: refused", () => inPlace("privileged", async (place) => {
    const unsigned = await download(place, { args: args("--keyid", keyId, "--keyserver", other.url) });
    expect([unsigned.status, unsigned.stderr.includes("is not signed")]).toEqual([1, true]);
    sign();
    const signed = await download(place, { args: args("--keyid", keyId.slice(-16), "--keyserver", other.url) });
    expect({ status: signed.status, stderr: signed.status === 0 ? "" : signed.stderr }).toEqual({ status: 0, stderr: "" });
    destroy(place);
    const byFile = await download(place, { args: args("--flush-cache", "--keyring", join(streams, "pks/lookup")) });
    expect(byFile.status).toBe(0);
    destroy(place);
    const another = await download(place, { args: args("--flush-cache", "--keyid", "0123456789ABCDEF", "--keyserver", other.url) });
    expect([another.status, another.stderr.includes("by another key than 0123456789ABCDEF"), containers(place)]).toEqual([1, true, []]);
    const short = await download(place, { args: args("--keyid", "89ABCDEF") });
    expect([short.status, short.stderr.includes("can be forged")]).toEqual([1, true]);
    const unchecked = await download(place, { args: args("--keyid", "0123456789ABCDEF", "--no-validate") });
    expect(unchecked.status).toBe(0);
    destroy(place);
  }), 60_000);
  test("signed, then changed", () => inPlace("privileged", async (place) => {
    sign();
    const file = join(streams, "streams/v1/images.sjson");
    writeFileSync(file, readFileSync(file, "utf8").replace(/"sha256":"./, '"sha256":"z'));
    const ran = await download(place, { args: args("--keyid", keyId, "--keyserver", other.url) });
    expect([ran.status, ran.stderr.includes("is not good"), containers(place)]).toEqual([1, true, []]);
  }), 60_000);
  test("the linuxcontainers layout: signatures beside the index and the files", () => inPlace("privileged", async (place) => {
    const folder = join(root, FOLDER);
    for (const file of [join(root, "meta/1.0/index-system"), join(folder, "rootfs.tar.xz"), join(folder, "meta.tar.xz")]) gpg("--output", `${file}.asc`, "--armor", "--detach-sign", file);
    const wanted = tiny("--keyring", join(streams, "pks/lookup"));
    expect((await download(place, { args: wanted })).status).toBe(0);
    destroy(place);
    writeFileSync(join(folder, "rootfs.tar.xz.asc"), readFileSync(join(folder, "meta.tar.xz.asc")));
    const bad = await download(place, { args: [...wanted, "--flush-cache"] });
    expect([bad.status, bad.stderr.includes("rootfs.tar.xz' is not good"), existsSync(image(place))]).toEqual([1, true, false]);
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".asc"))) rmSync(join(folder, file));
    rmSync(join(root, "meta/1.0/index-system.asc"));
    expect(statSync(join(folder, "rootfs.tar.xz")).size).toBeGreaterThan(0);
  }), 60_000);
});
