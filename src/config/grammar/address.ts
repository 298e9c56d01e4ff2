// Owns network values: hardware addresses with their templates, IPv4 and IPv6 addresses, gateways, interface names.
import { good, words, wrong, type Grammar } from "./grammar.ts";

/** Six octets; a digit may be `x`: it is filled in at random (fillHwaddr). */
export const hwaddr: Grammar<string> = {
  expects: "a hardware address, six pairs of hex digits with colons; an x stands for a random digit",
  facts: { pattern: "^[0-9a-fxA-FX][02468aceACExX](?::[0-9a-fxA-FX]{2}){5}$" },
  read: (text) => {
    if (!/^[0-9a-fxA-FX]{2}(:[0-9a-fxA-FX]{2}){5}$/.test(text)) return wrong(`'${text}' is not a hardware address`, 0, "write it like 00:16:3e:12:34:56 or 00:16:3e:xx:xx:xx");
    return /[13579bdfBDF]/.test(text.charAt(1)) ? wrong(`'${text}' is a group address, no interface can have it`, 1, "make the second digit even") : good(text);
  },
};

/** Fills the `x` with digits of `random` from position `from` on; the address stays unicast where the digit is ours to choose. */
export function fillHwaddr(template: string, random: string, from: number): string {
  let next = from;
  const digits = random === "" ? "0" : random;
  return [...template.toLowerCase()].map((digit, index) => {
    if (digit !== "x") return digit;
    const value = Number.parseInt(digits.charAt(next++ % digits.length), 16) || 0;
    return (index === 1 ? value & 0xe : value).toString(16);
  }).join("");
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

export function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2 || text === "") return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1);
  const hasV4 = last !== undefined && last.includes(".");
  const size = groups.length + (hasV4 ? 1 : 0);
  const areHex = (hasV4 ? groups.slice(0, -1) : groups).every((group) => /^[0-9a-fA-F]{1,4}$/.test(group));
  return areHex && (!hasV4 || isIpv4(last)) && (halves.length === 2 ? size <= 7 : size === 8);
}

const BYTE = "(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])";
export const IPV4 = `${BYTE}(?:\\.${BYTE}){3}`;
/** Not exact: what is no IPv6 address at all does not match. */
const IPV6 = "(?=[^/]*:)[0-9a-fA-F:.]{2,45}";
export const PREFIX4 = "(?:3[0-2]|[012]?[0-9])";
export const PREFIX6 = "(?:12[0-8]|1[01][0-9]|0?[0-9]?[0-9])";

export interface Address { readonly address: string; readonly prefix: number; readonly broadcast?: string }

/** At the first slash: a second one belongs to a prefix length that is none. */
function addressAndPrefix(text: string): readonly string[] {
  const slash = text.indexOf("/");
  return slash < 0 ? [text] : [text.slice(0, slash), text.slice(slash + 1)];
}

const addressItems = ({ address, prefix }: Address): readonly string[] => [`${address}/${prefix}`];

/** The prefix of an address without one: by class, as in the days when LXC began. */
function classPrefix(address: string): number {
  const first = Number(address.split(".")[0]);
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}

function prefixOf(text: string | undefined, max: number): number | undefined {
  return text !== undefined && /^\d{1,3}$/.test(text) && Number(text) <= max ? Number(text) : undefined;
}

export const ipv4Address: Grammar<Address> = {
  expects: "A.B.C.D[/PREFIX] [BROADCAST]",
  facts: { pattern: `^[ \\t]*${IPV4}(?:/0?${PREFIX4})?(?:[ \\t]+${IPV4})?[ \\t]*$` },
  read: (text) => {
    const [first, broadcast, extra] = words(text);
    const [address = "", prefixText] = addressAndPrefix(first?.text ?? "");
    if (!isIpv4(address)) return wrong(`'${address}' is not an IPv4 address`);
    const prefix = prefixText === undefined ? classPrefix(address) : prefixOf(prefixText, 32);
    if (prefix === undefined) return wrong(`'${prefixText ?? ""}' is not a prefix length from 0 to 32`, address.length + 1);
    if (broadcast !== undefined && !isIpv4(broadcast.text)) return wrong(`'${broadcast.text}' is not an IPv4 address`, broadcast.offset);
    if (extra !== undefined) return wrong(`'${extra.text}' is one word too many`, extra.offset);
    return good({ address, prefix, ...(broadcast === undefined ? {} : { broadcast: broadcast.text }) });
  },
  show: addressItems,
};

export const ipv6Address: Grammar<Address> = {
  expects: "ADDRESS[/PREFIX]",
  facts: { pattern: `^${IPV6}(?:/${PREFIX6})?$` },
  read: (text) => {
    const [address = "", prefixText] = addressAndPrefix(text);
    if (!isIpv6(address)) return wrong(`'${address}' is not an IPv6 address`);
    const prefix = prefixText === undefined ? 64 : prefixOf(prefixText, 128);
    return prefix === undefined ? wrong(`'${prefixText ?? ""}' is not a prefix length from 0 to 128`, address.length + 1) : good({ address, prefix });
  },
  show: addressItems,
};

const gateway = (family: string, isAddress: (text: string) => boolean, pattern: string): Grammar<string> => ({
  expects: `an ${family} address, auto or dev`,
  facts: { choices: ["auto", "dev"], pattern: `^${pattern}$` },
  read: (text) => (text === "auto" || text === "dev" || isAddress(text) ? good(text) : wrong(`'${text}' is not an ${family} address, auto or dev`)),
});
export const ipv4Gateway = gateway("IPv4", isIpv4, IPV4);
export const ipv6Gateway = gateway("IPv6", isIpv6, IPV6);

const route = (grammar: Grammar<Address>, family: string, pattern: string): Grammar<string> => ({
  expects: `${family} ADDRESS/PREFIX`,
  facts: { pattern },
  read: (text) => {
    if (!text.includes("/")) return wrong(`'${text}' has no prefix length`, 0, "write ADDRESS/PREFIX");
    const reading = grammar.read(text);
    return reading.ok ? good(text) : reading;
  },
});
export const ipv4Route = route(ipv4Address, "IPv4", `^[ \\t]*${IPV4}/`);
export const ipv6Route = route(ipv6Address, "IPv6", `^${IPV6}/${PREFIX6}$`);

/** IFNAMSIZ is 16 with the ending zero. The kernel also refuses `/`, blanks, `.` and `..`. */
export const interfaceName: Grammar<string> = {
  expects: "the name of a network interface, at most 15 characters",
  facts: { pattern: "^(?!\\.{1,2}$)[^\\s/:]{0,15}$" },
  read: (text) => {
    if (text.length > 15) return wrong(`'${text}' has ${text.length} characters, an interface name has at most 15`);
    return /[\s/:]/.test(text) || text === "." || text === ".." ? wrong(`'${text}' cannot be the name of an interface`) : good(text);
  },
};
