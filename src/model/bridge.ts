// Owns what lxc-net is told (the words of /etc/default/lxc-net) and what it finds on the host.

export interface BridgeSettings {
  readonly isWanted: boolean;
  readonly name: string;
  readonly mac: string;
  readonly ipv4: { readonly address: string; readonly prefix: number; readonly network: string };
  readonly dhcp: { readonly range: string; readonly max: string; readonly confile: string; readonly hasPing: boolean };
  readonly domain: string;
  readonly ipv6?: { readonly address: string; readonly prefix: number; readonly network: string; readonly isNat: boolean };
}

export interface BridgeFacts {
  /** lxc-net's own mark: it has been started. */
  readonly isUp: boolean;
  /** The link of that name. */
  readonly link?: { readonly isBridge: boolean; readonly hasPorts: boolean };
  /** Another link that has addresses of the bridge's network. */
  readonly overlap?: string;
  readonly nft?: string;
  readonly dnsmasq?: string;
  readonly dnsmasqUser: string;
  /** Of a dnsmasq that lxc-net has started. */
  readonly dnsmasqPid?: number;
  /** Who listens on port 53 or 67 of all addresses, or of the bridge's: `named (pid 7)`. */
  readonly portOwner?: { readonly port: number; readonly who: string };
}
