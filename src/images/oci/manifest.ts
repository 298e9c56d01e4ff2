// Owns the documents of an OCI image: an index with one manifest for each kind of machine, the manifest with its layers, the
// config that says what runs in it. Docker's older names for the same things are taken too.

import { DIGEST } from "../digest.ts";
import { archOf } from "../remote/entry.ts";

export interface Descriptor { readonly digest: string; readonly size?: number; readonly mediaType: string }
export interface Manifest { readonly config: Descriptor; readonly layers: readonly Descriptor[] }
export interface Platform { readonly descriptor: Descriptor; readonly os: string; readonly arch: string; readonly variant: string; readonly tag?: string }
export type Document = { readonly kind: "index"; readonly platforms: readonly Platform[] } | { readonly kind: "manifest"; readonly manifest: Manifest };
export interface ImageConfig {
  readonly diffIds: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly user: string;
  readonly cwd: string;
  readonly arch: string;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const textAt = (json: Json, key: string): string => { const value = json[key]; return typeof value === "string" ? value : ""; };
const listAt = (json: Json, key: string): readonly unknown[] => { const value = json[key]; return Array.isArray(value) ? value : []; };
const textsAt = (json: Json, key: string): readonly string[] => listAt(json, key).filter((one) => typeof one === "string");

function parseJson(text: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function descriptorOf(value: unknown): Descriptor | undefined {
  if (!isObject(value) || !DIGEST.test(textAt(value, "digest"))) return undefined;
  const { size } = value;
  return { digest: textAt(value, "digest"), mediaType: textAt(value, "mediaType"), ...(typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? { size } : {}) };
}

const TAGS = ["org.opencontainers.image.ref.name", "io.containerd.image.name"] as const;

function platformOf(value: unknown): readonly Platform[] {
  const descriptor = descriptorOf(value);
  if (descriptor === undefined || !isObject(value)) return [];
  const platform = isObject(value["platform"]) ? value["platform"] : {};
  const annotations = isObject(value["annotations"]) ? value["annotations"] : {};
  const tag = TAGS.map((key) => textAt(annotations, key)).find((text) => text !== "");
  return [{ descriptor, os: textAt(platform, "os"), arch: textAt(platform, "architecture"), variant: textAt(platform, "variant"), ...(tag === undefined ? {} : { tag }) }];
}

/** undefined: it is neither. */
export function parseDocument(text: string): Document | undefined {
  const json = parseJson(text);
  if (json === undefined) return undefined;
  if (Array.isArray(json["manifests"])) return { kind: "index", platforms: listAt(json, "manifests").flatMap(platformOf) };
  const config = descriptorOf(json["config"]);
  const layers = listAt(json, "layers").map(descriptorOf);
  if (config === undefined || !layers.every((layer) => layer !== undefined)) return undefined;
  return { kind: "manifest", manifest: { config, layers } };
}

/** One of a kind needs no platform written to it. */
export function choosePlatform(platforms: readonly Platform[], arch: string): Platform | undefined {
  const fitting = platforms.filter((one) => (one.os === "" || one.os === "linux") && archOf(one.arch) === archOf(arch));
  return fitting.find(({ variant }) => variant === "" || variant === "v8") ?? fitting[0] ?? (platforms.length === 1 && platforms[0]?.arch === "" ? platforms[0] : undefined);
}

export function parseImageConfig(text: string): ImageConfig | undefined {
  const json = parseJson(text);
  if (json === undefined || !isObject(json["rootfs"])) return undefined;
  const config = isObject(json["config"]) ? json["config"] : {};
  return {
    diffIds: textsAt(json["rootfs"], "diff_ids"), entrypoint: textsAt(config, "Entrypoint"), cmd: textsAt(config, "Cmd"), env: textsAt(config, "Env"),
    user: textAt(config, "User"), cwd: textAt(config, "WorkingDir"), arch: textAt(json, "architecture"),
  };
}

/** Docker's name for what Debian calls the machine: arm for armhf. */
export const ociArch = (debian: string): string => ({ armhf: "arm", i386: "386", ppc64el: "ppc64le" } as Readonly<Record<string, string>>)[debian] ?? debian;
