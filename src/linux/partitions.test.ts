// Tables of partitions: where their parts begin.
import { expect, test } from "bun:test";
import { partitionStart, TABLE_BYTES } from "./partitions.ts";

const FIRSTS = [4096, 8192];
function gpt(): DataView {
  const disk = new DataView(new ArrayBuffer(TABLE_BYTES));
  new TextEncoder().encodeInto("EFI PART", new Uint8Array(disk.buffer, 512));
  disk.setBigUint64(512 + 72, 2n, true);
  disk.setUint32(512 + 80, 128, true);
  disk.setUint32(512 + 84, 128, true);
  FIRSTS.forEach((first, i) => disk.setBigUint64(1024 + i * 128 + 32, BigInt(first), true));
  return mark(disk);
}
function mark(disk: DataView): DataView {
  disk.setUint16(510, 0xaa55, true);
  return disk;
}
function mbr(): DataView {
  const disk = new DataView(new ArrayBuffer(TABLE_BYTES));
  FIRSTS.forEach((first, i) => disk.setUint32(446 + i * 16 + 8, first, true));
  return mark(disk);
}

test.each([["gpt", gpt()], ["mbr", mbr()]] as const)("%s", (_label, disk) => {
  const bytes = new Uint8Array(disk.buffer);
  expect([0, 1, 2, 3, 200].map((number) => partitionStart(bytes, number))).toEqual([undefined, 4096 * 512, 8192 * 512, undefined, undefined]);
  expect([partitionStart(bytes.subarray(0, TABLE_BYTES - 1), 1), partitionStart(new Uint8Array(TABLE_BYTES), 1)]).toEqual([undefined, undefined]);
});
