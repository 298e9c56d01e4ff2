// Owns the network interfaces of the host, from /sys/class/net and /proc/net: only those that somebody asks about.
import { existsSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { linkIpv4, linkIpv6 } from "../../linux/proc-net.ts";
import type { HostFacts, LinkFact } from "../../model/facts.ts";
import { readText } from "../read-text.ts";
import { programPath } from "./program.ts";

/** `names`: a name that ends in + stands for all that begin so. `isDeep`: addresses, VLANs, switches too. */
export interface LinksWanted { readonly names: readonly string[]; readonly isDeep: boolean; readonly hasUserMode?: boolean; readonly hasEgress?: boolean }

const FOLDER = "/sys/class/net";

function allNames(): readonly string[] {
  try {
    return readdirSync(FOLDER);
  } catch {
    return [];
  }
}

function masterOf(name: string): string | undefined {
  try {
    return readlinkSync(`${FOLDER}/${name}/master`).split("/").at(-1);
  } catch {
    return undefined;
  }
}

const hasEntries = (path: string): boolean => {
  try {
    return readdirSync(path).length > 0;
  } catch {
    return false;
  }
};

const text = (path: string): string | undefined => readText(path)?.trim();
const isOn = (path: string): boolean => (text(path) ?? "0") !== "0";

function deepFact(name: string): Partial<LinkFact> {
  const [mac, master, filtering, pvid] = [text(`${FOLDER}/${name}/address`), masterOf(name), text(`${FOLDER}/${name}/bridge/vlan_filtering`), text(`${FOLDER}/${name}/bridge/default_pvid`)];
  return {
    ...(mac === undefined ? {} : { mac }), ...(master === undefined ? {} : { master }),
    isWireless: existsSync(`${FOLDER}/${name}/phy80211`), hasPorts: hasEntries(`${FOLDER}/${name}/brif`),
    ...(filtering === undefined ? {} : { vlanFiltering: filtering === "1" }), ...(pvid === undefined ? {} : { defaultPvid: Number(pvid) }),
    ipv4: linkIpv4({ fibTrie: readText("/proc/net/fib_trie") ?? "", route: readText("/proc/net/route") ?? "" }, name), ipv6: linkIpv6(readText("/proc/net/if_inet6") ?? "", name),
    forwarding4: isOn(`/proc/sys/net/ipv4/conf/${name}/forwarding`), forwarding6: isOn(`/proc/sys/net/ipv6/conf/${name}/forwarding`), proxyNdp: isOn(`/proc/sys/net/ipv6/conf/${name}/proxy_ndp`),
  };
}

function factOf(name: string, isDeep: boolean): LinkFact | undefined {
  const index = name === "" || name.includes("/") ? undefined : text(`${FOLDER}/${name}/ifindex`);
  if (index === undefined) return undefined;
  return { isBridge: existsSync(`${FOLDER}/${name}/bridge`), mtu: Number(text(`${FOLDER}/${name}/mtu`) ?? "1500"), index: Number(index), ...(isDeep ? deepFact(name) : {}) };
}

const OVS = ["/usr/local/bin/ovs-vsctl", "/usr/bin/ovs-vsctl", "/bin/ovs-vsctl"];

export function probeLinks({ names, isDeep, hasEgress }: LinksWanted): Pick<HostFacts, "links" | "ovsVsctl" | "nft"> {
  const wanted = new Set(names.flatMap((name) => (name.endsWith("+") ? allNames().filter((one) => one.startsWith(name.slice(0, -1))) : [name])));
  const links = Object.fromEntries([...wanted].flatMap((name) => {
    const fact = factOf(name, isDeep);
    return fact === undefined ? [] : [[name, fact] as const];
  }));
  // a bridge of Open vSwitch has no folder `bridge`
  const ovsVsctl = Object.values(links).some(({ isBridge }) => !isBridge) ? OVS.find((path) => existsSync(path)) : undefined;
  const nft = hasEgress === true ? programPath("nft") : undefined;
  return { links, ...(ovsVsctl === undefined ? {} : { ovsVsctl }), ...(nft === undefined ? {} : { nft }) };
}

const SET_USER_ID = 0o4000;
const isSetUserId = (path: string): boolean => { const found = statSync(path, { throwIfNoEntry: false }); return found?.uid === 0 && (found.mode & SET_USER_ID) !== 0; };
/** Debian's, by its versions. */
const OTHERS = ["/usr/libexec/lxc", "/usr/lib/x86_64-linux-gnu/lxc", "/usr/lib/aarch64-linux-gnu/lxc", "/usr/lib/lxc"];

/** lxc-user-nic of this Berth, as it is built: without its bit. */
export const ownUserNic = (prefix: string): string => `${prefix}/libexec/berth/lxc-user-nic`;
/** Where `berth setup` installs it. */
export const INSTALLED_USER_NIC = "/usr/local/libexec/berth/lxc-user-nic";
/** Ours where it is installed set-user-ID root, else Debian's. */
export const userNicTool = (prefix: string): string | undefined => [ownUserNic(prefix), INSTALLED_USER_NIC, ...OTHERS.map((folder) => `${folder}/lxc-user-nic`)].find(isSetUserId);

export function probeUserNic(prefix: string): Pick<HostFacts, "userNic"> {
  const userNic = userNicTool(prefix);
  return userNic === undefined ? {} : { userNic };
}
