// Owns the default route: of this network, or of a process'.
import { readText } from "../read-text.ts";

export interface DefaultRoute { readonly link: string; readonly gateway: string }
/** IPv4, of this network or of a process'. */
export function defaultRoute(pid: number | "self" = "self"): DefaultRoute | undefined {
  for (const line of (readText(`/proc/${pid}/net/route`) ?? "").split("\n").slice(1)) {
    const [link = "", destination, gateway = "", , , , , mask] = line.trim().split(/\s+/);
    if (destination === "00000000" && mask === "00000000") return { link, gateway: (gateway.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).reverse().join(".") };
  }
  return undefined;
}
