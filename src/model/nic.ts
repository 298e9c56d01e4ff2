// Owns Nic: one network interface a config asks for (lxc.net.N.*).
import type { EgressWish } from "../linux/egress-words.ts";
import type { Origin } from "./origin.ts";

export type NicType = "none" | "empty" | "veth" | "macvlan" | "ipvlan" | "vlan" | "phys" | "user";

export interface NicAddress { readonly address: string; readonly prefix: number; readonly broadcast?: string; readonly from: Origin }

/** What a line of lxc.net.N.egress lets through. */
export interface Egress { readonly wish: EgressWish; readonly from: Origin }

export interface Nic {
  readonly index: number;
  readonly type: NicType;
  readonly isUp: boolean;
  readonly link?: string;
  readonly linkFrom?: Origin;
  readonly name?: string;
  /** Lower case, colons; templates are already filled in. */
  readonly hwaddr?: string;
  readonly mtu?: number;
  readonly ipv4: readonly NicAddress[];
  readonly ipv6: readonly NicAddress[];
  /** An address, `auto` or `dev`. */
  readonly ipv4Gateway?: string;
  readonly ipv6Gateway?: string;
  readonly vethPair?: string;
  readonly vethMode?: "bridge" | "router";
  /** Of type user: ports of this host that lead to the container, [ADDR:]PORT:PORT[/udp]. */
  readonly published?: readonly string[];
  /** All that may leave it; empty: nothing; absent: everything. */
  readonly egress?: readonly Egress[];
  readonly scriptUp?: string;
  readonly scriptDown?: string;
  /** Remaining sub-keys as written; one that may be set again has a line for each value. */
  readonly other: Readonly<Record<string, string>>;
  /** Where each sub-key was set last, by its name: `mtu`, `veth.pair`. */
  readonly origins?: Readonly<Record<string, Origin>>;
  readonly from: Origin;
}

/** What an ordinary user's new container begins with: on the bridge where lxc-user-nic may join it, else by pasta, else nothing but a loopback. */
export const userNetworkLines = (bridge: string): string => `lxc.net.0.type = user\nlxc.net.0.link = ${bridge}\nlxc.net.0.flags = up\n`;

/** The line that a wish of this interface comes from. */
export const nicOrigin = (nic: Nic, sub: string): Origin => nic.origins?.[sub] ?? { ...nic.from, key: `lxc.net.${nic.index}.${sub}` };
