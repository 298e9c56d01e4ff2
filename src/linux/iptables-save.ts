// Owns what iptables-save(8) prints, read as the list that nft(8) would give of the same rules, so that a packet can be followed
// through them (nft-walk.ts). What is not known becomes an expression that cannot be judged.

/** Added to a table's name: nft does not list what iptables-legacy made. */
export const LEGACY = " of iptables-legacy";

type Fields = Readonly<Record<string, unknown>>;
const HOOKS: Readonly<Record<string, string>> = { INPUT: "input", FORWARD: "forward", OUTPUT: "output", PREROUTING: "prerouting", POSTROUTING: "postrouting" };
const PRIORITIES: Readonly<Record<string, number>> = { raw: -300, mangle: -150, filter: 0, security: 50, nat: 100 };
const UNKNOWN: Fields = { xt: null };
/** What they match is told by flags of their own. */
const SILENT = new Set(["tcp", "udp", "conntrack", "state", "comment", "multiport", "addrtype"]);

const words = (line: string): readonly string[] => [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
const match = (left: Fields, right: unknown, isNot: boolean): Fields => ({ match: { op: isNot ? "!=" : "==", left, right } });
const meta = (key: string): Fields => ({ meta: { key } });
const payload = (protocol: string, field: string): Fields => ({ payload: { protocol, field } });

function network(text: string): unknown {
  const [addr = "", length] = text.split("/");
  return length === undefined || length === (addr.includes(":") ? "128" : "32") ? addr : { prefix: { addr, len: Number(length) } };
}
function port(text: string): unknown {
  const [from = "", to] = text.split(":");
  return to === undefined ? Number(from) : { range: [Number(from), Number(to)] };
}

function target(name: string, chains: ReadonlySet<string>): Fields {
  if (chains.has(name)) return { jump: { target: name } };
  switch (name) {
    case "ACCEPT": case "DROP": case "REJECT": case "RETURN": case "MASQUERADE": return { [name.toLowerCase()]: null };
    case "LOG": case "NFLOG": return { log: null };
    case "SNAT": return { snat: null };
    default: return UNKNOWN;
  }
}

interface Reading { readonly family: "ip" | "ip6"; readonly chains: ReadonlySet<string>; readonly protocol: string }
/** One flag and its word; undefined: says nothing of packets. */
function expression(flag: string, word: string, isNot: boolean, { family, chains, protocol }: Reading): Fields | undefined {
  switch (flag) {
    case "-i": return match(meta("iifname"), word.replace(/\+$/, "*"), isNot);
    case "-o": return match(meta("oifname"), word.replace(/\+$/, "*"), isNot);
    case "-s": return match(payload(family, "saddr"), network(word), isNot);
    case "-d": return match(payload(family, "daddr"), network(word), isNot);
    case "-p": return match(meta("l4proto"), word, isNot);
    case "--dport": return match(payload(protocol, "dport"), port(word), isNot);
    case "--dports": return match(payload(protocol, "dport"), { set: word.split(",").map(port) }, isNot);
    case "--ctstate": case "--state": return match({ ct: { key: "state" } }, word.toLowerCase().split(","), isNot);
    case "--dst-type": return match({ fib: { result: "type", flags: ["daddr"] } }, word.toLowerCase(), isNot);
    case "-m": return SILENT.has(word) ? undefined : UNKNOWN;
    case "-j": return target(word, chains);
    case "-g": return { goto: { target: word } };
    case "--comment": case "--reject-with": case "--log-prefix": case "--log-level": case "--to-source": return undefined;
    default: return UNKNOWN;
  }
}

function expressionsOf(line: readonly string[], table: Omit<Reading, "protocol">): readonly Fields[] {
  const found: Fields[] = [];
  let protocol = "";
  for (let i = 0; i < line.length; i++) {
    const isNot = line[i] === "!";
    if (isNot) i++;
    const [flag = "", word = ""] = [line[i], line[i + 1]];
    if (!flag.startsWith("-")) continue;
    if (flag === "-p") protocol = word;
    const one = expression(flag, word, isNot, { ...table, protocol });
    if (one !== undefined) found.push(one);
    if (!word.startsWith("-")) i++;
  }
  // a verdict that stands before what cannot be judged would be believed
  return [...found.filter((one) => one === UNKNOWN), ...found.filter((one) => one !== UNKNOWN)];
}

/** `label` is added to the names of tables. */
export function readIptablesSave(text: string, family: "ip" | "ip6", label = ""): readonly unknown[] {
  let table = "";
  let handle = 0;
  const chains = new Set([...text.matchAll(/^:(\S+)/gm)].map(([, chain = ""]) => chain));
  return text.split("\n").flatMap((line): readonly unknown[] => {
    if (line.startsWith("*")) { table = line.slice(1).trim(); return []; }
    const name = `${table}${label}`;
    if (line.startsWith(":")) {
      const [chain = "", policy = ""] = line.slice(1).split(" ");
      const hook = HOOKS[chain];
      return [{ chain: { family, table: name, name: chain, ...(hook === undefined ? {} : { hook, prio: PRIORITIES[table] ?? 0, policy: policy.toLowerCase() }) } }];
    }
    if (!line.startsWith("-A ")) return [];
    const [, chain = "", ...rest] = words(line);
    return [{ rule: { family, table: name, chain, handle: ++handle, expr: expressionsOf(rest, { family, chains }) } }];
  });
}

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const own = (entry: unknown): Fields => { const { chain, rule, table } = isFields(entry) ? entry : {}; return [chain, rule, table].find(isFields) ?? {}; };
/** Rules of iptables-nft that nft cannot tell. */
export const hasExtensions = (ruleset: readonly unknown[], family: "ip" | "ip6"): boolean =>
  ruleset.some((entry) => { const { family: its, expr } = own(entry); return its === family && Array.isArray(expr) && expr.some((one) => isFields(one) && "xt" in one); });
export const tablesOf = (ruleset: readonly unknown[]): ReadonlySet<unknown> => new Set(ruleset.map((entry) => own(entry)["table"]));
export const withoutTables = (ruleset: readonly unknown[], family: "ip" | "ip6", tables: ReadonlySet<unknown>): readonly unknown[] =>
  ruleset.filter((entry) => { const { family: its, table } = own(entry); return its !== family || !tables.has(table); });
