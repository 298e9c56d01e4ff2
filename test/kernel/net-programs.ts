// Owns Debian's programs that tests meet only in a room: firewalls, Open vSwitch. They are unpacked over the room's own /usr and
// /etc, with what their maintainers' scripts would do there; nothing is installed on the machine, and nothing of them stays.
import { spawnSync } from "node:child_process";
import { debFiles } from "./debian-files.ts";
import { must } from "./net-room.ts";
import type { Room } from "./net-room.ts";

/** Its own /usr and /etc, which what is on the machine lies below. */
export function coverRoom({ into }: Room): void {
  must(into, ["mkdir -p /run/over; mount -t tmpfs tmpfs /run/over", ...["usr", "etc"].map((name) => `mkdir /run/over/${name} /run/over/${name}.work; mount -t overlay overlay -o lowerdir=/${name},upperdir=/run/over/${name},workdir=/run/over/${name}.work /${name}`)].join("; "));
}

const SETTLE = `
for name in iptables ip6tables; do for end in '' -restore -save; do [ ! -e /usr/sbin/$name-nft$end ] || ln -sf $name-nft$end /usr/sbin/$name$end; done; done
[ ! -d /usr/share/ufw ] || { cp /usr/share/ufw/iptables/*.rules /usr/share/ufw/*.init /etc/ufw; cp -n /usr/share/ufw/ufw.conf /etc/ufw; chmod 640 /etc/ufw/*.rules /etc/ufw/*.init; }
[ ! -d /usr/lib/openvswitch-switch ] || ln -sf /usr/lib/openvswitch-switch/ovs-vswitchd /usr/sbin/ovs-vswitchd
[ ! -e /usr/bin/dbus-daemon ] || grep -q ^messagebus: /etc/passwd || { echo messagebus:x:988:988::/nonexistent:/usr/sbin/nologin >> /etc/passwd; echo messagebus:x:988: >> /etc/group; }
mount -t tmpfs tmpfs /var/cache/ldconfig; ldconfig; umount /var/cache/ldconfig`;

/** The room has a cover. */
export function unpackInto({ into }: Room, packages: readonly string[]): void {
  // without their `./`, for which tar would close the machine's own / for a moment
  const unpack = (file: string): string => `dpkg-deb --fsys-tarfile ${file} | tar -x -C / --strip-components=1 --no-overwrite-dir --keep-directory-symlink --exclude=./var --exclude=./run --exclude=./usr/share/doc --exclude=./usr/share/man`;
  const missing = debFiles(packages);
  const { status, stderr } = spawnSync(into[0] ?? "", [...into.slice(1), "sh", "-ec", [...missing.map(unpack), SETTLE].join("\n")], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${packages.join(", ")}: ${stderr}`);
}
