// Owns following a packet through the rules of nft(8), as it lists them as JSON: which base chain lets it pass, and which
// one drops it. What cannot be judged (an extension of iptables, a named set) is passed over, and said to be unsure.
import { addressBytes, inSameNetwork } from "./netlink.ts";

export interface Packet {
  readonly iif: string;
  /** Absent where this host is the receiver. */
  readonly oif?: string;
  readonly family: "ip" | "ip6";
  readonly saddr?: string;
  readonly daddr?: string;
  readonly protocol: "tcp" | "udp";
  readonly port?: number;
  readonly state: "new" | "established";
  /** It was sent to a port of this host that is published. */
  readonly isForwarded?: boolean;
}

export interface Verdict {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly isDropped: boolean;
  /** `policy drop`, or where the rule stands: `rule 12 of FORWARD`. */
  readonly by: string;
  /** What the rule says of itself. */
  readonly comment?: string;
  /** Rules that could not be judged stand before it. */
  readonly isUnsure: boolean;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const within = (value: unknown, ...keys: readonly string[]): unknown => keys.reduce<unknown>((inner, key) => (isFields(inner) ? inner[key] : undefined), value);
const textOf = (value: unknown): string => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");

interface Rule { readonly handle: string; readonly comment: string; readonly expressions: readonly unknown[] }
interface Chain { readonly family: string; readonly table: string; readonly name: string; readonly hook: string; readonly priority: number; readonly policy: string; readonly rules: readonly Rule[] }

export function chainsOf(ruleset: readonly unknown[]): readonly Chain[] {
  const rules = ruleset.flatMap((entry) => { const rule = within(entry, "rule"); return isFields(rule) ? [rule] : []; });
  return ruleset.flatMap((entry) => {
    const chain = within(entry, "chain");
    if (!isFields(chain)) return [];
    const [family, table, name] = [textOf(chain["family"]), textOf(chain["table"]), textOf(chain["name"])];
    const own = rules.filter((rule) => rule["family"] === family && rule["table"] === table && rule["chain"] === name);
    return [{
      family, table, name, hook: textOf(chain["hook"]), priority: Number(chain["prio"] ?? 0), policy: textOf(chain["policy"]),
      rules: own.map((rule) => ({ handle: textOf(rule["handle"]), comment: textOf(rule["comment"]), expressions: Array.isArray(rule["expr"]) ? rule["expr"] : [] })),
    }];
  });
}

const UNKNOWN = "unknown";
type Truth = boolean | typeof UNKNOWN;
const not = (truth: Truth): Truth => (truth === UNKNOWN ? UNKNOWN : !truth);

const numberOf = (address: string): number | undefined => {
  const parts = address.split(".").map(Number);
  return parts.length === 4 && parts.every((part) => part >= 0 && part <= 255) ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
};

function isOne(value: string, right: unknown): Truth {
  if (typeof right === "string" || typeof right === "number") {
    const text = String(right);
    if (text.startsWith("@")) return UNKNOWN;
    return text.endsWith("*") ? value.startsWith(text.slice(0, -1)) : text === value;
  }
  const { prefix, range, set } = isFields(right) ? right : {};
  if (Array.isArray(set) || Array.isArray(right)) {
    const found = (Array.isArray(set) ? set : Array.isArray(right) ? right : []).map((one) => isOne(value, one));
    return found.includes(true) ? true : found.includes(UNKNOWN) ? UNKNOWN : false;
  }
  if (isFields(prefix)) {
    const [own, network] = [addressBytes(value), addressBytes(textOf(prefix["addr"]))];
    return own === undefined || network === undefined ? UNKNOWN : inSameNetwork(own, network, Number(prefix["len"]));
  }
  if (Array.isArray(range)) {
    const [from, to] = range.map((end) => (typeof end === "number" ? end : numberOf(textOf(end))));
    const own = /^\d+$/.test(value) ? Number(value) : numberOf(value);
    return from === undefined || to === undefined || own === undefined ? UNKNOWN : own >= from && own <= to;
  }
  return UNKNOWN;
}

const addressType = ({ oif, daddr }: Packet): string => (oif !== undefined ? "unicast" : daddr === "255.255.255.255" ? "broadcast" : "local");

/** What the packet has there; null: it cannot have any, undefined: not known. */
function valueOf(left: unknown, packet: Packet): string | null | undefined {
  const meta = textOf(within(left, "meta", "key"));
  switch (meta) {
    case "iifname": case "iif": return packet.iif;
    case "oifname": case "oif": return packet.oif ?? null;
    case "nfproto": return packet.family === "ip" ? "ipv4" : "ipv6";
    case "protocol": return packet.family;
    case "l4proto": return packet.protocol;
    default: break;
  }
  if (textOf(within(left, "fib", "result")) === "type") {
    const flags = within(left, "fib", "flags");
    return Array.isArray(flags) && flags.includes("daddr") ? addressType(packet) : undefined;
  }
  if (textOf(within(left, "ct", "key")) === "status") return packet.isForwarded === true ? "dnat" : null;
  if (textOf(within(left, "ct", "key")) === "state") return packet.state;
  const [protocol, field] = [textOf(within(left, "payload", "protocol")), textOf(within(left, "payload", "field"))];
  if (protocol === "ip" || protocol === "ip6") {
    if (protocol !== packet.family) return null;
    if (field === "protocol" || field === "nexthdr") return packet.protocol;
    return field === "saddr" ? packet.saddr : field === "daddr" ? packet.daddr : undefined;
  }
  if (protocol === "arp") return null;
  if (protocol === "tcp" || protocol === "udp" || protocol === "th") return protocol !== "th" && protocol !== packet.protocol ? null : field === "dport" && packet.port !== undefined ? String(packet.port) : undefined;
  if (protocol === "icmp" || protocol === "icmpv6") return null;
  return undefined;
}

function matches(expression: Fields, packet: Packet): Truth {
  const value = valueOf(expression["left"], packet);
  if (value === null) return false;
  if (value === undefined) return UNKNOWN;
  const found = isOne(value, expression["right"]);
  return expression["op"] === "!=" ? not(found) : expression["op"] === "==" || expression["op"] === "in" ? found : UNKNOWN;
}

type Outcome = { readonly kind: "accept" | "drop"; readonly by: string; readonly comment: string } | { readonly kind: "through" };
interface Walk { readonly chains: ReadonlyMap<string, Chain>; readonly packet: Packet; isUnsure: boolean }
const THROUGH: Outcome = { kind: "through" };
const DEEPEST = 16;
const SILENT = ["counter", "log", "comment", "notrack", "mangle"];

/** What a rule does with the packet; undefined: nothing. */
function outcomeOf(walk: Walk, chain: Chain, { expressions, handle, comment }: Rule, depth: number): Outcome | "return" | undefined {
  let truth: Truth = true;
  for (const expression of expressions) {
    const [kind = ""] = isFields(expression) ? Object.keys(expression) : [];
    if (SILENT.includes(kind)) continue;
    const by = `rule ${handle} of ${chain.name}`;
    const target = within(expression, kind, "target");
    const isVerdict = ["accept", "drop", "reject", "return"].includes(kind);
    if (isVerdict && truth === UNKNOWN) { walk.isUnsure = true; return undefined; }
    switch (kind) {
      case "accept": return { kind: "accept", by, comment };
      case "drop": case "reject": return { kind: "drop", by, comment };
      case "return": return "return";
      case "jump": case "goto": {
        const inner = walk.chains.get(textOf(target));
        const found = inner === undefined || depth > DEEPEST ? THROUGH : walkChain(walk, inner, depth + 1);
        // whether it goes there matters only where something becomes of it there
        if (truth === UNKNOWN) { walk.isUnsure ||= found.kind !== "through" || kind === "goto"; return undefined; }
        return found.kind !== "through" ? found : kind === "goto" ? "return" : undefined;
      }
      case "match": {
        const found = isFields(expression) ? matches(isFields(expression["match"]) ? expression["match"] : {}, walk.packet) : UNKNOWN;
        if (found === false) return undefined;
        if (found === UNKNOWN) truth = UNKNOWN;
        break;
      }
      default: truth = UNKNOWN;
    }
  }
  return undefined;
}

function walkChain(walk: Walk, chain: Chain, depth: number): Outcome {
  for (const rule of chain.rules) {
    const outcome = outcomeOf(walk, chain, rule, depth);
    if (outcome === "return") return THROUGH;
    if (outcome !== undefined) return outcome;
  }
  return THROUGH;
}

/** Each base chain of the hook, in the order that they are asked; the first that drops is the last. */
export function followPacket(ruleset: readonly unknown[], hook: "forward" | "input" | "ingress", packet: Packet): readonly Verdict[] {
  const all = chainsOf(ruleset);
  const bases = all.filter((chain) => chain.hook === hook && (chain.family === (hook === "ingress" ? "netdev" : "inet") || chain.family === packet.family)).toSorted((one, two) => one.priority - two.priority);
  const verdicts: Verdict[] = [];
  for (const base of bases) {
    const walk: Walk = { chains: new Map(all.filter(({ family, table }) => family === base.family && table === base.table).map((chain) => [chain.name, chain])), packet, isUnsure: false };
    const outcome = walkChain(walk, base, 0);
    const isDropped = outcome.kind === "drop" || (outcome.kind === "through" && base.policy === "drop");
    verdicts.push({ family: base.family, table: base.table, chain: base.name, isDropped, by: outcome.kind === "through" ? `policy ${base.policy === "" ? "accept" : base.policy}` : outcome.by, isUnsure: walk.isUnsure, ...(outcome.kind === "through" || outcome.comment === "" ? {} : { comment: outcome.comment }) });
    if (isDropped) break;
  }
  return verdicts;
}

/** Whether what leaves a network has its address changed on the way out. */
export function isMasked(ruleset: readonly unknown[], packet: Packet): boolean {
  const nat = chainsOf(ruleset).filter(({ hook }) => hook === "postrouting");
  return nat.some((chain) => chain.rules.some(({ expressions }) => expressions.some((one) => isFields(one) && ("masquerade" in one || "snat" in one))
    && expressions.every((one) => !isFields(one) || !isFields(one["match"]) || matches(one["match"], packet) !== false)));
}
