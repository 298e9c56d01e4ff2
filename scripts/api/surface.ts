// Owns the library's surface: what index.d.ts exports, and every type that this mentions.
import { bare, readDeclarations, type Declaration, type DeclarationFile } from "./declarations.ts";

export interface Surface { readonly exported: readonly Declaration[]; /** Mentioned, without a name outside. */ readonly mentioned: readonly Declaration[] }

export function surfaceOf(index: string): Surface {
  const files = new Map<string, DeclarationFile>();
  const fileOf = (file: string): DeclarationFile | undefined => {
    if (!file.endsWith(".d.ts") || !file.startsWith("/")) return undefined; // node's, the compiler's
    const read = files.get(file) ?? readDeclarations(file);
    files.set(file, read);
    return read;
  };
  /** Where a name of a file is declared. */
  const find = (file: string, name: string): Declaration | undefined => {
    const read = fileOf(file);
    const own = read?.declared.get(name);
    const link = read?.imported.get(name) ?? read?.passedOn.get(name);
    if (own !== undefined) return own;
    if (link !== undefined && (link.file !== file || link.name !== name)) return find(link.file, link.name);
    return (read?.all ?? []).map((other) => exports(other).get(name)).find((one) => one !== undefined);
  };
  const exports = (file: string): ReadonlyMap<string, Declaration> => {
    const read = fileOf(file);
    const names = read === undefined ? [] : file === index ? [...read.declared.keys(), ...read.passedOn.keys()] : [...read.declared.keys(), ...read.passedOn.keys()];
    const found = names.flatMap((name) => { const one = find(file, name); return one === undefined ? [] : [[name, one] as const]; });
    return new Map([...found, ...(read?.all ?? []).flatMap((other) => [...exports(other)])]);
  };
  const exported = [...exports(index)].map(([name, one]) => ({ ...one, name }));
  const seen = new Map(exported.map((one) => [`${one.file} ${one.name}`, one]));
  const waiting = [...exported];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    for (const [word] of bare(one.text).matchAll(/[A-Za-z_$][\w$]*/g)) {
      const found = find(one.file, word);
      if (found === undefined || seen.has(`${found.file} ${found.name}`)) continue;
      seen.set(`${found.file} ${found.name}`, found);
      waiting.push(found);
    }
  }
  const byName = (a: Declaration, b: Declaration): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.file < b.file ? -1 : 1);
  const names = new Set(exported.map((one) => `${one.file} ${one.name}`));
  return { exported: exported.toSorted(byName), mentioned: [...seen].filter(([key]) => !names.has(key)).map(([, one]) => one).toSorted(byName) };
}
