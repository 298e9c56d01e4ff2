// Owns the rtnetlink(7) messages that make links of other kinds than veth, hand a link over, and set up a bridge's port.
import type { Late, NetlinkMessage } from "./netlink.ts";
import { attribute, bytesHex, cString, familyOf, IFLA_INFO_DATA, IFLA_INFO_KIND, IFLA_LINKINFO, IFLA_NET_NS_PID, linkHeader, macAttribute, message, mtuAttribute, nameAttribute, NEW, RTM_NEWLINK, u16, u32, u8 } from "./netlink.ts";

const RTM_SETLINK = 19, RTM_DELLINK = 17, RTM_NEWNEIGH = 28, RTM_DELNEIGH = 29;
const IFLA_LINK = 5, IFLA_AF_SPEC = 26, IFLA_NET_NS_FD = 28;
const IFLA_MACVLAN_MODE = 1, IFLA_IPVLAN_MODE = 1, IFLA_IPVLAN_FLAGS = 2, IFLA_VLAN_ID = 1;
const AF_BRIDGE = 7, IFLA_BRIDGE_VLAN_INFO = 2, BRIDGE_VLAN_INFO_PVID = 2, BRIDGE_VLAN_INFO_UNTAGGED = 4;
const NDA_DST = 1, NTF_PROXY = 8, NUD_PERMANENT = 0x80;

export const MACVLAN_MODES = { private: 1, vepa: 2, bridge: 4, passthru: 8 } as const;
export const IPVLAN_MODES = { l2: 0, l3: 1, l3s: 2 } as const;
export const IPVLAN_ISOLATIONS = { bridge: 0, private: 1, vepa: 2 } as const;
export type LinkKind =
  | { readonly kind: "macvlan"; readonly mode: keyof typeof MACVLAN_MODES }
  | { readonly kind: "ipvlan"; readonly mode: keyof typeof IPVLAN_MODES; readonly isolation: keyof typeof IPVLAN_ISOLATIONS }
  | { readonly kind: "vlan"; readonly id: number };

export interface NewLink { readonly name: string; readonly mac?: string | undefined; readonly mtu?: number | undefined; /** Index of the link it hangs on. */ readonly parent: number }

function kindData(of: LinkKind): NetlinkMessage {
  switch (of.kind) {
    case "macvlan": return attribute(IFLA_MACVLAN_MODE, [u32(MACVLAN_MODES[of.mode])]);
    case "ipvlan": return [...attribute(IFLA_IPVLAN_MODE, [u16(IPVLAN_MODES[of.mode])]), ...attribute(IFLA_IPVLAN_FLAGS, [u16(IPVLAN_ISOLATIONS[of.isolation])])];
    case "vlan": return attribute(IFLA_VLAN_ID, [u16(of.id)]);
  }
}

/** A link that hangs on one of this network namespace, and appears in that of a process. */
export function linkOn({ name, mac, mtu, parent }: NewLink, of: LinkKind, netnsPid: Late): NetlinkMessage {
  const info = [...attribute(IFLA_INFO_KIND, [cString(of.kind)]), ...attribute(IFLA_INFO_DATA, kindData(of))];
  return message(RTM_NEWLINK, NEW, [
    ...linkHeader(), ...nameAttribute(name), ...macAttribute(mac), ...mtuAttribute(mtu), ...attribute(IFLA_LINK, [u32(parent)]),
    ...attribute(IFLA_NET_NS_PID, [u32(netnsPid)]), ...attribute(IFLA_LINKINFO, info),
  ]);
}

export const bridgeCreate = (name: string, mac?: string): NetlinkMessage =>
  message(RTM_NEWLINK, NEW, [...linkHeader(), ...nameAttribute(name), ...macAttribute(mac), ...attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, [cString("bridge")]))]);

/** Into the network namespace of a process, under a name. */
export const linkHandOver = (index: Late, name: string, netnsPid: Late): NetlinkMessage =>
  message(RTM_NEWLINK, 0, [...linkHeader(index), ...nameAttribute(name), ...attribute(IFLA_NET_NS_PID, [u32(netnsPid)])]);

export interface HandBack { readonly name: string; readonly mac?: string | undefined; readonly mtu?: number | undefined; readonly netnsFd: Late }
/** Into the network namespace that a descriptor holds: first as it was, then under its name there. */
export function linkHandBack(index: Late, { name, mac, mtu, netnsFd }: HandBack): readonly NetlinkMessage[] {
  const down = message(RTM_NEWLINK, 0, [u8(0), u8(0), u16(0), u32(index), u32(0), u32(1), ...macAttribute(mac), ...mtuAttribute(mtu)]);
  return [down, message(RTM_NEWLINK, 0, [...linkHeader(index), ...nameAttribute(name), ...attribute(IFLA_NET_NS_FD, [u32(netnsFd)])])];
}

export interface PortVlan { readonly id: number; readonly isUntagged: boolean }

const portVlan = (type: number, port: Late, { id, isUntagged }: PortVlan): NetlinkMessage =>
  message(type, 0, [...linkHeader(port, 0, AF_BRIDGE), ...attribute(IFLA_AF_SPEC, attribute(IFLA_BRIDGE_VLAN_INFO, [u16(isUntagged ? BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED : 0), u16(id)]))]);
/** bridge(8) vlan add, and del. */
export const portVlanAdd = (port: Late, vlan: PortVlan): NetlinkMessage => portVlan(RTM_SETLINK, port, vlan);
export const portVlanDelete = (port: Late, id: number): NetlinkMessage => portVlan(RTM_DELLINK, port, { id, isUntagged: false });

const neighbourProxy = (type: number, flags: number, index: Late, address: readonly number[]): NetlinkMessage =>
  message(type, flags, [u8(familyOf(address)), u8(0), u16(0), u32(index), u16(NUD_PERMANENT), u8(NTF_PROXY), u8(0), ...attribute(NDA_DST, [{ hex: bytesHex(address) }])]);
/** The host answers for an address on a link. */
export const proxyAdd = (index: Late, address: readonly number[]): NetlinkMessage => neighbourProxy(RTM_NEWNEIGH, NEW, index, address);
export const proxyDelete = (index: Late, address: readonly number[]): NetlinkMessage => neighbourProxy(RTM_DELNEIGH, 0, index, address);
