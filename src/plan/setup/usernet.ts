// Owns the user's line in /etc/lxc/lxc-usernet: how many interfaces lxc-user-nic may make for him on which bridge.
import type { Account, Change, SetupFacts, SetupWish } from "../../model/setup.ts";

export const USERNET = "/etc/lxc/lxc-usernet";

/** lxc-usernet(5): the lines that name the user or one of his groups are added up. */
export function grantedNics(text: string, account: Account, bridge: string): number {
  return text.split("\n").reduce((sum, line) => {
    const [who = "", type, link, count = ""] = line.trim().split(/\s+/);
    const isHis = who === account.name || (who.startsWith("@") && account.groups.includes(who.slice(1)));
    return isHis && type === "veth" && link === bridge && /^\d+$/.test(count) ? sum + Number(count) : sum;
  }, 0);
}

export function usernetChanges(facts: SetupFacts, { nics }: SetupWish): readonly Change[] {
  if (nics === undefined) return [];
  const granted = grantedNics(facts.files[USERNET] ?? "", facts.account, nics.bridge);
  if (granted >= nics.count || (granted > 0 && !nics.isExact)) return [];
  return [{ kind: "line", file: USERNET, line: `${facts.account.name} veth ${nics.bridge} ${nics.count - granted}`, why: `lets lxc-user-nic join his containers to ${nics.bridge}` }];
}
