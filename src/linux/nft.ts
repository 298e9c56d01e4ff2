// Owns the rules of a bridge as nft(8) reads them: DHCP and DNS in, everything through, addresses of the bridge masked on their way out.

/** The link group of containers' bridges: rules tell them by it. */
export const BRIDGE_GROUP = 5117;

export interface BridgeRules { readonly table: string; readonly bridge: string; readonly network: string; readonly network6?: string | undefined; /** Nothing passes between it and others of the group. */ readonly isIsolated?: boolean }

/** Tables are emptied before they are filled: twice is as good as once. */
const fresh = (family: string, table: string): string => `table ${family} ${table} {\n}\ndelete table ${family} ${table}\n`;

const masked = (family: "ip" | "ip6", table: string, network: string): string =>
  `${fresh(family, table)}table ${family} ${table} {\n chain postrouting {\n  type nat hook postrouting priority 100\n  ${family} saddr ${network} ${family} daddr != ${network} counter masquerade\n }\n}\n`;

export function bridgeRules({ table, bridge, network, network6, isIsolated = false }: BridgeRules): string {
  const ports = ["udp", "tcp"].map((protocol) => `  iifname "${bridge}" ${protocol} dport { 53, 67 } accept\n`).join("");
  const through = `  iifname "${bridge}" accept\n  oifname "${bridge}" accept\n`;
  const apart = isIsolated ? `  iifname "${bridge}" oifname != "${bridge}" oifgroup ${BRIDGE_GROUP} drop\n  oifname "${bridge}" iifname != "${bridge}" iifgroup ${BRIDGE_GROUP} drop\n` : "";
  const filter = `table inet ${table} {\n chain input {\n  type filter hook input priority 0\n${ports} }\n chain forward {\n  type filter hook forward priority 0\n${apart}${through} }\n}\n`;
  return `${fresh("inet", table)}${filter}${masked("ip", table, network)}${network6 === undefined ? "" : masked("ip6", table, network6)}`;
}

export const noBridgeRules = (table: string, hasIpv6: boolean): string => ["inet", "ip", ...(hasIpv6 ? ["ip6"] : [])].map((family) => fresh(family, table)).join("");

/** 255.255.255.0 of 24. */
export const prefixMask = (prefix: number): string => [0, 8, 16, 24].map((shift) => (0xff00 >> Math.min(8, Math.max(0, prefix - shift))) & 0xff).join(".");

/** 24 of 255.255.255.0; undefined for what is no mask. */
export function maskPrefix(mask: string): number | undefined {
  const bits = mask.split(".").map((part) => (/^\d{1,3}$/.test(part) && Number(part) <= 255 ? Number(part).toString(2).padStart(8, "0") : "x")).join("");
  return /^1*0*$/.test(bits) && bits.length === 32 ? bits.lastIndexOf("1") + 1 : undefined;
}
