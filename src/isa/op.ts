// Owns the types of a plan: ops derived from the schema, each with its frame. All of it is JSON.
import type { Errno } from "../linux/errno.ts";
import type { Origin } from "../model/origin.ts";
import type { FieldKind, SCHEMA } from "./schema.ts";

/** Index of a descriptor, pid or number that one op makes and later ops of the same process use. */
export type Slot = number;

/** A part of a text that the engine fills in: a slot's value in decimal, a process' start time
 * (proc(5) stat field 22), or the slot's value as 4 little-endian bytes (netlink attributes). */
export type Ref = { readonly slot: Slot } | { readonly startTime: Slot } | { readonly raw32: Slot } | { readonly hex: string };
export type Text = string | readonly (string | Ref)[];
export type Data = Text;

interface FieldTypes {
  u32: number; u64: number | bigint; slot: Slot; newSlot: Slot; slots: readonly Slot[];
  text: Text; data: Data; texts: readonly Text[]; nums: readonly number[]; ops: readonly Op[];
}
type Bare<K extends FieldKind> = K extends `${infer B}?` ? B : K;
type ValueOf<K extends FieldKind> = Bare<K> extends keyof FieldTypes ? FieldTypes[Bare<K>] : never;
type RequiredFields<F> = { [N in keyof F as F[N] extends `${string}?` ? never : N]: F[N] };
type OptionalFields<F> = { [N in keyof F as F[N] extends `${string}?` ? N : never]: F[N] };
type Args<F> = { readonly [N in keyof RequiredFields<F>]: F[N] extends FieldKind ? ValueOf<F[N]> : never }
  & { readonly [N in keyof OptionalFields<F>]?: F[N] extends FieldKind ? ValueOf<F[N]> | undefined : never };

/** The name of an operation. */
export type OpKind = keyof typeof SCHEMA;
/** The engine's whole vocabulary: kind -> arguments. */
export type OpArgs = { readonly [K in OpKind]: Args<(typeof SCHEMA)[K]["fields"]> };

/** `fail` stops the plan; `ignore` records the error and goes on; a list ignores just these. */
export type OnError = "fail" | "ignore" | readonly Errno[];

export interface Frame<K extends OpKind> {
  readonly op: K;
  readonly from: Origin;
  readonly onError?: OnError;
  /** Only at a stop, only at a reboot; else always. */
  readonly when?: "stop" | "reboot";
  /** Run backwards when a later op of the same process fails, and when its list ends after `supervise`. */
  readonly undo?: readonly Op[];
  /** Why, in a few words, for --explain; also what to say when an ignored error matters. */
  readonly note?: string;
}
export type OpOf<K extends OpKind> = Frame<K> & OpArgs[K];
/** One operation of a plan, as data. The engine's instruction set: docs/decisions/0002-protocol.md. */
export type Op = { [K in OpKind]: OpOf<K> }[OpKind];

/** One start, attach or stop: what the launcher's own process runs, first to last. */
export interface Plan {
  readonly verb: string;
  readonly name: string;
  readonly lxcpath: string;
  readonly ops: readonly Op[];
}
