// Owns the layouts of lxc-ls: names in columns as wide as the terminal, and the table of -f.
import type { ListedContainer, ListOptions } from "../runtime/verbs.ts";

export interface Column {
  readonly title: string;
  readonly needs: ListOptions["needs"];
  readonly text: (container: ListedContainer) => string;
}

const joined = (words: readonly string[]): string => (words.length === 0 ? "-" : words.join(", "));
const MEGABYTE = 1024 * 1024;
const megabytes = (bytes: bigint | undefined): string => `${(Number(bytes ?? 0n) / MEGABYTE).toFixed(2)}MB`;
const isActive = ({ state }: ListedContainer): boolean => state !== "STOPPED";

export const COLUMNS: readonly Column[] = [
  { title: "NAME", needs: [], text: ({ name }) => name },
  { title: "STATE", needs: ["state"], text: ({ state }) => state },
  { title: "PID", needs: ["state"], text: ({ pid }) => (pid === undefined ? "-" : `${pid}`) },
  { title: "RAM", needs: ["state", "memory"], text: (one) => (isActive(one) ? megabytes(one.ramBytes) : "-") },
  { title: "SWAP", needs: ["state", "memory"], text: (one) => (isActive(one) ? megabytes(one.swapBytes) : "-") },
  { title: "AUTOSTART", needs: ["config"], text: ({ isAutostart }) => (isAutostart ? "1" : "0") },
  { title: "GROUPS", needs: ["config"], text: ({ groups }) => joined(groups) },
  { title: "INTERFACE", needs: ["state", "ips"], text: ({ interfaces }) => joined(interfaces) },
  { title: "IPV4", needs: ["state", "ips"], text: ({ ipv4 }) => joined(ipv4) },
  { title: "IPV6", needs: ["state", "ips"], text: ({ ipv6 }) => joined(ipv6) },
  { title: "UNPRIVILEGED", needs: ["config"], text: ({ isUnprivileged }) => `${isUnprivileged}` },
];

const titled = (...titles: readonly string[]): readonly Column[] => titles.flatMap((title) => COLUMNS.find((column) => column.title === title) ?? []);
export const DEFAULT_COLUMNS = titled("NAME", "STATE", "AUTOSTART", "GROUPS", "IPV4", "IPV6", "UNPRIVILEGED");

/** The columns in the order wished, or the first word that is none. */
export function columnsOf(list: string): readonly Column[] | string {
  const words = list.split(",").map((word) => word.trim()).filter((word) => word !== "");
  const unknown = words.find((word) => titled(word.toUpperCase()).length === 0);
  return unknown ?? titled(...words.map((word) => word.toUpperCase()));
}

/** LXC measures the memory columns as if every container had some. */
const LEAST_WIDTH: Readonly<Record<string, number>> = { RAM: "0.00MB".length, SWAP: "0.00MB".length };

/** Every cell is padded, the last one of a row too, and followed by a space. */
export function fancyText(containers: readonly ListedContainer[], columns: readonly Column[]): string {
  const table = [columns.map(({ title }) => title), ...containers.map((container) => columns.map(({ text }) => text(container)))];
  const widths = columns.map(({ title }, column) => Math.max(LEAST_WIDTH[title] ?? 0, ...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) => `${row.map((cell, column) => `${cell.padEnd(widths[column] ?? 0)} `).join("")}\n`).join("");
}

const LEAST_NAME = 4;

/** Names in rows as wide as the terminal; width 0 gives each its own row, padded all the same. */
export function plainText(names: readonly string[], width: number): string {
  const longest = Math.max(LEAST_NAME, ...names.map((name) => name.length));
  const perRow = Math.max(1, Math.floor(width / (longest + 1)));
  const text = names.map((name, index) => `${name.padEnd(longest)}${(index + 1) % perRow === 0 ? "\n" : " "}`).join("");
  return text.endsWith("\n") ? text : `${text}\n`;
}
