// Owns the values of lxc.net.N.egress.
import { NOTHING, parseEgress, type EgressWish } from "../../linux/egress-words.ts";
import { IPV4, PREFIX4, PREFIX6 } from "./address.ts";
import { good, wrong, type Grammar } from "./grammar.ts";

/** An address of IPv4, too. */
const NAME = "[A-Za-z0-9_][A-Za-z0-9._-]*";
/** Not exact, but told from an address of IPv4 with a port. */
const IPV6 = "(?=[^/]*:[^/]*:)[0-9a-fA-F:.]{2,45}";
const PORT = "[1-9][0-9]{0,4}";

export const egress: Grammar<EgressWish | typeof NOTHING> = {
  expects: "HOST[/PREFIX][:PORT[-PORT][/tcp|/udp]], an IPv6 address with a port in brackets; or none",
  facts: { choices: [NOTHING], pattern: `^(?:(?:${NAME}|${IPV4}/${PREFIX4}|\\[${IPV6}(?:/${PREFIX6})?\\])(?::${PORT}(?:-${PORT})?(?:/(?:tcp|udp))?)?|${IPV6}(?:/${PREFIX6})?)$` },
  read: (text) => {
    const wish = parseEgress(text);
    return typeof wish === "object" && "wrong" in wish ? wrong(wish.wrong, 0, "10.0.0.0/8, example.org:443, [2001:db8::1]:53/udp") : good(wish);
  },
};
