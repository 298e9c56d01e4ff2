// The options about images, the same for berth create, berth run and berth image: which server, which machine, whose
// signature, what digest, what is taken without the net; a login at a registry.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheOf, containers, destroy, downloadRoom, image, inPlace, runBeside } from "./download-room.ts";
import { FOLDER, sha256, startServer, writeStreams, type ImageServer } from "./image-server.ts";
import { buildOci, push, startRegistry, type OciImages, type RegistryProcess } from "./oci-images.ts";
import { DIST, eventually, inside, state, works, type Place, type Ran } from "./place.ts";

const PATIENCE_MS = 60_000;
const room = downloadRoom();
const berth = (place: Place, ...args: readonly string[]): Promise<Ran> => runBeside(place, [join(DIST, "bin/berth"), ...args]);
async function good(ran: Promise<Ran>): Promise<string> {
  const { status, stdout, stderr } = await ran;
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.replaceAll("\r", "");
}
async function refused(words: string, place: Place, ran: Promise<Ran>): Promise<void> {
  const { status, stderr } = await ran;
  expect([status, stderr.includes(words) ? "" : stderr, containers(place)]).toEqual([1, "", []]);
}
const DIGEST = (): string => `sha256:${sha256(join(room.root(), FOLDER, "rootfs.tar.xz"))}`;
const OTHER = `sha256:${"0".repeat(64)}`;
const own = (place: Place): readonly string[] => [place.name, "-P", place.lxcpath, "-f", join(place.lxcpath, "in.conf")];
/** Nothing to boot: a program in the place of its init. */
const withoutBoot = (place: Place): void => appendFileSync(join(place.lxcpath, "in.conf"), "lxc.init.cmd = /bin/sleep 1000\nlxc.signal.halt = SIGKILL\n");
const forget = (place: Place): void => { for (const name of ["download", "sha256"]) rmSync(join(cacheOf(place), name), { recursive: true, force: true }); };

describe("signatures of an image server", () => {
  let work: string;
  let signed: ImageServer;
  let keyId: string;
  const gpg = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync("gpg", ["--homedir", join(work, "gpg"), "--batch", "--yes", "--passphrase", "", "--pinentry-mode", "loopback", ...args], { encoding: "utf8" });
    if (status !== 0) throw new Error(`gpg ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const keys = (): string => join(work, "pks/lookup");
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), "berth-image-options-"));
    for (const name of ["gpg", "pks"]) mkdirSync(join(work, name), { mode: 0o700 });
    cpSync(join(room.root(), "images"), join(work, "images"), { recursive: true });
    writeStreams(work);
    gpg("--quick-generate-key", "tester", "ed25519", "sign", "never");
    keyId = /^fpr:+([0-9A-F]{40})/m.exec(gpg("--list-keys", "--with-colons"))?.[1] ?? "";
    writeFileSync(keys(), gpg("--armor", "--export"));
    for (const name of ["index", "images"]) gpg("--output", join(work, `streams/v1/${name}.sjson`), "--clearsign", join(work, `streams/v1/${name}.json`));
    signed = await startServer(work);
  }, PATIENCE_MS);
  afterAll(async () => {
    spawnSync("gpgconf", ["--homedir", join(work, "gpg"), "--kill", "all"]);
    await signed.close();
    rmSync(work, { recursive: true, force: true });
  });

  const STRANGER = "0123456789ABCDEF";
  test("berth create: the key of a key server or of a file must have signed", () => inPlace("privileged", async (place) => {
    await refused(`by another key than ${STRANGER}`, place, berth(place, "create", ...own(place), "--image", "tiny/one", "--arch", "amd64", "--server", signed.url, "--keyid", STRANGER, "--keyserver", signed.url));
    await refused("is not signed", place, berth(place, "create", ...own(place), "--image", "tiny/one", "--arch", "amd64", "--server", room.server().url, "--keyid", keyId, "--keyserver", signed.url));
    await good(berth(place, "create", ...own(place), "--image", "tiny/one", "--arch", "amd64", "--server", signed.url, "--keyid", keyId, "--keyserver", signed.url));
    expect(signed.asked.some((line) => line.includes("/pks/lookup"))).toBe(true);
    destroy(place);
    forget(place);
    await good(berth(place, "create", ...own(place), "--image", "tiny/one", "--arch", "amd64", "--server", signed.url, "--keyring", keys()));
    destroy(place);
  }), PATIENCE_MS);

  test("berth run: the same, and it runs", () => inPlace("privileged", async (place) => {
    withoutBoot(place);
    await refused(`by another key than ${STRANGER}`, place, berth(place, "run", ...own(place), "--image", "tiny/one", "--arch", "amd64", "--server", signed.url, "--keyid", STRANGER, "--keyserver", signed.url, "--", "true"));
    writeFileSync(join(work, "none"), "");
    const empty = await berth(place, "run", ...own(place), "--image", "tiny/one", "--arch", "amd64", "--server", signed.url, "--keyring", join(work, "none"), "--", "true");
    expect([empty.status, containers(place)]).toEqual([1, []]);
    expect(await good(berth(place, "run", ...own(place), "--image", "tiny/one", "--arch", "amd64", "--server", signed.url, "--keyring", keys(), "--", "cat", "/proc/1/comm"))).toEndWith("sleep\n");
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    destroy(place);
  }), PATIENCE_MS);

  test("berth image pull: the same", () => inPlace("privileged", async (place) => {
    await refused(`by another key than ${STRANGER}`, place, berth(place, "image", "pull", "tiny/one", "--arch", "amd64", "--server", signed.url, "--keyid", STRANGER, "--keyserver", signed.url));
    expect(existsSync(image(place))).toBe(false);
    expect(await good(berth(place, "image", "pull", "tiny/one", "--arch", "amd64", "--server", signed.url, "--keyid", keyId, "--keyserver", signed.url))).toContain(DIGEST());
    forget(place);
    expect(await good(berth(place, "image", "pull", "tiny/one", "--arch", "amd64", "--server", signed.url, "--keyring", keys()))).toContain(DIGEST());
  }), PATIENCE_MS);
});

test("--server: that one is asked and no other; the next one where it does not answer", () => inPlace("privileged", async (place) => {
  expect(await good(berth(place, "image", "pull", "tiny/one", "--arch", "amd64", "--server", "http://127.0.0.1:1", "--server", room.server().url))).toContain(DIGEST());
  expect(room.server().asked.length).toBeGreaterThan(0);
  forget(place);
  await refused("127.0.0.1:1", place, berth(place, "run", ...own(place), "--image", "tiny/one", "--arch", "amd64", "--server", "http://127.0.0.1:1", "--", "true"));
}), PATIENCE_MS);

test("berth run: --digest, --lock, --offline, -B, --user-data", () => inPlace("privileged", async (place) => {
  withoutBoot(place);
  const server = ["--server", room.server().url, "--arch", "amd64"] as const;
  const lock = join(place.lxcpath, "in.lock");
  await refused("is not what it should be", place, berth(place, "run", ...own(place), "--image", "tiny/one", ...server, "--digest", OTHER, "--", "true"));
  forget(place);
  await refused("the cache has no", place, berth(place, "run", ...own(place), "--image", "tiny/one", ...server, "--offline", "--", "true"));
  await good(berth(place, "image", "lock", "tiny/one", ...server, "--lock", lock));
  writeFileSync(lock, readFileSync(lock, "utf8").replace(DIGEST(), OTHER));
  await refused("is not what it should be", place, berth(place, "run", ...own(place), "--image", "tiny/one", ...server, "--lock", lock, "--", "true"));
  await good(berth(place, "image", "lock", "tiny/one", ...server, "--lock", lock));
  writeFileSync(join(place.lxcpath, "in.yaml"), "#cloud-config\npackages: [vim]\n");
  room.server().forget();
  const words = ["--offline", "--lock", lock, "--digest", DIGEST(), "-B", "dir", "--user-data", join(place.lxcpath, "in.yaml")] as const;
  expect(await good(berth(place, "run", "--name", ...own(place), "--image", "tiny/one", ...server, ...words, "--", "cat", "/var/lib/cloud/seed/nocloud-net/user-data"))).toEndWith("#cloud-config\npackages: [vim]\n");
  expect([room.server().asked, readFileSync(join(place.lxcpath, place.name, "config"), "utf8").includes("lxc.rootfs.path = dir:")]).toEqual([[], true]);
  expect(inside(place, "cat /etc/hostname")).toBe(place.name);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  destroy(place);
}), PATIENCE_MS);

test("berth image: --digest, --lock and --offline hold a pull to one archive; prune --all takes the good ones, too", () => inPlace("privileged", async (place) => {
  const server = ["--server", room.server().url, "--arch", "amd64"] as const;
  await refused("is not what it should be", place, berth(place, "image", "pull", "tiny/one", ...server, "--digest", OTHER));
  forget(place);
  await refused("the cache has no", place, berth(place, "image", "pull", "tiny/one", ...server, "--offline"));
  await good(berth(place, "image", "pull", "tiny/one", ...server, "--digest", DIGEST()));
  room.server().forget();
  expect(await good(berth(place, "image", "pull", "tiny/one", ...server, "--offline"))).toContain(DIGEST());
  expect(room.server().asked).toEqual([]);
  const folder = image(place, "").replace(/\/$/, "");
  expect(await good(berth(place, "image", "prune", "--dry-run"))).not.toContain(folder);
  expect(await good(berth(place, "image", "prune", "--all", "--dry-run"))).toContain(folder);
  expect(existsSync(image(place))).toBe(true);
  await good(berth(place, "image", "prune", "--all"));
  expect(existsSync(image(place))).toBe(false);
}), PATIENCE_MS);

test("berth run: what is waited for is said, once, when it takes its time", () => inPlace("privileged", async (place) => {
  await good(berth(place, "image", "pull", "tiny/one", "--arch", "amd64", "--server", room.server().url));
  // a script as init may yet give way to one
  writeFileSync(join(place.lxcpath, "init"), "#!/bin/sh\nwhile :; do sleep 1; done\n", { mode: 0o755 });
  appendFileSync(join(place.lxcpath, "in.conf"), `lxc.mount.entry = ${place.lxcpath}/init root/init none bind,create=file 0 0\nlxc.init.cmd = /root/init\n`);
  const ran = berth(place, "run", ...own(place), "--image", "tiny/one", "--arch", "amd64", "--offline", "--", "true");
  await eventually("it runs", () => existsSync(join(place.lxcpath, place.name, "config")) && state(place) === "RUNNING");
  setTimeout(() => works(place, "lxc-stop", ["-n", place.name, "-k"]), 4000);
  const { status, stderr } = await ran;
  expect([status, stderr.split("\n").filter((line) => line.startsWith("waiting"))]).toEqual([1, [`waiting until ${place.name} has booted, at most 120 s`]]);
  destroy(place);
}), PATIENCE_MS);

test("berth run: an image without a login prompt is not waited for", () => inPlace("privileged", async (place) => {
  await good(berth(place, "image", "pull", "tiny/one", "--arch", "amd64", "--server", room.server().url));
  const { status, stdout, stderr } = await berth(place, "run", "--name", ...own(place), "--image", "tiny/one", "--arch", "amd64", "--offline", "--", "cat", "/proc/1/comm");
  expect([status, stdout, stderr.includes("waiting")]).toEqual([0, "init\n", false]);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  destroy(place);
}), PATIENCE_MS);

describe("a registry that wants a login", () => {
  let work: string;
  let images: OciImages;
  let open: RegistryProcess;
  let closed: RegistryProcess;
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), "berth-login-test-"));
    images = buildOci(work);
    writeFileSync(join(work, "htpasswd"), `tester:${Bun.password.hashSync("secret", { algorithm: "bcrypt", cost: 4 })}\n`);
    writeFileSync(join(work, "password"), "secret\n");
    [open, closed] = await Promise.all([startRegistry(work, "open"), startRegistry(work, "closed", join(work, "htpasswd"))]);
    await push(open.host, "team/app", "1.0", images);
  }, PATIENCE_MS);
  afterAll(async () => {
    await Promise.all([open.close(), closed.close()]);
    rmSync(work, { recursive: true, force: true });
  });
  test("berth image pull, berth create: --username and --password-file; another password", () => inPlace("privileged", async (place) => {
    const from = `oci:${closed.host}/team/app:1.0`;
    writeFileSync(join(place.lxcpath, "in-wrong"), "wrong\n");
    await refused("does not take the login of 'tester'", place, berth(place, "image", "pull", from, "--username", "tester", "--password-file", join(place.lxcpath, "in-wrong")));
    expect(await good(berth(place, "image", "pull", from, "--username", "tester", "--password-file", join(work, "password")))).toContain(`${from} sha256:`);
    forget(place);
    await good(berth(place, "create", ...own(place), "--image", from, "--username", "tester", "--password-file", join(work, "password")));
    destroy(place);
  }), PATIENCE_MS);
});
