// The planner's code lies in its file so that the kernel can map it by huge pages, and what is moved for that stays what it was.
import { expect, test } from "bun:test";
import { HUGE, aligned, codeOf } from "../../scripts/huge-pages.ts";

const [HEAD, ROW, SECTION] = [64, 56, 64];
/** Where the code of the small program is in its file; what follows are data and a table of one section. */
const [CODE, DATA, TABLE] = [0x1200, 0x2300, 0x2400];

/** elf(5): code to be at 0x403200 and data at 0x605300. */
function program(): Uint8Array {
  const bytes = new Uint8Array(TABLE + SECTION);
  const view = new DataView(bytes.buffer);
  const long = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  long(32, HEAD);
  long(40, TABLE);
  for (const [at, value] of [[54, ROW], [56, 2], [58, SECTION], [60, 1]] as const) view.setUint16(at, value, true);
  for (const [i, [flags, offset, vaddr]] of ([[5, CODE, 0x403200], [6, DATA, 0x605300]] as const).entries()) {
    view.setUint32(HEAD + i * ROW, 1, true);
    view.setUint32(HEAD + i * ROW + 4, flags, true);
    long(HEAD + i * ROW + 8, offset);
    long(HEAD + i * ROW + 16, vaddr);
  }
  bytes.set([1, 2, 3], CODE);
  bytes.set([4, 5, 6], DATA);
  long(TABLE + 24, DATA);
  return bytes;
}
const at = (bytes: Uint8Array, place: number): number => Number(new DataView(bytes.buffer).getBigUint64(place, true));

test("code, data and sections move together, and are found where the tables say", () => {
  const bytes = aligned(program());
  const { offset, vaddr } = codeOf(bytes);
  expect([vaddr % HUGE, offset % HUGE, offset]).toEqual([0x3200, 0x3200, 0x3200]);
  const [data, table] = [at(bytes, HEAD + ROW + 8), at(bytes, 40)];
  expect([[...bytes.subarray(offset, offset + 3)], [...bytes.subarray(data, data + 3)], at(bytes, table + 24)]).toEqual([[1, 2, 3], [4, 5, 6], data]);
  expect(bytes.subarray(0, 32)).toEqual(program().subarray(0, 32));
  expect(aligned(bytes)).toEqual(bytes);
});

test("what is no such program is refused", () => {
  expect(() => aligned(new Uint8Array(64))).toThrow("not a program of 64 bits");
  const two = program();
  two[HEAD + ROW + 4] = 5;
  expect(() => aligned(two)).toThrow("2 segments of code");
  const first = program();
  first.fill(0, HEAD + 8, HEAD + 16);
  expect(() => aligned(first)).toThrow("the file's head");
});
