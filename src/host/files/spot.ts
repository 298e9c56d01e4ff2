// Owns finding a place beneath a root: each name on the way is opened in the directory before it and never followed by
// the kernel; what a link says is walked like any other words, from that root. Whoever exchanges files meanwhile is led
// nowhere else. One name in an open directory is all that anybody works with.
import { closeSync, constants, fstatSync, mkdirSync, openSync, readlinkSync } from "node:fs";
import { O_PATH } from "../../linux/fs.ts";
import { errorCode } from "../read-text.ts";
import { ofBytes, toBytes, type Bytes } from "./wire.ts";

/** `name` in `directory`, a descriptor; "" is the directory itself. */
export interface Spot { readonly directory: number; readonly name: Bytes }

const MOST_LINKS = 40;
const DIRECTORY = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** For calls that do not follow a last link. */
export const beneath = ({ directory, name }: Spot): Buffer => Buffer.concat([Buffer.from(`/proc/self/fd/${directory}/`), toBytes(name)]);
/** For calls that do: it leads to what is open, whatever has its name by now. */
export const itself = (fd: number): string => `/proc/self/fd/${fd}`;

/** What the kernel would say. */
export const refusal = (code: string): Error => Object.assign(new Error(code), { code });
export const openDirectory = (spot: Spot): number => openSync(beneath(spot), DIRECTORY);
/** A directory, file, link or anything else, without opening what it stands for. */
export const openNode = (spot: Spot): number => openSync(spot.name === "" ? itself(spot.directory) : beneath(spot), O_PATH | (spot.name === "" ? 0 : constants.O_NOFOLLOW));
export const linkText = (spot: Spot): Bytes => ofBytes(readlinkSync(beneath(spot), "buffer"));

export interface WalkWish {
  /** A link at the end is followed, too. */
  readonly isFollowed: boolean;
  /** Missing directories on the way are made, by this. */
  readonly make?: (spot: Spot) => void;
}

/** The link's text, or undefined for what is none or not there. */
function linkAt(spot: Spot): Bytes | undefined {
  try {
    return linkText(spot);
  } catch (error) {
    if (errorCode(error) === "EINVAL" || errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

const words = (path: Bytes): Bytes[] => path.split("/").filter((word) => word !== "" && word !== ".");

/** Where the words lead: directories from the root on, each open. */
class Walk {
  readonly #open: number[];
  readonly #waiting: Bytes[];
  #links = 0;
  constructor(root: number, path: Bytes) { [this.#open, this.#waiting] = [[openSync(itself(root), O_PATH | constants.O_DIRECTORY)], words(path)]; }

  get #here(): number { return this.#open.at(-1) ?? -1; }
  #leave(): void {
    if (this.#open.length > 1) closeSync(this.#open.pop() ?? -1);
  }
  #enter(name: Bytes, make: WalkWish["make"]): void {
    const spot = { directory: this.#here, name };
    try {
      this.#open.push(openDirectory(spot));
    } catch (error) {
      if (errorCode(error) !== "ENOENT" || make === undefined) throw error;
      mkdirSync(beneath(spot), 0o700);
      make(spot);
      this.#open.push(openDirectory(spot));
    }
  }
  #follow(text: Bytes): void {
    if (++this.#links > MOST_LINKS) throw refusal("ELOOP");
    if (text.startsWith("/")) while (this.#open.length > 1) this.#leave();
    this.#waiting.unshift(...words(text));
  }

  run({ isFollowed, make }: WalkWish): Spot {
    for (let name = this.#waiting.shift(); name !== undefined; name = this.#waiting.shift()) {
      const isLast = this.#waiting.length === 0;
      if (name === "..") {
        this.#leave();
        continue;
      }
      const link = isLast && !isFollowed ? undefined : linkAt({ directory: this.#here, name });
      if (link !== undefined) this.#follow(link);
      else if (isLast) return { directory: this.#here, name };
      else this.#enter(name, make);
    }
    return { directory: this.#here, name: "" };
  }
  /** All but the directory that was found. */
  close(kept: number | undefined): void {
    for (const fd of this.#open) if (fd !== kept) closeSync(fd);
  }
}

/** The last name may be missing. Throws what the kernel says. The caller closes `directory`. */
export function findSpot(root: number, path: Bytes, wish: WalkWish): Spot {
  const walk = new Walk(root, path);
  let found: Spot | undefined;
  try {
    found = walk.run(wish);
    return found;
  } finally {
    walk.close(found?.directory);
  }
}

export type Kind = "directory" | "file" | "link" | "other";
export function kindOf(fd: number): Kind {
  const stat = fstatSync(fd);
  return stat.isDirectory() ? "directory" : stat.isFile() ? "file" : stat.isSymbolicLink() ? "link" : "other";
}
/** undefined: nothing is there. */
export function kindAt(spot: Spot): Kind | undefined {
  let fd: number | undefined;
  try {
    fd = openNode(spot);
    return kindOf(fd);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
