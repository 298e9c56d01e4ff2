// Owns what the child does about its own links: addresses, up, routes.
import type { Op, Slot } from "../../isa/op.ts";
import { addressAdd, addressBytes, inSameNetwork, linkRename, linkSet, linkUp, routeDefault, routeDevice, routeHost } from "../../linux/netlink.ts";
import { nicOrigin } from "../../model/nic.ts";
import type { Scope } from "../scope.ts";
import type { Link } from "./link.ts";
import { netlink } from "./link.ts";

interface Way { readonly link: Link; readonly slot: Slot; readonly family: "ipv4" | "ipv6" }

/** `auto` is the first address of what it hangs on. */
function gatewayOf(link: Link, family: "ipv4" | "ipv6"): string | undefined {
  const wished = family === "ipv4" ? link.nic.ipv4Gateway : link.nic.ipv6Gateway;
  if (wished !== "auto") return wished;
  const fact = link.kind === "veth" ? link.bridge ?? link.upstream : link.kind === "hanging" ? link.parent : undefined;
  return (family === "ipv4" ? fact?.ipv4 : fact?.ipv6)?.[0];
}

function routes({ link, slot, family }: Way): readonly Op[] {
  const { nic } = link;
  const gateway = gatewayOf(link, family);
  if (gateway === undefined) return [];
  const late = { slot };
  const from = nicOrigin(nic, `${family}.gateway`);
  if (gateway === "dev") return [netlink(from, routeDevice(late, family), "default route onto the link")];
  const bytes = addressBytes(gateway) ?? [];
  const isNear = [...nic.ipv4, ...nic.ipv6].some(({ address, prefix }) => inSameNetwork(addressBytes(address) ?? [], bytes, prefix));
  return [...(isNear ? [] : [netlink(from, routeHost(late, bytes), `${gateway} lies outside the link's own networks`)]), netlink(from, routeDefault(late, bytes), `default route via ${gateway}`)];
}

export function planInside(scope: Scope, link: Link): readonly Op[] {
  const { nic, name } = link;
  if (link.kind === "userMode" && nic.egress === undefined) return []; // pasta has done it
  const slot = scope.slots.take();
  scope.slots.give(slot);
  const addresses = [...nic.ipv4, ...nic.ipv6].flatMap(({ address, prefix, broadcast, from }): readonly Op[] => {
    const bytes = addressBytes(address);
    if (bytes === undefined) { scope.problems.push({ code: "config.value", at: from, text: `'${address}' is not an address` }); return []; }
    return [netlink(from, addressAdd({ slot }, { address: bytes, prefix, broadcast: broadcast === undefined ? undefined : addressBytes(broadcast) }), `${address}/${prefix} on ${name}`)];
  });
  // what others have made still has its own address and size
  const isOthers = link.kind === "moved" || (link.kind === "granted" && nic.egress === undefined);
  const own = isOthers && (nic.hwaddr !== undefined || nic.mtu !== undefined) ? [netlink(nicOrigin(nic, nic.hwaddr === undefined ? "mtu" : "hwaddr"), linkSet(name, { mac: nic.hwaddr, mtu: nic.mtu }), `${name} as it is wanted`)] : [];
  return [
    ...(link.kind === "hanging" ? [{ op: "ifIndex", from: nic.from, name: link.made, into: slot } as const, netlink(nic.from, linkRename({ slot }, name), `becomes ${name}`)] : [{ op: "ifIndex", from: nic.from, name, into: slot } as const]), ...own, ...addresses,
    ...(nic.isUp ? [netlink(nic.from, linkUp(name), `${name} up`), ...routes({ link, slot, family: "ipv4" }), ...routes({ link, slot, family: "ipv6" })] : []),
  ];
}
