// Owns the default config that is used when no default.conf exists.
import type { SubIdRange } from "../linux/idmap.ts";
import { userNetworkLines } from "../model/nic.ts";

export interface BuiltinDefaultInput {
  readonly isRoot: boolean;
  /** The caller's own ranges of /etc/subuid and /etc/subgid, in file order. */
  readonly subuid: readonly SubIdRange[];
  readonly subgid: readonly SubIdRange[];
}

function map(kind: "u" | "g", ranges: readonly SubIdRange[]): string {
  const first = ranges.find((range) => range.count > 0);
  return first === undefined ? "" : `lxc.idmap = ${kind} 0 ${first.start} ${first.count}\n`;
}

/** Root: no network. An ordinary user: what he can have, and an id map from the first ranges. */
export function builtinDefault(input: BuiltinDefaultInput): string {
  return input.isRoot ? "lxc.net.0.type = empty\n" : `${userNetworkLines("lxcbr0")}${map("u", input.subuid)}${map("g", input.subgid)}`;
}
