// Owns the rules about id maps, by the map alone.
import { toHost } from "../../../linux/idmap.ts";
import type { Rule, Sighting } from "../rule.ts";
import { fromLoader, sightedAt } from "../sight.ts";
import { wholeFile, type View } from "../view.ts";

const KINDS = ["u", "g"] as const;
const WORDS = { u: "user", g: "group" } as const;
const entries = (view: View, kind: "u" | "g"): View["spec"]["idmap"] => view.spec.idmap.filter(({ value }) => value.kind === kind);
const mapOf = (view: View): readonly View["spec"]["idmap"][number]["value"][] => view.spec.idmap.map(({ value }) => value);
const USUAL = 65536;

/** /sbin/init of a distribution, not a program of the user's own. */
const isSystem = (view: View): boolean => view.spec.rootfs !== undefined && view.spec.init.cmd.from.kind === "default";

function* each(view: View, find: (kind: "u" | "g", all: View["spec"]["idmap"]) => Sighting | undefined): Generator<Sighting> {
  for (const kind of KINDS) {
    const all = entries(view, kind);
    const found = find(kind, all);
    if (found !== undefined) yield found;
  }
}

const MAP = "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536";

export const idmapRules: readonly Rule[] = [
  {
    id: "idmap-overlap", severity: "error", sees: "Ranges of an id map that overlap, or more of them than the kernel takes.", why: "The kernel refuses the map.", remedy: "move or shorten one of them",
    trips: "lxc.idmap = u 0 100000 65536\nlxc.idmap = u 1000 1000 1\nlxc.idmap = g 0 100000 65536", passes: MAP, look: (view) => fromLoader(view, ({ code }) => code === "idmap.invalid"),
  },
  {
    id: "idmap-one-kind", severity: "error", sees: "An id map for users only, or for groups only.", why: "Without the other kind no process inside can have an id that the kernel knows: the start fails.", remedy: "add the line for the other kind",
    trips: "lxc.idmap = u 0 100000 65536", passes: MAP,
    look: function* (view) { const [first] = view.spec.idmap; if (first === undefined) return; for (const kind of KINDS) if (entries(view, kind).length === 0) yield sightedAt(first.from, `the id map has no ${WORDS[kind]} ids`, { remedy: `add 'lxc.idmap = ${kind} ${first.value.inside} ${first.value.outside} ${first.value.count}'` }); },
  },
  {
    id: "idmap-small", severity: "warning", sees: "Fewer than 65536 ids for a system container.", why: "The user nobody (65534) has no id: packages that use it cannot be installed, files of unmapped owners cannot be changed. A map of single ids is taken as meant.", remedy: "map 65536 ids",
    trips: "lxc.rootfs.path = /srv/web\nlxc.idmap = u 0 100000 1000\nlxc.idmap = g 0 100000 65536", passes: `lxc.rootfs.path = /srv/web\n${MAP}`,
    look: (view) => each(view, (kind, all) => {
      const [first] = all;
      const sum = all.reduce((total, { value }) => total + value.count, 0);
      return first === undefined || !isSystem(view) || sum >= USUAL || all.every(({ value }) => value.count === 1) ? undefined : sightedAt(first.from, `${sum} ${WORDS[kind]} ids are mapped, a system needs ${USUAL}`, { token: String(first.value.count) });
    }),
  },
  {
    id: "idmap-no-root", severity: "warning", sees: "An id map without id 0, for a container whose init is a system's.", why: "Init runs as another user than root; it cannot mount, nor change users.", remedy: "map id 0",
    trips: "lxc.rootfs.path = /srv/web\nlxc.idmap = u 1000 101000 64536\nlxc.idmap = g 0 100000 65536", passes: `lxc.rootfs.path = /srv/web\n${MAP}`,
    look: (view) => each(view, (kind, all) => { const [first] = all; return first === undefined || !isSystem(view) || toHost(mapOf(view), kind, 0) !== undefined ? undefined : sightedAt(first.from, `id 0 is no ${WORDS[kind]} inside: init is not root`); }),
  },
  {
    id: "init-id-unmapped", severity: "error", sees: "An `lxc.init.uid` or `lxc.init.gid` that the id map does not have.", why: "Init cannot take that id: the start fails.", remedy: "map it, or choose one that is mapped",
    trips: `lxc.rootfs.path = /srv/web\nlxc.init.uid = 70000\n${MAP}`, passes: `lxc.rootfs.path = /srv/web\nlxc.init.uid = 1000\n${MAP}`,
    look: (view) => each(view, (kind, all) => { const id = kind === "u" ? view.spec.init.uid : view.spec.init.gid; return all.length === 0 || id.from.kind === "default" || toHost(mapOf(view), kind, id.value) !== undefined ? undefined : sightedAt(id.from, `the ${WORDS[kind]} id ${id.value} is not mapped`, { token: String(id.value) }); }),
  },
  {
    id: "idmap-host-root", severity: "error", sees: "A range that gives the container id 0 of the host.", why: "Who has it inside is root of the host for all files that the container sees: there is no wall.", remedy: "begin the range on the host at 100000",
    trips: "lxc.idmap = u 0 0 65536\nlxc.idmap = g 0 100000 65536", passes: MAP,
    look: function* (view) { for (const { value, from } of view.spec.idmap) if (value.outside === 0) yield sightedAt(from, `the ${WORDS[value.kind]} id ${value.inside} inside is ${value.kind === "u" ? "root" : "group root"} of the host`, { token: `${value.kind} ${value.inside} 0 ${value.count}` }); },
  },
  {
    id: "idmap-host-users", severity: "warning", sees: "A range of many ids that begins among those of the host's own users (below 60000).", why: "Whoever breaks out is one of them, and their files lie open where they are bound into the container. A single id is taken as meant.", remedy: "begin the range on the host at 100000 or above",
    trips: "lxc.idmap = u 0 1000 65536\nlxc.idmap = g 0 100000 65536", passes: "lxc.idmap = u 0 100000 1000\nlxc.idmap = u 1000 1000 1\nlxc.idmap = u 1001 101001 64535\nlxc.idmap = g 0 100000 65536",
    look: function* (view) { for (const { value, from } of view.spec.idmap) if (value.outside > 0 && value.outside < 60000 && value.count > 1) yield sightedAt(from, `the range takes the host's own ${WORDS[value.kind]} ids from ${value.outside} on`, { token: String(value.outside) }); },
  },
  {
    id: "idmap-none", severity: "warning", sees: "A container without an id map: a privileged one.", why: "Its root is the host's root; only capabilities, seccomp and an LSM stand between.", remedy: "add 'lxc.idmap = u 0 100000 65536' and 'lxc.idmap = g 0 100000 65536', and give the files of its root to these ids",
    trips: "lxc.rootfs.path = /srv/web", passes: `lxc.rootfs.path = /srv/web\n${MAP}`,
    look: function* (view) { if (view.isWhole && view.spec.idmap.length === 0 && view.spec.namespaces.share.user === undefined && (view.facts?.host.caller.euid ?? 0) === 0) yield sightedAt(wholeFile(view, "lxc.idmap"), "lxc.idmap is not set: root inside is root of the host"); },
  },
];
