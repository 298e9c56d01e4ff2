// Owns finding the file that a path leads to without being led astray: each directory on the way is opened beneath
// the one before it, so that nobody can put another in its place, and the owners of links are remembered.
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync } from "node:fs";
import { O_PATH } from "../../linux/fs.ts";

export interface Located {
  /** Descriptor of the directory that holds the file. */
  readonly directory: number;
  readonly base: string;
  /** Where the file is, links followed. */
  readonly path: string;
  /** Owners of links on the way, root and the caller left out: such a link may lead to its owner's own files only. */
  readonly strangers: readonly number[];
}

/** A name in a directory that is open: nobody can exchange the directories above it. */
export const beneath = (directory: number, name: string): string => `/proc/self/fd/${directory}/${name}`;

const MOST_LINKS = 40;
const DIRECTORY = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const tooManyLinks = (path: string): Error => Object.assign(new Error(`too many links: ${path}`), { code: "ELOOP" });

interface Link { readonly owner: number; readonly text: string }

/** A link's owner and where it leads, both of the same link; undefined: it is none. */
function linkAt(path: string): Link | undefined {
  for (let attempt = 0; attempt < MOST_LINKS; attempt++) {
    const before = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (before === undefined || !before.isSymbolicLink()) return undefined;
    const text = readlinkSync(path);
    const after = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (after !== undefined && after.ino === before.ino && after.dev === before.dev && after.ctimeNs === before.ctimeNs) return { owner: Number(before.uid), text };
  }
  throw tooManyLinks(path);
}

interface Walk { directory: number; names: string[]; readonly waiting: string[]; readonly strangers: number[]; links: number }

function enter(walk: Walk, name: string): void {
  const next = openSync(name === "/" ? "/" : beneath(walk.directory, name), DIRECTORY);
  if (walk.directory >= 0) closeSync(walk.directory);
  walk.directory = next;
  if (name === "/") walk.names = [];
  else if (name === "..") walk.names.pop();
  else walk.names.push(name);
}

function follow(walk: Walk, link: Link, euid: number): void {
  if (++walk.links > MOST_LINKS) throw tooManyLinks(link.text);
  if (link.owner !== 0 && link.owner !== euid) walk.strangers.push(link.owner);
  walk.waiting.unshift(...link.text.split("/").filter((part) => part !== "" && part !== "."));
  if (link.text.startsWith("/")) enter(walk, "/");
}

/** The file itself may be missing. Throws what open(2) and readlink(2) say. The caller closes `directory`. */
export function locate(path: string, euid: number): Located {
  const walk: Walk = { directory: -1, names: [], waiting: path.split("/").filter((part) => part !== "" && part !== "."), strangers: [], links: 0 };
  try {
    enter(walk, "/");
    for (;;) {
      const name = walk.waiting.shift();
      if (name === undefined) throw Object.assign(new Error(`${path} is a directory`), { code: "EISDIR" });
      const link = name === ".." ? undefined : linkAt(beneath(walk.directory, name));
      if (link !== undefined) follow(walk, link, euid);
      else if (walk.waiting.length > 0 || name === "..") enter(walk, name);
      else return { directory: walk.directory, base: name, path: `/${[...walk.names, name].join("/")}`, strangers: walk.strangers };
    }
  } catch (error) {
    if (walk.directory >= 0) closeSync(walk.directory);
    throw error;
  }
}

/** The owner of a link that leads to a file that is not its owner's; undefined: all is well. */
export const strayOwner = ({ strangers }: Located, file: number): number | undefined => strangers.find((owner) => owner !== fstatSync(file).uid);
