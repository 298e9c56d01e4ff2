// Owns what lxc-net and berth net are told of a bridge (the words of /etc/default/lxc-net), and what they find on the host.

/** Where the traces of one bridge lie. */
export interface BridgeFiles {
  readonly settings: string;
  /** Its mark: it has been started. */
  readonly mark: string;
  readonly dnsmasqPid: string;
  /** Its tables of nft(8). */
  readonly table: string;
}
export const LXC_NET_FILES: BridgeFiles = { settings: "/etc/default/lxc-net", mark: "/run/lxc/network_up", dnsmasqPid: "/run/lxc/dnsmasq.pid", table: "lxc" };
export const NETWORKS = "/etc/berth/networks";
export const networkFiles = (name: string): BridgeFiles => ({ settings: `${NETWORKS}/${name}`, mark: `/run/lxc/${name}.network_up`, dnsmasqPid: `/run/lxc/dnsmasq.${name}.pid`, table: `lxc_${name}` });

export interface BridgeSettings {
  readonly files: BridgeFiles;
  /** Containers on it and on other bridges of ours reach each other. */
  readonly isOpen: boolean;
  readonly isWanted: boolean;
  /** LXC_USE_NFT: false asks for iptables(8). */
  readonly isByNft: boolean;
  readonly name: string;
  readonly mac: string;
  readonly ipv4: { readonly address: string; readonly prefix: number; readonly network: string };
  readonly dhcp: { readonly range: string; readonly max: string; readonly confile: string; readonly hasPing: boolean };
  readonly domain: string;
  readonly ipv6?: { readonly address: string; readonly prefix: number; readonly network: string; readonly isNat: boolean };
}

export interface BridgeFacts {
  /** Its mark is there: it has been started. */
  readonly isUp: boolean;
  /** The link of that name. */
  readonly link?: { readonly isBridge: boolean; readonly hasPorts: boolean };
  /** Another link that has addresses of the bridge's network. */
  readonly overlap?: string;
  /** Where it is there and works. */
  readonly nft?: string;
  readonly iptables?: string;
  /** What takes away the rules that iptables(8) made: commands, which the mark keeps. */
  readonly iptablesUndo?: readonly (readonly string[])[];
  readonly dnsmasq?: string;
  readonly dnsmasqUser: string;
  /** Of its own dnsmasq. */
  readonly dnsmasqPid?: number;
  /** Who listens on port 53 or 67 of all addresses, or of the bridge's: `named (pid 7)`. */
  readonly portOwner?: { readonly port: number; readonly who: string };
}
