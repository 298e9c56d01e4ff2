// Owns reading the repository's own files for the house tests.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export const ROOT: string = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
export interface Source { readonly path: string; readonly text: string }

/** Files below the folders whose names match; paths relative to the repository. */
export function sources(folders: readonly string[], name: RegExp): Source[] {
  return folders.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => name.test(path) && !/(^|\/)(node_modules|build)\//.test(path))
    .sort()
    .map((path) => ({ path: `${folder}/${path}`, text: readFileSync(join(ROOT, folder, path), "utf8") })));
}
export const isTest = (path: string): boolean => path.endsWith(".test.ts");
export const isGenerated = (path: string): boolean => /\.gen\.[a-z]+$/.test(path);
/** Lines as an editor counts them. */
export const lineCount = (text: string): number => text.split("\n").length - (text.endsWith("\n") ? 1 : 0);

const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^;"']*?from\s*["']([^"']+)["']|\bimport\s*\(\s*["']([^"']+)["']\s*\)|(?:^|\n)\s*import\s+["']([^"']+)["']/g;
/** Every module a file names: imports, re-exports, dynamic imports, types too. */
export const importsOf = (text: string): string[] => [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
