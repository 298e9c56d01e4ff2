// Owns how berth net is told to people.
import { portWishText } from "../../linux/port-words.ts";
import type { Hop } from "../../runtime/net-explain.ts";
import type { NetFinding } from "../../runtime/net-doctor.ts";
import type { Network, NetworkListing } from "../../runtime/networks.ts";

const COLUMNS = ["NETWORK", "STATE", "ADDRESS", "IPV6", "PORTS"] as const;
const table = (rows: readonly (readonly string[])[]): string => {
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  return rows.map((row) => `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join(" ").trimEnd()}\n`).join("");
};

export function listingText({ networks, published }: NetworkListing): string {
  const rows = networks.map(({ name, isUp, address, ipv6, ports }) => [name, isUp ? "up" : "down", address, ipv6 ?? "-", ports.length === 0 ? "-" : ports.join(", ")]);
  const ports = published.map((port) => `${portWishText(port)} -> ${port.to === undefined ? "" : `${port.to} of `}${port.container}${port.to === undefined ? ", by pasta" : ""}\n`).join("");
  return `${table([COLUMNS, ...rows])}${ports === "" ? "" : `\nPublished:\n${ports}`}`;
}

export const networkText = ({ name, isUp, address, ipv6, domain, isOpen, file, dnsmasqPid, ports }: Network): string => [
  `${name}: ${isUp ? "up" : "down"}`, `address: ${address}`, ...(ipv6 === undefined ? [] : [`ipv6: ${ipv6}`]), ...(domain === undefined ? [] : [`domain: ${domain}`]),
  `dnsmasq: ${dnsmasqPid === undefined ? "not running" : `pid ${dnsmasqPid}`}`, `other networks of containers: ${isOpen ? "reached" : "kept apart"}`, `settings: ${file}`, `ports: ${ports.length === 0 ? "none" : ports.join(", ")}`,
].map((line) => `${line}\n`).join("");

export const hopsText = (hops: readonly Hop[]): string => hops.map(({ at, text, isStop, remedy }) => `${`${at}:`.padEnd(11)}${isStop ? "STOP " : ""}${text}\n${remedy === undefined ? "" : `           remedy: ${remedy}\n`}`).join("");

export const findingsText = (findings: readonly NetFinding[]): string => findings.map(({ bridge, what, isGood, cause, remedy }) =>
  `${isGood ? "ok  " : "no  "} ${bridge}: ${what}\n${cause === undefined ? "" : `       cause: ${cause}\n`}${remedy.map((argv) => `       remedy: ${argv.join(" ")}\n`).join("")}`).join("");
