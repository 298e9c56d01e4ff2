// Owns AppArmor's vocabulary: labels as /proc/PID/attr shows them, and globs of apparmor.d(5) for all paths but some.

/** `lxc-container-default-cgns (enforce)`: the label without its mode. */
export const labelOf = (text: string): string => text.replace(/\0.*$/s, "").trim().replace(/ \((enforce|complain|kill|unconfined|mixed|user|prompt)\)$/, "");

/** Names below a directory, each with what of it is meant: all (`{}`), or only some below it. A name that ends in `*` stands for
 * all that begin so, but not for what is below them. */
export interface Names { readonly [name: string]: Names }

const plain = (name: string): string => name.replace(/\*$/, "");

/** Globs for what begins like the names, up to a character, and then goes on otherwise. */
function strays(directory: string, names: readonly string[]): readonly string[] {
  const prefixes = new Set(names.flatMap((name) => Array.from({ length: plain(name).length }, (_, size) => plain(name).slice(0, size))));
  const next = (prefix: string): string => [...new Set(names.map(plain).filter((name) => name.length > prefix.length && name.startsWith(prefix)).map((name) => name.charAt(prefix.length)))].toSorted((a, b) => a.charCodeAt(0) - b.charCodeAt(0)).join("");
  const endings = names.filter((name) => !name.endsWith("*"));
  return [
    ...[...prefixes].filter((prefix) => !endings.includes(prefix)).toSorted().map((prefix) => `${directory}/${prefix}[^${next(prefix)}]*{,/**}`),
    ...endings.map((name) => (next(name) === "" ? `${directory}/${name}?*{,/**}` : `${directory}/${name}[^/${next(name)}]*{,/**}`)),
    ...names.filter((name) => name.endsWith("*")).map((name) => `${directory}/${name}/**`),
  ];
}

/** Globs that together match every path below the directory but those named: a `deny` rule of apparmor.d(5) knows no exceptions. */
export function allBut(directory: string, names: Names): readonly string[] {
  return [...strays(directory, Object.keys(names)), ...Object.entries(names).flatMap(([name, below]) => (Object.keys(below).length === 0 ? [] : allBut(`${directory}/${name}`, below)))];
}

/** NAME_MAX, with room for a suffix. */
const LONGEST = 246;
/** Nothing in a name may mean something to apparmor_parser(8) or in a label. */
const harmless = (text: string): string => text.replace(/[^A-Za-z0-9/._+@~-]/gu, (character) => `_${(character.codePointAt(0) ?? 0).toString(16)}`);
const shortened = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 17)}-${[...text].reduce((hash, character) => BigInt.asUintN(64, (hash ^ BigInt(character.charCodeAt(0))) * 0x100000001b3n), 0xcbf29ce484222325n).toString(16)}`);

/** `lxc-NAME_</var/lib/lxc>`: profile; `lxc-NAME_<-var-lib-lxc>`: policy namespace and file. */
export function ownNames({ name, lxcpath }: { readonly name: string; readonly lxcpath: string }): { readonly profile: string; readonly namespace: string } {
  const path = harmless(lxcpath);
  return { profile: shortened(`lxc-${harmless(name)}_<${path}>`), namespace: shortened(`lxc-${harmless(name)}_<${path.replaceAll("/", "-")}>`) };
}
