// Owns the default config that is used when no default.conf exists.
import type { SubIdRange } from "../linux/idmap.ts";

export interface BuiltinDefaultInput {
  readonly isRoot: boolean;
  /** The caller's own ranges of /etc/subuid and /etc/subgid, in file order. */
  readonly subuid: readonly SubIdRange[];
  readonly subgid: readonly SubIdRange[];
}

/** Root: no network. An ordinary user: no network and an id map from the first ranges. */
export function builtinDefault(input: BuiltinDefaultInput): string {
  const map = (kind: "u" | "g", range: SubIdRange | undefined): string => (range === undefined ? "" : `lxc.idmap = ${kind} 0 ${range.start} ${range.count}\n`);
  return `lxc.net.0.type = empty\n${input.isRoot ? "" : map("u", input.subuid[0]) + map("g", input.subgid[0])}`;
}
