// Owns what nft(8) says of published ports: the rules themselves are the only record of them.
import { spawnSync } from "node:child_process";
import { programPath } from "./program.ts";
import { parseComment, runOfTable, tableName } from "../../linux/nft-publish.ts";
import type { Published, RunId } from "../../linux/nft-publish.ts";

export const nftProgram = (): string | undefined => programPath("nft");

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const at = (value: unknown, ...keys: readonly string[]): unknown => keys.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);

/** The list that nft -j prints, of this network or of one that a path names; empty where it says nothing. */
export function nftList(words: readonly string[], network?: string): readonly unknown[] {
  const nft = nftProgram();
  if (nft === undefined) return [];
  const [program = nft, ...args] = [...(network === undefined ? [] : ["nsenter", `--net=${network}`]), nft, "-j", "list", ...words];
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26, env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } });
  if (status !== 0) return [];
  try {
    const list = at(JSON.parse(stdout), "nftables");
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

export interface PublishedRun { readonly run: RunId; readonly ports: readonly Published[] }

export function portsOf(run: RunId): readonly Published[] {
  return nftList(["chain", "inet", tableName(run), "prerouting"]).flatMap((entry) => {
    const comment = at(entry, "rule", "comment");
    const port = typeof comment === "string" ? parseComment(comment) : undefined;
    return port === undefined ? [] : [port];
  });
}

/** Of every run that has some, also of those that are over. */
export function publishedRuns(): readonly PublishedRun[] {
  return nftList(["tables", "inet"]).flatMap((entry) => {
    const name = at(entry, "table", "name");
    const run = typeof name === "string" ? runOfTable(name) : undefined;
    return run === undefined ? [] : [{ run, ports: portsOf(run) }];
  });
}
