// A web server that fails in every way, and what lxc-create -t download does then: tries again, goes on, another one, or a refusal.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TINY, cacheOf, containers, destroy, download, downloadRoom, image, makeDownloadPlace, runBeside } from "./download-room.ts";
import { FOLDER, sha256, writeIndex, writeMeta, writeSums } from "./image-server.ts";
import { images } from "../../src/library/images.ts";
import { oddServers } from "./odd-servers.ts";
import { DIST, leavePlace, type Place } from "./place.ts";

const room = downloadRoom();

describe("what a server does", () => {
  let place: Place;
  beforeAll(() => {
    place = makeDownloadPlace("privileged");
  });
  beforeEach(() => {
    rmSync(cacheOf(place), { recursive: true, force: true });
    mkdirSync(cacheOf(place));
  });
  afterAll(() => leavePlace(place));
  const ROOTFS = `/${FOLDER}/rootfs.tar.xz`;
  const isWhole = (): boolean => sha256(image(place)) === sha256(join(room.root(), FOLDER, "rootfs.tar.xz"));
  const refused = async (args: readonly string[], ...words: readonly string[]): Promise<void> => {
    const ran = await download(place, { args });
    expect([ran.status, words.filter((word) => !ran.stderr.includes(word)), containers(place)]).toEqual([1, [], []]);
  };

  test("broken off: it goes on where it was", async () => {
    room.server().fault(ROOTFS, { kind: "cut", after: 4000 }, { kind: "cut", after: 2000 });
    await room.made(place);
    const ranges = room.server().asked.filter((line) => line.includes("rootfs.tar.xz")).map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0));
    expect([ranges.length, ranges[0], (ranges[2] ?? 0) > 0, isWhole()]).toEqual([3, 0, true, true]);
    destroy(place);
  }, 60_000);
  test("broken off for good; the next run goes on with what is there", async () => {
    room.server().fault(ROOTFS, ...Array.from({ length: 3 }, () => ({ kind: "cut", after: 3000 }) as const));
    await refused(room.tiny(), "cannot get", "it broke off after ", " bytes (tried 3 times)", "the same command goes on from there; or name another server with --server");
    room.server().forget();
    await room.made(place);
    expect([room.server().asked.some((line) => /rootfs\.tar\.xz bytes=[1-9]/.test(line)), isWhole()]).toEqual([true, true]);
    destroy(place);
  }, 60_000);
  test("an index that breaks off is told as that, and not believed", async () => {
    room.server().fault("/meta/1.0/index-system", ...Array.from({ length: 3 }, () => ({ kind: "cut", after: 30 }) as const));
    await refused(room.tiny(), "index-system'", "it broke off after 30 of ", "try again later");
  }, 60_000);
  test("slow, but not silent: it is waited for, and how fast it goes is shown", async () => {
    room.server().fault(ROOTFS, { kind: "slow", pieces: 10, pauseMs: 400 });
    const words = [join(DIST, "bin/lxc-create"), "-P", place.lxcpath, "-n", place.name, "-f", join(place.lxcpath, "in.conf"), "-t", "download", "--", ...room.tiny("--timeout", "2")];
    const ran = await runBeside(place, ["script", "-qec", words.join(" "), "/dev/null"]);
    expect([ran.status, room.server().asked.filter((line) => line.includes("rootfs.tar.xz")).length, isWhole()]).toEqual([0, 1, true]);
    expect(ran.stdout).toMatch(/\rrootfs\.tar\.xz \[=+> *\] \d+% [\d.]+ k?B of [\d.]+ [kM]B [\d.]+ [kM]B\/s/);
    destroy(place);
  }, 60_000);
  test("silent: given up after the time, and tried again", async () => {
    room.server().fault(ROOTFS, { kind: "stall", after: 3000 });
    await room.made(place, "--timeout", "4");
    expect([room.server().asked.filter((line) => line.includes("rootfs.tar.xz")).length >= 2, isWhole()]).toEqual([true, true]);
    destroy(place);
  }, 60_000);
  test("busy for a moment (503), then not", async () => {
    room.server().fault(ROOTFS, { kind: "status", status: 503 }, { kind: "status", status: 429 });
    await room.made(place);
    destroy(place);
  }, 60_000);
  test("500 for good, 404, 403: each by its name, 404 at once", async () => {
    room.server().fault(ROOTFS, ...Array.from({ length: 3 }, () => ({ kind: "status", status: 500 }) as const));
    await refused(room.tiny(), "the server says 500", "tried 3 times");
    room.server().forget();
    room.server().fault(ROOTFS, { kind: "status", status: 404 });
    await refused(room.tiny(), "the server says 404 Not Found: its index is out of date, and names what is there no more", "try again later; or name another server");
    expect(room.server().asked.filter((line) => line.includes("rootfs.tar.xz")).length).toBe(1);
    room.server().fault("/meta/1.0/index-system.7", { kind: "status", status: 403 });
    await refused(room.tiny(), "the server says 403", "index-system.7");
  }, 60_000);
  test("a redirect is followed, a loop is not", async () => {
    room.server().fault(ROOTFS, { kind: "redirect", to: `${room.server().url}${ROOTFS}` });
    await room.made(place, "--flush-cache");
    destroy(place);
    room.server().fault(ROOTFS, ...Array.from({ length: 40 }, () => ({ kind: "redirect", to: ROOTFS }) as const));
    await refused(room.tiny("--flush-cache"), "more than 10 redirects");
    room.server().fault(ROOTFS, { kind: "redirect", to: "file:///etc/passwd" });
    await refused(room.tiny(), "is not the web");
  }, 60_000);
  test("a wrong checksum: thrown away, nothing is made", async () => {
    writeFileSync(join(room.root(), FOLDER, "SHA256SUMS"), `${"0".repeat(64)}  rootfs.tar.xz\n`);
    await refused(room.tiny(), "is not what it should be", "0".repeat(64));
    writeSums(room.root());
    expect(readdirSync(join(cacheOf(place), "download/.partial/tiny_one_amd64_default"))).toEqual(["build_id"]);
    await room.made(place);
    destroy(place);
  }, 60_000);
  test("an image that has expired already is asked for again next time", async () => {
    writeMeta(join(room.root(), ".meta"), join(room.root(), FOLDER, "meta.tar.xz"), { expiry: 1000 });
    writeSums(room.root());
    await room.made(place);
    destroy(place);
    expect((await room.made(place)).stdout).toContain("The cached copy has expired");
    destroy(place);
    writeMeta(join(room.root(), ".meta"), join(room.root(), FOLDER, "meta.tar.xz"));
    writeSums(room.root());
  }, 60_000);
  test("a mirror steps in", async () => {
    const ran = await download(place, { args: ["--server", "http://127.0.0.1:1", ...room.tiny()] });
    expect([ran.status, isWhole()]).toEqual([0, true]);
    destroy(place);
    await refused(["--server", "http://127.0.0.1:1,http://127.0.0.1:2", ...TINY, "--flush-cache"], "http://127.0.0.1:1/", "http://127.0.0.1:2/");
  }, 60_000);
  test("through a proxy; no_proxy goes past it", async () => {
    const ran = await download(place, { args: ["--server", "http://images.invalid", ...TINY], env: { http_proxy: room.server().url } });
    expect([ran.status, ran.stderr.includes("cannot get"), isWhole()]).toEqual([0, false, true]);
    destroy(place);
    const past = await download(place, { args: room.tiny("--flush-cache"), env: { http_proxy: "http://127.0.0.1:1", no_proxy: "127.0.0.1" } });
    expect(past.status).toBe(0);
    destroy(place);
  }, 60_000);
  test("what can be done is said of each fault of the line: nobody there, an unknown name, certificates, proxies, other servers", async () => {
    const said = async (server: string, words: readonly string[], more: { readonly env?: Readonly<Record<string, string>>; readonly into?: readonly string[] } = {}): Promise<void> => {
      const ran = await download(more.into === undefined ? place : { ...place, into: more.into }, { args: ["--server", server, ...TINY], ...(more.env === undefined ? {} : { env: more.env }) });
      expect([server, ran.status, words.filter((word) => !ran.stderr.includes(word)).length === 0 ? "" : ran.stderr]).toEqual([server, 1, ""]);
    };
    await said("http://127.0.0.1:1", ["refuses the connection: nothing answers at port 1 of '127.0.0.1'", "name another server with --server", "--force-cache"]);
    await said("http://images.invalid", ["nobody knows the name 'images.invalid'", "getent hosts images.invalid"], { into: ["unshare", "--net"] });
    const odd = await oddServers(join(room.root(), ".tls"));
    try {
      await said(odd.tls, ["cannot prove that it is 'localhost'", "SSL_CERT_FILE"]);
      await said(odd.plain.replace("http:", "https:"), ["does not speak TLS there", odd.plain]);
      await said(odd.rubbish, ["does not speak http"]);
      await said(odd.silent, ["closed the connection before it had answered"]);
      await said("http://images.invalid", [`the proxy '${odd.plain}' refuses: 407`, "NAME:PASSWORD@"], { env: { http_proxy: odd.plain.replace("http://", "http://ann:secret@") } });
      await said("https://images.invalid", [`the proxy '${odd.plain}' refuses: 407`, "NAME:PASSWORD@"], { env: { https_proxy: odd.plain } });
      await said("http://images.invalid", ["the proxy 'http://127.0.0.1:1' refuses the connection", "no_proxy"], { env: { http_proxy: "127.0.0.1:1" } });
      const trusted = await download(place, { args: ["--server", odd.tls, "--list"], env: { SSL_CERT_FILE: odd.certificate } });
      expect([trusted.status, trusted.stdout.includes("tiny")]).toEqual([0, true]);
    } finally {
      odd.close();
    }
  }, 120_000);
  test("a program that uses the library ends it by an AbortSignal, and keeps its own signals; the next pull goes on", async () => {
    const here = images({ prefix: DIST, env: { LXC_CACHE_PATH: cacheOf(place), HOME: "/root" } });
    const counts = (): readonly number[] => ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => process.listenerCount(signal));
    const [before, during, end]: readonly [readonly number[], (readonly number[])[], AbortController] = [counts(), [], new AbortController()];
    room.server().fault(ROOTFS, { kind: "stall", after: 3000 });
    const seen = setInterval(() => {
      during.push(counts());
      if (room.server().asked.some((line) => line.includes("rootfs.tar.xz"))) end.abort();
    }, 20);
    const pulling = here.pull("tiny/one", { servers: [room.server().url], arch: "amd64", signal: end.signal });
    const problem: unknown = await pulling.then(() => undefined, (error: unknown) => error).finally(() => clearInterval(seen));
    expect(problem).toMatchObject({ code: "image.fetch" });
    expect([during.length > 0, during.every((now) => now.join() === before.join()), counts()]).toEqual([true, true, before]);
    expect((await here.pull("tiny/one", { servers: [room.server().url], arch: "amd64" })).digest).toBe(`sha256:${sha256(join(room.root(), FOLDER, "rootfs.tar.xz"))}`);
    expect(await here.pull("tiny/one", { servers: [room.server().url], arch: "amd64", signal: AbortSignal.abort() }).then(() => "had", () => "ended")).toBe("had");
  }, 60_000);
  test("a network that wants a login first: what is there is taken, else it is said", async () => {
    const portal = Array.from({ length: 2 }, () => ({ kind: "page", text: "<html>log in</html>" }) as const);
    room.server().fault("/meta/1.0/index-system.7", ...portal);
    await refused(room.tiny(), "index-system' is not an index of images", "whether this network wants a login first");
    room.server().forget();
    await room.made(place);
    destroy(place);
    writeFileSync(image(place, "expiry"), "1000\n");
    room.server().fault("/meta/1.0/index-system.7", ...portal);
    const ran = await room.made(place);
    expect([ran.stderr.includes("is not an index of images"), ran.stderr.includes("the copy in the cache is taken")]).toEqual([true, true]);
    destroy(place);
  }, 60_000);
  test("an index that is out of date: a copy that has expired is better than what is there no more, and it is said", async () => {
    await room.made(place);
    destroy(place);
    writeFileSync(image(place, "expiry"), "1000\n");
    writeIndex(room.root(), "20261201_05:24");
    room.server().fault(ROOTFS, { kind: "status", status: 404 });
    const ran = await room.made(place);
    writeIndex(room.root());
    expect([ran.stderr.includes("its index is out of date"), ran.stderr.includes("the copy in the cache is taken: build 20261101_05:24"), isWhole()]).toEqual([true, true, true]);
    destroy(place);
  }, 60_000);
  test("it is no image server, or has no such image", async () => {
    await refused(["--server", `${room.server().url}/images`, ...TINY], "is not an image server");
    await refused(["--server", room.server().url, "-d", "tiny", "-r", "one", "-a", "riscv64"], "Couldn't find a matching image", "there is amd64");
    await refused(["--server", room.server().url, "-d", "../../etc", "-r", "one", "-a", "amd64"], "is no name");
    await refused(["--nonsense"], "does not know '--nonsense'");
  }, 60_000);
});

