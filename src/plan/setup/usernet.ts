// Owns the user's line in /etc/lxc/lxc-usernet: how many interfaces lxc-user-nic may make for him on which bridge.
import type { Account, Change, SetupFacts, SetupWish } from "../../model/setup.ts";

export const USERNET = "/etc/lxc/lxc-usernet";

/** lxc-usernet(5): what the user and each of his groups has; of several lines for one of them the largest counts. */
function granted(text: string, account: Account, bridge: string): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [who = "", type, link, count = ""] = line.trim().split(/\s+/);
    const isHis = who === account.name || (who.startsWith("@") && account.groups.includes(who.slice(1)));
    if (isHis && type === "veth" && link === bridge && /^\d+$/.test(count)) most.set(who, Math.max(most.get(who) ?? 0, Number(count)));
  }
  return most;
}
const sumOf = (most: ReadonlyMap<string, number>): number => [...most.values()].reduce((sum, count) => sum + count, 0);
export const grantedNics = (text: string, account: Account, bridge: string): number => sumOf(granted(text, account, bridge));

/** It does for users what only root may: so it is root's, and set-user-ID. */
function installed({ install: { userNic } }: SetupFacts): readonly Change[] {
  if (userNic === undefined) return [];
  return [{ kind: "command", argv: ["install", "-D", "-o", "root", "-g", "root", "-m", "4755", userNic.from, userNic.to], undo: ["rm", "-f", userNic.to], isShared: true, why: "the set-user-ID program that makes users' interfaces, as far as /etc/lxc/lxc-usernet grants them" }];
}

export function usernetChanges(facts: SetupFacts, { nics }: SetupWish): readonly Change[] {
  if (nics === undefined) return [];
  const most = granted(facts.files[USERNET] ?? "", facts.account, nics.bridge);
  const sum = sumOf(most);
  const helper = installed(facts);
  if (sum >= nics.count || (sum > 0 && !nics.isExact)) return helper;
  return [...helper, { kind: "line", file: USERNET, line: `${facts.account.name} veth ${nics.bridge} ${nics.count - sum + (most.get(facts.account.name) ?? 0)}`, why: `lets lxc-user-nic join his containers to ${nics.bridge}` }];
}
