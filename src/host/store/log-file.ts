// Owns reading a console's log file: what is in it, and what is written to it from then on, also when it is rotated.
import { closeSync, constants, fstatSync, openSync, readSync, statSync, watch, type FSWatcher } from "node:fs";
import { basename, dirname } from "node:path";

const CHUNK = 64 * 1024;
export type OnBytes = (bytes: Uint8Array) => void;

export class LogFile {
  readonly #path: string;
  #fd: number;
  #at = 0;
  #watcher: FSWatcher | undefined;

  /** Throws what open(2) says; EINVAL: it is no plain file. */
  constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (fstatSync(this.#fd).isFile()) return;
    closeSync(this.#fd);
    throw Object.assign(new Error(path), { code: "EINVAL" });
  }

  /** What has not been read yet. */
  read(on: OnBytes): void {
    if (fstatSync(this.#fd).size < this.#at) this.#at = 0; // cut short
    for (;;) {
      const chunk = Buffer.alloc(CHUNK);
      const size = readSync(this.#fd, chunk, 0, CHUNK, this.#at);
      if (size === 0) return;
      this.#at += size;
      on(chunk.subarray(0, size));
    }
  }

  #look(on: OnBytes): void {
    this.read(on);
    const now = statSync(this.#path, { throwIfNoEntry: false });
    if (now === undefined || now.ino === fstatSync(this.#fd).ino) return;
    try {
      const next = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
      closeSync(this.#fd);
      [this.#fd, this.#at] = [next, 0];
    } catch {
      return; // gone again: what comes in its place is told, too
    }
    this.read(on);
  }

  /** Until it is closed. */
  follow(on: OnBytes): void {
    this.#watcher = watch(dirname(this.#path), (_, name) => { if (name === null || name === basename(this.#path)) this.#look(on); });
    this.#look(on); // written before the watch was there
  }

  close(): void {
    this.#watcher?.close();
    closeSync(this.#fd);
  }
}
