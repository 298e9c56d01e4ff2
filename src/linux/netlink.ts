// Owns the bytes of rtnetlink(7) messages. What is only known at run time (a pid, an interface's index)
// stays a reference, so a message is a list of parts.

export type NetlinkPart = { readonly hex: string } | { readonly raw32: number };
export type NetlinkMessage = readonly NetlinkPart[];
/** A number now, or the slot that will hold it. */
export type Late = number | { readonly slot: number };

const NLM_F_REQUEST = 0x1, NLM_F_ACK = 0x4, NLM_F_EXCL = 0x200, NLM_F_CREATE = 0x400;
export const NEW = NLM_F_CREATE | NLM_F_EXCL;
export const RTM_NEWLINK = 16;
const RTM_DELLINK = 17, RTM_NEWADDR = 20, RTM_NEWROUTE = 24, RTM_DELROUTE = 25;
export const IFLA_LINKINFO = 18, IFLA_NET_NS_PID = 19;
const IFLA_ADDRESS = 1, IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_MASTER = 10, IFLA_GROUP = 27, IFLA_NUM_TX_QUEUES = 31, IFLA_NUM_RX_QUEUES = 32;
export const IFLA_INFO_KIND = 1, IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;
const IFA_ADDRESS = 1, IFA_LOCAL = 2, IFA_BROADCAST = 4;
const RTA_DST = 1, RTA_OIF = 4, RTA_GATEWAY = 5;
const AF_UNSPEC = 0;
export const AF_INET = 2, AF_INET6 = 10;
const IFF_UP = 1;
const RT_TABLE_MAIN = 254, RTPROT_BOOT = 3, RT_SCOPE_UNIVERSE = 0, RT_SCOPE_LINK = 253, RT_SCOPE_NOWHERE = 255, RTN_UNICAST = 1;

export const u8 = (value: number): NetlinkPart => ({ hex: (value & 0xff).toString(16).padStart(2, "0") });
export const u16 = (value: number): NetlinkPart => ({ hex: bytesHex([value & 0xff, (value >>> 8) & 0xff]) });
export const u32 = (value: Late): NetlinkPart => (typeof value === "number" ? { hex: bytesHex([0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff)) } : { raw32: value.slot });
export function bytesHex(bytes: ArrayLike<number>): string {
  let hex = "";
  for (let i = 0; i < bytes.length; i++) hex += (bytes[i] ?? 0).toString(16).padStart(2, "0");
  return hex;
}
export const cString = (text: string): NetlinkPart => ({ hex: bytesHex(new TextEncoder().encode(`${text}\0`)) });

const size = (parts: NetlinkMessage): number => parts.reduce((sum, part) => sum + ("hex" in part ? part.hex.length / 2 : 4), 0);
const padding = (length: number): NetlinkMessage => (length % 4 === 0 ? [] : [{ hex: "00".repeat(4 - (length % 4)) }]);

export function attribute(type: number, payload: NetlinkMessage): NetlinkMessage {
  const length = 4 + size(payload);
  return [u16(length), u16(type), ...payload, ...padding(length)];
}

/** Neighbouring bytes become one part. */
function joined(parts: NetlinkMessage): NetlinkMessage {
  const out: NetlinkPart[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (last !== undefined && "hex" in last && "hex" in part) out[out.length - 1] = { hex: last.hex + part.hex };
    else out.push(part);
  }
  return out;
}

export function message(type: number, flags: number, body: NetlinkMessage): NetlinkMessage {
  return joined([u32(16 + size(body)), u16(type), u16(NLM_F_REQUEST | NLM_F_ACK | flags), u32(0), u32(0), ...body]);
}

/** A message without references. */
export const messageHex = (parts: NetlinkMessage): string => parts.map((part) => ("hex" in part ? part.hex : "")).join("");

export const linkHeader = (index: Late = 0, flags = 0, family = AF_UNSPEC): NetlinkMessage => [u8(family), u8(0), u16(0), u32(index), u32(flags), u32(flags)];
export const nameAttribute = (name: string): NetlinkMessage => attribute(IFLA_IFNAME, [cString(name)]);
export const macAttribute = (mac: string | undefined): NetlinkMessage => (mac === undefined ? [] : attribute(IFLA_ADDRESS, [{ hex: mac.replaceAll(":", "") }]));
export const mtuAttribute = (mtu: number | undefined): NetlinkMessage => (mtu === undefined ? [] : attribute(IFLA_MTU, [u32(mtu)]));

export const linkUp = (name: string): NetlinkMessage => message(RTM_NEWLINK, 0, [...linkHeader(0, IFF_UP), ...nameAttribute(name)]);
/** linkUp("lo"), ready: every container with a network of its own begins so. */
export const LOOPBACK_UP: NetlinkMessage = [{ hex: "2800000010000500000000000000000000000000000000000100000001000000070003006c6f0000" }];
export const linkMaster = (name: string, master: Late): NetlinkMessage => message(RTM_NEWLINK, 0, [...linkHeader(), ...nameAttribute(name), ...attribute(IFLA_MASTER, [u32(master)])]);
/** Into the network namespace of a process. */
export const linkMove = (name: string, netnsPid: Late): NetlinkMessage => message(RTM_NEWLINK, 0, [...linkHeader(), ...nameAttribute(name), ...attribute(IFLA_NET_NS_PID, [u32(netnsPid)])]);
export const linkGroup = (name: string, group: number): NetlinkMessage => message(RTM_NEWLINK, 0, [...linkHeader(), ...nameAttribute(name), ...attribute(IFLA_GROUP, [u32(group)])]);
export const linkDelete = (name: string): NetlinkMessage => message(RTM_DELLINK, 0, [...linkHeader(), ...nameAttribute(name)]);
export const linkRename = (index: Late, name: string): NetlinkMessage => message(RTM_NEWLINK, 0, [...linkHeader(index), ...nameAttribute(name)]);

export const linkSet = (name: string, { mac, mtu }: { readonly mac?: string | undefined; readonly mtu?: number | undefined }): NetlinkMessage => message(RTM_NEWLINK, 0, [...linkHeader(), ...nameAttribute(name), ...macAttribute(mac), ...mtuAttribute(mtu)]);

export interface VethEnd { readonly name: string; readonly mac?: string | undefined; readonly mtu?: number | undefined; readonly rxQueues?: number | undefined; readonly txQueues?: number | undefined }

const queueAttributes = ({ rxQueues, txQueues }: VethEnd): NetlinkMessage =>
  [...(rxQueues === undefined ? [] : attribute(IFLA_NUM_RX_QUEUES, [u32(rxQueues)])), ...(txQueues === undefined ? [] : attribute(IFLA_NUM_TX_QUEUES, [u32(txQueues)]))];

/** A pair whose other end appears in the network namespace of a process. */
export function vethCreate(host: VethEnd, peer: VethEnd, netnsPid: Late): NetlinkMessage {
  const far = [...linkHeader(), ...nameAttribute(peer.name), ...macAttribute(peer.mac), ...mtuAttribute(peer.mtu), ...queueAttributes(peer), ...attribute(IFLA_NET_NS_PID, [u32(netnsPid)])];
  const info = [...attribute(IFLA_INFO_KIND, [cString("veth")]), ...attribute(IFLA_INFO_DATA, attribute(VETH_INFO_PEER, far))];
  return message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, [...linkHeader(), ...nameAttribute(host.name), ...macAttribute(host.mac), ...mtuAttribute(host.mtu), ...queueAttributes(host), ...attribute(IFLA_LINKINFO, info)]);
}

/** Four bytes of a dotted quad, or undefined. */
function ipv4Bytes(text: string): readonly number[] | undefined {
  const parts = text.split(".").map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : -1));
  return parts.length === 4 && parts.every((part) => part >= 0 && part <= 255) ? parts : undefined;
}

function groups(text: string): number[] | undefined {
  if (text === "") return [];
  const out: number[] = [];
  const words = text.split(":");
  for (const [index, word] of words.entries()) {
    const dotted = index === words.length - 1 && word.includes(".") ? ipv4Bytes(word) : undefined;
    if (dotted !== undefined) out.push(...dotted);
    else if (/^[0-9a-f]{1,4}$/i.test(word)) out.push(Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff);
    else return undefined;
  }
  return out;
}

/** Sixteen bytes of an IPv6 address, or undefined. */
export function ipv6Bytes(text: string): readonly number[] | undefined {
  const [head = "", tail, ...rest] = text.split("::");
  const [left, right] = [groups(head), groups(tail ?? "")];
  if (left === undefined || right === undefined || rest.length > 0) return undefined;
  const missing = 16 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  return [...left, ...Array.from({ length: missing }, () => 0), ...right];
}

export const addressBytes = (text: string): readonly number[] | undefined => ipv4Bytes(text) ?? ipv6Bytes(text);
export const familyOf = (bytes: readonly number[]): number => (bytes.length === 4 ? AF_INET : AF_INET6);

/** The network part of an address equals that of another. */
export function inSameNetwork(one: readonly number[], two: readonly number[], prefix: number): boolean {
  return one.length === two.length && one.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, prefix - 8 * i));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((two[i] ?? 0) & mask);
  });
}

/** The address with all bits behind the prefix zero: what a route's destination must be. */
export const networkOf = (address: readonly number[], prefix: number): readonly number[] =>
  address.map((byte, i) => byte & (0xff << (8 - Math.min(8, Math.max(0, prefix - 8 * i)))) & 0xff);

const broadcastOf = (address: readonly number[], prefix: number): readonly number[] =>
  address.map((byte, i) => byte | (0xff >> Math.min(8, Math.max(0, prefix - 8 * i))));

export interface LinkAddress { readonly address: readonly number[]; readonly prefix: number; readonly broadcast?: readonly number[] | undefined }

export function addressAdd(index: Late, { address, prefix, broadcast }: LinkAddress): NetlinkMessage {
  const wide = address.length === 4 ? attribute(IFA_BROADCAST, [{ hex: bytesHex(broadcast ?? broadcastOf(address, prefix)) }]) : [];
  const own: NetlinkMessage = [{ hex: bytesHex(address) }];
  return message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
    [u8(familyOf(address)), u8(prefix), u8(0), u8(RT_SCOPE_UNIVERSE), u32(index), ...attribute(IFA_LOCAL, own), ...attribute(IFA_ADDRESS, own), ...wide]);
}

export const route = (family: number, prefix: number, scope: number, attributes: NetlinkMessage): NetlinkMessage =>
  message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, [u8(family), u8(prefix), u8(0), u8(0), u8(RT_TABLE_MAIN), u8(RTPROT_BOOT), u8(scope), u8(RTN_UNICAST), u32(0), ...attributes]);

/** The default route through a gateway. */
export const routeDefault = (index: Late, gateway: readonly number[]): NetlinkMessage =>
  route(familyOf(gateway), 0, RT_SCOPE_UNIVERSE, [...attribute(RTA_GATEWAY, [{ hex: bytesHex(gateway) }]), ...attribute(RTA_OIF, [u32(index)])]);

/** A network that is reached directly. */
export const routeNetwork = (index: Late, network: readonly number[], prefix: number): NetlinkMessage =>
  route(familyOf(network), prefix, RT_SCOPE_LINK, [...attribute(RTA_DST, [{ hex: bytesHex(network) }]), ...attribute(RTA_OIF, [u32(index)])]);

/** One host, reached directly: what a gateway outside the address' own network needs first. */
export const routeHost = (index: Late, host: readonly number[]): NetlinkMessage => routeNetwork(index, host, 8 * host.length);

/** Takes away what routeNetwork made. */
export const routeGone = (index: Late, network: readonly number[], prefix: number): NetlinkMessage =>
  message(RTM_DELROUTE, 0, [u8(familyOf(network)), u8(prefix), u8(0), u8(0), u8(RT_TABLE_MAIN), u8(0), u8(RT_SCOPE_NOWHERE), u8(0), u32(0), ...attribute(RTA_DST, [{ hex: bytesHex(network) }]), ...attribute(RTA_OIF, [u32(index)])]);

/** The default route onto the link itself (gateway = dev). */
export const routeDevice = (index: Late, family: "ipv4" | "ipv6"): NetlinkMessage =>
  route(family === "ipv4" ? AF_INET : AF_INET6, 0, RT_SCOPE_LINK, attribute(RTA_OIF, [u32(index)]));
