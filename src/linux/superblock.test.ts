import { expect, test } from "bun:test";
import { CONTENT_BYTES, contentOf } from "./superblock.ts";

const image = (marks: readonly (readonly [number, readonly number[] | string])[]): Uint8Array => {
  const bytes = new Uint8Array(CONTENT_BYTES);
  for (const [at, mark] of marks) bytes.set(typeof mark === "string" ? new TextEncoder().encode(mark) : mark, at);
  return bytes;
};

test("file systems are known by the magic of their superblocks", () => {
  const found = [image([[0x438, [0x53, 0xef]]]), image([[0, "XFSB"]]), image([[0x10040, "_BHRfS_M"]]), image([[0, "hsqs"]]), image([[0x400, [0xe2, 0xe1, 0xf5, 0xe0]]]), image([[0x8001, "CD001"]])].map(contentOf);
  expect(found).toEqual(["ext4", "xfs", "btrfs", "squashfs", "erofs", "iso9660"].map((type) => ({ kind: "file system", type })));
});

test("a boot sector does not hide the file system behind it", () => {
  expect(contentOf(image([[0x1fe, [0x55, 0xaa]], [0x438, [0x53, 0xef]]]))).toEqual({ kind: "file system", type: "ext4" });
});

test("what cannot be mounted as it stands is named", () => {
  const what = [image([[0, [0x51, 0x46, 0x49, 0xfb]]]), image([[0, "LUKS"], [4, [0xba, 0xbe]]]), image([[0x200, "EFI PART"], [0x1fe, [0x55, 0xaa]]]), image([[0x1fe, [0x55, 0xaa]]]), image([[0x218, "LVM2 001"]])]
    .map((bytes) => { const content = contentOf(bytes); return content.kind === "other" ? content.what : content.kind; });
  expect(what).toEqual(["a qcow2 image", "an encrypted volume (LUKS)", "a partition table (GPT)", "a partition table (MBR)", "an LVM physical volume"]);
});

test("zeros, and a file that is shorter than a superblock", () => {
  expect([new Uint8Array(0), new Uint8Array(3), image([])].map((bytes) => contentOf(bytes).kind)).toEqual(["unknown", "unknown", "unknown"]);
});
