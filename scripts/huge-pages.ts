// Owns how the planner's program lies in its file: so that the kernel can map its code by huge pages. A cold start
// touches a few hundred places of 80 MB of code, and each costs a page fault (docs/decisions/0006-cold-start.md).
import { readFileSync, renameSync, writeFileSync } from "node:fs";

/** Of x86_64, and of aarch64 with pages of 4 KiB. */
export const HUGE = 2 << 20;

/** Offsets in elf(5)'s Elf64_Ehdr, Elf64_Phdr, Elf64_Shdr. */
const EHDR = { phoff: 32, shoff: 40, phentsize: 54, phnum: 56, shentsize: 58, shnum: 60 } as const;
const PHDR = { type: 0, flags: 4, offset: 8, vaddr: 16 } as const;
const SHDR = { offset: 24 } as const;
const [PT_LOAD, PF_X] = [1, 1];
/** 64 bits, least byte first. */
const MAGIC = [0x7f, 0x45, 0x4c, 0x46, 2, 1];

interface Code { readonly offset: number; readonly vaddr: number }

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const long = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));
const rows = (view: DataView, table: number, size: number, count: number): readonly number[] =>
  Array.from({ length: view.getUint16(count, true) }, (_, i) => long(view, table) + i * view.getUint16(size, true));
const segments = (view: DataView): readonly number[] => rows(view, EHDR.phoff, EHDR.phentsize, EHDR.phnum);
const sections = (view: DataView): readonly number[] => rows(view, EHDR.shoff, EHDR.shentsize, EHDR.shnum);

/** Where the code is in the file and in memory. */
export function codeOf(bytes: Uint8Array): Code {
  const view = viewOf(bytes);
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) throw new Error("not a program of 64 bits, least byte first");
  const found = segments(view).filter((at) => view.getUint32(at + PHDR.type, true) === PT_LOAD && (view.getUint32(at + PHDR.flags, true) & PF_X) !== 0);
  const [at, more] = found;
  if (at === undefined || more !== undefined) throw new Error(`${found.length} segments of code instead of one`);
  const offset = long(view, at + PHDR.offset);
  if (offset === 0) throw new Error("the code's segment is the one with the file's head");
  return { offset, vaddr: long(view, at + PHDR.vaddr) };
}

/** The same program with its code in the file as far from a huge page's border as in memory: what lies behind moves on. */
export function aligned(bytes: Uint8Array): Uint8Array {
  const { offset, vaddr } = codeOf(bytes);
  const room = (((vaddr - offset) % HUGE) + HUGE) % HUGE;
  const moved = new Uint8Array(bytes.length + room);
  moved.set(bytes.subarray(0, offset));
  moved.set(bytes.subarray(offset), offset + room);
  const [before, after] = [viewOf(bytes), viewOf(moved)];
  const at = (place: number): number => (place >= offset ? place + room : place);
  const move = (place: number): void => after.setBigUint64(at(place), BigInt(at(long(before, place))), true);
  for (const row of segments(before)) move(row + PHDR.offset);
  for (const row of sections(before)) move(row + SHDR.offset);
  move(EHDR.shoff);
  return moved;
}

/** Writes it as a new file in one go: the kernel then keeps it in memory in pieces that are large enough. What is written over an old file, and a copy by cp(1), it keeps in smaller ones. */
export function alignFile(path: string): void {
  const fresh = `${path}.aligned`;
  writeFileSync(fresh, aligned(readFileSync(path)));
  renameSync(fresh, path);
}
