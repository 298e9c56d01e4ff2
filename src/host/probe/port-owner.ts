// Owns who listens on a port of this host.
import { readdirSync, readlinkSync } from "node:fs";
import { addressBytes } from "../../linux/netlink.ts";
import { readText } from "../read-text.ts";

export type PortUse = readonly ["tcp" | "udp", number];
export interface PortOwner { readonly port: number; /** `named (pid 7)`. */ readonly who: string }

function names(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** The process that holds a socket, by its inode. */
function ownerOf(inode: string): string {
  for (const pid of names("/proc").filter((name) => /^\d+$/.test(name))) {
    const isIt = names(`/proc/${pid}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`;
      } catch {
        return false;
      }
    });
    if (isIt) return `${readText(`/proc/${pid}/comm`)?.trim() ?? "a process"} (pid ${pid})`;
  }
  return "a process that cannot be seen from here";
}

/** As /proc/net/tcp writes it: words of four bytes, each with its least significant byte first. */
function kernelHex(address: string): string {
  const hex = (addressBytes(address) ?? []).map((byte) => byte.toString(16).padStart(2, "0"));
  return Array.from({ length: hex.length / 4 }, (_, i) => hex.slice(4 * i, 4 * i + 4).toReversed().join("")).join("").toUpperCase();
}
const ALL4 = "0".repeat(8), ALL6 = "0".repeat(32);

/** Who has bound one of the ports: of this address, or of all where `onAll` says that this is in the way, too. */
export function portOwner(address: string, uses: readonly PortUse[], onAll: (use: PortUse) => boolean = () => true): PortOwner | undefined {
  const own = kernelHex(address);
  for (const use of uses) {
    const [protocol, port] = use;
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    const taken = [own, ...(onAll(use) ? [ALL4, ALL6] : [])].map((one) => `${one}:${hex}`);
    const isAny = own === ALL4 || own === ALL6;
    for (const line of [protocol, `${protocol}6`].flatMap((file) => (readText(`/proc/net/${file}`) ?? "").split("\n").slice(1))) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      const isOpen = protocol === "udp" || state === "0A";
      if (isOpen && (taken.includes(local) || (isAny && local.endsWith(`:${hex}`)))) return { port, who: ownerOf(inode) };
    }
  }
  return undefined;
}
