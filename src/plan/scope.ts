// Owns what every planner is given: spec, facts, fresh slots, and a place for problems.
import type { Slot } from "../isa/op.ts";
import { LIMITS } from "../isa/schema.ts";
import { toHost } from "../linux/idmap.ts";
import type { IdMapEntry } from "../linux/idmap.ts";
import type { HostFacts } from "../model/facts.ts";
import type { Problem } from "../model/problem.ts";
import type { ContainerSpec } from "../model/spec.ts";

/** Hands out slots. One that is given back may be defined again: the engine then closes what it held. */
export class Slots {
  readonly #free: Slot[] = [];
  #next = 0;

  take(): Slot {
    const again = this.#free.pop();
    return again === undefined ? this.#next++ : again;
  }
  give(...slots: readonly Slot[]): void { this.#free.push(...slots); }
  /** How many may still be taken. */
  get left(): number { return LIMITS.slots - this.#next + this.#free.length; }
}

export interface Scope {
  readonly spec: ContainerSpec;
  readonly facts: HostFacts;
  readonly slots: Slots;
  /** Errors and warnings in the order they were found; lifecycle turns them into a Result. */
  readonly problems: Problem[];
}

export const newScope = (spec: ContainerSpec, facts: HostFacts): Scope => ({ spec, facts, slots: new Slots(), problems: [] });

export const idmapOf = (spec: ContainerSpec): readonly IdMapEntry[] => spec.idmap.map((entry) => entry.value);
export const hasUserns = (spec: ContainerSpec): boolean => spec.idmap.length > 0;
export const isRoot = (facts: HostFacts): boolean => facts.caller.euid === 0;

/** The id of a kind that set-up runs as, inside: 0 when it is mapped, else the first id that is. */
export function setupId(spec: ContainerSpec, kind: "u" | "g"): number {
  const map = idmapOf(spec);
  if (map.length === 0 || toHost(map, kind, 0) !== undefined) return 0;
  return map.find((entry) => entry.kind === kind)?.inside ?? 0;
}

/** The state directory of a container: what Berth keeps beside LXC's own files. */
export const stateDirectory = (spec: ContainerSpec): string => `${spec.lxcpath}/${spec.name}/.berth`;
