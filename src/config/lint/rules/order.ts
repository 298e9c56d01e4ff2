// Owns the rules about lines that have no effect because of another: set twice, emptied, included in the wrong order.
import type { Line } from "../../syntax.ts";
import { isClearedBy } from "../../table.ts";
import type { Rule, Sighting } from "../rule.ts";
import { becomes, eachLine, fromLoader, lineAt, lineName, sighted } from "../sight.ts";
import { isShipped, type Entry, type View } from "../view.ts";

/** Files of a cgroup that hold one value: a second line replaces the first. */
const ONE_VALUE = /^lxc\.cgroup2?\.(memory\.|pids\.max$|cpu\.(max|weight|shares|cfs_)|cpuset\.(cpus|mems)$)/;

interface Lost { readonly line: Line; readonly by: Line }

/** Settings of a file that a later line of the same file undid. */
function lostIn(view: View): readonly Lost[] {
  return view.settings.overridden.flatMap(({ setting: { from }, by }) => {
    const [line, later] = [lineAt(view, from), lineAt(view, by)];
    return line === undefined || later === undefined || line.file !== later.file || line.line >= later.line ? [] : [{ line, by: later }];
  });
}

const beginsNic = (line: Line): boolean => /^lxc\.net(work)?\.\d+\.type$/.test(line.key) && line.value !== "";

function* limitsTwice(view: View): Generator<Sighting> {
  const last = new Map<string, Line>();
  for (const { line, key, value } of view.entries) {
    if (!ONE_VALUE.test(key)) continue;
    const before = last.get(`${line.file}\n${key}`);
    if (before !== undefined && value !== "" && before.value !== "") yield sighted(before, `${key} has no effect: line ${line.line} sets it again`, { fix: becomes(before, undefined) });
    last.set(`${line.file}\n${key}`, line);
  }
}

function* twice(view: View): Generator<Sighting> {
  for (const { line, by } of lostIn(view)) if (by.value !== "" && !beginsNic(by)) yield sighted(line, `${line.key} has no effect: line ${by.line} sets it again`, { fix: becomes(line, undefined) });
  yield* limitsTwice(view);
}

function* nicTwice(view: View): Generator<Sighting> {
  for (const { line, by } of lostIn(view)) if (beginsNic(by) && beginsNic(line)) yield sighted(line, `the interface is begun again in line ${by.line}: what is said of it before that is lost`);
}

/** The include line of the main file that leads here, or the line itself. */
const topLine = ({ line, includes }: Entry): Line => includes[0] ?? line;

/** An included file that empties keys which a file included later sets. */
function* clearedTooEarly(view: View): Generator<Sighting> {
  const live = new Set<string>();
  const early: Entry[] = [];
  const told = new Set<Line>();
  for (const entry of view.entries) {
    if (entry.value === "") {
      const hit = [...live].filter((key) => key === entry.key || isClearedBy(entry.found, key));
      for (const key of hit) live.delete(key);
      if (hit.length === 0 && entry.includes.length > 0) early.push(entry);
      continue;
    }
    live.add(entry.key);
    const top = topLine(entry);
    const clearing = entry.includes.length === 0 ? undefined : early.find((one) => topLine(one) !== top && !told.has(topLine(one)) && (one.key === entry.key || isClearedBy(one.found, entry.key)));
    if (clearing === undefined) continue;
    told.add(topLine(clearing));
    yield sighted(topLine(clearing), `'${topLine(clearing).value}' empties ${clearing.key}, and ${lineName(top, topLine(clearing))} sets it again by '${top.value}'`, { token: topLine(clearing).value });
  }
}

function* includedTwice(view: View): Generator<Sighting> {
  const first = new Map<string, Line>();
  for (const { line, includes } of view.lines) {
    const by = includes.at(-1);
    // packages include their own parts twice, and mean it
    if (by === undefined || (isShipped(line.file) && isShipped(by.file))) continue;
    const before = first.get(line.file);
    if (before === undefined) first.set(line.file, by);
    else if (before !== by) {
      first.set(line.file, by);
      yield sighted(includes.findLast((one) => one.file === view.main) ?? by, `'${line.file}' is included a second time; ${lineName(before, by)} did it first`, { token: by.value });
    }
  }
}

export const orderRules: readonly Rule[] = [
  {
    id: "key-twice", severity: "warning", sees: "A key of one value that the same file sets twice.", why: "Only the last line counts; who reads or changes the first one is misled.", remedy: "take one of the lines out",
    trips: "lxc.uts.name = web\nlxc.uts.name = mail", passes: "lxc.cap.drop = sys_time\nlxc.cap.drop = sys_module", look: twice,
  },
  {
    id: "setting-emptied", severity: "warning", sees: "A setting that a later line of the same file empties.", why: "The line has no effect.", remedy: "take the line out, or the one that empties it",
    trips: "lxc.cap.drop = sys_time\nlxc.cap.drop =", passes: "lxc.cap.drop =\nlxc.cap.drop = sys_time",
    look: function* (view) { for (const { line, by } of lostIn(view)) if (by.value === "") yield sighted(line, `${line.key} has no effect: line ${by.line} empties it`, { fix: becomes(line, undefined) }); },
  },
  {
    id: "nic-twice", severity: "warning", sees: "A second `lxc.net.N.type` for the same interface.", why: "It begins the interface anew; address, link and all else that was said before are lost.", remedy: "give the second interface another number",
    trips: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.type = veth\nlxc.net.0.link = br1", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.1.type = veth\nlxc.net.1.link = br1", look: nicTwice,
  },
  {
    id: "nic-key-early", severity: "warning", sees: "A key of an interface that stands before its type.", why: "The type begins the interface anew: what stands before it is lost.", remedy: "put the line with the type first",
    trips: "lxc.net.0.link = br0\nlxc.net.0.type = veth", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0", look: (view) => fromLoader(view, ({ code, text }) => code === "config.conflict" && text.includes("begins the interface anew")),
  },
  {
    id: "nic-key-type", severity: "error", sees: "A key that belongs to another type of interface than this one has.", why: "The config does not load.", remedy: "correct the type, or take the line out",
    trips: "lxc.net.0.type = empty\nlxc.net.0.veth.pair = web0", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.veth.pair = web0", look: (view) => fromLoader(view, ({ code, text }) => code === "config.conflict" && /is for interfaces of type|before the first lxc\.network\.type/.test(text)),
  },
  {
    id: "keys-exclude", severity: "error", sees: "Keys that exclude or need each other: lxc.cap.drop and .keep, lxc.namespace.clone and .keep, lxc.cgroup.dir and the finer ones.", why: "The config does not load.", remedy: "keep one of them",
    trips: "lxc.cap.drop = sys_time\nlxc.cap.keep = chown", passes: "lxc.cap.drop = sys_time\nlxc.cap.drop =\nlxc.cap.keep = chown\n# berth: ignore setting-emptied", look: (view) => fromLoader(view, ({ code, text }) => code === "config.conflict" && !/begins the interface anew|is for interfaces of type|before the first lxc\.network\.type/.test(text)),
  },
  {
    id: "include-failed", severity: "error", sees: "An `lxc.include` of a file that is missing, unreadable or includes itself.", why: "The config does not load.", remedy: "correct the path",
    trips: "lxc.include = /etc/lxc/nothing.conf", passes: { text: "lxc.include = /etc/lxc/web.conf", files: { "/etc/lxc/web.conf": "lxc.uts.name = web\n" } }, look: (view) => fromLoader(view, ({ code }) => code === "config.include"),
  },
  {
    id: "include-order", severity: "warning", sees: "An included file that empties keys which another one sets afterwards, as userns.conf before common.conf.", why: "The emptying has no effect; the container keeps what was to go.", remedy: "put this include behind the other",
    trips: { text: "lxc.include = /a/userns.conf\nlxc.include = /a/common.conf", files: { "/a/userns.conf": "lxc.cap.drop =\n", "/a/common.conf": "lxc.cap.drop = sys_time\n" } },
    passes: { text: "lxc.include = /a/common.conf\nlxc.include = /a/userns.conf", files: { "/a/userns.conf": "lxc.cap.drop =\n", "/a/common.conf": "lxc.cap.drop = sys_time\n" } }, look: clearedTooEarly,
  },
  {
    id: "include-twice", severity: "warning", sees: "A file that is included twice.", why: "Its lists count twice: hooks run twice, mounts are made twice.", remedy: "take one of the includes out",
    trips: { text: "lxc.include = /a/web.conf\nlxc.include = /a/web.conf", files: { "/a/web.conf": "lxc.hook.start = /bin/true\n" } }, passes: { text: "lxc.include = /a/web.conf", files: { "/a/web.conf": "lxc.hook.start = /bin/true\n" } }, look: includedTwice,
  },
  {
    id: "include-relative", severity: "warning", sees: "An `lxc.include` with a relative path.", why: "It is looked for below the directory in which the command is run, not below that of the config.", remedy: "write the whole path",
    trips: { text: "lxc.include = web.conf", files: { "/work/web.conf": "" } }, passes: { text: "lxc.include = /work/web.conf", files: { "/work/web.conf": "" } },
    look: (view) => eachLine(view, (line) => (line.key === "lxc.include" && line.value !== "" && !line.value.startsWith("/") ? sighted(line, `'${line.value}' is looked for below the directory in which the command is run`, { token: line.value }) : undefined)),
  },
  {
    id: "ignore-unused", severity: "hint", sees: "A `# berth: ignore RULE` that silences nothing, or names no rule.", why: "It would hide a finding of another day.", remedy: "take the comment out",
    trips: "# berth: ignore key-twice\nlxc.uts.name = web", passes: "# berth: ignore key-twice\nlxc.uts.name = web\nlxc.uts.name = mail", look: () => [],
  },
  {
    id: "fstab-missing", severity: "error", sees: "An `lxc.mount.fstab` that is missing or cannot be read.", why: "The container does not start.", remedy: "correct the path, or take the line out",
    trips: "lxc.mount.fstab = /etc/lxc/nothing", passes: { text: "lxc.mount.fstab = /etc/lxc/fstab", files: { "/etc/lxc/fstab": "" } }, look: (view) => fromLoader(view, ({ code }) => code === "config.missing" || code === "config.unreadable"),
  },
];

