// Owns the stream that an export is: members one after the other, and what was counted of them.
import { createHash } from "node:crypto";
import type { StartedPlan } from "../../host/engine/run.ts";
import { padding, TAR_END, tarHeader, TarReader } from "../../linux/tar.ts";

/** Its first member, which says what it is; its last, which says what all before it add up to. */
export const MANIFEST = "berth-export";
export const CHECKSUM = "berth-sha256";

/** limits.h: bytes of a path that the kernel takes in one piece, with the 0 at its end. */
const PATH_MAX = 4096;

/** Writes to whoever reads; false: nobody does any more. */
export type Write = (bytes: Uint8Array) => Promise<boolean>;
export class ReaderGone extends Error {}

export class Out {
  readonly #write: Write;
  readonly #now: number;
  readonly #hash = createHash("sha256");

  constructor(write: Write, now: number) {
    this.#write = write;
    this.#now = now;
  }

  async #put(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    if (!await this.#write(bytes)) throw new ReaderGone("nobody reads any more");
  }

  async file(path: string, content: Uint8Array, mode = 0o640): Promise<void> {
    await this.#put(Buffer.concat([tarHeader({ path, size: content.length, mode, mtime: this.#now }), content, padding(content.length)]));
  }

  /** All members of an archive that a program writes, without its end. `prefix`: what they all begin with. The first one whose name is too
   * long for any tar to unpack, and nothing after it. */
  async members(archive: StartedPlan["stdout"], prefix: string): Promise<string | undefined> {
    if (archive === null) return undefined;
    const reader = new TarReader();
    for await (const chunk of archive) {
      if (!(chunk instanceof Uint8Array)) continue;
      for (const event of reader.push(chunk)) {
        if (event.kind === "entry" && Buffer.byteLength(event.entry.path) - prefix.length >= PATH_MAX - 1) return event.entry.path;
        if (event.kind === "entry") for (const block of event.entry.head) await this.#put(block);
        if (event.kind === "data") await this.#put(event.bytes);
      }
    }
    return undefined;
  }

  async end(): Promise<void> {
    const text = Buffer.from(`${this.#hash.digest("hex")}\n`);
    const bytes = Buffer.concat([tarHeader({ path: CHECKSUM, size: text.length, mode: 0o644, mtime: this.#now }), text, padding(text.length), TAR_END]);
    if (!await this.#write(bytes)) throw new ReaderGone("nobody reads any more");
  }
}
