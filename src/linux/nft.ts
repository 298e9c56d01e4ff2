// Owns the rules of a bridge as nft(8) reads them: DHCP and DNS in, everything through, addresses of the bridge masked on their way out.

export interface BridgeRules { readonly bridge: string; readonly network: string; readonly network6?: string | undefined }

/** Tables are emptied before they are filled: twice is as good as once. */
const fresh = (family: string): string => `table ${family} lxc {\n}\ndelete table ${family} lxc\n`;

const masked = (family: "ip" | "ip6", network: string): string =>
  `${fresh(family)}table ${family} lxc {\n chain postrouting {\n  type nat hook postrouting priority 100\n  ${family} saddr ${network} ${family} daddr != ${network} counter masquerade\n }\n}\n`;

export function bridgeRules({ bridge, network, network6 }: BridgeRules): string {
  const ports = ["udp", "tcp"].map((protocol) => `  iifname "${bridge}" ${protocol} dport { 53, 67 } accept\n`).join("");
  const through = `  iifname "${bridge}" accept\n  oifname "${bridge}" accept\n`;
  const filter = `table inet lxc {\n chain input {\n  type filter hook input priority 0\n${ports} }\n chain forward {\n  type filter hook forward priority 0\n${through} }\n}\n`;
  return `${fresh("inet")}${filter}${masked("ip", network)}${network6 === undefined ? "" : masked("ip6", network6)}`;
}

export const noBridgeRules = (hasIpv6: boolean): string => ["inet", "ip", ...(hasIpv6 ? ["ip6"] : [])].map(fresh).join("");

/** 24 of 255.255.255.0; undefined for what is no mask. */
export function maskPrefix(mask: string): number | undefined {
  const bits = mask.split(".").map((part) => (/^\d{1,3}$/.test(part) && Number(part) <= 255 ? Number(part).toString(2).padStart(8, "0") : "x")).join("");
  return /^1*0*$/.test(bits) && bits.length === 32 ? bits.lastIndexOf("1") + 1 : undefined;
}
