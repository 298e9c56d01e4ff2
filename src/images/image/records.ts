// Owns what is known of images that were pulled from a registry or imported: one small file each, BASE/images/NAME.json.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Compression } from "../../plan/storage/dir.ts";
import type { ImageConfig } from "../oci/manifest.ts";
import type { Layer } from "../templates.ts";

export type ImageRecord =
  | { readonly version: 1; readonly kind: "oci"; readonly ref: string; readonly arch: string; readonly digest: string; readonly at: number; readonly layers: readonly Layer[]; readonly image: ImageConfig }
  | { readonly version: 1; readonly kind: "archive"; readonly ref: string; readonly arch: string; readonly digest: string; readonly at: number; readonly path: string; readonly compression: Compression };

const folder = (base: string): string => `${base}/images`;
const fileOf = (base: string, ref: string, arch: string): string => `${folder(base)}/${createHash("sha256").update(`${ref}\n${arch}`).digest("hex").slice(0, 32)}.json`;

function isRecord(value: unknown): value is ImageRecord {
  return typeof value === "object" && value !== null && "version" in value && value.version === 1 && "kind" in value && (value.kind === "oci" || value.kind === "archive") && "ref" in value && typeof value.ref === "string" && "digest" in value && typeof value.digest === "string";
}

function read(path: string): ImageRecord | undefined {
  try {
    const json: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isRecord(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

export function readRecords(base: string): readonly ImageRecord[] {
  try {
    return readdirSync(folder(base)).filter((name) => name.endsWith(".json")).map((name) => read(`${folder(base)}/${name}`)).filter((record) => record !== undefined);
  } catch {
    return [];
  }
}
export const findRecord = (base: string, ref: string, arch: string): ImageRecord | undefined => read(fileOf(base, ref, arch));

export function writeRecord(base: string, record: ImageRecord): void {
  mkdirSync(folder(base), { recursive: true, mode: 0o755 });
  const file = fileOf(base, record.ref, record.arch);
  writeFileSync(`${file}.new`, JSON.stringify(record));
  renameSync(`${file}.new`, file);
}
export const dropRecord = (base: string, { ref, arch }: ImageRecord): void => rmSync(fileOf(base, ref, arch), { force: true });

/** Files of the store that a record needs. */
export const blobsOf = (record: ImageRecord): readonly string[] => (record.kind === "oci" ? record.layers.map(({ path }) => path) : [record.path]);
