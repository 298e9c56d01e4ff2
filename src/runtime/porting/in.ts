// Owns reading an export as it comes: its members in their order, what they add up to, and which are none of ours.
import { createHash } from "node:crypto";
import { compressionOf } from "../../images/archive.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { TarReader, type Entry } from "../../linux/tar.ts";
import { CHECKSUM } from "./out.ts";

/** A member; small ones are wanted whole. */
export interface Sink {
  /** What the member is for: taken whole, passed on with its headers, or left out; a problem ends the reading. */
  readonly entry: (entry: Entry) => Promise<Result<"whole" | "pass" | "skip">>;
  readonly whole: (entry: Entry, content: Uint8Array) => Promise<Problem | undefined>;
  readonly pass: (bytes: Uint8Array) => Promise<void>;
}

/** What tells how it is packed. */
const HEAD = 512;
const WHOLE_MAX = 1 << 20;
export const invalid = (text: string, cause?: string): Problem => ({ code: "image.invalid", text, ...(cause === undefined ? {} : { cause }), remedy: "it is not a whole export of Berth: make it again with berth export" });

export class Reading {
  readonly #sink: Sink;
  readonly #tar = new TarReader();
  readonly #hash = createHash("sha256");
  #how: "whole" | "pass" | "skip" | "checksum" = "skip";
  #entry: Entry | undefined;
  #content: Uint8Array[] = [];
  #left = 0;
  #sum: string | undefined;
  #isBegun = false;
  /** The archive's own end was read, and it adds up. */
  isWhole = false;

  constructor(sink: Sink) { this.#sink = sink; }

  async push(chunk: Uint8Array): Promise<Problem | undefined> {
    const packed = this.#isBegun ? undefined : compressionOf(chunk.subarray(0, HEAD));
    this.#isBegun = true;
    if (packed !== undefined && packed !== "none") return { ...invalid(`the archive is packed by ${packed}`), remedy: `unpack it on its way: ${packed} -dc FILE | berth import` };
    for (const event of this.#tar.push(chunk)) {
      const problem = event.kind === "entry" ? await this.#begin(event.entry) : event.kind === "data" ? await this.#data(event.bytes) : event.kind === "end" ? this.#end() : invalid("the archive is damaged", event.text);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  async #begin(entry: Entry): Promise<Problem | undefined> {
    this.#entry = entry;
    this.#left = entry.size;
    this.#content = [];
    if (entry.path === CHECKSUM) {
      this.#how = "checksum";
      this.#sum = this.#hash.digest("hex");
      return undefined;
    }
    if (this.#sum !== undefined) return invalid(`'${entry.path}' stands behind the archive's checksum`);
    for (const block of entry.head) this.#hash.update(block);
    const how = await this.#sink.entry(entry);
    if (!how.ok) return how.problems[0];
    this.#how = how.value;
    if (how.value === "pass") for (const block of entry.head) await this.#sink.pass(block);
    if (how.value === "whole" && entry.size > WHOLE_MAX) return invalid(`'${entry.path}' is too large: ${entry.size} bytes`);
    return how.value === "whole" && entry.size === 0 ? this.#sink.whole(entry, new Uint8Array(0)) : undefined;
  }

  async #data(bytes: Uint8Array): Promise<Problem | undefined> {
    if (this.#how !== "checksum") this.#hash.update(bytes);
    if (this.#how === "pass") await this.#sink.pass(bytes);
    if (this.#how !== "whole" && this.#how !== "checksum") return undefined;
    this.#content.push(bytes.subarray(0, Math.min(bytes.length, this.#left)).slice());
    const before = this.#left;
    this.#left -= Math.min(bytes.length, this.#left);
    if (before === 0 || this.#left > 0 || this.#entry === undefined) return undefined;
    const content = Buffer.concat(this.#content);
    return this.#how === "whole" ? this.#sink.whole(this.#entry, content) : this.#compare(content.toString().trim());
  }

  #compare(written: string): Problem | undefined {
    return written === this.#sum ? undefined : invalid("the archive is damaged: its checksum is another one", `it says ${written}, its bytes add up to ${this.#sum ?? ""}`);
  }

  #end(): Problem | undefined {
    if (this.#sum === undefined) return invalid("the archive has no checksum at its end");
    this.isWhole = true;
    return undefined;
  }

  /** All has been read. */
  finish(): Result<void> { return this.isWhole ? ok(undefined) : fail(invalid("the archive ends too early", "its end, with the checksum, is missing")); }
}
