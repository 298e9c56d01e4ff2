// Owns the Debian images whose init is sysvinit or OpenRC, for tests: made once, both in one run, kept beside the one with systemd.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { defaultCacheDir, osRelease, writeSources } from "../src/images/debian.ts";

export type OldInit = "sysvinit" | "openrc";
/** Changes when what is in the archives does. */
const RECIPE = 1;

/** What Debian's own template for containers does: a getty on the console, power off for SIGPWR, nothing that is about the machine.
 * Of a privileged container `umountroot` and `checkroot` would remount the host's file system. */
const SETTLE = `
rm -f "$1/etc/hostname" "$1/etc/resolv.conf"
sed -i -e 's,^pf:.*,pf::powerwait:/sbin/shutdown -h now,' -e '/^[2-6]:23.*getty/d' -e 's,^1:2345.*,1:2345:respawn:/sbin/getty --noclear 38400 console,' "$1/etc/inittab"
for script in checkroot.sh checkroot-bootclean.sh checkfs.sh umountroot umountfs umountnfs.sh hwclock.sh swap mount-configfs cgroups; do
  [ ! -e "$1/etc/init.d/$script" ] || printf '#!/bin/sh\\n%s\\nexit 0\\n' "$(sed -n '/^### BEGIN INIT INFO/,/^### END INIT INFO/p' "$1/etc/init.d/$script")" > "$1/etc/init.d/$script"
done
[ ! -e "$1/etc/rc.conf" ] || printf 'rc_sys="lxc"\\nrc_controller_cgroups="NO"\\n' >> "$1/etc/rc.conf"
`;

/** The first hook keeps the root with sysvinit; then OpenRC takes the place of its scripts. */
const hook = (scratch: string): string => `set -e
sh "${scratch}/settle" "$1"
tar -C "$1" --one-file-system --exclude=./proc/* --exclude=./sys/* --exclude=./dev/* --exclude=./var/lib/apt/lists/* --exclude=./var/cache/apt/* -cf "${scratch}/sysvinit.tar" .
rm -f "$1"/var/cache/apt/archives/*.deb "$1/etc/init.d/rc" "$1/etc/init.d/rcS"
APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get --yes --download-only install openrc > /dev/null
chroot "$1" sh -c 'dpkg --force-confnew,confmiss --auto-deconfigure -i /var/cache/apt/archives/*.deb > /dev/null && rm -f /var/cache/apt/archives/*.deb'
sh "${scratch}/settle" "$1"
`;

function make(folder: string, suite: string, paths: Readonly<Record<OldInit, string>>): void {
  const scratch = `${folder}/inits.making.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  try {
    writeFileSync(`${scratch}/settle`, SETTLE);
    writeFileSync(`${scratch}/hook`, `#!/bin/sh\n${hook(scratch)}`, { mode: 0o755 });
    const args = [
      "--mode=root", "--variant=essential", "--include=sysvinit-core,sysv-rc", "--format=tar", "--aptopt=APT::Install-Recommends \"false\"",
      ...["doc", "man", "locale"].map((part) => `--dpkgopt=path-exclude=/usr/share/${part}/*`), `--customize-hook=${scratch}/hook`, suite, `${scratch}/openrc.tar`, ...writeSources(scratch, suite),
    ];
    const { status, stderr } = spawnSync("mmdebstrap", args, { encoding: "utf8", cwd: "/", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8", HOME: "/root" } });
    if (status !== 0) throw new Error(`mmdebstrap: ${stderr}`);
    for (const init of ["sysvinit", "openrc"] as const) renameSync(`${scratch}/${init}.tar`, paths[init]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Paths of the archives. */
export function initImages(): Readonly<Record<OldInit, string>> {
  const suite = osRelease("VERSION_CODENAME") ?? "bookworm";
  const folder = defaultCacheDir();
  const path = (init: OldInit): string => `${folder}/debian-${suite}-${process.arch}-${init}-${RECIPE}.tar`;
  const paths = { sysvinit: path("sysvinit"), openrc: path("openrc") };
  if (!existsSync(paths.sysvinit) || !existsSync(paths.openrc)) make(folder, suite, paths);
  return paths;
}
