// Owns get_config_item and get_keys: a key's value as LXC prints it.
import type { ContainerSpec } from "../model/spec.ts";
import type { Syntax } from "./syntax.ts";

/** undefined: no such key. Unset scalars are the empty string or their default; lists end each item with a newline. */
export function getItem(_spec: ContainerSpec, _syntax: Syntax, _key: string): string | undefined {
  return undefined;
}

export function getKeys(_spec: ContainerSpec, _syntax: Syntax, _prefix = ""): readonly string[] {
  return [];
}
