// Owns what a layer of an image does to those below it: what it takes away, what it puts in the place of something else.
import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Layer } from "../templates.ts";
import { TYPE, shown, type TarEntry } from "../tar/header.ts";
import { tarJudge } from "../tar/judge.ts";
import { tarReader } from "../tar/reader.ts";
import { eachUnpacked } from "../tar/unpacked.ts";

/** The layers so far, as one tree: names byte for byte. */
export interface Tree {
  readonly directories: Set<string>;
  /** Symbolic links that start at /: path and target. */
  readonly links: Map<string, string>;
}
export const emptyTree = (): Tree => ({ directories: new Set(), links: new Map() });

/** What has to be done before the layer is unpacked. */
export interface Before {
  /** Paths that go, whatever they are. */
  readonly removed: readonly string[];
  /** Links from / that the layer writes through: they are made relative, which means the same in the container and nothing else on the host. */
  readonly relinked: readonly (readonly [string, string])[];
}

const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";
const pathOf = (name: string): string => name.split("/").filter((part) => part !== "" && part !== ".").join("/");
const split = (path: string): readonly [string, string] => { const slash = path.lastIndexOf("/"); return slash < 0 ? ["", path] : [path.slice(0, slash), path.slice(slash + 1)]; };
const under = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`);

const relative = (link: string, target: string): string => {
  const up = "../".repeat(link.split("/").length - 1);
  const rest = target.replace(/^\/+/, "");
  return up + rest === "" ? "." : up + rest;
};

function forget(tree: Tree, path: string): void {
  for (const set of [tree.directories, tree.links]) for (const known of set.keys()) if (known === path || known.startsWith(`${path}/`)) set.delete(known);
}

interface Notes { readonly removed: Set<string>; readonly relinked: Map<string, string>; readonly made: TarEntry[] }

function whiteout(path: string, notes: Notes): Problem | undefined {
  const [folder, name] = split(path);
  if (name === OPAQUE) {
    if (folder !== "") notes.removed.add(folder);
    return undefined;
  }
  const gone = name.slice(WHITEOUT.length);
  if (gone === "" || gone === "." || gone === "..") return { code: "image.invalid", text: `the layer's member '${shown(path)}' takes away nothing that can have a name` };
  if (!gone.startsWith(WHITEOUT)) notes.removed.add(under(folder, gone)); // others are notes of AUFS to itself
  return undefined;
}

function note(tree: Tree, entry: TarEntry, notes: Notes): Problem | undefined {
  const path = pathOf(entry.name);
  if (split(path)[1].startsWith(WHITEOUT)) return whiteout(path, notes);
  if (entry.type !== TYPE.directory && tree.directories.has(path)) notes.removed.add(path);
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const link = path.slice(0, slash);
    const target = tree.links.get(link);
    if (target !== undefined) notes.relinked.set(link, relative(link, target));
  }
  notes.made.push(entry);
  return undefined;
}

function record(tree: Tree, notes: Notes): void {
  for (const path of notes.removed) forget(tree, path);
  for (const link of notes.relinked.keys()) tree.links.delete(link);
  for (const entry of notes.made) {
    const path = pathOf(entry.name);
    tree.links.delete(path);
    if (entry.type === TYPE.directory) tree.directories.add(path);
    else tree.directories.delete(path);
    if (entry.type === TYPE.symlink && entry.link.startsWith("/")) tree.links.set(path, entry.link);
  }
}

export interface LayerScan {
  /** The next bytes; what is wrong with a member in them. */
  readonly push: (chunk: Uint8Array) => Problem | undefined;
  /** All of it has come: its checksum is what the image's config says. `tree` then has it too. */
  readonly finish: () => Result<Before>;
}

/** Looks at a layer as it comes: its members are judged. */
export function beginScan(layer: Layer, tree: Tree, isMapped: boolean): LayerScan {
  const notes: Notes = { removed: new Set(), relinked: new Map(), made: [] };
  const judge = tarJudge({ isMapped });
  const reader = tarReader((entry) => judge(entry) ?? note(tree, entry, notes));
  const hash = createHash("sha256");
  return {
    push: (chunk) => {
      hash.update(chunk);
      return reader.push(chunk);
    },
    finish: () => {
      const is = `sha256:${hash.digest("hex")}`;
      if (is !== layer.diffId) return fail({ code: "image.checksum", text: `the layer '${layer.path}' is not what it should be`, cause: `unpacked its digest is ${is}, the image says ${layer.diffId}` });
      record(tree, notes);
      return ok({ removed: [...notes.removed], relinked: [...notes.relinked] });
    },
  };
}

/** Reads the layer once, whole, before anything of it is unpacked. */
export async function scanLayer(layer: Layer, tree: Tree, isMapped: boolean): Promise<Result<Before>> {
  const scan = beginScan(layer, tree, isMapped);
  let bad: Problem | undefined;
  const fd = openSync(layer.path, "r");
  try {
    const damaged = await eachUnpacked(fd, layer.compression, (chunk) => {
      bad = scan.push(chunk);
      return Promise.resolve(bad === undefined);
    });
    if (bad !== undefined || damaged !== undefined) return fail(...[bad, damaged].filter((problem) => problem !== undefined).slice(0, 1));
  } finally {
    closeSync(fd);
  }
  return scan.finish();
}
