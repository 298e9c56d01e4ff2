// Owns a distribution for tests: a few small packages, signed with a key of the tests, in an archive of the kind that Debian and Ubuntu
// have, so that mmdebstrap and debootstrap make a whole system in two seconds. Its programs are busybox, its dpkg is a script.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const must = (argv: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" } });
  if (status !== 0) throw new Error(`${argv.join(" ")}: ${status} ${stderr}`);
  return stdout;
};

/** Unpacks, and notes what is there, as apt wants to know it. */
const DPKG = `#!/bin/sh
mkdir -p /var/lib/dpkg/info; touch /var/lib/dpkg/status
debs= isUnpacked=no isTree=no
for word; do
	case $word in
	--print-architecture) echo amd64; exit ;;
	--unpack | --install | -i) isUnpacked=yes ;;
	--recursive) isTree=yes ;;
	*.deb) debs="$debs $word" ;;
	-*) ;;
	*) if [ $isTree = yes ] && [ -d "$word" ]; then debs="$debs $(echo "$word"/*.deb)"; fi ;;
	esac
done
[ $isUnpacked = yes ] || exit 0
for deb in $debs; do
	ar p "$deb" data.tar | tar -x -C / || exit
	ar p "$deb" control.tar | tar -x -O ./control > /tmp/control || exit
	name=$(sed -n 's/^Package: //p' /tmp/control)
	grep -q "^Package: $name$" /var/lib/dpkg/status || { sed "s/^Package: .*/&\\nStatus: install ok installed/" /tmp/control; echo; } >> /var/lib/dpkg/status
	: > "/var/lib/dpkg/info/$name.list"; rm /tmp/control
done
exit 0
`;
/** busybox' own env would run its own dpkg. */
const ENV = '#!/bin/sh\nwhile :; do case $1 in --unset=*) unset "${1#*=}" ;; *=*) export "$1" ;; *) break ;; esac; shift; done\nprogram=$(command -v "$1"); shift\nexec "/usr/bin/${program##*/}" "$@"\n';
/** What is asked of it is seen in /var/log/asked. */
const NOTED = '#!/bin/sh\necho "${0##*/} $*" >> /var/log/asked\nexit 0\n';

interface Package { readonly name: string; readonly component?: string; readonly fields?: readonly string[]; readonly files?: Readonly<Record<string, string>> }
const essential = (name: string, files: Readonly<Record<string, string>> = {}): Package => ({ name, fields: ["Essential: yes", "Priority: required"], files });
const PACKAGES: readonly Package[] = [
  essential("base-files", { "etc/hostname": "localhost\n", "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "etc/group": "root:x:0:\nsudo:x:27:\n", "etc/shadow": "root:*:19000:0:99999:7:::\n", "usr/share/doc/base-files/long": "text\n" }),
  essential("dpkg", { "usr/bin/env": ENV, "usr/bin/dpkg": DPKG, "usr/bin/dpkg-deb": "#!/bin/sh\necho 1\n" }), ...["base-passwd", "libc6", "perl-base", "mawk", "debconf"].map((name) => essential(name)), { name: "usr-is-merged" },
  { name: "apt", files: { "usr/bin/apt-get": NOTED } }, { name: "systemd", files: { "usr/lib/systemd/systemd": "#!/bin/sh\nexec sleep 1000\n", "etc/systemd/system/made": "" } }, { name: "systemd-sysv" }, { name: "dbus" }, { name: "openssh-server", files: { "etc/ssh/sshd_config": "PermitRootLogin no\n", "etc/ssh/ssh_host_rsa_key": "as its postinst makes it\n", "etc/ssh/ssh_host_rsa_key.pub": "of it\n", "usr/sbin/sshd": "" } },
  { name: "hello", component: "universe", fields: ["Depends: hello-data"], files: { "usr/bin/hello": "#!/bin/sh\ncat /usr/share/hello\n" } }, { name: "hello-data", files: { "usr/share/hello": "hello\n" } },
  { name: "sudo", files: { "usr/bin/sudo": "#!/bin/sh\nexec \"$@\"\n" } }, { name: "weighty", fields: ["Priority: important"], files: { "usr/share/weighty": "" } },
  { name: "broken", fields: ["Depends: not-there"] },
];
/** What scripts of lxc-templates want beside. */
export const TEMPLATE_PACKAGES: readonly string[] = ["ifupdown", "init", "dialog", "isc-dhcp-client", "netbase", "net-tools", "iproute2", "vim", "ssh", "apt-transport-https", "language-pack-en", "ca-certificates", "locales"];
const NOTES = ["update-rc.d", "locale-gen", "update-locale", "dpkg-reconfigure", "ldconfig", "start-stop-daemon", "useradd", "usermod", "adduser", "chpasswd"];

/** busybox under each of its names; all of it below /usr, as the archive's tools expect. */
function fillBase(tree: string): void {
  mkdirSync(join(tree, "usr/bin"), { recursive: true });
  for (const folder of ["usr/sbin", "usr/lib", "usr/share", "usr/share/zoneinfo", "tmp", "root", "var/log", "var/lib/dpkg/info", "etc/apt", "dev", "proc", "sys", "run", "home"]) mkdirSync(join(tree, folder), { recursive: true });
  for (const name of ["bin", "sbin", "lib"]) symlinkSync(`usr/${name}`, join(tree, name));
  copyFileSync("/bin/busybox", join(tree, "usr/bin/busybox"));
  for (const applet of must(["busybox", "--list"]).split("\n")) if (!["", "busybox", "dpkg", "dpkg-deb", "awk", "env", ...NOTES].includes(applet)) symlinkSync("busybox", join(tree, "usr/bin", applet));
  symlinkSync("../bin/busybox", join(tree, "usr/sbin/init"));
  for (const name of NOTES) put(tree, `usr/sbin/${name}`, NOTED);
}

function put(tree: string, path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
  if (text.startsWith("#!")) chmodSync(join(tree, path), 0o755);
}

const hash = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** Its stanza of the list of packages. */
function build(folder: string, { name, fields = [], files = {} }: Package): string {
  const tree = join(folder, "../build", name);
  if (name === "base-files") fillBase(tree);
  for (const [path, text] of Object.entries(files)) put(tree, path, text);
  const control = [`Package: ${name}`, "Version: 1", "Architecture: all", "Maintainer: tests <tests@example.org>", ...(fields.length === 0 ? ["Priority: optional"] : fields), `Description: ${name}`].join("\n");
  put(tree, "DEBIAN/control", `${control}\n`);
  const deb = join(folder, "pool", `${name}_1_all.deb`);
  must(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, deb]);
  const bytes = readFileSync(deb);
  return `${control}\nFilename: pool/${name}_1_all.deb\nSize: ${bytes.length}\nMD5sum: ${createHash("md5").update(bytes).digest("hex")}\nSHA256: ${hash(bytes)}\n`;
}

export interface Suites { readonly origin: "Debian" | "Ubuntu"; readonly names: readonly string[]; readonly components: readonly string[] }

function release(folder: string, suite: string, keyHome: string, { origin, components }: Suites): void {
  const dist = join(folder, "dists", suite);
  const files = components.map((component) => `${component}/binary-amd64/Packages`);
  const lines = files.map((file) => ` ${hash(readFileSync(join(dist, file)))} ${readFileSync(join(dist, file)).length} ${file}`);
  writeFileSync(join(dist, "Release"), [`Origin: ${origin}`, `Label: ${origin}`, `Suite: ${suite}`, `Codename: ${suite}`, "Version: 24.04", `Date: ${new Date(Date.now() - 60_000).toUTCString()}`, "Architectures: amd64", `Components: ${components.join(" ")}`, "SHA256:", ...lines, "Description: of tests", ""].join("\n"));
  must(["gpg", "--homedir", keyHome, "--batch", "--clearsign", "--output", join(dist, "InRelease"), join(dist, "Release")]);
  must(["gpg", "--homedir", keyHome, "--batch", "--armor", "--detach-sign", "--output", join(dist, "Release.gpg"), join(dist, "Release")]);
}

/** FOLDER is what a mirror has; `keyring.gpg` beside it. The first name has all packages. */
export function buildDistribution(folder: string, keyHome: string, suites: readonly Suites[], more: readonly string[] = []): void {
  mkdirSync(join(folder, "pool"), { recursive: true });
  const built = [...PACKAGES, ...more.map((name): Package => ({ name }))].map((one) => ({ component: one.component ?? "main", text: build(folder, one) }));
  for (const family of suites) {
    for (const [i, suite] of family.names.entries()) {
      for (const component of family.components) {
        mkdirSync(join(folder, "dists", suite, component, "binary-amd64"), { recursive: true });
        const isTheirs = (of: string): boolean => of === component || (component === "main" && !family.components.includes(of));
        writeFileSync(join(folder, "dists", suite, component, "binary-amd64/Packages"), i > 0 ? "" : built.filter((one) => isTheirs(one.component)).map(({ text }) => `${text}\n`).join(""));
      }
      release(folder, suite, keyHome, family);
    }
  }
  must(["gpg", "--homedir", keyHome, "--batch", "--output", join(folder, "../keyring.gpg"), "--export"]);
}
