// Owns what `-t` of lxc-create may name: nothing, a template script, an archive, or a directory.
import { readdirSync, statSync } from "node:fs";
import { isExecutable } from "../host/probe/program.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Result } from "../model/problem.ts";
import type { Compression } from "../plan/storage/dir.ts";
import { probeArchive } from "./archive.ts";
import type { Customize } from "./customize.ts";
import { builtInNames, type LayersMade, type SharedImage } from "./templates.ts";

export type Source =
  | { readonly kind: "none" }
  | { readonly kind: "script"; readonly path: string }
  | { readonly kind: "archive"; readonly path: string; readonly compression: Compression; readonly metadata?: string; /** What made it, for the config's header. */ readonly template?: string; readonly own?: Customize; readonly more?: readonly string[]; readonly scratch?: string; readonly shared?: SharedImage }
  | { readonly kind: "directory"; readonly path: string }
  | LayersMade;

export interface SourceWish { readonly template: string; readonly share: string; readonly cwd: string }

const from = byOption("--template");

function pathSource(path: string): Result<Source> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return fail({ code: "template.missing", at: from, text: `'${path}' does not exist`, remedy: "-t takes a template's name, a template script, a tar archive of a root file system, or a directory" });
  if (found.isDirectory()) return ok({ kind: "directory", path });
  const compression = probeArchive(path);
  if (compression !== undefined) return ok({ kind: "archive", path, compression });
  if (isExecutable(path)) return ok({ kind: "script", path });
  return fail({ code: "image.invalid", at: from, text: `'${path}' is neither a tar archive nor an executable template`, remedy: `if it is a template script: chmod +x ${path}` });
}

const folders = (share: string): readonly string[] => [`${share}/lxc/templates`, "/usr/share/lxc/templates"];

/** Names of the templates that are there, for a message. */
function templateNames(share: string): readonly string[] {
  const names = folders(share).flatMap((folder) => {
    try {
      return readdirSync(folder).filter((name) => name.startsWith("lxc-")).map((name) => name.slice("lxc-".length));
    } catch {
      return [];
    }
  });
  return [...new Set([...names, ...builtInNames, "none"])].sort();
}

/** The script behind a template's name. */
export const scriptOf = (template: string, share: string): string | undefined =>
  template.includes("/") ? (isExecutable(template) ? template : undefined) : folders(share).map((folder) => `${folder}/lxc-${template}`).find(isExecutable);

export function findSource({ template, share, cwd }: SourceWish): Result<Source> {
  if (template === "none") return ok({ kind: "none" });
  if (template.includes("/")) return pathSource(template.startsWith("/") ? template : `${cwd}/${template}`);
  const path = scriptOf(template, share);
  if (path !== undefined) return ok({ kind: "script", path });
  return fail({
    code: "template.missing", at: from, text: `there is no template '${template}'`,
    cause: `no executable lxc-${template} in ${folders(share).join(" or ")}`, remedy: `use one of: ${templateNames(share).join(" ")}; or a path to a template, a tar archive or a directory`,
  });
}
