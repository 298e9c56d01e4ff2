// Owns how a published port is written: [ADDR:]PORT:PORT[/udp], an IPv6 address in brackets.
import { addressBytes } from "./netlink.ts";

export interface PortWish {
  /** An address of this host; absent: all of them. */
  readonly address?: string;
  readonly port: number;
  readonly toPort: number;
  readonly protocol: "tcp" | "udp";
}

const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65535;

/** Undefined for what is none. */
export function parsePortWish(text: string): PortWish | undefined {
  const [, bracketed, plain, port = "", toPort = "", protocol = "tcp"] = /^(?:\[([^\]]*)\]:|([^:]*):)?(\d+):(\d+)(?:\/(tcp|udp))?$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  if (!isPort(port) || !isPort(toPort) || (protocol !== "tcp" && protocol !== "udp")) return undefined;
  if (address !== undefined && addressBytes(address)?.length !== (bracketed === undefined ? 4 : 16)) return undefined;
  const isAll = address === undefined || address === "0.0.0.0" || address === "::";
  return { ...(isAll ? {} : { address }), port: Number(port), toPort: Number(toPort), protocol };
}

/** As it is written. */
export const portWishText = ({ address, port, toPort, protocol }: PortWish): string =>
  `${address === undefined ? "" : address.includes(":") ? `[${address}]:` : `${address}:`}${port}:${toPort}${protocol === "udp" ? "/udp" : ""}`;

/** Two wishes for one port of this host. */
export const areInConflict = (one: PortWish, two: PortWish): boolean =>
  one.port === two.port && one.protocol === two.protocol && (one.address === undefined || two.address === undefined || one.address === two.address);
