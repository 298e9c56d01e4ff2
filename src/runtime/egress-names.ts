// Owns the addresses of names in lxc.net.N.egress: asked of the host's own resolver, once for each start.
import type { HostFacts } from "../model/facts.ts";
import type { ContainerSpec } from "../model/spec.ts";

/** Nothing where no name is to be looked up; a name without an address has an empty list. */
export async function resolvedNames({ nics }: ContainerSpec): Promise<Pick<HostFacts, "resolved">> {
  const names = new Set(nics.flatMap(({ egress = [] }) => egress.flatMap(({ wish }) => (wish.isName ? [wish.host] : []))));
  if (names.size === 0) return {};
  const { lookup } = await import("node:dns/promises");
  const found = await Promise.all([...names].map(async (name) => {
    const addresses = await lookup(name, { all: true }).catch(() => []);
    return [name, [...new Set(addresses.map(({ address }) => address))]] as const;
  }));
  return { resolved: Object.fromEntries(found) };
}
