// Simplestreams, and signatures: whose key, where it comes from, and what is refused.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TINY, containers, destroy, download, downloadRoom, image, inPlace } from "./download-room.ts";
import { FOLDER, startServer, writeStreams, type ImageServer } from "./image-server.ts";

const room = downloadRoom();

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
    spawnSync("cp", ["-a", join(room.root(), "images"), streams]);
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
    const short = await download(place, { args: args("--flush-cache", "--keyid", "89ABCDEF") });
    expect([short.status, short.stderr.includes("can be forged"), existsSync(image(place))]).toEqual([1, true, true]); // what is wrong throws nothing away
    const vain = await download(place, { args: args("--keyserver", other.url) });
    expect([vain.status, vain.stderr.includes("no signature is looked at") && vain.stderr.includes("--keyid FINGERPRINT") ? "" : vain.stderr]).toEqual([0, ""]);
    destroy(place);
    const boxed = await download(place, { args: args("--flush-cache", "--keyring", join(home, "pubring.kbx")) });
    expect({ status: boxed.status, stderr: boxed.status === 0 ? "" : boxed.stderr }).toEqual({ status: 0, stderr: "" });
    destroy(place);
    const another = await download(place, { args: args("--flush-cache", "--keyid", "0123456789ABCDEF", "--keyserver", other.url) });
    expect([another.status, another.stderr.includes("by another key than 0123456789ABCDEF"), containers(place)]).toEqual([1, true, []]);
    const unchecked = await download(place, { args: args("--keyid", "0123456789ABCDEF", "--no-validate") });
    expect(unchecked.status).toBe(0);
    destroy(place);
    for (const words of ["Downloading the rootfs", "Using image from local cache"]) { // a copy that was not held to the key does not do, the one after it does
      const held = await download(place, { args: args("--keyid", keyId, "--keyserver", other.url) });
      expect([held.status, held.stdout.includes(words) ? "" : held.stdout]).toEqual([0, ""]);
      destroy(place);
    }
    const forced = await download(place, { args: args("--keyid", "0123456789ABCDEF", "--force-cache") });
    expect([forced.status, forced.stderr.includes("nobody looked at this key's signature when it came") ? "" : forced.stderr]).toEqual([1, ""]);
    const stranger = mkdtempSync(join(tmpdir(), "berth-gpg-test-"));
    const alien = spawnSync("sh", ["-ec", 'gpg --homedir "$1" --batch --passphrase "" --pinentry-mode loopback --quick-generate-key alien ed25519 sign never; gpg --homedir "$1" --export > "$1/alien.gpg"; gpgconf --homedir "$1" --kill all', "sh", stranger], { stdio: "ignore" });
    expect(alien.status).toBe(0);
    for (const [keyring, words] of [[join(stranger, "alien.gpg"), `is signed by a key that is not among those given\n    cause: it is ${keyId.slice(-16)}`], ["/etc/hostname", "'/etc/hostname' holds no key"]] as const) {
      const ran = await download(place, { args: args("--keyring", keyring) });
      expect([keyring, ran.status, ran.stderr.includes(words) ? "" : ran.stderr]).toEqual([keyring, 1, ""]);
    }
    rmSync(stranger, { recursive: true });
    const nowhere = await download(place, { args: args("--keyring", "/nowhere") });
    expect([nowhere.status, nowhere.stderr.includes("cannot read the keyring '/nowhere'"), containers(place)]).toEqual([1, true, []]);
  }), 60_000);
  test("signed, then changed", () => inPlace("privileged", async (place) => {
    sign();
    const file = join(streams, "streams/v1/images.sjson");
    writeFileSync(file, readFileSync(file, "utf8").replace(/"sha256":"./, '"sha256":"z'));
    const ran = await download(place, { args: args("--keyid", keyId, "--keyserver", other.url) });
    expect([ran.status, ran.stderr.includes("is not good"), containers(place)]).toEqual([1, true, []]);
  }), 60_000);
  test("the linuxcontainers layout: signatures beside the index and the files", () => inPlace("privileged", async (place) => {
    const folder = join(room.root(), FOLDER);
    for (const file of [join(room.root(), "meta/1.0/index-system"), join(folder, "rootfs.tar.xz"), join(folder, "meta.tar.xz")]) gpg("--output", `${file}.asc`, "--armor", "--detach-sign", file);
    const wanted = room.tiny("--keyring", join(streams, "pks/lookup"));
    expect((await download(place, { args: wanted })).status).toBe(0);
    destroy(place);
    writeFileSync(join(folder, "rootfs.tar.xz.asc"), readFileSync(join(folder, "meta.tar.xz.asc")));
    const bad = await download(place, { args: [...wanted, "--flush-cache"] });
    expect([bad.status, bad.stderr.includes("rootfs.tar.xz' is not good"), existsSync(image(place))]).toEqual([1, true, false]);
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".asc"))) rmSync(join(folder, file));
    rmSync(join(room.root(), "meta/1.0/index-system.asc"));
    expect(statSync(join(folder, "rootfs.tar.xz")).size).toBeGreaterThan(0);
  }), 60_000);
});
