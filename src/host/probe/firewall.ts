// Owns the host's firewall as it is now.
import { spawnSync } from "node:child_process";
import { hasExtensions, LEGACY, readIptablesSave, tablesOf, withoutTables } from "../../linux/iptables-save.ts";
import { readText } from "../read-text.ts";
import { programPath } from "./program.ts";
import { nftList, nftProgram } from "./published.ts";

export interface FirewallFacts { readonly ruleset: readonly unknown[]; readonly programs: readonly string[] }
const PROGRAMS = ["nft", "iptables", "ufw", "firewall-cmd"];

function saved(name: string, family: "ip" | "ip6", label: string): readonly unknown[] {
  const program = programPath(name);
  const { status, stdout } = program === undefined ? { status: 1, stdout: "" } : spawnSync(program, [], { encoding: "utf8", maxBuffer: 1 << 26 });
  return status === 0 ? readIptablesSave(stdout, family, label) : [];
}
const FAMILIES = [["ip", "iptables"], ["ip6", "ip6tables"]] as const;
/** iptables-legacy keeps its rules where nft does not look; asked only where it has some, as asking makes tables. */
const legacy = (): readonly unknown[] => FAMILIES.flatMap(([family, name]) => ((readText(`/proc/net/${family}_tables_names`) ?? "") === "" ? [] : saved(`${name}-legacy-save`, family, LEGACY)));

/** nft tells of extensions of iptables that they are there, and no more: iptables-save tells the same rules in full. */
function inFull(ruleset: readonly unknown[]): readonly unknown[] {
  return FAMILIES.reduce<readonly unknown[]>((all, [family, name]) => {
    if (!hasExtensions(all, family)) return all;
    const full = saved(programPath(`${name}-nft-save`) === undefined ? `${name}-save` : `${name}-nft-save`, family, "");
    return full.length === 0 ? all : [...withoutTables(all, family, tablesOf(full)), ...full];
  }, ruleset);
}

export const probeFirewall = (): FirewallFacts => ({
  ruleset: nftProgram() === undefined ? FAMILIES.flatMap(([family, name]) => saved(`${name}-save`, family, "")) : [...inFull(nftList(["ruleset"])), ...legacy()],
  programs: PROGRAMS.filter((name) => programPath(name) !== undefined),
});
