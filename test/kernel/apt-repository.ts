// Owns a real apt repository for tests: Debian's packages under the name of an Ubuntu release, signed with a key of the tests.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultCacheDir, osRelease } from "../../src/images/debian.ts";

const must = (argv: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8", maxBuffer: 1 << 26, env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" } });
  if (status !== 0) throw new Error(`${argv.join(" ")}: ${status} ${stderr}`);
  return stdout;
};

/** A whole small system's .deb files, fetched once from the host's own mirror. */
function fetched(): string {
  const folder = `${defaultCacheDir()}/debs-${osRelease("VERSION_CODENAME") ?? "bookworm"}-system`;
  mkdirSync(`${folder}/partial`, { recursive: true });
  const get = `apt-get -qq -y --no-install-recommends --download-only -o Dir::State::status=/dev/null -o APT::Sandbox::User=root -o Dir::Cache::archives=${folder} install '?essential' apt systemd systemd-sysv dbus`;
  if (!existsSync(`${folder}/whole`)) must(["flock", folder, "sh", "-ec", `${get} || { apt-get update -qq; ${get}; }; touch ${folder}/whole`]);
  return folder;
}

const hash = (algorithm: string, bytes: Uint8Array | string): string => createHash(algorithm).update(bytes).digest("hex");

/** What apt needs to know of one; `required` packages that nothing here needs would only take time. */
function stanza(pool: string, name: string): string {
  const control = must(["dpkg-deb", "-f", join(pool, name)]).replace(/^Priority: required$/m, "Priority: optional");
  const bytes = readFileSync(join(pool, name));
  return `${control.trimEnd()}\nFilename: pool/${name}\nSize: ${bytes.length}\nMD5sum: ${hash("md5", bytes)}\nSHA256: ${hash("sha256", bytes)}\n`;
}

function release(folder: string, suite: string, keyHome: string): void {
  const dist = join(folder, "dists", suite);
  const files = ["main", "universe"].map((component) => `${component}/binary-${must(["dpkg", "--print-architecture"]).trim()}/Packages`);
  const lines = files.map((file) => ` ${hash("sha256", readFileSync(join(dist, file)))} ${readFileSync(join(dist, file)).length} ${file}`);
  writeFileSync(join(dist, "Release"), [`Origin: Ubuntu`, `Label: Ubuntu`, `Suite: ${suite}`, `Codename: ${suite}`, "Version: 24.04", `Date: ${new Date(Date.now() - 60_000).toUTCString()}`, `Architectures: ${must(["dpkg", "--print-architecture"]).trim()}`, "Components: main universe", "SHA256:", ...lines, ""].join("\n"));
  must(["gpg", "--homedir", keyHome, "--batch", "--clearsign", "--output", join(dist, "InRelease"), join(dist, "Release")]);
}

/** FOLDER is what a mirror has; `keyring.gpg` beside it. */
export function buildAptRepository(folder: string, keyHome: string): void {
  const [pool, arch] = [join(folder, "pool"), must(["dpkg", "--print-architecture"]).trim()];
  mkdirSync(pool, { recursive: true });
  const from = fetched();
  for (const name of readdirSync(from).filter((one) => one.endsWith(".deb"))) {
    try { linkSync(join(from, name), join(pool, name)); } catch { copyFileSync(join(from, name), join(pool, name)); }
  }
  const index = readdirSync(pool).map((name) => stanza(pool, name)).join("\n");
  for (const suite of ["noble", "noble-updates", "noble-security"]) {
    for (const component of ["main", "universe"]) {
      mkdirSync(join(folder, "dists", suite, component, `binary-${arch}`), { recursive: true });
      writeFileSync(join(folder, "dists", suite, component, `binary-${arch}`, "Packages"), suite === "noble" && component === "main" ? index : "");
    }
    release(folder, suite, keyHome);
  }
  must(["gpg", "--homedir", keyHome, "--batch", "--output", join(folder, "../keyring.gpg"), "--export"]);
}
