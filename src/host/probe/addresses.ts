// Owns the network of a running container as its init sees it, read from /proc/PID/net: nothing is entered or run.
import { parseFibTrie, parseIfInet6, parseNetDev } from "../../linux/proc-net.ts";
import { readText } from "../read-text.ts";

const read = (pid: number, file: string): string => readText(`/proc/${pid}/net/${file}`) ?? "";

export const ipv4Addresses = (pid: number): readonly string[] => parseFibTrie(read(pid, "fib_trie"));
export const hostIpv4 = (): readonly string[] => parseFibTrie(readText("/proc/net/fib_trie") ?? "");
export const ipv6Addresses = (pid: number): readonly string[] => parseIfInet6(read(pid, "if_inet6")).map(({ address }) => address);
export const linkNames = (pid: number): readonly string[] => parseNetDev(read(pid, "dev")).map(({ link }) => link);

export interface HostCounters { readonly link: string; readonly rxBytes: number; readonly txBytes: number }

/** Counters of a host-side interface; undefined when it is gone. */
export function hostCounters(link: string): HostCounters | undefined {
  const folder = `/sys/class/net/${link}/statistics`;
  const [rx, tx] = [readText(`${folder}/rx_bytes`), readText(`${folder}/tx_bytes`)];
  return rx === undefined || tx === undefined ? undefined : { link, rxBytes: Number(rx), txBytes: Number(tx) };
}
