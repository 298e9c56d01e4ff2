// Owns what this host goes out by: the links of its default routes, their addresses, the gateways. From /proc alone: a start loads nothing more.
import { ipv6Text, linkIpv4, parseFibTrie } from "../../linux/proc-net.ts";
import { reachedOver } from "../../linux/proc-route.ts";
import type { Uplink } from "../../model/facts.ts";
import { readText } from "../read-text.ts";
import { defaultRoute } from "./default-route.ts";

const NOWHERE = "0".repeat(32), GLOBAL = "00";

/** A host whose only address is in no network of a link has that one by itself. */
function uplink4(): Uplink["ipv4"] {
  const way = defaultRoute();
  if (way === undefined) return undefined;
  const [fibTrie, route] = [readText("/proc/net/fib_trie") ?? "", readText("/proc/net/route") ?? ""];
  const address = linkIpv4({ fibTrie, route }, way.link)[0] ?? parseFibTrie(fibTrie).find((one) => reachedOver(one, { route, ipv6Route: "" }) === undefined);
  if (address === undefined) return undefined;
  const prefix = Number(reachedOver(address, { route, ipv6Route: "" })?.network.split("/")[1] ?? "32");
  return { address, prefix, ...(way.gateway === "0.0.0.0" ? {} : { gateway: way.gateway }) };
}

/** Of several default routes the one with the lowest metric. */
function uplink6(): Uplink["ipv6"] {
  const routes = (readText("/proc/net/ipv6_route") ?? "").split("\n").flatMap((line) => {
    const [to, prefix, , , gateway = "", metric = "", , , , link = ""] = line.trim().split(/\s+/);
    return to === NOWHERE && prefix === "00" && link !== "lo" ? [{ link, gateway, metric: Number.parseInt(metric, 16) }] : [];
  });
  const [way] = routes.toSorted((one, two) => one.metric - two.metric);
  const own = (readText("/proc/net/if_inet6") ?? "").split("\n").map((line) => line.trim().split(/\s+/)).find(([, , , scope, , link]) => scope === GLOBAL && link === way?.link);
  const [hex, , prefix = ""] = own ?? [];
  if (way === undefined || hex === undefined) return undefined;
  return { address: ipv6Text(hex), prefix: Number.parseInt(prefix, 16), ...(way.gateway === NOWHERE ? {} : { gateway: ipv6Text(way.gateway) }) };
}

export function probeUplink(): Uplink {
  const [ipv4, ipv6] = [uplink4(), uplink6()];
  return { ...(ipv4 === undefined ? {} : { ipv4 }), ...(ipv6 === undefined ? {} : { ipv6 }) };
}
