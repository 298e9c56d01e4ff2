// Owns what /proc/PID/net says of addresses: fib_trie (IPv4), if_inet6 (IPv6), dev (counters); and unix (socket names).

/** Local addresses of fib_trie without loopback, in the order of the file, each once. */
export function parseFibTrie(text: string): readonly string[] {
  const found = new Set<string>();
  let leaf = "";
  for (const line of text.split("\n")) {
    const [, address] = /\|-- (\d+\.\d+\.\d+\.\d+)/.exec(line) ?? [];
    if (address !== undefined) leaf = address;
    else if (/\/32 host LOCAL/.test(line) && !leaf.startsWith("127.")) found.add(leaf);
  }
  return [...found];
}

/** `fd000000…02` as RFC 5952 writes it. */
export function ipv6Text(hex: string): string {
  const groups = (hex.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16));
  const runs = [...groups.join(":").matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)];
  const longest = runs.reduce<RegExpMatchArray | undefined>((best, run) => (best === undefined || run[0].length > best[0].length ? run : best), undefined);
  const whole = groups.join(":");
  if (longest === undefined) return whole;
  const at = longest.index ?? 0;
  return `${whole.slice(0, at).replace(/:$/, "")}::${whole.slice(at + longest[0].length).replace(/^:/, "")}`;
}

export interface Ipv6Address { readonly address: string; readonly link: string; readonly scope: number }

const SCOPE_LINK = 0x20;
const SCOPE_HOST = 0x10;

/** Global addresses of if_inet6: no loopback, no link-local, as lxc-info shows them. */
export function parseIfInet6(text: string): readonly Ipv6Address[] {
  return text.split("\n").flatMap((line): readonly Ipv6Address[] => {
    const [hex, , , scopeHex, , link] = line.trim().split(/\s+/);
    if (hex === undefined || hex.length !== 32 || scopeHex === undefined || link === undefined) return [];
    const scope = Number.parseInt(scopeHex, 16);
    return scope === SCOPE_LINK || scope === SCOPE_HOST ? [] : [{ address: ipv6Text(hex), link, scope }];
  });
}

export interface LinkCounters { readonly link: string; readonly rxBytes: number; readonly txBytes: number }

export function parseNetDev(text: string): readonly LinkCounters[] {
  return text.split("\n").flatMap((line): readonly LinkCounters[] => {
    const colon = line.lastIndexOf(":");
    if (colon < 0) return [];
    const fields = line.slice(colon + 1).trim().split(/\s+/).map(Number);
    return [{ link: line.slice(0, colon).trim(), rxBytes: fields[0] ?? 0, txBytes: fields[8] ?? 0 }];
  });
}

/** Names of abstract sockets that listen, without the leading `@`. */
export function parseListening(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const at = line.indexOf(" @");
    // Flags 00010000 is __SO_ACCEPTCON. Three blanks stand before it, one each.
    if (at < 0 || line.split(" ", 4)[3] !== "00010000") return [];
    let end = line.length;
    while (line[end - 1] === "@") end--;
    return [line.slice(at + 2, end)];
  });
}

/** Inode of the abstract socket of this name that listens. */
export function listeningInode(text: string, name: string): number | undefined {
  const line = text.split("\n").find((one) => one.split(" ", 4)[3] === "00010000" && one.replace(/@+$/, "").endsWith(` @${name}`));
  // Num RefCount Protocol Flags Type St Inode Path
  const inode = line?.trim().split(/\s+/)[6];
  return inode === undefined ? undefined : Number(inode);
}

/** A word of /proc/net/route: the address as the machine holds it, least significant byte first. */
const routeAddress = (hex: string): readonly number[] => (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).reverse();

/** Local IPv4 addresses of one link: those of fib_trie that lie in a network which route says is reached over it directly. */
export function linkIpv4({ fibTrie, route }: { readonly fibTrie: string; readonly route: string }, link: string): readonly string[] {
  const networks = route.split("\n").slice(1).flatMap((line) => {
    const [name, destination = "", gateway = "", , , , , mask = ""] = line.trim().split(/\s+/);
    return name === link && gateway === "00000000" && mask !== "00000000" ? [{ destination: routeAddress(destination), mask: routeAddress(mask) }] : [];
  });
  return parseFibTrie(fibTrie).filter((address) => {
    const bytes = address.split(".").map(Number);
    return networks.some(({ destination, mask }) => bytes.every((byte, i) => (byte & (mask[i] ?? 0)) === destination[i]));
  });
}

/** IPv6 addresses of one link, the global ones first. */
export function linkIpv6(ifInet6: string, link: string): readonly string[] {
  const found = ifInet6.split("\n").flatMap((line): readonly Ipv6Address[] => {
    const [hex = "", , , scope = "", , name] = line.trim().split(/\s+/);
    return name === link && hex.length === 32 ? [{ address: ipv6Text(hex), link, scope: Number.parseInt(scope, 16) }] : [];
  });
  return found.toSorted((a, b) => a.scope - b.scope).map(({ address }) => address);
}
