// Owns which ports pasta(1) publishes now for users' containers: its own command line is the only record of them.
import { readdirSync, statSync } from "node:fs";
import { parsePortWish } from "../../linux/port-words.ts";
import type { PortWish } from "../../linux/port-words.ts";
import { readText } from "../read-text.ts";

export interface PastaPorts { readonly lxcpath: string; readonly container: string; readonly ports: readonly PortWish[] }

/** The words after each of a flag. */
const after = (argv: readonly string[], flag: string): readonly string[] => argv.flatMap((word, i) => (argv[i - 1] === flag ? [word] : []));

/** `none`, `8080:80` or `192.0.2.1/8080:80`. */
const wish = (protocol: "tcp" | "udp") => (text: string): readonly PortWish[] => {
  const [, address, ports = ""] = /^(?:([^/]*)\/)?(.*)$/.exec(text) ?? [];
  const found = parsePortWish(`${address === undefined ? "" : address.includes(":") ? `[${address}]:` : `${address}:`}${ports}${protocol === "udp" ? "/udp" : ""}`);
  return found === undefined ? [] : [found];
};

/** Of a command line of ours; undefined for others'. */
export function pastaPortsOf(argv: readonly string[]): PastaPorts | undefined {
  const [, lxcpath, container] = /^(\/.*)\/([^/]+)\/\.berth\/pasta\.\d+\.pid$/.exec(after(argv, "-P")[0] ?? "") ?? [];
  if (!/(^|\/)pasta(\.avx2)?$/.test(argv[0] ?? "") || lxcpath === undefined || container === undefined) return undefined;
  return { lxcpath, container, ports: [...after(argv, "-t").flatMap(wish("tcp")), ...after(argv, "-u").flatMap(wish("udp"))] };
}

/** A file of the process' network namespace: another one for each, and to be seen without the right to look at ns/net. */
const networkOf = (pid: string): number | undefined => statSync(`/proc/${pid}/net/dev`, { throwIfNoEntry: false })?.ino;

/** Of those that this caller sees, in his network: elsewhere they are ports of another host. The kernel calls pasta by what the link leads to. */
export function pastaPorts(): readonly PastaPorts[] {
  const own = networkOf("self");
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && readText(`/proc/${name}/comm`)?.startsWith("passt") === true && networkOf(name) === own).flatMap((pid) => {
    const found = pastaPortsOf((readText(`/proc/${pid}/cmdline`) ?? "").split("\0"));
    return found === undefined || found.ports.length === 0 ? [] : [found];
  });
}
