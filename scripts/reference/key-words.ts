// Owns what completion offers for keys and for their values.
import { keyGroups, type KeyDescription } from "../../src/config/describe.ts";
import { systemRows } from "../../src/config/system.ts";

/** Members of families that have no list of their own: the files and parameters that are set most. */
const OFTEN: Readonly<Record<string, readonly string[]>> = {
  "lxc.cgroup.*": ["blkio.weight", "cpu.shares", "cpuset.cpus", "devices.allow", "devices.deny", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "pids.max"],
  "lxc.cgroup2.*": ["cpu.max", "cpu.weight", "cpuset.cpus", "devices.allow", "devices.deny", "io.max", "memory.high", "memory.max", "memory.swap.max", "pids.max"],
  "lxc.proc.*": ["oom_score_adj"],
  "lxc.sysctl.*": ["kernel.shmmax", "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"],
};

export interface KeyWords {
  /** `lxc.net.N.type`: N is a number. */
  readonly key: string;
  readonly doc: string;
  readonly values: readonly string[];
}

function valuesOf({ facts, isClearing }: KeyDescription): readonly string[] {
  if (isClearing) return [];
  return facts.is === "switch" ? ["0", "1"] : facts.choices ?? facts.offers ?? [];
}

const wholeKeys = (key: KeyDescription): readonly string[] => (key.isFamily ? [...(key.members.length > 0 ? key.members : OFTEN[key.key] ?? [])].map((member) => key.key.slice(0, -1) + member) : [key.key]);

export const keyWords = (): readonly KeyWords[] => keyGroups().flatMap(({ keys }) => keys.flatMap((key) => wholeKeys(key).map((whole) => ({ key: whole, doc: key.doc, values: valuesOf(key) }))));

/** Keys that have the same values, as patterns of a shell. */
export function valueCases(): readonly (readonly [readonly string[], readonly string[]])[] {
  const found = new Map<string, { patterns: string[]; values: readonly string[] }>();
  for (const { key, values } of keyWords()) {
    if (values.length === 0) continue;
    const entry = found.get(values.join(" ")) ?? { patterns: [], values };
    entry.patterns.push(key.replace(".N", ".*"));
    found.set(values.join(" "), entry);
  }
  return [...found.values()].map(({ patterns, values }) => [patterns, values]);
}

export const systemKeyNames: readonly string[] = systemRows.map(({ key }) => key);
