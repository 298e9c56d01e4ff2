// Owns the rules about the wall between container and host: what is not separated, what is handed in.
import { mountOptions } from "../../../linux/mount-flags.ts";
import type { Mount } from "../../../model/mount.ts";
import type { Rule, Sighting } from "../rule.ts";
import { sightedAt } from "../sight.ts";
import { isPrivileged, wholeFile, type View } from "../view.ts";

const HEAD = "lxc.rootfs.path = /srv/web\n";
const MAP = "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n";

interface Door { readonly path: RegExp; readonly isWritableOnly: boolean; readonly isPrivilegedOnly: boolean; readonly why: string }

/** Sockets behind which somebody does what he is told, as root. */
const SOCKET = /^\/(var\/)?run\/(docker|podman\/podman|containerd\/containerd|crio\/crio|libvirt\/libvirt-sock|incus\/unix|lxd\/unix)(\.socket|\.sock)?$|^\/var\/(snap\/lxd\/common|lib)\/(lxd|incus)\/unix\.socket$/;
const SYSTEM = /^\/(etc|boot|usr|bin|sbin|lib|lib32|lib64|root|var|opt|home)\/?$|^\/(etc|boot|root)\/.+|^\/usr\/(s?bin|lib|local)\/?$|^\/var\/(lib|spool)\/?$/;

const DOORS: Readonly<Record<"root" | "socket" | "system" | "devices" | "cgroup", Door>> = {
  root: { path: /^\/$/, isWritableOnly: false, isPrivilegedOnly: false, why: "the whole file system of the host" },
  socket: { path: SOCKET, isWritableOnly: false, isPrivilegedOnly: false, why: "the socket of a service that starts anything as root of the host; read-only does not help" },
  system: { path: SYSTEM, isWritableOnly: true, isPrivilegedOnly: true, why: "files of the host that its root runs or trusts" },
  devices: { path: /^\/dev\/?$|^\/dev\/(mem|kmem|port|kmsg|sd[a-z]+\d*|nvme\d+.*|vd[a-z]+\d*|dm-\d+|mapper\/.+)$/, isWritableOnly: false, isPrivilegedOnly: true, why: "devices of the host" },
  cgroup: { path: /^\/sys\/fs\/cgroup(\/.*)?$|^\/sys\/?$|^\/proc\/?$/, isWritableOnly: true, isPrivilegedOnly: true, why: "controls of the host's kernel" },
};

function* through(view: View, { path, isWritableOnly, isPrivilegedOnly, why }: Door): Generator<Sighting> {
  for (const mount of view.spec.mounts) {
    const options = mountOptions(mount.options);
    if (options.bind === "no" || options.isRemount || mount.isRelative || !path.test(mount.source) || (isWritableOnly && mount.options.includes("ro")) || (isPrivilegedOnly && !isPrivileged(view))) continue;
    // a sysfs path of the same name inside is what the kernel shows there anyway
    if (isSamePseudo(mount)) continue;
    yield sightedAt(mount.from, `the container gets ${why}${isWritableOnly ? ", and may write there" : ""}: '${mount.source}'`, { token: mount.source });
  }
}
const isSamePseudo = ({ source, target }: Mount): boolean => /^\/sys\/(kernel|fs\/fuse)\//.test(source) && source === `/${target}`;

function* whenPrivileged(view: View, find: () => Sighting | undefined): Generator<Sighting> {
  const found = isPrivileged(view) ? find() : undefined;
  if (found !== undefined) yield found;
}

function* openDevices(view: View): Generator<Sighting> {
  if (!isPrivileged(view)) return;
  for (const { value: { file, value }, from } of [...view.spec.cgroup.v1, ...view.spec.cgroup.v2]) {
    if (file !== "devices.allow") continue;
    const [type, number = "*:*", access = "rwm"] = value.trim().split(/\s+/);
    const isAll = type === "a" || ((type === "b" || type === "c") && number === "*:*" && /[rw]/.test(access));
    if (isAll) yield sightedAt(from, `the container may open ${type === "a" ? "every device" : type === "b" ? "every disk" : "every character device"} of the host`, { token: value });
  }
}

const GRAVE = ["sys_module", "sys_rawio", "mac_admin", "mac_override", "sys_time", "sys_boot"];

export const securityRules: readonly Rule[] = [
  {
    id: "net-missing", severity: "hint", sees: "A container without any network key.", why: "It has a network of its own with nothing but a loopback, as in LXC: it reaches nobody.", remedy: "add 'lxc.net.0.type = veth' and 'lxc.net.0.link = BRIDGE', or 'lxc.net.0.type = empty' to say that it is meant so",
    trips: `${HEAD}${MAP}`, passes: `${HEAD}${MAP}lxc.net.0.type = empty`,
    look: function* (view) { if (view.isWhole && view.spec.nics.length === 0 && view.spec.namespaces.share.net === undefined && view.spec.namespaces.keep?.some(({ value }) => value === "net") !== true) yield sightedAt(wholeFile(view, "lxc.net"), "no network is set: the container has none but its own loopback"); },
  },
  {
    id: "net-none", severity: "warning", sees: "An interface of type none.", why: "It does not mean no network, it means the host's: ports, addresses and firewall are shared.", remedy: "write empty for a container without a network",
    trips: "lxc.net.0.type = none", passes: "lxc.net.0.type = empty",
    look: function* (view) { for (const nic of view.spec.nics) if (nic.type === "none" && view.spec.nics.every(({ type }) => type === "none")) yield sightedAt(nic.from, "the container shares the host's network", { token: "none" }); },
  },
  {
    id: "namespace-kept", severity: "warning", sees: "`lxc.namespace.keep` with pid, ipc, mnt or net.", why: "Without a namespace of its own the container sees and signals the host's processes, its shared memory, its mounts or its network.", remedy: "keep only what the container needs",
    trips: "lxc.namespace.keep = pid", passes: "lxc.namespace.keep = uts",
    look: function* (view) { for (const { value, from } of view.spec.namespaces.keep ?? []) if (["pid", "ipc", "mnt", "net"].includes(value)) yield sightedAt(from, `the container shares the ${value} namespace of whoever starts it`, { token: value }); },
  },
  {
    id: "mount-auto-writable", severity: "warning", sees: "`proc:rw`, `sys:rw` or `cgroup:rw` for a privileged container.", why: "What is writable there changes the host: /proc/sys, /sys, the limits.", remedy: "write mixed instead of rw",
    trips: `${HEAD}lxc.mount.auto = proc:rw`, passes: `${HEAD}lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed`,
    look: function* (view) {
      const { proc, sys, cgroup } = view.spec.autoMounts;
      if (!isPrivileged(view)) return;
      for (const [name, auto] of [["proc", proc], ["sys", sys]] as const) if (auto?.mode === "rw") yield sightedAt(auto.from, `'${name}:rw' lets root inside write to the host's /${name}`, { token: `${name}:rw` });
      if (cgroup?.mode === "rw" && /cgroup[\w-]*:rw/.test(view.settings.byRow.get("lxc.mount.auto")?.map(({ text }) => text).join(" ") ?? "")) yield sightedAt(cgroup.from, "'cgroup:rw' lets root inside change its own limits", { token: "cgroup:rw" });
    },
  },
  {
    id: "apparmor-unconfined", severity: "warning", sees: "AppArmor turned off for a privileged container.", why: "Root inside may mount, and write to parts of /proc and /sys that harm the host.", remedy: "leave lxc.apparmor.profile out, or write 'generated'",
    trips: `${HEAD}lxc.apparmor.profile = unconfined`, passes: `${HEAD}${MAP}lxc.apparmor.profile = unconfined`,
    look: (view) => whenPrivileged(view, () => { const profile = view.spec.security.apparmorProfile; return profile?.value !== "unconfined" || view.facts?.host.lsms.includes("apparmor") === false ? undefined : sightedAt(profile.from, "a privileged container without AppArmor", { token: "unconfined" }); }),
  },
  {
    id: "capabilities-all", severity: "warning", sees: "A privileged container that drops no capability.", why: "Root inside may load kernel modules and set the clock of the host.", remedy: "add 'lxc.cap.drop = mac_admin mac_override sys_time sys_module sys_rawio', or include common.conf",
    trips: HEAD, passes: `${HEAD}lxc.cap.drop = mac_admin mac_override sys_time sys_module sys_rawio`,
    look: (view) => whenPrivileged(view, () => (view.isWhole && view.spec.security.capDrop.length === 0 && view.spec.security.capKeep === undefined ? sightedAt(wholeFile(view, "lxc.cap.drop"), "no capability is dropped: root inside has all of the host's") : undefined)),
  },
  {
    id: "capability-grave", severity: "warning", sees: "A privileged container that keeps sys_module, sys_rawio, sys_time, sys_boot, mac_admin or mac_override.", why: "With one of them root inside takes the kernel of the host.", remedy: "take it out of lxc.cap.keep",
    trips: `${HEAD}lxc.cap.keep = chown sys_module`, passes: `${HEAD}lxc.cap.keep = chown setuid setgid`,
    look: function* (view) { for (const { value, from } of isPrivileged(view) ? view.spec.security.capKeep ?? [] : []) if (GRAVE.includes(value)) yield sightedAt(from, `'${value}' reaches the host's kernel`, { token: value }); },
  },
  {
    id: "seccomp-missing", severity: "warning", sees: "A privileged container without a seccomp policy.", why: "Calls that load modules, start another kernel or open files by handle are not refused.", remedy: "add 'lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp', or include common.conf",
    trips: HEAD, passes: `${HEAD}lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp`,
    look: (view) => whenPrivileged(view, () => (view.isWhole && (view.spec.security.seccompProfile?.value ?? "") === "" ? sightedAt(wholeFile(view, "lxc.seccomp.profile"), "lxc.seccomp.profile is not set: every system call is allowed") : undefined)),
  },
  {
    id: "bind-host-root", severity: "warning", sees: "The host's / bound into the container.", why: "All files of the host lie inside, those of other containers too.", remedy: "bind the directory that is needed",
    trips: "lxc.mount.entry = / mnt/host none bind,create=dir 0 0", passes: "lxc.mount.entry = /srv mnt/srv none bind,create=dir 0 0", look: (view) => through(view, DOORS.root),
  },
  {
    id: "bind-control-socket", severity: "warning", sees: "The socket of Docker, Podman, containerd, libvirt, LXD or Incus bound into the container.", why: "Who may write to it starts anything as root of the host. A read-only bind does not keep anybody from writing to a socket.", remedy: "give the container a service of its own (nesting)",
    trips: "lxc.mount.entry = /var/run/docker.sock var/run/docker.sock none bind,create=file 0 0", passes: "lxc.mount.entry = /run/mysqld run/mysqld none bind,create=dir 0 0", look: (view) => through(view, DOORS.socket),
  },
  {
    id: "bind-system-writable", severity: "warning", sees: "A directory of the host's system bound writable into a privileged container.", why: "Root inside changes programs, passwords or keys of the host.", remedy: "add 'ro', or an id map",
    trips: `${HEAD}lxc.mount.entry = /etc mnt/etc none bind,create=dir 0 0`, passes: `${HEAD}lxc.mount.entry = /etc mnt/etc none bind,ro,create=dir 0 0`, look: (view) => through(view, DOORS.system),
  },
  {
    id: "bind-host-devices", severity: "warning", sees: "The host's /dev, a disk or its memory bound into a privileged container.", why: "Root inside reads and writes below every file system.", remedy: "bind the one device that is needed, and allow it by lxc.cgroup2.devices.allow",
    trips: `${HEAD}lxc.mount.entry = /dev/sda dev/sda none bind,create=file 0 0`, passes: `${HEAD}lxc.mount.entry = /dev/dri dev/dri none bind,create=dir 0 0`, look: (view) => through(view, DOORS.devices),
  },
  {
    id: "bind-kernel-controls", severity: "warning", sees: "The host's /sys, /proc or /sys/fs/cgroup bound writable into a privileged container.", why: "Root inside changes the host's kernel, or the limits of other containers.", remedy: "use lxc.mount.auto",
    trips: `${HEAD}lxc.mount.entry = /sys/fs/cgroup sys/fs/cgroup none bind 0 0`, passes: `${HEAD}lxc.mount.auto = cgroup:mixed`, look: (view) => through(view, DOORS.cgroup),
  },
  {
    id: "devices-all", severity: "warning", sees: "A device rule that allows a privileged container every device, or every disk.", why: "Root inside makes the node and opens the host's disk.", remedy: "allow single devices, as common.conf does",
    trips: `${HEAD}lxc.cgroup2.devices.allow = a`, passes: `${HEAD}lxc.cgroup2.devices.allow = c 1:3 rwm\nlxc.cgroup2.devices.allow = b *:* m`, look: openDevices,
  },
  {
    id: "no-new-privs-off", severity: "hint", sees: "A privileged container whose init is not root, without `lxc.no_new_privs`.", why: "A setuid program inside gives root back to it.", remedy: "add 'lxc.no_new_privs = 1' if nothing inside needs setuid programs",
    trips: `${HEAD}lxc.init.uid = 1000`, passes: `${HEAD}lxc.init.uid = 1000\nlxc.no_new_privs = 1`,
    look: (view) => whenPrivileged(view, () => { const { uid } = view.spec.init; return uid.value === 0 || uid.from.kind === "default" || view.spec.security.noNewPrivs?.value === true ? undefined : sightedAt(uid.from, `init runs as ${uid.value}, and setuid programs inside may still make it root`, { token: String(uid.value) }); }),
  },
  {
    id: "rootfs-is-host", severity: "error", sees: "`lxc.rootfs.path = /`.", why: "The container boots on the host's own files.", remedy: "name a directory with a root file system of its own",
    trips: "lxc.rootfs.path = /", passes: HEAD,
    look: function* (view) { const { rootfs } = view.spec; if (rootfs !== undefined && /^\/+$/.test(rootfs.path)) yield sightedAt(rootfs.from, "the container's root is the host's", { token: "/" }); },
  },
];
