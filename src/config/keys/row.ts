// Owns Row: one key of the config language. Parsing, getting, clearing, docs and lint all read rows.
import type { Grammar } from "../grammar/grammar.ts";

/** How get_config_item joins the items: `lines` ends each with a newline, `joined` has newlines between, `blanks` blanks. */
export type Getter = "scalar" | "lines" | "joined" | "blanks" | "commas" | "none";

/** What Berth does not do yet, or never will, about a key; the reference manual says it. */
export interface KeyState {
  /** `partly`: acted on, with exceptions; `not yet`: taken, and a start warns (system keys only); `nothing`: nothing is left to do. */
  readonly kind: "partly" | "not yet" | "nothing";
  /** What is missing, or why nothing is to be done. One sentence. */
  readonly why: string;
  /** Number of the issue that stands against it. */
  readonly issue?: number;
}

export interface Row<T> {
  /** `lxc.tty.max`, `lxc.net.N.type`, `lxc.cgroup.*`. */
  readonly key: string;
  readonly grammar: Grammar<T>;
  /** A further line adds to it; otherwise the last one wins. */
  readonly isRepeatable: boolean;
  /** Prefix rows: further lines of the same whole key add, or replace. */
  readonly isFamily: boolean;
  /** The text that an unset key means, as get_config_item prints it. */
  readonly default: string;
  /** What an empty value leaves behind, where that is not the default. */
  readonly cleared?: string;
  /** One or two sentences. */
  readonly doc: string;
  /** First LXC release that has it (`berth`: none), and the last. */
  readonly since: string;
  readonly until?: string;
  /** Names it had before 2.1. */
  readonly legacy: readonly string[];
  /** What a wrong value does to the wall between container and host. One or two sentences; absent: nothing. */
  readonly security?: string;
  /** Absent: Berth acts on the key, wholly. */
  readonly state?: KeyState;
  /** Where in ContainerSpec it lands. */
  readonly spec: string;
  readonly getter: Getter;
  /** The items of one value as the getter prints them; where that is not what the grammar shows. */
  readonly items?: (text: string) => readonly string[];
  /** All items of a list as the getter prints them, where that is more than one after the other. */
  readonly fold?: (items: readonly string[]) => readonly string[];
  /** All names that can stand for `*`, where they are known. */
  readonly members?: readonly string[];
  /** Only an empty value makes sense: it clears every key that starts with this. */
  readonly clears?: string;
}

type Optional = "isRepeatable" | "isFamily" | "default" | "legacy" | "getter";
export type RowInput<T> = Omit<Row<T>, Optional> & Partial<Pick<Row<T>, Optional>>;

const NONE: readonly string[] = [];

/** Each command that reads a config makes all rows: the defaults go into the input itself, which nobody else holds. */
export function row<T>(input: RowInput<T>): Row<T> {
  return Object.assign(input, {
    default: input.default ?? "", legacy: input.legacy ?? NONE, isFamily: input.isFamily ?? input.key.endsWith(".*"), isRepeatable: input.isRepeatable ?? false,
    getter: input.getter ?? (input.isRepeatable === true ? "lines" : "scalar"),
  });
}
