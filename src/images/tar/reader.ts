// Owns walking through an archive as it comes, piece by piece: each member is told, its contents are passed over.
import type { Problem } from "../../model/problem.ts";
import { BLOCK, TYPE, bytesText, entryOf, isHeader, isZero, paxRecords, shown, type TarEntry } from "./header.ts";

export type OnEntry = (entry: TarEntry) => Problem | undefined;

export interface TarReader {
  /** The next bytes; what is wrong with a member in them. */
  readonly push: (bytes: Uint8Array) => Problem | undefined;
  /** So many of the next bytes say nothing: whoever can may leave them out. */
  readonly toSkip: () => number;
  readonly skip: (count: number) => void;
  /** Nothing comes any more: an archive that ends in the middle of a member's head, which tar(1) takes for its end, has been cut off. */
  readonly end: () => Problem | undefined;
  /** Zeros have been there, which say that nothing is missing. */
  readonly hasEndMark: () => boolean;
}

/** Names and pax records are short; GNU tar itself would take any length into memory. */
const RECORD_MAX = 1 << 20;

/** What is said before a header about the member that it begins. */
interface Ahead { name: string | undefined; link: string | undefined; pax: ReadonlyMap<string, string>; global: ReadonlyMap<string, string> }
type Collected = { readonly type: string; readonly parts: Uint8Array[]; left: number };

const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;
const untilNul = (text: string): string => { const end = text.indexOf("\0"); return end < 0 ? text : text.slice(0, end); };

function take(ahead: Ahead, { type, parts }: Collected): void {
  const text = bytesText(Buffer.concat(parts));
  if (type === TYPE.longName) ahead.name = untilNul(text);
  else if (type === TYPE.longLink) ahead.link = untilNul(text);
  else if (type === TYPE.pax) ahead.pax = paxRecords(text);
  else ahead.global = new Map([...ahead.global, ...paxRecords(text)]);
}

const tooLong = (entry: TarEntry): Problem => ({ code: "image.invalid", text: `a record of the archive is ${entry.size} bytes long`, cause: "names and attributes of a file are never longer than 1 MB" });
const COLLECTED: readonly string[] = [TYPE.longName, TYPE.longLink, TYPE.pax, TYPE.paxGlobal];

interface State {
  readonly block: Uint8Array;
  readonly ahead: Ahead;
  readonly onEntry: OnEntry;
  filled: number;
  toSkip: number;
  isOver: boolean;
  hasEndMark: boolean;
  /** The map of a sparse file goes on in blocks of its own. */
  isExtended: boolean;
  collecting: Collected | undefined;
}

/** A whole block is there, and begins a member. */
function member(state: State, block: Uint8Array): Problem | undefined {
  const { ahead } = state;
  if (isZero(block) || !isHeader(block)) {
    state.isOver = true;
    state.hasEndMark = isZero(block);
    return undefined;
  }
  const pax = ahead.global.size === 0 ? ahead.pax : new Map([...ahead.global, ...ahead.pax]);
  const entry = entryOf(block, { ...(ahead.name === undefined ? {} : { longName: ahead.name }), ...(ahead.link === undefined ? {} : { longLink: ahead.link }), pax });
  if (COLLECTED.includes(entry.type)) {
    const own = entryOf(block, { pax: new Map() });
    if (!(own.size <= RECORD_MAX)) return tooLong(own);
    if (own.size > 0) state.collecting = { type: entry.type, parts: [], left: own.size };
    return undefined;
  }
  ahead.name = ahead.link = undefined;
  ahead.pax = new Map();
  if (!Number.isSafeInteger(entry.size) || entry.size < 0) return { code: "image.invalid", text: `the archive's member '${shown(entry.name)}' says a size that no file can have` };
  state.toSkip = padded(entry.size);
  state.isExtended = entry.type === TYPE.sparse && block[482] === 1;
  return state.onEntry(entry);
}

function gather(state: State, bytes: Uint8Array, into: Collected): number {
  const count = Math.min(into.left, bytes.length);
  into.parts.push(bytes.slice(0, count));
  into.left -= count;
  if (into.left > 0) return count;
  const size = into.parts.reduce((sum, part) => sum + part.length, 0);
  state.toSkip = padded(size) - size;
  take(state.ahead, into);
  state.collecting = undefined;
  return count;
}

/** How many of the bytes were of use, and what is wrong with the member that they told of. */
function step(state: State, bytes: Uint8Array): { readonly used: number; readonly problem?: Problem | undefined } {
  if (state.collecting !== undefined) return { used: gather(state, bytes, state.collecting) };
  if (state.toSkip > 0 && !state.isExtended) {
    const used = Math.min(state.toSkip, bytes.length);
    state.toSkip -= used;
    return { used };
  }
  if (state.filled === 0 && bytes.length >= BLOCK && !state.isExtended) return { used: BLOCK, problem: member(state, bytes) };
  const used = Math.min(BLOCK - state.filled, bytes.length);
  state.block.set(bytes.subarray(0, used), state.filled);
  state.filled += used;
  if (state.filled < BLOCK) return { used };
  state.filled = 0;
  if (!state.isExtended) return { used, problem: member(state, state.block) };
  state.isExtended = state.block[504] === 1;
  return { used };
}

/** Ends, as tar(1) does, at a block of zeros; what it does not understand is left to tar to complain of. */
export function tarReader(onEntry: OnEntry): TarReader {
  const state: State = { block: new Uint8Array(BLOCK), ahead: { name: undefined, link: undefined, pax: new Map(), global: new Map() }, onEntry, filled: 0, toSkip: 0, isOver: false, hasEndMark: false, isExtended: false, collecting: undefined };
  return {
    toSkip: () => (state.isExtended || state.collecting !== undefined ? 0 : state.toSkip),
    skip: (count) => { state.toSkip -= count; },
    end: () => (state.filled === 0 || state.isOver ? undefined : { code: "image.invalid", text: "the archive is cut off", cause: "it ends in the middle of a member's head" }),
    hasEndMark: () => state.hasEndMark,
    push: (bytes) => {
      for (let at = 0; at < bytes.length && !state.isOver;) {
        const { used, problem } = step(state, bytes.subarray(at));
        if (problem !== undefined) return problem;
        at += used;
      }
      return undefined;
    },
  };
}
