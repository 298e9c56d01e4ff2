// Owns the host's firewall as it is now, and the way from it to the outside.
import { existsSync } from "node:fs";
import { readText } from "../read-text.ts";
import { nftList } from "./published.ts";

const FOLDERS = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
export interface FirewallFacts { readonly ruleset: readonly unknown[]; readonly programs: readonly string[] }
export const probeFirewall = (): FirewallFacts => ({
  ruleset: nftList(["ruleset"]),
  programs: ["iptables", "ufw", "firewall-cmd"].filter((name) => FOLDERS.some((folder) => existsSync(`${folder}/${name}`))),
});

export interface DefaultRoute { readonly link: string; readonly gateway: string }
/** IPv4, of this network or of a process'. */
export function defaultRoute(pid: number | "self" = "self"): DefaultRoute | undefined {
  for (const line of (readText(`/proc/${pid}/net/route`) ?? "").split("\n").slice(1)) {
    const [link = "", destination, gateway = "", , , , , mask] = line.trim().split(/\s+/);
    if (destination === "00000000" && mask === "00000000") return { link, gateway: (gateway.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).reverse().join(".") };
  }
  return undefined;
}
