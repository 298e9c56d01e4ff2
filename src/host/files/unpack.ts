// Owns writing a tree of files: names are made in open directories, a file appears whole under its name, links that are
// there already are replaced, never followed. What is half written when it ends early is removed.
import {
  chmodSync, chownSync, closeSync, constants, fchmodSync, fchownSync, futimesSync, lchownSync, lstatSync, mkdirSync, openSync, renameSync, symlinkSync, unlinkSync, utimesSync, writeSync,
} from "node:fs";
import { errorCode } from "../read-text.ts";
import { beneath, itself, kindAt, openDirectory, refusal, type Spot } from "./spot.ts";
import { toBytes, type Attributes, type Bytes, type Entry } from "./wire.ts";

export interface UnpackWish {
  /** A directory that is open: what comes is placed in it. */
  readonly into: number;
  /** The name that the top gets; absent: its own. */
  readonly as?: Bytes;
  /** Of what is new; absent: the caller's. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** A file that is there already keeps its owner and mode. */
  readonly keepsOld: boolean;
  /** Owners and the bits set-user-ID, set-group-ID, sticky too. */
  readonly keepsAll: boolean;
  /** Taken from the modes of what is new. */
  readonly umask: number;
  /** Digits for names of what is not whole yet. */
  readonly random: string;
}

interface Level { readonly name: Bytes; readonly fd: number; readonly isNew: boolean; readonly entry: Entry }
interface Half { readonly spot: Spot; readonly temporary: Spot; readonly fd: number; readonly entry: Entry }

const PLAIN = 0o777;

export class Unpacking {
  readonly #wish: UnpackWish;
  #levels: Level[] = [];
  #half: Half | undefined;
  files = 0;
  bytes = 0;
  constructor(wish: UnpackWish) { this.#wish = wish; }

  /** Throws what the kernel says. */
  entry(entry: Entry): void {
    const names = entry.path.map((name, i) => (i === 0 ? this.#wish.as ?? name : name));
    if (names.some((name) => name === "" || name === "." || name === ".." || name.includes("/"))) throw refusal("EINVAL");
    this.#climb(names.slice(0, -1));
    const name = names.at(-1);
    if (name === undefined) return; // the top itself, into which its contents go
    const spot = { directory: this.#levels.at(-1)?.fd ?? this.#wish.into, name };
    if (entry.kind === "directory") this.#directory(spot, entry);
    else if (entry.kind === "link") this.#link(spot, entry);
    else this.#file(spot, entry);
  }
  piece(bytes: Uint8Array): void {
    if (this.#half === undefined) throw refusal("EINVAL");
    for (let at = 0; at < bytes.length;) at += writeSync(this.#half.fd, bytes, at, bytes.length - at);
    this.bytes += bytes.length;
    if (bytes.length === 0) this.#whole(this.#half);
  }
  /** All has come. */
  end(): void { this.#climb([]); }
  /** Nothing more comes. */
  drop(): void {
    const half = this.#half;
    this.#half = undefined;
    if (half !== undefined) {
      closeSync(half.fd);
      unlinkSync(beneath(half.temporary));
    }
    for (const { fd } of this.#levels) closeSync(fd);
    this.#levels = [];
  }

  /** Leaves directories until the open ones are those; they get their attributes when all is in them. */
  #climb(names: readonly Bytes[]): void {
    let common = 0;
    while (common < this.#levels.length && this.#levels[common]?.name === names[common]) common++;
    while (this.#levels.length > common) {
      const level = this.#levels.pop();
      if (level === undefined) break;
      try {
        if (level.isNew || this.#wish.keepsAll) this.#dress(level);
      } finally {
        closeSync(level.fd);
      }
    }
    if (this.#levels.length < names.length) throw refusal("ENOENT");
  }
  #ownerOf(entry: Attributes): { readonly uid: number; readonly gid: number } | undefined { return this.#wish.keepsAll ? entry : this.#wish.owner; }
  #modeOf({ mode }: Attributes): number { return this.#wish.keepsAll ? mode : mode & PLAIN & ~this.#wish.umask; }
  #dress({ fd, entry }: Level): void {
    const owner = this.#ownerOf(entry);
    if (owner !== undefined) chownSync(itself(fd), owner.uid, owner.gid);
    chmodSync(itself(fd), this.#modeOf(entry));
    utimesSync(itself(fd), entry.mtime, entry.mtime);
  }

  #directory(spot: Spot, entry: Entry): void {
    let isNew = true;
    try {
      mkdirSync(beneath(spot), 0o700);
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
      isNew = false;
    }
    this.#levels.push({ name: spot.name, fd: openDirectory(spot), isNew, entry });
  }
  #clear(spot: Spot): void {
    const kind = kindAt(spot);
    if (kind === "directory") throw refusal("EISDIR");
    if (kind !== undefined) unlinkSync(beneath(spot));
  }
  #link(spot: Spot, entry: Extract<Entry, { readonly kind: "link" }>): void {
    this.#clear(spot);
    symlinkSync(toBytes(entry.to), beneath(spot));
    const owner = this.#ownerOf(entry);
    if (owner !== undefined) lchownSync(beneath(spot), owner.uid, owner.gid);
    this.files++;
  }
  /** An ordinary user cannot give files away: what takes the place of another's is the user's own. */
  #give(fd: number, { uid, gid }: { readonly uid: number; readonly gid: number }, mayFail: boolean): void {
    try {
      fchownSync(fd, uid, gid);
    } catch (error) {
      if (!mayFail || errorCode(error) !== "EPERM") throw error;
    }
  }
  #file(spot: Spot, entry: Entry): void {
    if (kindAt(spot) === "directory") throw refusal("EISDIR");
    const temporary = { directory: spot.directory, name: `.berth-${this.#wish.random}` };
    const fd = openSync(beneath(temporary), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    this.#half = { spot, temporary, fd, entry };
  }
  #whole({ spot, temporary, fd, entry }: Half): void {
    const there = lstatSync(beneath(spot), { throwIfNoEntry: false });
    const old = there?.isFile() === true && this.#wish.keepsOld && !this.#wish.keepsAll ? there : undefined;
    const owner = old ?? this.#ownerOf(entry);
    if (owner !== undefined) this.#give(fd, owner, old !== undefined && this.#wish.owner === undefined);
    fchmodSync(fd, old === undefined ? this.#modeOf(entry) : old.mode & PLAIN);
    futimesSync(fd, entry.mtime, entry.mtime);
    renameSync(beneath(temporary), beneath(spot));
    closeSync(fd);
    this.#half = undefined;
    this.files++;
  }
}
