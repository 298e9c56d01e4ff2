// Owns writing a tree of files: names are made in open directories, a file appears whole under its name, links that are
// there already are replaced, never followed. What is half written when it ends early is removed.
import {
  chmodSync, chownSync, closeSync, constants, fchmodSync, fchownSync, fstatSync, futimesSync, lchownSync, linkSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeSync,
} from "node:fs";
import { errorCode } from "../read-text.ts";
import { beneath, itself, kindAt, openDirectory, refusal, type Spot } from "./spot.ts";
import { toBytes, type Attributes, type Bytes, type Complaint, type Entry } from "./wire.ts";
import type { Marked } from "./xattrs.ts";

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
  /** An ordinary user of the host, who gives no file away: it is told. */
  readonly mayLose: boolean;
  /** Taken from the modes of what is new. */
  readonly umask: number;
  /** Digits for names of what is not whole yet. */
  readonly random: string;
}

interface Level { readonly name: Bytes; readonly fd: number; readonly isNew: boolean; readonly entry: Entry }
interface Half { readonly spot: Spot; readonly temporary: Spot; readonly fd: number; readonly entry: Entry }

const PLAIN = 0o777;
const SET_IDS = 0o6000;
type Owner = { readonly uid: number; readonly gid: number };
type Way = readonly Bytes[];

const inodeOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string => `${dev}:${ino}`;

export class Unpacking {
  readonly #wish: UnpackWish;
  #levels: Level[] = [];
  #half: Half | undefined;
  /** Files that may get more names: where the first one is, and what it is. */
  readonly #placed = new Map<Bytes, string>();
  /** Extended attributes, by the path from `into` on, for when all is in place. */
  readonly marked: Marked[] = [];
  readonly complaints: Complaint[] = [];
  files = 0;
  bytes = 0;
  constructor(wish: UnpackWish) { this.#wish = wish; }

  /** Throws what the kernel says. */
  entry(entry: Entry): void {
    const names = this.#namesOf(entry.path);
    if (names.some((name) => name === "" || name === "." || name === ".." || name.includes("/"))) throw refusal("EINVAL");
    this.#climb(names.slice(0, -1));
    const name = names.at(-1);
    if (entry.xattrs !== undefined) this.marked.push({ path: names.join("/"), xattrs: entry.xattrs });
    if (name === undefined) return; // the top itself, into which its contents go
    const spot = { directory: this.#levels.at(-1)?.fd ?? this.#wish.into, name };
    if (entry.kind === "directory") this.#directory(spot, entry);
    else if (entry.kind === "link") this.#link(spot, entry);
    else if (entry.kind === "same") this.#same(spot, this.#namesOf(entry.as), names);
    else this.#file(spot, entry);
  }
  #namesOf(path: Way): Way { return path.map((name, i) => (i === 0 ? this.#wish.as ?? name : name)); }
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
  #ownerOf(entry: Attributes): Owner | undefined { return this.#wish.keepsAll ? entry : this.#wish.owner; }
  #modeOf({ mode }: Attributes): number { return this.#wish.keepsAll ? mode : mode & PLAIN & ~this.#wish.umask; }
  #dress({ fd, entry }: Level): void {
    const owner = this.#ownerOf(entry);
    const isGiven = owner === undefined || this.#given(() => chownSync(itself(fd), owner.uid, owner.gid), entry.path, this.#wish.mayLose);
    chmodSync(itself(fd), this.#modeOf(entry) & (isGiven ? 0o7777 : ~SET_IDS));
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
    if (owner !== undefined) this.#given(() => lchownSync(beneath(spot), owner.uid, owner.gid), entry.path, this.#wish.mayLose);
    this.files++;
  }
  /** One more name of a file that was placed before. It is reached as that was, and it is looked at whether it still is that file. */
  #same(spot: Spot, first: Way, names: Way): void {
    const placed = this.#placed.get(first.join("/"));
    if (placed === undefined || kindAt(spot) === "directory") throw refusal(placed === undefined ? "ENOENT" : "EISDIR");
    const temporary = { directory: spot.directory, name: `.berth-${this.#wish.random}` };
    const way: number[] = [];
    try {
      for (const name of first.slice(0, -1)) way.push(openDirectory({ directory: way.at(-1) ?? this.#wish.into, name }));
      linkSync(beneath({ directory: way.at(-1) ?? this.#wish.into, name: first.at(-1) ?? "" }), beneath(temporary));
      if (inodeOf(lstatSync(beneath(temporary))) !== placed) throw refusal("ESTALE");
      renameSync(beneath(temporary), beneath(spot));
      this.files++;
    } finally {
      rmSync(beneath(temporary), { force: true }); // rename(2) leaves it where both names are one file already
      for (const fd of way) closeSync(fd);
    }
    this.#placed.set(names.join("/"), placed);
  }
  /** An ordinary user cannot give files away: they are the user's own then. False: so it was. */
  #given(give: () => void, path: Way, mayFail: boolean): boolean {
    try {
      give();
      return true;
    } catch (error) {
      if (!mayFail || errorCode(error) !== "EPERM") throw error;
      if (this.#wish.mayLose) this.complaints.push({ kind: "complaint", path: path.join("/"), lost: "owner", errno: "EPERM" });
      return false;
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
    const isGiven = owner === undefined || this.#given(() => fchownSync(fd, owner.uid, owner.gid), entry.path, this.#wish.mayLose || (old !== undefined && this.#wish.owner === undefined));
    fchmodSync(fd, old !== undefined ? old.mode & PLAIN : this.#modeOf(entry) & (isGiven ? 0o7777 : ~SET_IDS));
    futimesSync(fd, entry.mtime, entry.mtime);
    renameSync(beneath(temporary), beneath(spot));
    this.#placed.set(this.#namesOf(entry.path).join("/"), inodeOf(fstatSync(fd)));
    closeSync(fd);
    this.#half = undefined;
    this.files++;
  }
}
