// Owns Images: what this machine has of images, and what servers offer, as values.
import type { Progress } from "../model/progress.ts";
import { imageInfo, imagesHere, imagesThere, importImage, pruneImages, pullImage, type ImageEntry, type ImageInfo, type ImageOptions, type ImageTalk, type LocalImage, type PruneAnswer, type Pulled } from "../runtime/images.ts";
import { libraryRequest, type LibraryRequestOptions } from "../runtime/library-request.ts";
import type { Request } from "../model/request.ts";
import { need } from "./error.ts";

/** Where an image may come from, and what is told meanwhile. */
export interface PullOptions extends Partial<ImageOptions> {
  /** Told of each stage, several times a second at most. */
  readonly onProgress?: (progress: Progress) => void;
  /** Aborted: it ends, and what has come so far is kept for the next time. Signals of the process are never touched. */
  readonly signal?: AbortSignal;
}

/** @internal */
export const wholeImageOptions = (options: Partial<ImageOptions>): ImageOptions => ({ servers: [], isOffline: false, ...options });
const talkOf = ({ onProgress = () => undefined, signal }: PullOptions): ImageTalk => ({ onProgress, ...(signal === undefined ? {} : { abort: signal }) });

/** Images by name, as berth image has them: `debian/bookworm` of an image server, `docker.io/library/alpine:3` of a registry. */
export class Images {
  readonly #request: Request;
  /** @internal */
  constructor(options: LibraryRequestOptions) { this.#request = libraryRequest(options); }

  /** Those that this machine has, for this user. */
  async list(): Promise<readonly LocalImage[]> { return Promise.resolve(need(imagesHere(this.#request))); }
  /** Those that an image server offers. Rejects with `image.fetch` where it cannot be asked. */
  async available(options: PullOptions = {}): Promise<readonly ImageEntry[]> { return need(await imagesThere(this.#request, wholeImageOptions(options), talkOf(options))); }
  /** One that this machine has. Rejects with `image.missing`. */
  async info(name: string, arch?: string): Promise<ImageInfo> { return need(await imageInfo(this.#request, name, arch)); }
  /** Fetched where it is not here, checked, and kept. Rejects with `image.missing`, `image.fetch`, `image.checksum`, `image.signature`. */
  async pull(name: string, options: PullOptions = {}): Promise<Pulled> { return need(await pullImage(this.#request, name, wholeImageOptions(options), talkOf(options))); }
  /** An archive of a root file system, kept under a name. Rejects with `image.invalid`. */
  async import(file: string, name: string): Promise<Pulled> { return need(await importImage(this.#request, file, name)); }
  /** What no container needs is thrown away, with `all` also what is not old; with `isDry` it is only told. */
  async prune({ all = false, isDry = false }: { readonly all?: boolean; readonly isDry?: boolean } = {}): Promise<PruneAnswer> { return need(await pruneImages(this.#request, { isAll: all, isDry })); }
}

/** The images of this machine. */
export const images = (options: LibraryRequestOptions = {}): Images => new Images(options);
