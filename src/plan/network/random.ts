// Owns what is made up for a link: its name on the host and its hardware address there.

const NAME_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** One of the facts' random bytes; where those are used up, one that is mixed from all of them (FNV-1a): no two links may get one name. */
function byte(random: string, index: number): number {
  if (2 * index < random.length) return Number.parseInt(random.slice(2 * index, 2 * index + 2), 16) || 0;
  const mixed = [...`${random}:${index}`].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 24;
}

/** `veth`, or what it is, and six characters out of the facts' random bytes. */
export const hostName = (random: string, nic: number, kind = "veth"): string =>
  `${kind}${Array.from({ length: 6 }, (_, i) => NAME_ALPHABET.charAt(byte(random, 16 + nic * 6 + i) % NAME_ALPHABET.length)).join("")}`;

/** A bridge takes the lowest MAC of its ports: fe keeps it from changing its own. */
export const hostMac = (random: string, nic: number): string => ["fe", ...Array.from({ length: 5 }, (_, i) => byte(random, 17 + nic * 6 + i).toString(16).padStart(2, "0"))].join(":");
