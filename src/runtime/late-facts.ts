// Owns the facts of the host that few starts need, each looked for by a module of its own that is loaded then only: addresses of names
// in lxc.net.N.egress, asked of the host's own resolver, and an image of qemu's that a start would connect.
import type { HostFacts } from "../model/facts.ts";
import type { ContainerSpec } from "../model/spec.ts";
import { storagePath } from "../plan/rootfs.ts";

/** Nothing where no name is to be looked up; a name without an address has an empty list. */
async function resolvedNames({ nics }: ContainerSpec): Promise<Pick<HostFacts, "resolved">> {
  const names = new Set(nics.flatMap(({ egress = [] }) => egress.flatMap(({ wish }) => (wish.isName ? [wish.host] : []))));
  if (names.size === 0) return {};
  const { lookup } = await import("node:dns/promises");
  const found = await Promise.all([...names].map(async (name) => {
    const addresses = await lookup(name, { all: true }).catch(() => []);
    return [name, [...new Set(addresses.map(({ address }) => address))]] as const;
  }));
  return { resolved: Object.fromEntries(found) };
}

async function qemuImage({ rootfs }: ContainerSpec): Promise<Pick<HostFacts, "storage">> {
  const place = rootfs === undefined ? undefined : storagePath(rootfs);
  if (place?.startsWith("nbd:") !== true) return {};
  const { probeNbd } = await import("../host/probe/nbd.ts");
  const storage = probeNbd(place);
  return storage === undefined ? {} : { storage };
}

/** They go over those of the usual look. */
export const lateFacts = async (spec: ContainerSpec): Promise<Pick<HostFacts, "resolved" | "storage">> => ({ ...await resolvedNames(spec), ...await qemuImage(spec) });
