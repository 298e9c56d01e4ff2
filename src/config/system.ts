// Owns lxc.conf(5), the system keys: where containers live, which storage and cgroups are used.
import { good, wrong, type Grammar } from "./grammar/grammar.ts";
import type { KeyState } from "./keys/row.ts";
import { parseText } from "./syntax.ts";

export interface SystemConfigInput {
  readonly isRoot: boolean;
  /** HOME; undefined counts as `/`. */
  readonly home: string | undefined;
  /** Text of /etc/lxc/lxc.conf, or of ~/.config/lxc/lxc.conf for an ordinary user; undefined when there is none. */
  readonly text: string | undefined;
}

export interface SystemRow {
  readonly key: string;
  readonly grammar: Grammar<string>;
  /** For root and for an ordinary user, where `~` stands for HOME; undefined: no default. */
  readonly root?: string;
  readonly user?: string;
  readonly doc: string;
  /** First LXC release that has it. */
  readonly since: string;
  /** Absent: Berth acts on the key, wholly. */
  readonly state?: KeyState;
}

/** A text that matches; `what` says what it is. */
const matching = (what: string, pattern: RegExp, remedy?: string): Grammar<string> => ({
  expects: what, facts: { pattern: pattern.source },
  read: (text) => (pattern.test(text) ? good(text) : wrong(`'${text}' is not ${what}`, 0, remedy)),
});
const absolute = matching("an absolute path", /^\//, "begin it with /");
const word = (what: string): Grammar<string> => matching(what, /^[^\s/]+$/);

export const systemRows: readonly SystemRow[] = [
  { key: "lxc.default_config", grammar: absolute, root: "/etc/lxc/default.conf", user: "~/.config/lxc/default.conf", doc: "Config that new containers begin with.", since: "1.0" },
  { key: "lxc.lxcpath", grammar: absolute, root: "/var/lib/lxc", user: "~/.local/share/lxc", doc: "Directory in which containers live.", since: "1.0" },
  { key: "lxc.bdev.lvm.vg", grammar: word("the name of a volume group"), root: "lxc", user: "lxc", doc: "LVM volume group for new containers.", since: "1.0" },
  { key: "lxc.bdev.lvm.thin_pool", grammar: word("the name of a thin pool"), root: "lxc", user: "lxc", doc: "LVM thin pool for new containers.", since: "1.0" },
  { key: "lxc.bdev.zfs.root", grammar: matching("the name of a dataset", /^[^\s/]\S*$/, "write it without a leading /"), root: "lxc", user: "lxc", doc: "ZFS dataset below which new containers are made.", since: "1.0" },
  { key: "lxc.bdev.rbd.rbdpool", grammar: word("the name of a pool"), root: "lxc", user: "lxc", doc: "Ceph RBD pool for new containers.", since: "2.0" },
  { key: "lxc.bdev.rbd.rbduser", grammar: word("the name of a user"), doc: "Ceph user for the RBD pool.", since: "5.0" },
  { key: "lxc.cgroup.pattern", grammar: matching("a relative path without ..", /^(?!\/)(?!(.*\/)?\.\.(\/|$)).+$/), doc: "Cgroup above those of a container and its monitor, payload and monitor; %n is the container's name. lxc.cgroup.dir of its config comes first.", since: "1.0" },
  { key: "lxc.cgroup.use", grammar: matching("names of controllers with commas between them, @all or @kernel", /^(@all|@kernel|[a-z_]+(=[a-z_]+)?)(,(@all|@kernel|[a-z_]+(=[a-z_]+)?))*$/), doc: "Cgroup v1 controllers to use, separated by commas; @all: every hierarchy, @kernel: those with a controller. Unset: all that can be written. One that is not there fails a start.", since: "1.0" },
];

/** What cannot be right is told and not used. */
export const usable = (key: string, value: string | undefined): string | undefined => (value !== undefined && systemRows.find((row) => row.key === key)?.grammar.read(value).ok === true ? value : undefined);

export const systemKeys: readonly string[] = systemRows.map((row) => row.key);

/** The first line of a key wins, unlike in a container's config, as LXC has it; an empty value leaves the default. Other keys in the file say nothing. */
function settings(text: string): ReadonlyMap<string, string> {
  const lines = parseText("lxc.conf", text).lines.filter((line) => line.kind === "entry" && line.value !== "");
  return new Map(lines.toReversed().map((line) => [line.key, line.value]));
}

/** LXC's rule: a path has no slash at its end. */
const withoutSlash = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, "") || "/" : path);

/** The value of a system key; undefined for an unknown key and for one that is unset and has no default. */
export function systemConfig(input: SystemConfigInput): (key: string) => string | undefined {
  const home = input.home === undefined || input.home === "" ? "" : withoutSlash(input.home);
  const given = input.text === undefined ? undefined : settings(input.text);
  return (key) => {
    const row = systemRows.find((candidate) => candidate.key === key);
    if (row === undefined) return undefined;
    const value = given?.get(key);
    if (value !== undefined) return key === "lxc.lxcpath" ? withoutSlash(value) : value;
    return (input.isRoot ? row.root : row.user)?.replace(/^~/, home === "/" ? "" : home);
  };
}
