// Owns how one permission of an egress list is written: HOST[/PREFIX][:PORT[-PORT][/tcp|/udp]], an IPv6 address with a port in brackets; none.
import { addressBytes } from "./netlink.ts";

/** What may leave: packets to that host, of one protocol or of both, to these ports or to all. */
export interface EgressWish {
  /** An address, a network's, or a name. */
  readonly host: string;
  readonly isName: boolean;
  /** Of an address; absent: all of its bits. */
  readonly prefix?: number;
  /** Absent: every port, and every protocol that has none. */
  readonly ports?: { readonly first: number; readonly last: number; /** Absent: both. */ readonly protocol?: "tcp" | "udp" };
}

/** The word for a list that lets nothing through. */
export const NOTHING = "none";

const PORTS = "(?::(\\d+)(?:-(\\d+))?(?:/(tcp|udp))?)?";
const BRACKETED = new RegExp(`^\\[([0-9a-fA-F:.]+)(?:/(\\d+))?\\]${PORTS}$`);
const PLAIN6 = /^([0-9a-fA-F.]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*)(?:\/(\d+))?$/;
const OTHER = new RegExp(`^([A-Za-z0-9._-]+)(?:/(\\d+))?${PORTS}$`);
const NAME = /^(?=.{1,253}$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*\.?$/;
const LARGEST_PORT = 65_535;

function portsOf(first: string | undefined, last: string | undefined, protocol: string | undefined): EgressWish["ports"] | string {
  if (first === undefined) return undefined;
  const [from, to] = [Number(first), Number(last ?? first)];
  const bad = [first, last ?? first].find((text) => text.startsWith("0") || Number(text) > LARGEST_PORT);
  if (bad !== undefined) return `'${bad}' is not a port from 1 to ${LARGEST_PORT}`;
  if (from > to) return `the ports ${first}-${to} go backwards`;
  return { first: from, last: to, ...(protocol === "tcp" || protocol === "udp" ? { protocol } : {}) };
}

/** The wish; `none`; or, as text, what is wrong. */
export function parseEgress(text: string): EgressWish | typeof NOTHING | { readonly wrong: string } {
  if (text === NOTHING) return NOTHING;
  const [, host = "", prefixText, first, last, protocol] = BRACKETED.exec(text) ?? PLAIN6.exec(text) ?? OTHER.exec(text) ?? [];
  if (host === "") return { wrong: `'${text}' is not HOST[/PREFIX][:PORT[-PORT][/tcp|/udp]]` };
  const bytes = addressBytes(host);
  const isName = bytes === undefined;
  if (isName && (!NAME.test(host) || /^[\d.]+$/.test(host) || host.includes(":"))) return { wrong: `'${host}' is neither an address nor a name` };
  if (isName && prefixText !== undefined) return { wrong: `'${host}' is a name: only an address has a prefix length` };
  const bits = 8 * (bytes?.length ?? 0);
  if (prefixText !== undefined && (/^0.|.{4}/.test(prefixText) || Number(prefixText) > bits)) return { wrong: `'${prefixText}' is not a prefix length from 0 to ${bits}` };
  const ports = portsOf(first, last, protocol);
  if (typeof ports === "string") return { wrong: ports };
  return { host, isName, ...(prefixText === undefined ? {} : { prefix: Number(prefixText) }), ...(ports === undefined ? {} : { ports }) };
}

/** The same wish, as it is written. */
export function egressWord({ host, isName, prefix, ports }: EgressWish): string {
  const place = `${host}${prefix === undefined ? "" : `/${prefix}`}`;
  if (ports === undefined) return place;
  const range = ports.first === ports.last ? String(ports.first) : `${ports.first}-${ports.last}`;
  return `${!isName && host.includes(":") ? `[${place}]` : place}:${range}${ports.protocol === undefined ? "" : `/${ports.protocol}`}`;
}
