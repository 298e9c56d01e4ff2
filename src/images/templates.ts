// Owns the templates that are built in: each is loaded only when it is asked for.
import type { Result } from "../model/problem.ts";
import type { Progress } from "../model/progress.ts";
import type { Compression } from "../plan/storage/dir.ts";
import type { Customize } from "./customize.ts";
import type { Dialogue } from "./dialogue.ts";
import type { ImageOptions } from "./image/options.ts";
import type { ImageConfig } from "./oci/manifest.ts";

export interface TemplateWish {
  readonly args: readonly string[];
  /** The container's ids are ids of a user namespace. */
  readonly isMapped: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly isRoot: boolean;
  readonly engine: string;
  readonly dialogue: Dialogue;
  readonly onProgress: (progress: Progress) => void;
  readonly abort: AbortSignal;
  /** Of --image. */
  readonly image?: ImageOptions;
}
/** An image that others make containers of, too: it is unpacked once, in the cache. */
export interface SharedImage { readonly name: string; /** Directory of the cache. */ readonly base: string; /** `sha256:HEX` of its archive, where somebody has looked already. */ readonly digest?: string }

/** `nothing`: the user only wanted to know something, and has been told. */
export type Made =
  | { readonly kind: "nothing" }
  | { readonly kind: "archive"; readonly path: string; readonly compression: Compression; readonly metadata?: string; /** What made it, for the config's header; else that is the archive. */ readonly template?: string; readonly own?: Customize; /** Further lines of the config. */ readonly more?: readonly string[]; /** A directory that is of no use once it has been unpacked. */ readonly scratch?: string; readonly shared?: SharedImage }
  | LayersMade;
export interface Layer { readonly path: string; readonly compression: Compression; /** Digest of what it holds, unpacked. */ readonly diffId: string; /** That of the file, when nobody has looked yet whether it is so. */ readonly unchecked?: string }
export interface LayersMade { readonly kind: "layers"; readonly layers: readonly Layer[]; readonly image: ImageConfig; readonly isDhcp: boolean; readonly template: string; readonly shared?: SharedImage; /** A directory that is of no use once they have been unpacked. */ readonly scratch?: string }

export interface Template {
  readonly help: string;
  readonly make: (wish: TemplateWish) => Promise<Result<Made>>;
}

const BUILT_IN: Readonly<Record<string, () => Promise<Template>>> = {
  download: async () => (await import("./remote/template.ts")).download,
  oci: async () => (await import("./oci/template.ts")).oci,
  debian: async () => (await import("./packages-template.ts")).debian,
  ubuntu: async () => (await import("./packages-template.ts")).ubuntu,
  fedora: async () => (await import("./rpm-template.ts")).fedora,
  opensuse: async () => (await import("./rpm-template.ts")).opensuse,
  "ubuntu-cloud": async () => (await import("./cloud-template.ts")).cloud,
  local: async () => (await import("./local-template.ts")).local,
  host: async () => (await import("./host-template.ts")).host,
  sshd: async () => (await import("./sshd-template.ts")).sshd,
  image: async () => (await import("./image/template.ts")).image,
};
/** As -t takes them; `image` is what --image goes by. */
export const builtInNames: readonly string[] = Object.keys(BUILT_IN).filter((name) => name !== "image");
export const builtIn = (name: string): (() => Promise<Template>) | undefined => (Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined);
