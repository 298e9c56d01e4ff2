// Owns where a partition begins, as the table at the beginning of a disk says it: GPT, or one of the four of an MBR.

const SECTOR = 512;
/** So much has to be read: both tables, as they are made everywhere. */
export const TABLE_BYTES = 34 * SECTOR;
const MBR_ENTRIES = 446;
const ENTRY = { mbr: 16, firstOfMbr: 8, firstOfGpt: 32 } as const;

function ofGpt(disk: DataView, number: number): number | undefined {
  const count = disk.getUint32(SECTOR + 80, true);
  const at = Number(disk.getBigUint64(SECTOR + 72, true)) * SECTOR + (number - 1) * disk.getUint32(SECTOR + 84, true);
  if (number > count || at + ENTRY.firstOfGpt + 8 > disk.byteLength) return undefined;
  const first = Number(disk.getBigUint64(at + ENTRY.firstOfGpt, true));
  return first === 0 ? undefined : first * SECTOR;
}

function ofMbr(disk: DataView, number: number): number | undefined {
  if (number > 4) return undefined;
  const first = disk.getUint32(MBR_ENTRIES + (number - 1) * ENTRY.mbr + ENTRY.firstOfMbr, true);
  return first === 0 ? undefined : first * SECTOR;
}

/** Bytes from the beginning of the disk; `number`: from 1. undefined: there is none. */
export function partitionStart(bytes: Uint8Array, number: number): number | undefined {
  if (bytes.length < TABLE_BYTES || number < 1) return undefined;
  const disk = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isGpt = new TextDecoder().decode(bytes.subarray(SECTOR, SECTOR + 8)) === "EFI PART";
  if (isGpt) return ofGpt(disk, number);
  return bytes[SECTOR - 2] === 0x55 && bytes[SECTOR - 1] === 0xaa ? ofMbr(disk, number) : undefined;
}
