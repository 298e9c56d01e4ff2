// Owns what a start's networks need to know of the host.
import type { Nic } from "../../model/nic.ts";
import type { ContainerSpec } from "../../model/spec.ts";

const isDeep = (nic: Nic): boolean =>
  nic.type !== "veth" || nic.mtu !== undefined || nic.ipv4Gateway === "auto" || nic.ipv6Gateway === "auto" || nic.ipv4.length + nic.ipv6.length > 0 || nic.egress !== undefined || Object.keys(nic.other).length > 0;

/** Nothing where no interface has anything to do with a link of the host. */
export function linksWanted({ nics }: ContainerSpec): { readonly links?: { readonly names: readonly string[]; readonly isDeep: boolean; readonly hasUserMode: boolean; readonly hasEgress: boolean } } {
  const hosted = nics.filter(({ type }) => type !== "none" && type !== "empty");
  const names = hosted.flatMap(({ link, vethPair }) => [...(link === undefined ? [] : [link]), ...(vethPair === undefined ? [] : [vethPair])]);
  return hosted.length === 0 ? {} : { links: { names, isDeep: hosted.some(isDeep), hasUserMode: hosted.some(({ type }) => type === "user"), hasEgress: hosted.some(({ egress }) => egress !== undefined) } };
}
