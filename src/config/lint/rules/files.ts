// Owns the rules that look at files: what a config names and is not there, is of the wrong kind, or is open to others.
import type { HostPath, InsidePath } from "../../../model/lint-facts.ts";
import type { Mount } from "../../../model/mount.ts";
import type { Rule, Sighting } from "../rule.ts";
import { eachLine, sighted, sightedAt } from "../sight.ts";
import { wholeFile, type View } from "../view.ts";
import { isHostBind } from "../wanted.ts";
import { hookLines } from "./process.ts";

const HEAD = "lxc.rootfs.path = /srv/web\n";
const FILE: HostPath = { kind: "file", uid: 0, isExecutable: true };
const DIRECTORY: HostPath = { kind: "directory", uid: 0, isExecutable: true };
const within = (kind: InsidePath["kind"], more: Partial<InsidePath> = {}): InsidePath => ({ kind, isExecutable: true, resolved: "x", ...more });

type Seen = Exclude<HostPath, { readonly kind: "missing" | "hidden" }>;
const isThere = (path: HostPath | undefined): path is Seen => path !== undefined && path.kind !== "missing" && path.kind !== "hidden";

function* eachMount(view: View, find: (mount: Mount, source: HostPath | undefined, target: InsidePath | undefined) => Sighting | undefined): Generator<Sighting> {
  if (view.facts === undefined) return;
  const { files, inside } = view.facts;
  for (const mount of view.spec.mounts) {
    const found = find(mount, isHostBind(mount) ? files[mount.source] : undefined, inside[mount.target]);
    if (found !== undefined) yield found;
  }
}

/** Places that are filled when the container starts: what the root file system has there does not count. */
function isMadeAtStart(view: View, mount: Mount): boolean {
  const { spec } = view;
  const [first = ""] = mount.target.split("/");
  const isAutomatic = (first === "dev" && spec.hasAutodev.value) || (first === "proc" && spec.autoMounts.proc !== undefined) || (first === "sys" && spec.autoMounts.sys !== undefined);
  const hasHooks = ["pre-mount", "mount", "autodev", "pre-start"].some((name) => hookLines(view).some((hook) => hook.name === name));
  return isAutomatic || hasHooks || spec.mounts.some((other) => other !== mount && (mount.target.startsWith(`${other.target}/`) || other.target === mount.target || (other.create !== undefined && other.target.startsWith(`${mount.target}/`))));
}

function* hooks(view: View): Generator<Sighting> {
  const { facts } = view;
  if (facts === undefined) return;
  for (const { program, from, name } of hookLines(view)) {
    const path = name === "start" ? facts.inside[program] : facts.files[program];
    if (path === undefined || path.kind === "hidden") continue;
    const where = name === "start" ? " in the container's root" : "";
    if (path.kind === "missing") yield sightedAt(from, `'${program}' does not exist${where}`, { token: program });
    else if (path.kind !== "file") yield sightedAt(from, `'${program}' is no file`, { token: program });
    else if (!path.isExecutable) yield sightedAt(from, `'${program}' is not executable`, { token: program, remedy: `chmod +x ${program}` });
  }
}

function* openFiles(view: View): Generator<Sighting> {
  if (view.facts === undefined) return;
  const { files } = view.facts;
  const open = (path: string): { readonly path: string; readonly who: string } | undefined => { const found = files[path]; return isThere(found) ? found.openTo : undefined; };
  const config = view.isWhole ? open(view.main) : undefined;
  if (config !== undefined) yield sightedAt(wholeFile(view, "config"), `${config.who} may change '${config.path}', and so what this config says`);
  for (const { program, from, name } of hookLines(view)) {
    const found = name === "start" ? undefined : open(program);
    if (found !== undefined) yield sightedAt(from, `${found.who} may change '${found.path}', and so what this hook does`, { token: program });
  }
  const { rootfs } = view.spec;
  const found = rootfs === undefined ? undefined : open(rootfs.path);
  if (rootfs !== undefined && found !== undefined) yield sightedAt(rootfs.from, `${found.who} may change '${found.path}', and so put another root file system there`, { token: rootfs.path });
}

export const fileRules: readonly Rule[] = [
  {
    id: "bind-source-missing", severity: "error", needsHost: true, sees: "A bind whose source is not there, without the option optional.", why: "The start fails.", remedy: "make it, correct the path, or add 'optional'",
    trips: { text: "lxc.mount.entry = /data data none bind,create=dir 0 0", where: "there is no /data", host: { files: { "/data": { kind: "missing" } } } }, passes: { text: "lxc.mount.entry = /data data none bind,optional,create=dir 0 0", where: "there is no /data", host: { files: { "/data": { kind: "missing" } } } },
    look: (view) => eachMount(view, (mount, source) => (source?.kind === "missing" && !mount.isOptional && !view.spec.hooks["pre-start"] ? sightedAt(mount.from, `the source '${mount.source}' does not exist`, { token: mount.source }) : undefined)),
  },
  {
    id: "bind-create-kind", severity: "error", needsHost: true, sees: "`create=dir` for a source that is a file, or `create=file` for a directory.", why: "A file can only be bound on a file, a directory on a directory: the start fails.", remedy: "write the other one",
    trips: { text: "lxc.mount.entry = /etc/hosts etc/hosts none bind,ro,create=dir 0 0", where: "/etc/hosts is a file", host: { files: { "/etc/hosts": FILE } } }, passes: { text: "lxc.mount.entry = /etc/hosts etc/hosts none bind,ro,create=file 0 0", where: "/etc/hosts is a file", host: { files: { "/etc/hosts": FILE } } },
    look: (view) => eachMount(view, (mount, source) => {
      if (!isThere(source) || mount.create === undefined || (mount.create === "dir") === (source.kind === "directory")) return undefined;
      return sightedAt(mount.from, `'${mount.source}' is ${source.kind === "directory" ? "a directory" : "no directory"}, 'create=${mount.create}' makes ${mount.create === "dir" ? "one" : "a file"}`, { token: `create=${mount.create}`, remedy: `write create=${mount.create === "dir" ? "file" : "dir"}` });
    }),
  },
  {
    id: "bind-kinds-differ", severity: "error", needsHost: true, sees: "A directory bound on a file of the container's root, or a file on a directory.", why: "The kernel refuses it: the start fails.", remedy: "choose another target",
    trips: { text: `${HEAD}lxc.mount.entry = /data etc/motd none bind 0 0`, where: "/data is a directory and /srv/web/etc/motd a file", host: { files: { "/data": DIRECTORY }, inside: { "etc/motd": within("file") } } }, passes: { text: `${HEAD}lxc.mount.entry = /data srv none bind 0 0`, where: "/data and /srv/web/srv are directories", host: { files: { "/data": DIRECTORY }, inside: { srv: within("directory") } } },
    look: (view) => eachMount(view, (mount, source, target) => {
      if (!isThere(source) || mount.isOptional || target === undefined || target.kind === "missing" || target.kind === "hidden" || (source.kind === "directory") === (target.kind === "directory") || isMadeAtStart(view, mount)) return undefined;
      return sightedAt(mount.from, `'${mount.source}' is ${source.kind === "directory" ? "a directory" : "no directory"}, '${mount.target}' in the container's root is ${target.kind === "directory" ? "one" : "none"}`, { token: mount.target });
    }),
  },
  {
    id: "mount-target-missing", severity: "error", needsHost: true, sees: "A mount on a target that the container's root does not have, without create= and optional.", why: "The start fails.", remedy: "add 'create=dir' or 'create=file'",
    trips: { text: `${HEAD}lxc.mount.entry = /data data none bind 0 0`, where: "/srv/web has no data", host: { inside: { data: within("missing") } } }, passes: { text: `${HEAD}lxc.mount.entry = /data data none bind,create=dir 0 0`, where: "/srv/web has no data", host: { inside: { data: within("missing") } } },
    look: (view) => eachMount(view, (mount, _, target) => (target?.kind === "missing" && mount.create === undefined && !mount.isOptional && !mount.options.includes("remount") && !isMadeAtStart(view, mount) ? sightedAt(mount.from, `'${mount.target}' does not exist in the container's root`, { token: mount.target }) : undefined)),
  },
  {
    id: "mount-target-symlink", severity: "warning", needsHost: true, sees: "A mount target that leads through a symbolic link of the container's root.", why: "LXC refuses to follow it. Berth follows it inside the root, so the mount is where the link leads, and whoever changes the link changes that.", remedy: "write the path that the link leads to",
    trips: { text: `${HEAD}lxc.mount.entry = tmpfs var/run tmpfs defaults 0 0`, where: "/srv/web/var/run is a link to /run", host: { inside: { "var/run": within("directory", { resolved: "run", link: { path: "var/run", target: "/run" } }) } } }, passes: { text: `${HEAD}lxc.mount.entry = tmpfs run tmpfs defaults 0 0`, where: "/srv/web/run is a directory", host: { inside: { run: within("directory", { resolved: "run" }) } } },
    look: (view) => eachMount(view, (mount, _, target) => (target?.link === undefined || isMadeAtStart(view, mount) ? undefined : sightedAt(mount.from, `'${target.link.path}' in the container's root is a link to '${target.link.target}'`, { token: mount.target, ...(target.kind === "missing" || target.kind === "hidden" ? {} : { remedy: `write '${target.resolved}'` }) }))),
  },
  {
    id: "init-missing", severity: "error", needsHost: true, sees: "An `lxc.init.cmd` that the container's root does not have, or that is not executable there.", why: "The start fails.", remedy: "correct lxc.init.cmd, or install an init in the container's root",
    trips: { text: `${HEAD}lxc.init.cmd = /sbin/inti`, where: "/srv/web/sbin/inti does not exist", host: { inside: { "/sbin/inti": within("missing"), "sbin/init": within("file") } } }, passes: { text: HEAD, where: "/srv/web/sbin/init is there", host: { inside: { "/sbin/init": within("file") } } },
    look: function* (view) {
      const { cmd } = view.spec.init;
      const [program = ""] = cmd.value;
      const found = view.facts?.inside[program];
      const why = found === undefined || found.kind === "hidden" ? undefined : found.kind === "missing" ? "does not exist" : found.kind !== "file" ? "is no file" : found.isExecutable ? undefined : "is not executable";
      const isMounted = view.spec.mounts.some(({ target }) => program.startsWith(`/${target}/`) || target.startsWith("usr"));
      if (why !== undefined && !isMounted) yield sightedAt(cmd.from.kind === "config" ? cmd.from : view.spec.rootfs?.from ?? wholeFile(view, "lxc.init.cmd"), `'${program}' ${why} in the container's root`, { token: cmd.from.kind === "config" ? program : view.spec.rootfs?.path ?? "" });
    },
  },
  {
    id: "hook-unusable", severity: "error", needsHost: true, sees: "A hook whose program is missing or not executable.", why: "The hook fails, and with it the start; a stop or destroy hook fails later.", remedy: "correct the path",
    trips: { text: "lxc.hook.pre-start = /etc/lxc/prepare", where: "there is no /etc/lxc/prepare", host: { files: { "/etc/lxc/prepare": { kind: "missing" } } } }, passes: { text: "lxc.hook.pre-start = /etc/lxc/prepare", where: "/etc/lxc/prepare is a program", host: { files: { "/etc/lxc/prepare": FILE } } }, look: hooks,
  },
  {
    id: "file-open-to-others", severity: "warning", needsHost: true, sees: "A config, a hook or a root file system that somebody else than its owner and root may change, or a directory above it.", why: "Who changes it chooses what runs when the container starts, as the user who starts it.", remedy: "take the right to write away: chmod go-w, chown",
    trips: { text: "lxc.hook.pre-start = /srv/hooks/prepare", where: "everybody may write to /srv/hooks", host: { files: { "/srv/hooks/prepare": { kind: "file", uid: 0, isExecutable: true, openTo: { path: "/srv/hooks", who: "everybody" } } } } }, passes: { text: "lxc.hook.pre-start = /etc/lxc/prepare", where: "only root may write to /etc/lxc", host: { files: { "/etc/lxc/prepare": FILE } } }, look: openFiles,
  },
  {
    id: "include-directory-missing", severity: "hint", needsHost: true, sees: "An `lxc.include` of a directory that does not exist.", why: "It is passed over; if the name is a slip, nothing says so.", remedy: "make the directory, or take the line out",
    trips: { text: "lxc.include = /etc/lxc/web.d/", where: "there is no /etc/lxc/web.d", host: { files: { "/etc/lxc/web.d/": { kind: "missing" } } } }, passes: { text: "lxc.include = /etc/lxc/web.d/", where: "/etc/lxc/web.d is a directory", host: { files: { "/etc/lxc/web.d/": DIRECTORY } } },
    look: (view) => eachLine(view, (line) => (line.key === "lxc.include" && view.facts?.files[line.value]?.kind === "missing" && !line.value.startsWith("/usr/share/lxc/") ? sighted(line, `the directory '${line.value}' does not exist`, { token: line.value }) : undefined)),
  },
];
