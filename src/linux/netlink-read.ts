// Owns what rtnetlink(7) tells of a network: links, addresses and default routes, kept as messages come in, and what is missing in it.
import { AF_INET, AF_INET6, linkHeader, message, messageHex, RTM_NEWLINK, u16, u32, u8 } from "./netlink.ts";

const RTM_DELLINK = 17, RTM_NEWADDR = 20, RTM_DELADDR = 21, RTM_NEWROUTE = 24, RTM_DELROUTE = 25;
const RTM_GETLINK = 18, RTM_GETADDR = 22, RTM_GETROUTE = 26;
const NLM_F_DUMP = 0x300;
const IFF_UP = 1, IFLA_IFNAME = 3;
const IFA_ADDRESS = 1, IFA_LOCAL = 2, IFA_FLAGS = 8;
/** Not yet sure that nobody else has it; somebody has. */
const IFA_F_DADFAILED = 0x08, IFA_F_TENTATIVE = 0x40, IFA_F_OPTIMISTIC = 0x04;
const RTA_OIF = 4, RTA_PRIORITY = 6, RTA_MULTIPATH = 9, RTN_UNICAST = 1, RTM_F_CLONED = 0x200;
const HEAD = 16;

/** RTMGRP_LINK, IPV4_IFADDR, IPV4_ROUTE, IPV6_IFADDR, IPV6_ROUTE. */
export const NETWORK_GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;
/** Asks for all links, addresses and routes (hex). */
export const NETWORK_DUMPS: string = [
  message(RTM_GETLINK, NLM_F_DUMP, linkHeader()),
  message(RTM_GETADDR, NLM_F_DUMP, [u8(0), u8(0), u8(0), u8(0), u32(0)]),
  message(RTM_GETROUTE, NLM_F_DUMP, [u8(0), u8(0), u8(0), u8(0), u16(0), u16(0), u32(0)]),
].map(messageHex).join("");

interface Attribute { readonly type: number; readonly bytes: DataView }

function* attributesOf(body: DataView, start: number): Generator<Attribute> {
  for (let at = start; at + 4 <= body.byteLength;) {
    const length = body.getUint16(at, true);
    if (length < 4 || at + length > body.byteLength) return;
    yield { type: body.getUint16(at + 2, true) & 0x3fff, bytes: new DataView(body.buffer, body.byteOffset + at + 4, length - 4) };
    at += (length + 3) & ~3;
  }
}

const hexOf = (view: DataView): string => Array.from({ length: view.byteLength }, (_, i) => view.getUint8(i).toString(16).padStart(2, "0")).join("");
const textOf = (view: DataView): string => new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
const numberOf = (attribute: Attribute | undefined): number | undefined => (attribute === undefined || attribute.bytes.byteLength < 4 ? undefined : attribute.bytes.getUint32(0, true));

/** Interfaces that a route goes out by: one, or several of a multipath route. */
function outOf(attributes: readonly Attribute[]): readonly number[] {
  const hops = attributes.find(({ type }) => type === RTA_MULTIPATH)?.bytes;
  const single = numberOf(attributes.find(({ type }) => type === RTA_OIF));
  const found = single === undefined ? [] : [single];
  for (let at = 0; hops !== undefined && at + 8 <= hops.byteLength;) {
    const length = hops.getUint16(at, true);
    if (length < 8) break;
    found.push(hops.getInt32(at + 4, true));
    at += (length + 3) & ~3;
  }
  return found;
}

const FAMILIES = [[AF_INET, "IPv4"], [AF_INET6, "IPv6"]] as const;

/** A network as its messages describe it. */
export class NetworkView {
  readonly #links = new Map<number, { readonly name: string; readonly isUp: boolean }>();
  /** Of global scope, and sure: `FAMILY INDEX ADDRESS`. */
  readonly #addresses = new Set<string>();
  /** `FAMILY INDEX PRIORITY`. */
  readonly #defaults = new Set<string>();
  #rest: Uint8Array = new Uint8Array(0);

  /** Bytes as they come, cut anywhere. */
  take(bytes: Uint8Array): void {
    const whole = new Uint8Array(this.#rest.length + bytes.length);
    whole.set(this.#rest);
    whole.set(bytes, this.#rest.length);
    let at = 0;
    for (; at + HEAD <= whole.length;) {
      const view = new DataView(whole.buffer, at);
      const length = view.getUint32(0, true);
      if (length < HEAD || at + length > whole.length) break;
      this.#hear(view.getUint16(4, true), new DataView(whole.buffer, at + HEAD, length - HEAD));
      at += (length + 3) & ~3;
    }
    this.#rest = whole.subarray(Math.min(at, whole.length));
  }

  #hear(type: number, body: DataView): void {
    if ((type === RTM_NEWLINK || type === RTM_DELLINK) && body.byteLength >= 16) this.#hearLink(body, type === RTM_NEWLINK);
    else if ((type === RTM_NEWADDR || type === RTM_DELADDR) && body.byteLength >= 8) this.#hearAddress(body, type === RTM_NEWADDR);
    else if ((type === RTM_NEWROUTE || type === RTM_DELROUTE) && body.byteLength >= 12) this.#hearRoute(body, type === RTM_NEWROUTE);
  }

  #hearLink(body: DataView, isNew: boolean): void {
    const index = body.getInt32(4, true);
    const name = [...attributesOf(body, 16)].find(({ type }) => type === IFLA_IFNAME)?.bytes;
    if (!isNew) this.#links.delete(index);
    else this.#links.set(index, { name: name === undefined ? this.#nameOf(index) : textOf(name).replace(/\0.*$/s, ""), isUp: (body.getUint32(8, true) & IFF_UP) !== 0 });
  }
  #nameOf(index: number): string { return this.#links.get(index)?.name ?? `interface ${index}`; }

  #hearAddress(body: DataView, isNew: boolean): void {
    const attributes = [...attributesOf(body, 8)];
    const address = (attributes.find(({ type }) => type === IFA_LOCAL) ?? attributes.find(({ type }) => type === IFA_ADDRESS))?.bytes;
    const flags = numberOf(attributes.find(({ type }) => type === IFA_FLAGS)) ?? body.getUint8(2);
    if (address === undefined) return;
    const isUnsure = (flags & IFA_F_DADFAILED) !== 0 || ((flags & IFA_F_TENTATIVE) !== 0 && (flags & IFA_F_OPTIMISTIC) === 0);
    const key = `${body.getUint8(0)} ${body.getUint32(4, true)} ${hexOf(address)}`;
    if (isNew && body.getUint8(3) === 0 && !isUnsure) this.#addresses.add(key);
    else this.#addresses.delete(key);
  }

  #hearRoute(body: DataView, isNew: boolean): void {
    if (body.getUint8(1) !== 0 || body.getUint8(7) !== RTN_UNICAST || (body.getUint32(8, true) & RTM_F_CLONED) !== 0) return;
    const attributes = [...attributesOf(body, 12)];
    for (const index of outOf(attributes)) {
      const key = `${body.getUint8(0)} ${index} ${numberOf(attributes.find(({ type }) => type === RTA_PRIORITY)) ?? 0}`;
      if (isNew) this.#defaults.add(key);
      else this.#defaults.delete(key);
    }
  }

  /** What is still missing for an address of global scope on an interface with a default route of its family; undefined: nothing. */
  missing(): string | undefined {
    const routed = [...this.#defaults].map((key) => key.split(" ").map(Number)).filter(([, index = 0]) => this.#links.get(index)?.isUp === true);
    if (routed.some(([family, index]) => [...this.#addresses].some((key) => key.startsWith(`${family} ${index} `)))) return undefined;
    const [first] = routed;
    if (first !== undefined) {
      const [family, index = 0] = first;
      return `${this.#nameOf(index)} has a default route, but no ${FAMILIES.find(([number]) => number === family)?.[1] ?? ""} address of global scope`;
    }
    const others = [...this.#links.values()].filter(({ name }) => name !== "lo");
    if (others.length === 0) return "it has no interface but lo";
    const names = others.map(({ name, isUp }) => (isUp ? name : `${name} (down)`)).join(", ");
    return this.#addresses.size === 0 ? `no default route and no address of global scope: ${names}` : `there is no default route: ${names}`;
  }
}
