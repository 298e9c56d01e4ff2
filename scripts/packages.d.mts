// What packages.mjs offers to TypeScript.
export declare const NEEDS: Readonly<Record<string, { readonly also: readonly string[]; readonly packages: Readonly<Record<string, string>> }>>;
export declare function packagesFor(task: string): Record<string, string>;
