// Owns a repository of tiny rpms for tests: systems of Fedora and openSUSE by name, which are a busybox, signed with a key of the tests.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const must = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): string => {
  const { status, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8", ...env } });
  if (status !== 0) throw new Error(`${argv.join(" ")}: ${status} ${stderr}`);
  return stdout;
};

const SYSTEM = "mkdir -p usr/bin usr/sbin usr/lib etc root proc sys dev tmp run var; cp /bin/busybox usr/bin/busybox; for a in sh cat ls id sleep hostname true stat; do ln -s busybox usr/bin/$a; done; ln -s ../bin/busybox usr/sbin/init; ln -s usr/bin bin; ln -s usr/sbin sbin; printf 'root:x:0:0::/root:/bin/sh\\n' > etc/passwd; printf 'root:x:0:\\n' > etc/group; printf '::sysinit:/bin/true\\n' > etc/inittab; echo tiny > etc/system-release";
const OTHERS = ["fedora-release", "dnf", "passwd", "iproute", "openSUSE-release", "zypper", "iproute2", "openssh-server", "extra"];

/** One spec for all: rpmbuild takes its time. */
const spec = (): string => [
  "Name: systemd", "Version: 1", "Release: 1", "Summary: tiny", "License: MIT", "AutoReqProv: no", "%description", "tiny",
  ...OTHERS.flatMap((name) => [`%package -n ${name}`, "Summary: tiny", "AutoReqProv: no", `%description -n ${name}`, "tiny"]),
  "%install", "mkdir -p %{buildroot}; cd %{buildroot}", SYSTEM, ...OTHERS.map((name) => `mkdir -p usr/share/${name}; echo ${name} > usr/share/${name}/name`),
  "%files", "/usr/bin", "/usr/sbin", "/usr/lib", "/bin", "/sbin", "/etc", "/root", "/proc", "/sys", "/dev", "/tmp", "/run", "/var", ...OTHERS.flatMap((name) => [`%files -n ${name}`, `/usr/share/${name}`]), "",
].join("\n");

/** A key in a keyring of its own; `FOLDER/NAME.asc` is its public half. */
export function makeKey(folder: string, name: string): string {
  const home = join(folder, `gnupg-${name}`);
  mkdirSync(home, { mode: 0o700 });
  must(["gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", `${name} <${name}@example.org>`, "rsa2048", "sign", "never"]);
  writeFileSync(join(folder, `${name}.asc`), must(["gpg", "--homedir", home, "--armor", "--export"]));
  return home;
}
/** gpg starts an agent for each keyring, which stays. */
export const dropKey = (home: string): void => void spawnSync("gpgconf", ["--homedir", home, "--kill", "all"]);

/** FOLDER/repo is what a mirror has. */
export function buildRepository(folder: string, keyHome: string): void {
  const build = join(folder, "build");
  for (const path of [build, join(folder, "repo")]) mkdirSync(path);
  writeFileSync(join(build, "tiny.spec"), spec());
  const defines = [`_topdir ${build}/top`, `_rpmdir ${folder}/repo`, "_build_id_links none", "debug_package %{nil}", "__os_install_post %{nil}"].flatMap((define) => ["--define", define]);
  must(["rpmbuild", "-bb", "--quiet", ...defines, join(build, "tiny.spec")], { HOME: build });
  const rpms = must(["find", join(folder, "repo"), "-name", "*.rpm"]).trim().split("\n");
  must(["rpmsign", "--addsign", "--define", "__gpg /usr/bin/gpg", "--define", "_gpg_name signer", "--define", `_gpg_path ${keyHome}`, ...rpms], { HOME: build, GNUPGHOME: keyHome });
  must(["createrepo_c", "-q", join(folder, "repo")]);
  must(["gpg", "--homedir", keyHome, "--batch", "--armor", "--detach-sign", join(folder, "repo/repodata/repomd.xml")]);
}

export interface FileServer { readonly url: string; readonly close: () => void }
/** In a process of its own: those who ask are waited for by this one. */
export async function serveFiles(folder: string): Promise<FileServer> {
  const child = spawn("python3", ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder], { stdio: ["ignore", "pipe", "ignore"] });
  // its pipe stays open: it writes the line's end apart from the line, and would die of a pipe without a reader
  const port = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (bytes: Buffer) => { const found = /port (\d+)/.exec(said += bytes.toString())?.[1]; if (found !== undefined) resolve(found); });
    child.once("exit", () => reject(new Error("no server")));
  });
  return { url: `http://127.0.0.1:${port}`, close: () => { child.kill("SIGKILL"); } };
}
