// Owns the table of keys as data for readers: groups, and for each key what the reference says of it. Only the
// generators, the tests and rare verbs need it; nothing on the way of a start imports it.
import type { Facts } from "./grammar/grammar.ts";
import { consoleKeys } from "./keys/console.ts";
import { controlKeys, hookKeys } from "./keys/control.ts";
import { filesystemKeys } from "./keys/filesystem.ts";
import { isolationKeys } from "./keys/isolation.ts";
import { networkKeys } from "./keys/network.ts";
import { processKeys } from "./keys/process.ts";
import type { Getter, KeyState, Row } from "./keys/row.ts";

/** What Berth does about a key: `acted on` wholly, or what its state says. */
export type StateKind = "acted on" | KeyState["kind"];

export interface KeyDescription {
  readonly key: string;
  readonly doc: string;
  /** The value in words. */
  readonly expects: string;
  readonly facts: Facts;
  /** What an unset key means, where that can be written as a value. */
  readonly default: string;
  readonly isRepeatable: boolean;
  readonly isFamily: boolean;
  /** Takes no value but the empty one. */
  readonly isClearing: boolean;
  readonly members: readonly string[];
  /** Sentences: a second line of the same key, an empty value, what get_config_item prints. */
  readonly again: string;
  readonly empty: string;
  readonly getter: string;
  readonly since: string;
  readonly until?: string;
  readonly legacy: readonly string[];
  readonly security?: string;
  readonly spec: string;
  readonly state: StateKind;
  readonly why?: string;
  readonly issue?: number;
}

export interface KeyGroup { readonly name: string; readonly title: string; readonly keys: readonly KeyDescription[] }

const PRINTED: Readonly<Record<Getter, string>> = {
  scalar: "the value",
  lines: "each value, a newline after each",
  joined: "the values with newlines between them",
  blanks: "the values with blanks between them",
  commas: "the values with commas between them",
  none: "nothing: it cannot be asked for",
};

function again(row: Row<unknown>): string {
  if (row.clears !== undefined) return "the same once more";
  if (row.isFamily) return row.isRepeatable ? "a line of the same name adds to the ones before" : "the last line of the same name holds";
  return row.isRepeatable ? "each line adds to the ones before" : "the last line holds";
}

function empty(row: Row<unknown>): string {
  if (row.clears !== undefined) return "the only value there is";
  if (row.key === "lxc.include") return "includes nothing";
  if (row.key === "lxc.net.N.type") return "takes the interface back";
  if (row.cleared !== undefined) return `the same as ${row.cleared}`;
  if (row.isFamily) return "takes back what was said of this name";
  return row.isRepeatable ? "takes back all lines before" : "as if it had never been set";
}

function printed(row: Row<unknown>): string {
  if (row.clears === undefined) return PRINTED[row.getter];
  if (row.getter === "none") return PRINTED.none;
  return row.key === "lxc.net" ? "the types of the interfaces, a newline after each" : `the lines of all ${row.clears}*`;
}

function describe(row: Row<unknown>): KeyDescription {
  const { key, doc, grammar, default: unset, isRepeatable, isFamily, members = [], since, until, legacy, security, spec, state } = row;
  return {
    key, doc, expects: row.clears === undefined ? grammar.expects : "nothing", facts: grammar.facts ?? {}, default: unset,
    isRepeatable, isFamily, isClearing: row.clears !== undefined, members,
    again: again(row), empty: empty(row), getter: printed(row),
    since, legacy, spec,
    ...(until === undefined ? {} : { until }), ...(security === undefined ? {} : { security }),
    state: state?.kind ?? "acted on",
    ...(state === undefined ? {} : { why: state.why }), ...(state?.issue === undefined ? {} : { issue: state.issue }),
  };
}

const group = (name: string, title: string, rows: readonly Row<unknown>[]): KeyGroup => ({ name, title, keys: rows.map(describe) });
const isCgroup = (row: Row<unknown>): boolean => row.key.startsWith("lxc.cgroup");
const isHook = (row: Row<unknown>): boolean => row.key.startsWith("lxc.hook");

/** In the order in which a reader wants them. */
export function keyGroups(): readonly KeyGroup[] {
  const control: readonly Row<unknown>[] = Object.values(controlKeys);
  return [
    group("process", "Processes: init, its environment, signals and limits", Object.values(processKeys)),
    group("console", "Consoles, terminals and logs", Object.values(consoleKeys)),
    group("filesystem", "The root file system, mounts and /dev", Object.values(filesystemKeys)),
    group("isolation", "Walls: ids, namespaces, capabilities, system calls, security modules", Object.values(isolationKeys)),
    group("cgroup", "Cgroups: limits and devices", control.filter(isCgroup)),
    group("network", "Network interfaces", [...Object.values(networkKeys), controlKeys.publish]),
    group("hooks", "Hooks", [...Object.values(hookKeys), ...control.filter(isHook)]),
    group("control", "The monitor, and other files", control.filter((row) => !isCgroup(row) && !isHook(row) && row !== controlKeys.publish)),
  ];
}
