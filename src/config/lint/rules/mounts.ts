// Owns the rules about mount entries, by their text: options that do not give what is meant, targets that hide each other.
import { mountOptions } from "../../../linux/mount-flags.ts";
import type { Mount } from "../../../model/mount.ts";
import { nearest } from "../../nearest.ts";
import type { Rule, Sighting } from "../rule.ts";
import { becomes, fromLoader, lineAt, sightedAt, withValue } from "../sight.ts";
import type { View } from "../view.ts";

const FLAG_WORDS = ["bind", "rbind", "ro", "rw", "nosuid", "nodev", "noexec", "noatime", "relatime", "nodiratime", "strictatime", "nosymfollow", "private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable", "optional", "create=dir", "create=file", "relative", "remount", "move"];
const isBind = (mount: Mount): boolean => mountOptions(mount.options).bind !== "no";

/** The line with another list of options. */
function withOptions(view: View, mount: Mount, change: (options: string) => string): ReturnType<typeof becomes> {
  const line = lineAt(view, mount.from);
  const field = line === undefined ? undefined : /^(\S+\s+\S+\s+\S+\s+)(\S+)(.*)$/.exec(line.value);
  return line === undefined || field === null || field === undefined ? [] : becomes(line, withValue(line, `${field[1] ?? ""}${change(field[2] ?? "")}${field[3] ?? ""}`));
}
const optionField = (view: View, mount: Mount): string => /^\S+\s+\S+\s+\S+\s+(\S+)/.exec(lineAt(view, mount.from)?.value ?? "")?.[1] ?? "";

function* each(view: View, find: (mount: Mount) => Sighting | undefined): Generator<Sighting> {
  for (const mount of view.spec.mounts) {
    const found = find(mount);
    if (found !== undefined) yield found;
  }
}

const READ_ONLY = /\bread[- ]?only\b|\(ro\)|\bro\b/i;
const OTHERWISE = /\bnot\b|\bwrit|\brw\b|read[- ]?write|\bno longer\b|\bunless\b/i;

/** The comment lines right above, and a comment behind the options. */
function commentsOf(view: View): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let above = "";
  for (const { line } of view.lines) {
    if (line.kind === "comment") { above += ` ${line.text}`; continue; }
    if (line.key === "lxc.mount.entry") found.set(`${line.file}:${line.line}`, `${above} ${/\s(#.*)$/.exec(line.value)?.[1] ?? ""}`);
    above = "";
  }
  return found;
}

function saidReadOnly(view: View): Iterable<Sighting> {
  const comments = commentsOf(view);
  return each(view, (mount) => {
    const comment = comments.get(`${mount.from.file}:${mount.from.line}`) ?? "";
    if (mount.options.includes("ro") || !isBind(mount) || !READ_ONLY.test(comment) || OTHERWISE.test(comment)) return undefined;
    return sightedAt(mount.from, `the comment says read-only, but without 'ro' the container may write to '${mount.source}'`, { token: optionField(view, mount), remedy: "add 'ro' to the options", fix: withOptions(view, mount, (options) => `${options},ro`) });
  });
}

const OPPOSITES = [["ro", "rw"], ["nosuid", "suid"], ["nodev", "dev"], ["noexec", "exec"], ["create=dir", "create=file"]] as const;

/** `a/b/c`: itself and what is above it. */
const ancestry = (path: string): readonly string[] => path.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"));

/** Mounts that a later one lies upon, or covers from above. */
function* hidden(view: View): Generator<Sighting> {
  const below = new Map<string, Set<Mount>>();
  for (const mount of view.spec.mounts) {
    if (mount.options.some((word) => word === "remount" || word === "move") || mount.isOptional) continue;
    for (const first of below.get(mount.target) ?? []) {
      // a layer upon what it shows is meant
      if (mount.fstype !== "overlay" && first.source !== mount.source) yield sightedAt(first.from, `the mount on '${first.target}' is hidden: ${mount.from.line === undefined ? "a later entry" : `line ${mount.from.line}`} mounts '${mount.source}' on '${mount.target}'`, { token: first.target });
    }
    below.delete(mount.target);
    for (const path of ancestry(mount.target)) below.set(path, (below.get(path) ?? new Set()).add(mount));
  }
}

const AUTO = [["proc", "proc"], ["sys", "sysfs"]] as const;

function* overAutomatic(view: View): Generator<Sighting> {
  for (const [target, fstype] of AUTO) {
    const auto = view.spec.autoMounts[target];
    const mount = view.spec.mounts.find((one) => one.target === target && one.fstype === fstype);
    if (auto !== undefined && auto.mode !== "rw" && mount !== undefined) yield sightedAt(mount.from, `this ${fstype} lies upon the one of lxc.mount.auto, whose read-only parts are gone with it`, { token: target, remedy: "take the line out" });
  }
}

export const mountRules: readonly Rule[] = [
  {
    id: "bind-missing", severity: "error", sees: "A mount of type none that is no bind, no move and no change of another mount.", why: "There is no file system of that name: the start fails.", remedy: "add 'bind' to the options",
    trips: "lxc.mount.entry = /srv srv none ro,create=dir 0 0", passes: "lxc.mount.entry = /srv srv none bind,ro,create=dir 0 0",
    look: (view) => each(view, (mount) => {
      const options = mountOptions(mount.options);
      if ((mount.fstype !== "none" && mount.fstype !== "bind") || options.bind !== "no" || options.isMove || options.isRemount || options.propagation !== 0) return undefined;
      return sightedAt(mount.from, `'${mount.fstype}' is no file system, and the options do not say bind`, { token: optionField(view, mount) || mount.source, fix: withOptions(view, mount, (words) => `bind,${words}`) });
    }),
  },
  {
    id: "bind-not-read-only", severity: "warning", sees: "A bind that its comment calls read-only, and whose options do not.", why: "Without `ro` a bind is writable: `defaults,bind` is, too.", remedy: "add 'ro' to the options, or correct the comment",
    trips: "# the host's documents, read-only\nlxc.mount.entry = /srv/doc srv/doc none defaults,bind,create=dir 0 0", passes: "# the host's documents, read-only\nlxc.mount.entry = /srv/doc srv/doc none bind,ro,create=dir 0 0", look: saidReadOnly,
  },
  {
    id: "rbind-read-only", severity: "warning", sees: "`rbind` together with `ro`.", why: "Only the topmost mount becomes read-only; file systems mounted below the source stay writable.", remedy: "use 'bind', or add an entry with ro for each file system below",
    trips: "lxc.mount.entry = /srv srv none rbind,ro,create=dir 0 0", passes: "lxc.mount.entry = /srv srv none bind,ro,create=dir 0 0",
    look: (view) => each(view, (mount) => {
      if (!mount.options.includes("ro") || mountOptions(mount.options).bind !== "rbind") return undefined;
      const below = view.facts?.mountpoints.filter((path) => path.startsWith(`${mount.source.replace(/\/+$/, "")}/`));
      if (below?.length === 0) return undefined;
      return sightedAt(mount.from, `only '${mount.source}' itself becomes read-only${below?.[0] === undefined ? ", not what is mounted below it" : `, '${below[0]}' stays writable`}`, { token: optionField(view, mount) });
    }),
  },
  {
    id: "mount-options-contradict", severity: "warning", sees: "Options that take each other back: ro and rw, nosuid and suid.", why: "The later one wins.", remedy: "keep one of them",
    trips: "lxc.mount.entry = /srv srv none bind,ro,rw 0 0", passes: "lxc.mount.entry = /srv srv none bind,ro 0 0",
    look: (view) => each(view, (mount) => {
      const words = optionField(view, mount).split(",");
      const [pair] = OPPOSITES.filter(([one, other]) => words.includes(one) && words.includes(other));
      return pair === undefined ? undefined : sightedAt(mount.from, `'${pair[0]}' and '${pair[1]}' exclude each other, '${words.findLast((word) => word === pair[0] || word === pair[1]) ?? ""}' wins`, { token: words.join(",") });
    }),
  },
  {
    id: "bind-option-unknown", severity: "warning", sees: "An option of a bind that is no mount option.", why: "A bind has no file system of its own that could take it: it is silently ignored, also where it is a typo of `ro`.", remedy: "correct it, or take it out",
    trips: "lxc.mount.entry = /srv srv none bind,reado 0 0", passes: "lxc.mount.entry = tmpfs tmp tmpfs size=10m 0 0",
    look: (view) => each(view, (mount) => {
      const [word] = isBind(mount) ? mountOptions(mount.options).data : [];
      const guess = word === undefined ? undefined : nearest(word, FLAG_WORDS);
      return word === undefined ? undefined : sightedAt(mount.from, `'${word}' does nothing on a bind`, { token: word, ...(guess === undefined ? {} : { remedy: `did you mean '${guess}'?` }) });
    }),
  },
  {
    id: "mount-outside", severity: "warning", sees: "An absolute target that does not lie in the container's root.", why: "The mount is left out.", remedy: "write the target relative to the container's root",
    trips: "lxc.rootfs.path = /srv/web\nlxc.mount.entry = /data /mnt/data none bind,create=dir 0 0", passes: "lxc.rootfs.path = /srv/web\nlxc.mount.entry = /data mnt/data none bind,create=dir 0 0",
    look: function* (view) {
      for (const sighting of fromLoader(view, ({ code }) => code === "mount.target")) {
        const line = lineAt(view, sighting.at);
        const [, target = ""] = line?.value.split(/\s+/) ?? [];
        yield line === undefined || !/^\/+[^/]/.test(target) ? sighting : { ...sighting, token: target, fix: becomes(line, withValue(line, line.value.replace(/^(\S+\s+)\/+/, "$1"))) };
      }
    },
  },
  {
    id: "mount-hidden", severity: "warning", sees: "A mount upon which, or above which, a later entry mounts something else.", why: "Entries are mounted in the order of the lines: the earlier one cannot be seen.", remedy: "put the outer mount first",
    trips: "lxc.mount.entry = /data srv/data none bind,create=dir 0 0\nlxc.mount.entry = tmpfs srv tmpfs defaults,create=dir 0 0", passes: "lxc.mount.entry = tmpfs srv tmpfs defaults,create=dir 0 0\nlxc.mount.entry = /data srv/data none bind,create=dir 0 0", look: hidden,
  },
  {
    id: "mount-over-automatic", severity: "warning", sees: "An entry for proc or sysfs beside `lxc.mount.auto` for it.", why: "It lies upon the automatic one, and undoes its protection.", remedy: "take the entry out",
    trips: "lxc.mount.auto = proc:mixed\nlxc.mount.entry = proc proc proc nodev,noexec,nosuid 0 0", passes: "lxc.mount.auto = proc:mixed", look: overAutomatic,
  },
  {
    id: "mount-target-dots", severity: "warning", sees: "`..` in a target.", why: "It never leads out of the container's root, so it is not what it seems.", remedy: "write the target without '..'",
    trips: "lxc.mount.entry = /srv srv/../data none bind,create=dir 0 0", passes: "lxc.mount.entry = /srv data none bind,create=dir 0 0",
    look: (view) => each(view, (mount) => (mount.target.split("/").includes("..") ? sightedAt(mount.from, `the target '${mount.target}' holds '..'`, { token: mount.target }) : undefined)),
  },
  {
    id: "bind-source-relative", severity: "warning", sees: "A bind whose source is a relative path, without the option relative.", why: "It is looked for below the directory in which the command is run.", remedy: "write the whole path, or add 'relative' if it lies in the container's root",
    trips: "lxc.mount.entry = srv srv none bind,create=dir 0 0", passes: "lxc.mount.entry = /srv srv none bind,create=dir 0 0",
    look: (view) => each(view, (mount) => (isBind(mount) && !mount.isRelative && !mount.source.startsWith("/") && !mount.options.includes("remount") ? sightedAt(mount.from, `the source '${mount.source}' is looked for below the directory in which the command is run`, { token: mount.source }) : undefined)),
  },
];
