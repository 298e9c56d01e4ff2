// Owns the default config that is used when no default.conf exists.
import type { SubIdRange } from "../linux/idmap.ts";
import { userNetworkLines } from "../model/nic.ts";

export interface BuiltinDefaultInput {
  readonly isRoot: boolean;
  /** The caller's own ranges of /etc/subuid and /etc/subgid, in file order. */
  readonly subuid: readonly SubIdRange[];
  readonly subgid: readonly SubIdRange[];
}

/** Both lines or none: with users and no groups, or the other way round, nothing starts. */
function map({ subuid, subgid }: BuiltinDefaultInput): string {
  const [users, groups] = [subuid, subgid].map((ranges) => ranges.find(({ count }) => count > 0));
  return users === undefined || groups === undefined ? "" : `lxc.idmap = u 0 ${users.start} ${users.count}\nlxc.idmap = g 0 ${groups.start} ${groups.count}\n`;
}

/** Root: no network. An ordinary user: what he can have, and an id map from the first ranges. */
export function builtinDefault(input: BuiltinDefaultInput): string {
  return input.isRoot ? "lxc.net.0.type = empty\n" : `${userNetworkLines("lxcbr0")}${map(input)}`;
}
