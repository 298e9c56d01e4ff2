// Owns the ports of a project file, as compose writes them: "8080:80", "127.0.0.1:8080:80/tcp", "8000-8009:9000-9009", { target, published, host_ip, protocol }.
import { areInConflict, parsePortWish, portWishText, type PortWish } from "../../linux/port-words.ts";
import type { WantedContainer, WantedPort } from "../../model/project.ts";
import type { Reader } from "./reader.ts";
import type { Node } from "./yaml.ts";

const REMEDY = "as in 8080:80, 127.0.0.1:8080:80/tcp, 53:53/udp, \"[::1]:8080:80\", 8000-8009:9000-9009";
/** Each is a rule of its own. */
const MOST = 1000;

interface Range { readonly first: number; readonly count: number }
function rangeOf(text: string): Range | undefined {
  const [, first = "", last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const count = Number(last) - Number(first) + 1;
  return first === "" || Number(first) < 1 || Number(last) > 65_535 || count < 1 || count > MOST ? undefined : { first: Number(first), count };
}

interface Words { readonly address: string | undefined; readonly published: string; readonly target: string; readonly protocol: string }

/** One wish for each port of a range; undefined for what is none. */
function wishesOf({ address, published, target, protocol }: Words): readonly PortWish[] | undefined {
  const [from, to] = [rangeOf(published), rangeOf(target)];
  if (from === undefined || to === undefined || from.count !== to.count) return undefined;
  const host = address === undefined ? "" : address.includes(":") && !address.startsWith("[") ? `[${address}]:` : `${address}:`;
  const wishes = Array.from({ length: from.count }, (_, i) => parsePortWish(`${host}${from.first + i}:${to.first + i}/${protocol}`));
  return wishes.every((wish) => wish !== undefined) ? wishes : undefined;
}

const SHORT = /^(?:(?<address>\[[^\]]*\]|[^:]*):)?(?<published>[\d-]+):(?<target>[\d-]+)(?:\/(?<protocol>tcp|udp))?$/;

function shortPorts(reader: Reader, node: Node): readonly PortWish[] {
  const text = reader.text(node, "ports");
  if (text === undefined) return [];
  const { address, published = "", target = "", protocol = "tcp" } = SHORT.exec(text)?.groups ?? {};
  const wishes = wishesOf({ address, published, target, protocol });
  if (wishes === undefined) reader.refuse(node.at, "ports", `'${text}' is no port to publish`, /^\d+(\/(tcp|udp))?$/.test(text) ? `say which port of this host leads to it: "${text.split("/")[0]}:${text}"` : REMEDY);
  return wishes ?? [];
}

function longPorts(reader: Reader, node: Node): readonly PortWish[] {
  const fields = new Map(reader.entries(node, "ports", ["target", "published", "host_ip", "protocol"]).map(({ key, value }) => [key, value]));
  const [target, published, address] = ["target", "published", "host_ip"].map((key) => reader.text(fields.get(key), key));
  const protocol = fields.has("protocol") ? reader.matching(fields.get("protocol"), "protocol", { pattern: /^(tcp|udp)$/, remedy: "tcp or udp" }) : "tcp";
  if (!fields.has("target") || !fields.has("published")) reader.refuse(node.at, "ports", "a port needs 'target', the container's, and 'published', this host's");
  if (target === undefined || published === undefined || (protocol !== "tcp" && protocol !== "udp")) return [];
  const wishes = wishesOf({ address, published, target, protocol });
  if (wishes === undefined) reader.refuse(node.at, "ports", `'${address === undefined ? "" : `${address}:`}${published}:${target}/${protocol}' is no port to publish`, REMEDY);
  return wishes ?? [];
}

export const readPorts = (reader: Reader, node: Node | undefined): readonly WantedPort[] => reader.items(node, "ports").flatMap((item) => {
  const from = reader.from(item.at, "ports");
  return (item.kind === "map" ? longPorts(reader, item) : shortPorts(reader, item)).map((wish) => ({ wish, from }));
});

/** A port of this host leads to one container. */
export function checkPorts(reader: Reader, containers: readonly WantedContainer[]): void {
  const all = containers.flatMap(({ name, ports }) => ports.map((port) => ({ name, ...port })));
  for (const [i, { wish, from }] of all.entries()) {
    const other = all.slice(0, i).find((one) => areInConflict(one.wish, wish));
    if (other !== undefined) reader.refuse({ line: from.line ?? 1, column: from.column ?? 1 }, "ports", `${portWishText(wish)}: that port of this host is given to '${other.name}' already, in line ${other.from.line ?? 1}`);
  }
}
