// Scripts of Debian's lxc-templates, and LXC's own, by their path: called as LXC calls them, they run unchanged; for ordinary users
// where they can. Those that need a network of the world, or programs that Debian does not have, say so themselves, and nothing is left.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheOf, containers, destroy, download, downloadRoom, inPlace } from "./download-room.ts";
import { FOLDER } from "./image-server.ts";
import { create, inside, start, state, works, type Place, type Ran } from "./place.ts";
import { dropKey, makeKey, serveFiles, type FileServer } from "./rpm-repository.ts";
import { TEMPLATE_PACKAGES, buildDistribution } from "./tiny-distribution.ts";

const SCRIPTS = "/usr/share/lxc/templates";
const room = downloadRoom();
let work: string;
let mirror: FileServer | undefined;
let home = "";
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "berth-scripts-test-"));
  chmodSync(work, 0o755);
  home = makeKey(work, "signer");
  buildDistribution(join(work, "mirror"), home, [{ origin: "Debian", names: ["bookworm"], components: ["main"] }], TEMPLATE_PACKAGES);
  mirror = await serveFiles(join(work, "mirror"));
  expect(spawnSync("sh", ["-c", `cp ${room.root()}/${FOLDER}/*.tar.xz ${work}; xz -dc ${room.root()}/${FOLDER}/rootfs.tar.xz | gzip > ${work}/tiny.tar.gz`]).status).toBe(0);
}, 120_000);
afterAll(() => {
  mirror?.close();
  dropKey(home);
  rmSync(work, { recursive: true, force: true });
});

/** They keep locks, keys and caches on the host: what they leave there goes away with these mounts. */
const aside = (place: Place, ...more: readonly string[]): Place => ({ ...place, into: ["unshare", "--mount", ...more, "sh", "-c", 'mkdir -p /var/cache/lxc && for folder in /run/lock /var/cache/lxc /etc/apt/trusted.gpg.d; do mount -t tmpfs aside "$folder" || exit; done; exec "$@"', "sh"] });
const offline = (place: Place): Place => aside(place, "--net");
const script = (place: Place, name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> => download(place, { template: `${SCRIPTS}/lxc-${name}`, args, env });
async function made(place: Place, name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const ran = await script(place, name, args, env);
  expect({ name, status: ran.status, said: ran.status === 0 ? "" : ran.stdout + ran.stderr }).toEqual({ name, status: 0, said: "" });
  const config = readFileSync(join(place.lxcpath, place.name, "config"), "utf8");
  expect(config).toContain(`# Template used to create this container: ${SCRIPTS}/lxc-${name}\n`);
  return config;
}

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  test("busybox, local, cirros", () => inPlace(kind, async (place) => {
    await made(place, "busybox", []);
    start(place);
    expect(inside(place, "hostname")).toBe(place.name);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    destroy(place);
    await made(place, "local", ["--metadata", join(work, "meta.tar.xz"), "--fstree", join(work, "rootfs.tar.xz")]);
    expect(readFileSync(join(place.lxcpath, place.name, "rootfs/etc/hostname"), "utf8")).toBe(`${place.name}\n`);
    destroy(place);
    await made(place, "cirros", ["--tarball", join(work, "tiny.tar.gz"), "--auth-key", join(work, "signer.asc")]);
    destroy(place);
  }), 120_000);
});

describe("root's alone", () => {
  test("sshd: it starts, as with Debian's LXC; where /bin is /usr/bin its script does not cover the host's init, which is pid 1 then", () => inPlace("privileged", async (place) => {
    expect(await made(place, "sshd", [])).toContain(`lxc.mount.entry = ${SCRIPTS}/lxc-sshd `);
    rmSync(join(place.lxcpath, place.name, "rootfs/run-dhcp")); // nobody answers here
    start(place);
    expect(state(place)).toBe("RUNNING");
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    destroy(place);
  }), 120_000);
  test("a script that is called systemd is none: nobody asks it whether it has booted", () => inPlace("privileged", async (place) => {
    create(place, ["lxc.init.cmd = /systemd"]);
    writeFileSync(join(place.lxcpath, place.name, "rootfs/systemd"), "#!/bin/sh\nwhile :; do sleep 1; done\n", { mode: 0o755 });
    expect(start(place, ["--wait=booted", "--timeout", "60"])).toBe("");
    expect(inside(place, "cat /proc/1/comm")).toBe("systemd");
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    destroy(place);
  }), 120_000);
  test("debian, by debootstrap from a mirror; kept in its cache", () => inPlace("privileged", async (place) => {
    const env = { MIRROR: mirror?.url ?? "", SECURITY_MIRROR: mirror?.url ?? "", KEYRING: join(work, "keyring.gpg") };
    const config = await made(aside(place), "debian", ["-r", "bookworm", "-a", "amd64", "--packages=hello"], env);
    expect([config.includes("debian.common.conf"), readdirSync(join(cacheOf(place), "debian"))]).toEqual([true, ["rootfs-bookworm-amd64"]]);
    expect(readFileSync(join(place.lxcpath, place.name, "rootfs/var/log/asked"), "utf8")).toMatch(/^apt-get install -y --no-install-recommends .*hello$/m);
    destroy(place);
  }), 120_000);
});

/** What each says where there is no network, and Debian has not its programs. fedora and fedora-legacy try again for minutes. */
const SAID: Readonly<Record<string, string>> = {
  alpine: "Failed to resolve Alpine last release branch", altlinux: "This is not a ALTLinux host", archlinux: "'pacman' command is missing", centos: "'yum' command is missing", cirros: "failed to convert 'version=released'",
  devuan: "Downloading devuan minimal", download: "Failed to download https://images.linuxcontainers.org/", gentoo: "cache preparation", kali: "Downloading kali minimal", oci: "Missing required tool: skopeo", openmandriva: "'urpmi' command is missing",
  opensuse: 'you need to install "build" package', oracle: "The yum command is required", plamo: "Failed to download the rootfs", pld: "Missing commands: poldek", slackware: "'installpkg' command is missing",
  sparclinux: "Bad architecture given", ubuntu: "Downloading ubuntu xenial minimal", "ubuntu-cloud": "ubuntu-cloudimg-query: not found", voidlinux: "'xbps-install' command is missing",
};
/** Called right, they find that they have ids of a namespace. */
const ROOTS = ["alpine", "altlinux", "archlinux", "centos", "debian", "devuan", "fedora", "fedora-legacy", "gentoo", "kali", "openmandriva", "opensuse", "oracle", "plamo", "pld", "slackware", "sparclinux", "sshd", "ubuntu"];

test("the others, without a network: each gets as far as it can, and nothing is left; sabayon says how it was called", () => inPlace("privileged", async (bare) => {
  const place = offline(bare);
  for (const [name, words] of Object.entries(SAID)) {
    const { status, stdout, stderr } = await script(place, name, []);
    expect([name, status, (stdout + stderr).includes(words) ? "" : stdout + stderr, containers(place)]).toEqual([name, 1, "", []]);
  }
  const [folder, called] = [join(place.lxcpath, place.name), await script(place, "sabayon", ["-a", "amd64"])];
  expect([called.stdout.includes(`with params: --path=${folder} --name=${place.name} --rootfs=${folder}/rootfs -a amd64 (5)`), containers(place)]).toEqual([true, []]);
}), 120_000);

test("in a container with ids of its own those that want to be root say so; sabayon says how it was called", () => inPlace("user-owned", async (bare) => {
  const place = offline(bare);
  for (const name of ROOTS) {
    const { status, stdout, stderr } = await script(place, name, []);
    expect([name, status, (stdout + stderr).includes("This template can't be used for unprivileged containers.") ? "" : stdout + stderr, containers(place)]).toEqual([name, 1, "", []]);
  }
  const folder = join(place.lxcpath, place.name);
  expect((await script(place, "sabayon", [])).stdout).toMatch(new RegExp(`with params: --path=${folder} --name=${place.name} --rootfs=${folder}/rootfs --mapped-uid [0-9]+ --mapped-gid [0-9]+ \\(7\\)`));
  expect(containers(place)).toEqual([]);
}), 120_000);

test("every script of the package is tried here", () => {
  const names = readdirSync(SCRIPTS).map((name) => name.replace(/^lxc-/, "")).filter((name) => !Object.keys(SAID).includes(name) && !ROOTS.includes(name));
  expect(names.sort()).toEqual(["busybox", "local", "sabayon"]);
});
