// Owns the values of keys that begin with berth.
import { parsePortWish } from "../../linux/port-words.ts";
import { IPV4 } from "./address.ts";
import { good, wrong, type Grammar } from "./grammar.ts";

const PORTS = "[1-9][0-9]{0,4}:[1-9][0-9]{0,4}";

/** Kept as it is written: a list is compared by its texts. */
export const port: Grammar<string> = {
  expects: "[ADDR:]PORT:PORT[/tcp|/udp], an IPv6 address in brackets",
  facts: { pattern: `^(?:${IPV4}:|\\[[0-9a-fA-F:.]{2,45}\\]:)?${PORTS}(?:/(?:tcp|udp))?$` },
  read: (text) => (parsePortWish(text) === undefined ? wrong(`'${text}' is no port to publish`) : good(text)),
};

const POLICY = "^(?:no|always|unless-stopped|on-failure(?::[1-9][0-9]{0,8})?)$";

export const restart: Grammar<string> = {
  expects: "no, on-failure, on-failure:N, always or unless-stopped",
  facts: { pattern: POLICY, offers: ["no", "on-failure", "always", "unless-stopped"] },
  read: (text) => (new RegExp(POLICY).test(text) ? good(text) : wrong(`'${text}' is no restart policy`)),
};
/** A start of the machine starts it, too. */
export const comesUp = (policy = ""): boolean => policy === "always" || policy === "unless-stopped";
