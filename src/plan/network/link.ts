// Owns Link: what is to be made for one interface of a config, with the host's links that it needs.
import type { OpOf } from "../../isa/op.ts";
import type { LinkKind } from "../../linux/netlink-kinds.ts";
import type { NetlinkMessage } from "../../linux/netlink.ts";
import type { LinkFact } from "../../model/facts.ts";
import type { Nic } from "../../model/nic.ts";
import type { Origin } from "../../model/origin.ts";

interface OfNic { readonly nic: Nic; /** Its name inside. */ readonly name: string }
export interface Veth extends OfNic { readonly kind: "veth"; readonly host: string; readonly bridge?: LinkFact; readonly ovs?: string; /** lxc.net.N.link in mode router. */ readonly upstream?: LinkFact }
export interface Hanging extends OfNic { readonly kind: "hanging"; /** Its name until it is renamed inside: the kernel makes none whose name a link of the host has, wherever it is to appear. */ readonly made: string; readonly of: LinkKind; readonly parent: LinkFact }
export interface Moved extends OfNic { readonly kind: "moved"; readonly source: string; readonly fact: LinkFact }
/** By lxc-user-nic, for an ordinary user. */
export interface Granted extends OfNic { readonly kind: "granted"; readonly helper: string; readonly bridge: string }
/** By pasta(1), which passes on what the container sends as if it were the user's own. */
export interface UserMode extends OfNic { readonly kind: "userMode"; readonly pasta: string }
export type Link = Veth | Hanging | Moved | Granted | UserMode;

export const netlink = (from: Origin, message: NetlinkMessage, note: string): OpOf<"netlink"> => ({ op: "netlink", from, messages: message.map((part) => ("hex" in part ? part : { raw32: part.raw32 })), note });

/** The values of a sub-key that may be set again and again. */
export const linesOf = (nic: Nic, sub: string): readonly string[] => nic.other[sub]?.split("\n") ?? [];
/** Of one that may not, the last. */
export const wordOf = (nic: Nic, sub: string): string | undefined => linesOf(nic, sub).at(-1);

export interface Network { readonly bytes: readonly number[]; readonly prefix: number; readonly text: string }
