// Owns whether two configs mean the same: a spec without where each wish comes from, as text.
import type { ContainerSpec } from "../model/spec.ts";

const KINDS = ["config", "option", "default", "host"];

/** Origins are told by their shape, whatever the field is called. */
const isOrigin = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "kind" in value && "key" in value && KINDS.some((kind) => kind === value.kind) && typeof value.key === "string";

export const meaningOf = (spec: ContainerSpec): string =>
  JSON.stringify(spec, (_key, value: unknown) => (isOrigin(value) ? undefined : typeof value === "bigint" ? `${value}` : value));
